"""Administration: organisations and seats. No record, no decision (rulebook §1).

Policies and calendars have pages of their own, where what they move is read before it is saved.

Who may enter is a seat of level administrator in force today, not a flag on the person.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models import (
    CouncilMembership,
    CouncilTerm,
    DeputyMatter,
    Function,
    Locality,
    Organisation,
    OrganisationName,
    Person,
    Region,
    RegionMembership,
    Seat,
    Substitution,
)
from coordination.queries.seats import seats_of
from notifications.delivery.chat import opened
from notifications.models import ChatAddress


class Administration(AdminSite):
    """The administrator's site; everybody signs in at the one door of the product."""

    site_title = _("Liên tỉnh: administration")
    site_header = _("Liên tỉnh: administration")
    index_title = _("Organisations and seats")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person holds an administrator's seat today."""
        person = request.user
        return (
            isinstance(person, Person)
            and person.is_active
            and any(seat.level == Seat.Level.ADMINISTRATOR for seat in seats_of(person, timezone.now()))
        )

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


administration = Administration(name="admin")


class ByTheSeat:
    """Whoever may enter may look, add and change; what is dated is ended, not deleted."""

    def _allowed(self, request: HttpRequest) -> bool:
        return administration.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._allowed(request)

    def has_view_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return self._allowed(request)

    def has_add_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return self._allowed(request)

    def has_change_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return self._allowed(request)

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class Names(ByTheSeat, TabularInline):
    model = OrganisationName
    extra = 0


class Functions(ByTheSeat, TabularInline):
    model = Function
    extra = 0
    autocomplete_fields = ["locality"]


class Seats(ByTheSeat, TabularInline):
    model = Seat
    extra = 0
    autocomplete_fields = ["person"]


class ChatAddressForm(forms.ModelForm):
    """An address is written once: it often holds a key, so the page never shows it again."""

    address = forms.CharField(
        label=_("Apprise address"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "vTextField"}),
        help_text=_("Not shown again once it is set; leave it empty to keep the one that is there."),
    )

    class Meta:
        model = ChatAddress
        fields = ("label", "address")

    def clean_address(self) -> str:
        """A new address must be one that can be used; none keeps what is there."""
        given: str = self.cleaned_data["address"]
        if not given and self.instance.pk:
            return self.instance.address
        if not given or opened(given) is None:
            raise forms.ValidationError(_("This is not an address that can be used, such as tgram://…"))
        return given


class ChatAddresses(ByTheSeat, TabularInline):
    """Where a person gets chat messages or SMS."""

    model = ChatAddress
    form = ChatAddressForm
    extra = 0
    fields = ("label", "address", "set_at")
    readonly_fields = ("set_at",)

    def has_delete_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return self._allowed(request)


class Terms(ByTheSeat, TabularInline):
    model = CouncilTerm
    extra = 0


class Memberships(ByTheSeat, TabularInline):
    model = CouncilMembership
    extra = 0


class Regions(ByTheSeat, TabularInline):
    model = RegionMembership
    extra = 0


class Matters(ByTheSeat, TabularInline):
    """A deputy's matters are taken away again: they are not dated."""

    model = DeputyMatter
    extra = 0

    def has_delete_permission(self, request: HttpRequest, _obj: Model | None = None) -> bool:
        return self._allowed(request)


@admin.register(Locality, site=administration)
class LocalityAdmin(ByTheSeat, ModelAdmin):
    list_display = ["name", "kind", "mnemonic", "official_code", "valid_from", "valid_to"]
    search_fields = ["name", "name_en", "mnemonic"]
    inlines = [Regions]


@admin.register(Organisation, site=administration)
class OrganisationAdmin(ByTheSeat, ModelAdmin):
    list_display = ["name", "kind", "locality", "abbreviation", "valid_from", "valid_to"]
    list_filter = ["kind", "locality"]
    list_select_related = ["locality"]
    search_fields = ["name", "name_en", "slug", "abbreviation"]
    autocomplete_fields = ["locality", "parent"]
    inlines = [Names, Functions, Seats, Memberships, Terms]


@admin.register(Person, site=administration)
class PersonAdmin(ByTheSeat, UserAdmin):
    """A person signs in; what they may do hangs on seats, so Django's own rights are not shown."""

    list_display = ["full_name", "username", "email", "language", "is_active"]
    list_filter = ["is_active", "language"]
    search_fields = ["full_name", "username", "email"]
    filter_horizontal = []
    ordering = ["username"]
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name", "email", "language", "is_active"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "full_name",
                    "email",
                    "language",
                    "usable_password",
                    "password1",
                    "password2",
                ],
            },
        ),
    ]
    inlines = [Seats, ChatAddresses]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Who set a chat address, and when, is kept with it."""
        for one in formset.forms:
            if isinstance(one.instance, ChatAddress) and one.has_changed():
                one.instance.set_at = timezone.now()
                one.instance.set_by = {"person": request.user.pk, "name": str(request.user)}
        super().save_formset(request, form, formset, change)


@admin.register(Seat, site=administration)
class SeatAdmin(ByTheSeat, ModelAdmin):
    list_display = ["person", "title", "organisation", "level", "valid_from", "valid_to"]
    list_filter = ["level"]
    list_select_related = ["person", "organisation"]
    search_fields = ["person__full_name", "person__username", "title", "organisation__name"]
    autocomplete_fields = ["person", "organisation"]
    inlines = [Matters]


@admin.register(Substitution, site=administration)
class SubstitutionAdmin(ByTheSeat, ModelAdmin):
    """To look at: they are drafted, confirmed and ended on their own pages, where the rules are."""

    list_display = [
        "replaced",
        "substitute",
        "decision",
        "valid_from",
        "valid_to",
        "confirmed_at",
        "ended_at",
    ]
    list_select_related = ["replaced__person", "substitute__person"]

    def has_add_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


@admin.register(Region, site=administration)
class RegionAdmin(ByTheSeat, ModelAdmin):
    list_display = ["name", "name_en"]
    inlines = [Regions]
