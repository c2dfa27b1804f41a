"""One record for one person: found by ref or code, shown as far as it has reached them (rulebook §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Attachment, Issue, Meeting, Opinion, Person, Seat
from coordination.queries.holders import holder_words
from coordination.roles import held_seats
from coordination.visibility import FULL, SHARED
from workflows.clocks import running_clock
from workflows.deadlines import explanation_from_json, overdue, render_explanation
from workflows.machines.base import Machine
from workflows.models import AccessEntry, Clock, Event, PendingStep, WorkItem
from workflows.refusals import NotVisible
from workflows.registry import registry

SOON = timedelta(days=1)

SIDE_LABELS: dict[str, str | Promise] = {
    "unit": _("the reporting unit"),
    "focal": _("the focal point"),
    "committee": _("the People's Committee"),
    "consulted": _("the consulted bodies"),
    "central": _("the competent authority"),
    "home": _("the home locality"),
    "other": _("the invited locality"),
    "both": _("both sides"),
    "each": _("each side"),
    "council": _("the Regional Council"),
    "lead": _("the lead body"),
    "that side": _("the side that gave it"),
}
PURPOSES: dict[str, str | Promise] = {
    "unit_answer": _("says whether it is resolved"),
    "countersign": _("countersigns the outside document"),
}


@dataclass(frozen=True)
class ClockFace:
    """A clock as a page shows it; ``spent`` is each side's time on the record so far, in days."""

    due_at: datetime | None
    side: str
    late: bool
    soon: bool
    lines: tuple[str, ...]
    spent: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class TurnHolder:
    """Who holds a turn, and what for where it is not the record's own step."""

    label: str
    purpose: str
    record: Machine


def get_record_for(person: Person, machine: str, key: str, at: datetime) -> tuple[Any, str]:
    """The record and how much of it this person sees (``full`` or ``shared``).

    What an auditor reads is logged. Raises ``NotVisible`` for a record that is not there or has not
    reached this person: the answer is the same.
    """
    assert registry.visible is not None
    model = registry.machines.get(machine)
    if model is None:
        raise NotVisible
    record = model._default_manager.filter(Q(ref=key) | Q(code=key)).first()
    level = registry.visible(person, record, at) if record is not None else None
    if record is None or level is None:
        raise NotVisible
    if any(held.level == Seat.Level.AUDITOR for held in held_seats(person, at)):
        AccessEntry.objects.create(
            person_id=person.pk, machine=machine, record_id=record.pk, what="read", at=at
        )
    return record, level


def children_of(issue: Issue) -> dict[str, list[Any]]:
    """The records beside an issue, the oldest first."""
    meetings = [
        item.meeting for item in issue.agenda_items.select_related("meeting__home").order_by("meeting_id")
    ]
    return {
        "opinion": list(
            Opinion.objects.filter(consultation__issue=issue)
            .select_related("body", "consultation__issue")
            .order_by("pk")
        ),
        "meeting": meetings,
        "dossier": list(issue.dossiers.select_related("council").order_by("pk")),
        "commitment": list(
            issue.commitments.select_related("locality", "lead")
            .prefetch_related("coordinators")
            .order_by("locality__mnemonic", "due_on", "pk")
        ),
    }


def turn_holders(records: Sequence[Machine], at: datetime) -> list[TurnHolder]:
    """Whose turn it is on any of these records: the open work items as names and titles."""
    wanted = Q(pk__in=[])
    for record in records:
        wanted |= Q(machine=record.machine, record_id=record.pk)
    by_key = {(record.machine, record.pk): record for record in records}
    rows = WorkItem.objects.filter(wanted, finished__isnull=True).exclude(holder="")
    items = list(rows.order_by("pk"))
    words = holder_words({item.holder for item in items}, at)
    return [
        TurnHolder(
            label=words[item.holder],
            purpose=str(PURPOSES.get(item.purpose, "")),
            record=by_key[item.machine, item.record_id],
        )
        for item in items
    ]


def clock_face(record: Machine, at: datetime) -> ClockFace | None:
    """The running clock and the time each side has spent; None where no clock ever ran."""
    clocks = list(Clock.objects.filter(machine=record.machine, record_id=record.pk))
    if not clocks:
        return None
    spent: dict[str, timedelta] = {}
    for clock in clocks:
        until = clock.stopped_at or max(at, clock.started_at)
        spent[clock.side] = spent.get(clock.side, timedelta()) + (until - clock.started_at)
    running = running_clock(record)
    due_at = running.due_at if running else None
    return ClockFace(
        due_at=due_at,
        side=str(SIDE_LABELS.get(running.side, running.side)) if running else "",
        late=due_at is not None and overdue(due_at, at),
        soon=due_at is not None and not overdue(due_at, at) and due_at - at <= SOON,
        lines=tuple(render_explanation(explanation_from_json(running.explanation))) if running else (),
        spent=tuple((str(SIDE_LABELS.get(side, side)), time.days) for side, time in spent.items()),
    )


def files_of(record: Machine, level: str) -> list[Attachment]:
    """The files of a record this reader may open: all at home, else the shared ones."""
    rows = Attachment.objects.filter(machine=record.machine, record_id=record.pk)
    return list(rows if level == FULL else rows.filter(shared=True))


def pending_step(record: Machine) -> PendingStep | None:
    """The step recorded by document that waits for the focal head, if any."""
    return PendingStep.objects.filter(
        machine=record.machine, record_id=record.pk, status=PendingStep.Status.WAITING
    ).first()


def state_shown(record: Machine, level: str) -> tuple[str, str]:
    """State and its label; outside the home, the last state that the parties were told of."""
    if level == FULL or record.machine != "issue":
        return record.state, record.get_state_display()
    told = (
        Event.objects.filter(
            machine=record.machine,
            record_id=record.pk,
            kind=Event.Kind.STEP,
            told__contains="parties",
        )
        .order_by("-seq")
        .values_list("target", flat=True)
        .first()
    )
    state = told or Issue.State.TRIAGE
    return state, str(Issue.State(state).label)


def may_read_title(person: Person, opinion: Opinion, at: datetime) -> bool:
    """A consulted outside body reads the question and the position, not the issue (rulebook §5)."""
    assert registry.visible is not None
    return registry.visible(person, opinion.issue, at) in {FULL, SHARED}


def minutes_reached(meeting: Meeting, level: str | None) -> bool:
    """Whether the reader may see the minutes: at home always, elsewhere once they were shared."""
    return level == FULL or meeting.state in {
        Meeting.State.MINUTES_SHARED,
        Meeting.State.CONCLUDED,
        Meeting.State.UNCONFIRMED,
    }
