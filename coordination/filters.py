"""The filters of the lists: each is one question a person asks of a list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coordination.directory import day_of
from coordination.models import (
    Commitment,
    Function,
    Issue,
    IssueLocality,
    Kind,
    Locality,
    Organisation,
    Person,
    Seat,
    Urgency,
)
from coordination.numbering import numbered_in
from coordination.queries.commitments import MARKS, Reckoning, concerning
from coordination.queries.issues import runs_late, turn_is_held_by
from coordination.queries.overview import NOBODY, before_council
from coordination.queries.search import matching
from coordination.queries.turn_sides import TURN_SIDES, states_of
from coordination.visibility import Sight

OPEN, ENDED, MINE = "open", "ended", "me"
# States of a commitment that no count stands for.
_FURTHER_STATES = (
    Commitment.State.ASSIGNED,
    Commitment.State.ACCEPTED,
    Commitment.State.DISPUTED,
    Commitment.State.CANCELLED,
)
_YEARS = 6


class IssueFilter(django_filters.FilterSet):
    """Filters over issues that are seen: words, state, locality, kind, urgency, whose turn, overdue."""

    q = django_filters.CharFilter(
        method="by_words",
        label=_("Search"),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Code, title, project, locality"),
                "autocomplete": "off",
                "maxlength": 200,
            }
        ),
    )
    state = django_filters.ChoiceFilter(
        method="by_state",
        label=pgettext_lazy("filter", "State"),
        empty_label=_("Any state"),
        choices=[
            (OPEN, pgettext_lazy("filter", "All that are open")),
            (ENDED, pgettext_lazy("filter", "All that have ended")),
            *Issue.State.choices,
        ],
    )
    turn = django_filters.ChoiceFilter(
        method="by_turn",
        label=_("Whose turn"),
        empty_label=_("Anyone's"),
        choices=[(MINE, _("My turn")), *TURN_SIDES.items()],
    )
    locality = django_filters.ModelChoiceFilter(
        method="by_locality",
        label=_("Locality"),
        empty_label=_("Any locality"),
        queryset=lambda request: Locality.objects.all(),
    )
    home = django_filters.ModelChoiceFilter(
        to_field_name="mnemonic",
        label=_("Reported in"),
        empty_label=_("Any locality"),
        queryset=lambda request: Locality.objects.all(),
    )
    kind = django_filters.ChoiceFilter(
        field_name="kinds__kind",
        label=_("Kind"),
        empty_label=_("Any kind"),
        choices=Kind.choices,
    )
    urgency = django_filters.ChoiceFilter(
        label=_("Urgency"), empty_label=_("Any urgency"), choices=Urgency.choices
    )
    council = django_filters.ModelChoiceFilter(
        method="by_council",
        to_field_name="slug",
        label=_("Before the Council"),
        empty_label=_("Anywhere"),
        queryset=Organisation.objects.none(),
    )
    year = django_filters.ChoiceFilter(
        method="by_year", label=_("Year of the report"), empty_label=_("Any year"), choices=[]
    )
    officer = django_filters.ModelChoiceFilter(
        method="by_officer",
        label=_("Accountable officer"),
        empty_label=_("Anybody"),
        null_label=pgettext_lazy("overview", "Nobody yet"),
        null_value=NOBODY,
        queryset=Seat.objects.none(),
    )
    overdue = django_filters.BooleanFilter(
        method="by_overdue",
        label=_("Overdue only"),
        widget=forms.CheckboxInput,
    )

    class Meta:
        model = Issue
        fields: list[str] = []

    def __init__(self, data: Any, *, person: Person, at: datetime):
        super().__init__(data, queryset=Issue.objects.none())
        self.person, self.at = person, at
        self.sight = Sight(person, at)
        year = day_of(at).year
        self.filters["locality"].field.queryset = _localities_on(day_of(at), data)
        self.filters["year"].field.choices = [(str(one), str(one)) for one in range(year, year - _YEARS, -1)]
        self.filters["council"].field.queryset = Organisation.objects.filter(pk__in=self.sight.councils)
        self.filters["officer"].field.queryset = _focal_seats(self.sight)

    def narrow(self, rows: QuerySet[Issue]) -> QuerySet[Issue]:
        """Those of ``rows`` (with ``is_full``) that the questions leave; one without sense is left out."""
        self.form.full_clean()
        return self.filter_queryset(rows)

    def by_words(self, rows: QuerySet[Issue], _name: str, value: str) -> QuerySet[Issue]:
        """Every word, in any order, with or without diacritics."""
        return matching(rows, value)

    def by_state(self, rows: QuerySet[Issue], _name: str, value: str) -> QuerySet[Issue]:
        """One state, or all that are open or ended."""
        if value == OPEN:
            return rows.exclude(state__in=Issue.TERMINAL)
        if value == ENDED:
            return rows.filter(state__in=Issue.TERMINAL)
        return rows.filter(state=value)

    def by_turn(self, rows: QuerySet[Issue], _name: str, value: str) -> QuerySet[Issue]:
        """The reader's own turn by their work items; the others' by the state."""
        if value == MINE:
            return rows.filter(turn_is_held_by(self.person, self.at))
        return rows.filter(state__in=states_of(value))

    def by_locality(self, rows: QuerySet[Issue], _name: str, value: Locality) -> QuerySet[Issue]:
        """Issues in which the locality has a side."""
        return rows.filter(Exists(IssueLocality.objects.filter(issue=OuterRef("pk"), locality=value)))

    def by_council(self, rows: QuerySet[Issue], _name: str, value: Organisation) -> QuerySet[Issue]:
        """With a dossier before the reader's own Council; of another's nobody learns by this."""
        return rows.filter(before_council(value))

    def by_year(self, rows: QuerySet[Issue], _name: str, value: str) -> QuerySet[Issue]:
        """By the year in the code: of drafts nobody has heard yet."""
        return rows.filter(numbered_in("issue", int(value)))

    def by_officer(self, rows: QuerySet[Issue], _name: str, value: Seat | str) -> QuerySet[Issue]:
        """By who is accountable at home; of a shared issue that is not for the reader to know."""
        accountable = Q(accountable=None) if value == NOBODY else Q(accountable=value)
        return rows.filter(Q(is_full=True), accountable)

    def by_overdue(self, rows: QuerySet[Issue], _name: str, value: bool) -> QuerySet[Issue]:
        """Past its due date; for a shared issue only if a record the reader may see runs late."""
        return rows.filter(runs_late(self.at)) if value else rows

    @property
    def offers_officers(self) -> bool:
        """Whether to offer a choice of officers: to their own locality; elsewhere only once it is made."""
        chosen = self.form.is_valid() and self.form.cleaned_data.get("officer")
        return bool(self.sight.core or chosen)

    @property
    def leaves_few(self) -> bool:
        """Whether what is asked finds its issues by an index of its own: words, the reader's own items."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return bool(chosen.get("q")) or chosen.get("turn") == MINE

    @property
    def in_use(self) -> int:
        """How many filters besides the search narrow the list."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return sum(1 for name, value in chosen.items() if name != "q" and value)


def _localities_on(day: date, data: Any) -> QuerySet[Locality]:
    """Those of the day, and one that has ended where it is asked for by its id."""
    asked = (data or {}).get("locality", "")
    rows: QuerySet[Locality] = Locality.objects.at(day)
    return rows | Locality.objects.filter(pk=int(asked)) if asked.isdecimal() else rows


def _focal_seats(sight: Sight) -> QuerySet[Seat]:
    """The seats at the focal points of the reader's localities, then and now; for auditors, at any."""
    functions = Function.objects.filter(kind=Function.Kind.FOCAL)
    if not sight.auditor:
        functions = functions.filter(locality__in=sight.core)
    seats = Seat.objects.filter(organisation__in=functions.values("organisation"), level=Seat.Level.OFFICER)
    return seats.select_related("person").order_by("person__full_name", "pk")


class CommitmentFilter(django_filters.FilterSet):
    """Filters over ``seen_commitments``: the side, the lead body, the issue, and how they stand."""

    side = django_filters.ModelChoiceFilter(
        field_name="locality",
        to_field_name="mnemonic",
        label=_("Side"),
        empty_label=_("Any side"),
        queryset=Locality.objects.none(),
    )
    concerning = django_filters.ModelChoiceFilter(
        method="by_concern",
        to_field_name="mnemonic",
        label=_("Concerning"),
        empty_label=_("Any locality"),
        queryset=lambda request: Locality.objects.all(),
    )
    council = django_filters.ModelChoiceFilter(
        field_name="dossier__council",
        to_field_name="slug",
        label=_("Concluded by the Council"),
        empty_label=_("Any or none"),
        queryset=Organisation.objects.filter(kind=Organisation.Kind.COUNCIL, parent=None),
    )
    lead = django_filters.ModelChoiceFilter(
        to_field_name="slug",
        label=_("Lead body"),
        empty_label=_("Any body"),
        queryset=Organisation.objects.none(),
    )
    issue = django_filters.CharFilter(
        method="by_issue",
        label=_("Issue"),
        widget=forms.TextInput(attrs={"placeholder": _("Code of the issue"), "maxlength": 40}),
    )
    standing = django_filters.ChoiceFilter(
        method="by_standing",
        label=_("How it stands"),
        empty_label=_("All"),
        choices=[
            *MARKS.items(),
            *((state, state.label) for state in Commitment.State if state in _FURTHER_STATES),
            ("replaced", pgettext_lazy("commitments", "Unmet, replaced by another")),
        ],
    )

    class Meta:
        model = Commitment
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: QuerySet[Commitment], reckoning: Reckoning) -> None:
        super().__init__(data, queryset=queryset)
        self.reckoning = reckoning
        self.filters["side"].field.queryset = Locality.objects.filter(pk__in=queryset.values("locality"))
        self.filters["lead"].field.queryset = Organisation.objects.filter(pk__in=queryset.values("lead"))

    def by_concern(self, rows: QuerySet[Commitment], _name: str, value: Locality) -> QuerySet[Commitment]:
        """Given on the locality's own issues, or to be carried out by it."""
        return rows.filter(concerning(value))

    def by_issue(self, rows: QuerySet[Commitment], _name: str, value: str) -> QuerySet[Commitment]:
        """One issue, by its code or reference."""
        return rows.filter(Q(issue__code__iexact=value.strip()) | Q(issue__ref=value.strip()))

    def by_standing(self, rows: QuerySet[Commitment], _name: str, value: str) -> QuerySet[Commitment]:
        """One of the counts, or one state."""
        if value in _FURTHER_STATES:
            return rows.filter(state=value)
        return rows.filter(self.reckoning.marked(value))

    @property
    def counted(self) -> QuerySet[Commitment]:
        """What the counts are of: narrowed by everything but how each stands."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        rows = self.queryset
        for name in ("side", "concerning", "council", "lead", "issue"):
            rows = self.filters[name].filter(rows, chosen.get(name))
        return rows

    @property
    def in_use(self) -> int:
        """How many filters narrow the list."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return sum(1 for value in chosen.values() if value)
