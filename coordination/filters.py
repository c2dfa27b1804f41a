"""The filters of the lists: each is one question a person asks of a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coordination.directory import day_of
from coordination.models import (
    Commitment,
    Issue,
    IssueLocality,
    Kind,
    Locality,
    Organisation,
    Person,
    Urgency,
)
from coordination.queries.commitments import MARKS, Reckoning
from coordination.queries.issues import runs_late, turn_is_held_by
from coordination.queries.search import matching

OPEN, ENDED, MINE = "open", "ended", "me"
# States of a commitment that no count stands for.
_FURTHER_STATES = (
    Commitment.State.ASSIGNED,
    Commitment.State.ACCEPTED,
    Commitment.State.DISPUTED,
    Commitment.State.CANCELLED,
)

# Whose turn → the first words of the machine's own column ``turn`` (docs/rulebook/states.csv).
_TURN_WORDS = {
    "unit": ("reporting.officer", "reporting.head"),
    "focal": ("focal.officer", "focal.head", "accountable"),
    "committee": ("committee.officer", "decider"),
    "consulted": ("accountable+opinions",),
    "localities": ("meeting",),
    "council": ("dossier",),
    "leads": ("commitments; focal.head when all have settled",),
}
_TURNS = [
    (MINE, _("My turn")),
    ("unit", _("The reporting unit's")),
    ("focal", _("The focal point's")),
    ("committee", _("The committee's")),
    ("consulted", _("The consulted bodies'")),
    ("localities", _("The localities that meet")),
    ("council", _("The Regional Council's")),
    ("leads", _("The lead bodies'")),
]


class IssueFilter(django_filters.FilterSet):
    """Filters over ``seen_issues``: words, state, locality, kind, urgency, whose turn, overdue."""

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
        method="by_turn", label=_("Whose turn"), empty_label=_("Anyone's"), choices=_TURNS
    )
    locality = django_filters.ModelChoiceFilter(
        method="by_locality",
        label=_("Locality"),
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
    overdue = django_filters.BooleanFilter(
        method="by_overdue",
        label=_("Overdue only"),
        widget=forms.CheckboxInput,
    )

    class Meta:
        model = Issue
        fields: list[str] = []

    def __init__(self, data: Any, *, queryset: QuerySet[Issue], person: Person, at: datetime):
        super().__init__(data, queryset=queryset)
        self.person, self.at = person, at
        self.filters["locality"].field.queryset = Locality.objects.at(day_of(at))

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
        words = _TURN_WORDS[value]
        return rows.filter(state__in=[state for state, turn in Issue.TURNS.items() if turn in words])

    def by_locality(self, rows: QuerySet[Issue], _name: str, value: Locality) -> QuerySet[Issue]:
        """Issues in which the locality has a side."""
        return rows.filter(Exists(IssueLocality.objects.filter(issue=OuterRef("pk"), locality=value)))

    def by_overdue(self, rows: QuerySet[Issue], _name: str, value: bool) -> QuerySet[Issue]:
        """Past its due date; for a shared issue only if a record the reader may see runs late."""
        return rows.filter(runs_late(self.at)) if value else rows

    @property
    def in_use(self) -> int:
        """How many filters besides the search narrow the list."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return sum(1 for name, value in chosen.items() if name != "q" and value)


class CommitmentFilter(django_filters.FilterSet):
    """Filters over ``seen_commitments``: the side, the lead body, the issue, and how they stand."""

    side = django_filters.ModelChoiceFilter(
        field_name="locality",
        to_field_name="mnemonic",
        label=_("Side"),
        empty_label=_("Any side"),
        queryset=Locality.objects.none(),
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
        for name in ("side", "lead", "issue"):
            rows = self.filters[name].filter(rows, chosen.get(name))
        return rows

    @property
    def in_use(self) -> int:
        """How many filters narrow the list."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return sum(1 for value in chosen.values() if value)
