"""Whom nothing has reached, as the clerk reads it, and how leaders were reached, as the focal point does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Issue, Person, Seat
from coordination.presentation import KINDS
from coordination.queries.seats import seat_words, seats_of
from coordination.roles import held_seats
from notifications.models import Notice, ReachTask
from notifications.reach import Reach, merged, reach_of, standing_tasks
from workflows.clocks import running_clock
from workflows.machines.base import Machine
from workflows.registry import registry


@dataclass(frozen=True)
class ToTell:
    """One leader to be told: the kind and code of the file, never its content."""

    task: ReachTask
    code: str
    kind: str
    leader: str


@dataclass(frozen=True)
class LeaderReach:
    """How one leader whose action a record waits for was reached."""

    leader: str
    ways: tuple[tuple[str | Promise, datetime], ...]
    opened_at: datetime | None
    task: ReachTask | None


_LEADERS = (Seat.Level.HEAD, Seat.Level.DEPUTY)
_WAYS: tuple[tuple[str, str | Promise], ...] = (
    ("seen_at", _("saw it in the list of notices")),
    ("mailed_at", _("the mail server took the message")),
    ("shown_at", _("shown on their device")),
    ("chatted_at", _("sent as a chat message or SMS")),
)


def leading_seat(person: Person, record: Machine, at: datetime) -> Seat | None:
    """The seat in a body by which somebody is a leader: head, deputy or named decider; else None."""
    named = record.decider_id if isinstance(record, Issue) else None
    for held in held_seats(person, at):
        if held.seat.organisation_id and (held.seat.level in _LEADERS or held.seat.pk == named):
            return held.seat
    return None


def to_tell(person: Person, at: datetime) -> list[ToTell]:
    """What the reader has to tell the leaders of their own body, as its clerk; the most urgent first."""
    bodies = [seat.organisation_id for seat in seats_of(person, at) if seat.level == Seat.Level.CLERK]
    if not bodies:
        return []
    tasks = standing_tasks().filter(organisation_id__in=bodies).select_related("notice__person")
    return [_to_tell(task, at) for task in tasks.order_by("due_at", "pk")]


def _to_tell(task: ReachTask, at: datetime) -> ToTell:
    notice = task.notice
    record = registry.machines[notice.machine]._base_manager.get(pk=notice.record_id)
    seat = leading_seat(notice.person, record, at)
    leader = f"{notice.person}, {seat_words(seat)}" if seat else str(notice.person)
    return ToTell(task, record.key, str(KINDS[notice.machine]), leader)


def reach_for(record: Machine, person: Person, at: datetime) -> list[LeaderReach]:
    """How the leaders were reached whom a record waits for; for its focal point only."""
    assert registry.roles is not None
    roles = {capacity.role for capacity in registry.roles.capacities(person, record, at)}
    if not roles & {"focal.officer", "focal.head"}:
        return []
    clock = running_clock(record)
    rows = Notice.objects.filter(machine=record.machine, record_id=record.pk, requires_action=True)
    if clock is None:
        return []
    asked: dict[int, list[Notice]] = {}
    for notice in rows.filter(created_at__gte=clock.started_at).select_related("person").order_by("pk"):
        asked.setdefault(notice.person_id, []).append(notice)
    waiting = {who: rows for who, rows in asked.items() if rows[-1].done_at is None and who != person.pk}
    if not waiting:
        return []
    every = [notice for notices in waiting.values() for notice in notices]
    reached = reach_of(every)
    tasks = {
        task.notice.person_id: task
        for task in ReachTask.objects.filter(notice__in=every).select_related("notice")
    }
    found = []
    for who, notices in waiting.items():
        seat = leading_seat(notices[0].person, record, at)
        if seat is not None:
            words = f"{notices[0].person}, {seat_words(seat)}"
            said = merged(reached[notice.pk] for notice in notices)
            found.append(LeaderReach(words, _ways(said), said.opened_at, tasks.get(who)))
    return found


def _ways(reach: Reach) -> tuple[tuple[str | Promise, datetime], ...]:
    return tuple((words, getattr(reach, name)) for name, words in _WAYS if getattr(reach, name))
