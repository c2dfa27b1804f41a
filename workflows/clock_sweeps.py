"""What a running clock brings about: reminders while it runs, a step of the system once it has run out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows import engine
from workflows.clocks import Terms, load_calendar, reminders_of, running_clock
from workflows.deadlines import overdue
from workflows.machines.base import Machine
from workflows.models import Clock, WorkItem
from workflows.policies import values_of
from workflows.refusals import Forbidden
from workflows.registry import Planned, registry
from workflows.reminders import Schedule, words

CHUNK = 200
Key = tuple[str, int]


class NotDue(Forbidden):
    """It is not due, or not any more: done already, moved on, or the date was moved."""

    code = "not_due"
    text = _("This is not due now.")


class Reminders:
    """``remind`` by the system: half time, the day before, the day itself, then again (rulebook §4).

    Reminders that were missed (the server was down) are one; outside office hours none goes out,
    except hỏa tốc.
    """

    name = "remind"
    label = _("Reminders")

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterator[Planned]:
        """Each reminder at the moment it goes out."""
        due = Clock.objects.filter(among or Q(), stopped_at__isnull=True, remind_at__lte=until)
        for clock, record, holders in in_chunks(due.order_by("remind_at", "pk")):
            schedule = _schedule(clock, record)
            if schedule is None or clock.remind_at is None:
                continue
            moment = schedule.goes_out_at(max(clock.remind_at, now))
            while moment <= until:
                reminder = schedule.last_by(moment)
                if reminder is not None:
                    data = reminder.as_data()
                    yield Planned(record, "remind", moment, holders, words(data["reminder"]), data)
                moment = schedule.goes_out_at(schedule.next_after(moment))

    def take(self, planned: Planned, *, at: datetime) -> None:
        """Send one reminder, if the record's clock still asks for it."""
        engine.through_door(planned.record, {}, partial(self._remind, at=at), by=None, at=at)

    @staticmethod
    def _remind(record: Machine, *, at: datetime) -> None:
        clock = running_clock(record)
        schedule = _schedule(clock, record) if clock else None
        if clock is None or schedule is None or clock.remind_at is None or clock.remind_at > at:
            raise NotDue
        reminder = schedule.last_by(at)
        if reminder is None or schedule.goes_out_at(at) > at:
            raise NotDue
        clock.reminders += 1
        clock.remind_at = schedule.next_after(at)
        clock.save(update_fields=["reminders", "remind_at"])
        engine.act(record, "remind", by=None, at=at, data=reminder.as_data())


@dataclass(frozen=True)
class StepWhenDue:
    """A step that is the system's once the clock of ``state`` has run out, and ``why``."""

    name: str
    label: str | Promise
    machine: str
    state: str
    step: str
    why: str | Promise

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterator[Planned]:
        """The records whose clock of this state runs out before ``until``."""
        due = Clock.objects.filter(
            among or Q(), stopped_at__isnull=True, machine=self.machine, key=self.state, due_at__lt=until
        )
        for clock, record, holders in in_chunks(due.order_by("due_at", "pk")):
            assert clock.due_at is not None
            yield Planned(record, self.step, clock.due_at, holders, self.why)

    def take(self, planned: Planned, *, at: datetime) -> None:
        """Take the step, if its clock still runs and has run out."""
        engine.through_door(planned.record, {}, partial(self._step, at=at), by=None, at=at)

    def _step(self, record: Machine, *, at: datetime) -> None:
        clock = running_clock(record)
        late = clock is not None and clock.due_at is not None and overdue(clock.due_at, at)
        if record.state != self.state or not late:
            raise NotDue
        engine.perform(record, self.step, by=None, at=at)


def in_chunks(clocks: QuerySet[Clock]) -> Iterator[tuple[Clock, Machine, tuple[str, ...]]]:
    """Running clocks with their records and who holds the turn; three queries or so per chunk."""
    ids = list(clocks.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        # Read again: what was done for the first may have stopped the clock of a later one.
        rows = list(clocks.filter(pk__in=ids[start : start + CHUNK]))
        records = _records(rows)
        held = holders_of(records)
        for clock in rows:
            key = (clock.machine, clock.record_id)
            if key in records:
                yield clock, records[key], held.get(key, ())


def holders_of(keys: Iterable[Key]) -> dict[Key, tuple[str, ...]]:
    """(machine, record id) → the keys that hold its open work items, in one query."""
    wanted = Q(pk__in=[])
    for machine, record_id in keys:
        wanted |= Q(machine=machine, record_id=record_id)
    rows = WorkItem.objects.filter(wanted, finished__isnull=True).exclude(holder="").order_by("pk")
    held: dict[Key, tuple[str, ...]] = {}
    for machine, pk, holder in rows.values_list("machine", "record_id", "holder"):
        assert pk is not None
        held[machine, pk] = (*held.get((machine, pk), ()), holder)
    return held


def _records(clocks: Iterable[Clock]) -> dict[Key, Machine]:
    wanted: dict[str, list[int]] = {}
    for clock in clocks:
        wanted.setdefault(clock.machine, []).append(clock.record_id)
    return {
        (machine, record.pk): record
        for machine, ids in wanted.items()
        for record in registry.machines[machine]._base_manager.filter(pk__in=ids)
    }


def _schedule(clock: Clock, record: Machine) -> Schedule | None:
    """By the policy that the clock was counted by, and the calendar of today."""
    assert registry.scope is not None
    scope, version = registry.scope(record), clock.policy_version
    return reminders_of(clock, record, Terms(load_calendar(scope), version, values_of(scope, version)))
