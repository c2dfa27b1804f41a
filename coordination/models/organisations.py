"""Who there is: localities, bodies, functions, seats, substitutions: all dated (rulebook §1).

A name, an official code, a function or a chair is a row with from-to, never a constant: codes are
re-used in real life (80 was Long An, is Tây Ninh since 1/7/2025) and focal points move. No line of
code knows a body by its name.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from coordination.models.kinds import Kind


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from a day to a day; an empty end means until further notice."""

    def at(self, day: date) -> Self:
        """The rows in force on ``day`` (both ends included)."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Dated(models.Model):
    """Something that holds from a day to a day."""

    valid_from = models.DateField(_("valid from"), default=date(1997, 1, 1))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


def _dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name=name
    )


class Locality(Dated):
    """A province or centrally-run city. ``mnemonic`` is never re-used; official codes are."""

    slug = models.SlugField(_("slug"), unique=True)
    mnemonic = models.CharField(_("mnemonic"), max_length=4, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    official_code = models.CharField(_("official code"), max_length=10, blank=True)

    class Meta:
        ordering = ["mnemonic"]
        verbose_name = _("locality")
        verbose_name_plural = _("localities")
        constraints = [_dates_in_order("locality_dates")]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name

    @property
    def full_name(self) -> str:
        """With its kind: tỉnh Bình Dương, Thành phố Hồ Chí Minh."""
        if get_language() == "en":
            return self.name_en
        if self.name.casefold().startswith(self.kind.casefold()):
            return self.name
        return f"{self.kind} {self.name}"


class Organisation(Dated):
    """A body: a department, a committee, a ministry, a council's office. Its id never changes."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("department")
        COMMITTEE = "committee", _("People's Committee")
        DISTRICT = "district", _("district committee")
        BOARD = "board", _("management board")
        MINISTRY = "ministry", _("ministry")
        COUNCIL = "council", _("Regional Council")

    slug = models.CharField(_("slug"), unique=True, max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    locality = models.ForeignKey(
        Locality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("locality"),
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("parent body"))
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    label = models.CharField(_("short name"), max_length=120)
    abbreviation = models.CharField(_("abbreviation"), max_length=30)
    letterhead = models.CharField(_("letterhead"), max_length=200, blank=True)
    official_code = models.CharField(_("official code"), max_length=30, blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [_dates_in_order("organisation_dates")]

    def __str__(self) -> str:
        """The short name that tells it from other localities' bodies of the same kind."""
        return self.name_en if get_language() == "en" else self.label or self.name


class OrganisationName(Dated):
    """What a body was called, from-to: the present name stands on the body itself as well."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="names", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    abbreviation = models.CharField(_("abbreviation"), max_length=30)
    letterhead = models.CharField(_("letterhead"), max_length=200, blank=True)
    official_code = models.CharField(_("official code"), max_length=30, blank=True)
    basis = models.CharField(_("decision"), max_length=200, blank=True)

    class Meta:
        ordering = ["organisation", "valid_from"]
        verbose_name = _("organisation's name")
        verbose_name_plural = _("organisations' names")
        constraints = [_dates_in_order("organisation_name_dates")]

    def __str__(self) -> str:
        return self.name


class Function(Dated):
    """What an organisation is towards a locality (rulebook §1), from-to."""

    class Kind(models.TextChoices):
        REPORTING = "reporting", _("reporting unit")
        FOCAL = "focal", _("focal point")
        COMMITTEE = "committee", _("People's Committee and its office")
        COUNCIL = "council", _("Regional Council with its office")
        CENTRAL = "central", _("central authority")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="functions", verbose_name=_("organisation")
    )
    kind = models.CharField(_("function"), max_length=10, choices=Kind.choices)
    locality = models.ForeignKey(
        Locality,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="functions",
        verbose_name=_("locality"),
    )

    class Meta:
        verbose_name = _("function")
        verbose_name_plural = _("functions")
        indexes = [models.Index(fields=["kind", "locality"], name="function_by_kind")]
        constraints = [
            _dates_in_order("function_dates"),
            models.UniqueConstraint(
                fields=["kind", "locality"],
                condition=Q(kind__in=["focal", "committee"], valid_to__isnull=True),
                name="one_current_holder_of_function",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_kind_display()}"


class Region(models.Model):
    """A region of planning; localities belong to several, from-to."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name


class RegionMembership(Dated):
    """A locality in a region, from-to."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="memberships", verbose_name=_("region"))
    locality = models.ForeignKey(Locality, models.CASCADE, related_name="regions", verbose_name=_("locality"))

    class Meta:
        verbose_name = _("region membership")
        verbose_name_plural = _("region memberships")
        constraints = [_dates_in_order("region_membership_dates")]

    def __str__(self) -> str:
        return f"{self.region}: {self.locality}"


class CouncilMembership(Dated):
    """A locality in a Regional Council, from-to."""

    council = models.ForeignKey(Organisation, models.CASCADE, related_name="council_memberships")
    locality = models.ForeignKey(
        Locality, models.CASCADE, related_name="councils", verbose_name=_("locality")
    )

    class Meta:
        verbose_name = _("council membership")
        verbose_name_plural = _("council memberships")
        constraints = [_dates_in_order("council_membership_dates")]

    def __str__(self) -> str:
        return f"{self.council}: {self.locality}"


class CouncilTerm(Dated):
    """Who chairs a Council in a term: a title, and a locality where the chair rotates."""

    council = models.ForeignKey(Organisation, models.CASCADE, related_name="terms")
    chair_title = models.CharField(_("chair"), max_length=200)
    locality = models.ForeignKey(Locality, models.PROTECT, null=True, blank=True, verbose_name=_("locality"))
    basis = models.CharField(_("decision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("council term")
        verbose_name_plural = _("council terms")
        constraints = [_dates_in_order("council_term_dates")]

    def __str__(self) -> str:
        return f"{self.council}: {self.chair_title}"


class Person(AbstractUser):
    """Somebody who signs in. What they may do hangs on their seats, not on the person."""

    full_name = models.CharField(_("full name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    # One more each time the person signs out everywhere: no session of before is valid after it.
    sessions_ended = models.PositiveIntegerField(_("times signed out everywhere"), default=0, editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """Vietnamese names are one field: no first and last name to put together."""
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to be this person's: from the password and ``sessions_ended``."""
        said = f"{self.password}|{self.sessions_ended}"
        return salted_hmac("session of a person", said, secret=secret, algorithm="sha256").hexdigest()


class Seat(Dated):
    """A person holds a level in an organisation, from-to (vị trí)."""

    class Level(models.TextChoices):
        OFFICER = "officer", _("officer")
        HEAD = "head", _("head")
        DEPUTY = "deputy", _("deputy")
        CLERK = "clerk", _("clerk")
        AUDITOR = "auditor", _("auditor")
        ADMINISTRATOR = "administrator", _("administrator")

    person = models.ForeignKey(Person, models.PROTECT, related_name="seats", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("organisation"),
    )
    level = models.CharField(_("level"), max_length=14, choices=Level.choices)
    title = models.CharField(pgettext_lazy("seat", "title"), max_length=200)

    class Meta:
        ordering = ["id"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        indexes = [models.Index(fields=["organisation", "level"], name="seat_by_level")]
        constraints = [
            _dates_in_order("seat_dates"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(level__in=["auditor", "administrator"]),
                name="seat_has_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.title}"


class DeputyMatter(models.Model):
    """A kind of matter a deputy is in charge of: there the deputy acts as head (KT.)."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="matters")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)

    class Meta:
        verbose_name = _("deputy's matter")
        verbose_name_plural = _("deputies' matters")
        constraints = [models.UniqueConstraint(fields=["seat", "kind"], name="matter_once")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.get_kind_display()}"
