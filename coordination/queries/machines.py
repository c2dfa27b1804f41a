"""Where the records stand on their machine: for the drawing of each (``workflows.charts``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from coordination.models import Opinion, Person
from coordination.queries.records import SIDE_LABELS, get_record_for, state_shown
from coordination.visibility import (
    FULL,
    Sight,
    issues_full,
    visible_commitments,
    visible_dossiers,
    visible_issues,
    visible_meetings,
)
from workflows.machines.base import Machine, StepInfo
from workflows.models import Event
from workflows.roles import who_label


@dataclass(frozen=True)
class StepWords:
    """One way out of a state: the step, who takes it, and where it leads."""

    label: str | Promise
    who: str | Promise
    targets: tuple[str, ...]
    by_link: bool


@dataclass(frozen=True)
class StateWords:
    """One state of a machine as a row of a table."""

    state: str
    label: str | Promise
    days: int | None
    side: str | Promise
    steps: tuple[StepWords, ...]
    count: int
    terminal: bool


def _issues(person: Person, at: datetime) -> QuerySet[Any]:
    """The issues whose real state the reader knows: outside the home a state may be held back."""
    sight = Sight(person, at)
    rows = visible_issues(person, at)
    return rows if sight.auditor else rows.filter(issues_full(sight))


def _opinions(person: Person, at: datetime) -> QuerySet[Any]:
    return Opinion.objects.filter(body_id__in=Sight(person, at).bodies)


_KNOWN: dict[str, Callable[[Person, datetime], QuerySet[Any]]] = {
    "issue": _issues,
    "opinion": _opinions,
    "meeting": visible_meetings,
    "dossier": visible_dossiers,
    "commitment": visible_commitments,
}


def counts_per_state(person: Person, machine: str, at: datetime) -> dict[str, int]:
    """How many records stand in each state, of those whose state ``person`` may know."""
    known = _KNOWN[machine](person, at)
    rows: QuerySet[Any, Any] = known.model.objects.filter(pk__in=known.order_by().values("pk"))
    rows = rows.values("state")
    return {row["state"]: row["count"] for row in rows.annotate(count=Count("pk"))}


def position_of(person: Person, machine: str, key: str, at: datetime) -> tuple[Machine, str, list[str]]:
    """The record, the state it is in for ``person``, and those it has been in (at home only).

    Raises ``Http404`` where the person may not see it.
    """
    record, level = get_record_for(person, machine, key, at)
    state, _label = state_shown(record, level)
    if level != FULL:
        return record, state, []
    events = Event.objects.filter(machine=machine, record_id=record.pk, kind__in=["begin", "step"])
    return record, state, sorted(set(events.values_list("target", flat=True)))


def states_in_words(model: type[Machine], counts: dict[str, int]) -> list[StateWords]:
    """Every state with its clock and its ways out, in the order of the machine."""
    return [
        StateWords(
            state=str(state.value),
            label=state.label,
            days=rule.days if (rule := model.CLOCKS.get(state)) else None,
            side=SIDE_LABELS[rule.side] if rule else "",
            steps=tuple(_step_words(model, info) for info in model.steps_from(state).values()),
            count=counts.get(str(state.value), 0),
            terminal=state in model.TERMINAL,
        )
        for state in model.State
    ]


def _step_words(model: type[Machine], info: StepInfo) -> StepWords:
    return StepWords(
        label=info.label,
        who=who_label(info.who),
        targets=tuple(str(model.State(target).label) for target in info.target),
        by_link=info.by_link,
    )
