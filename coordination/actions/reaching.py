"""A leader whom nothing has reached becomes a task of their clerk before the due date (văn thư báo).

Only leaders have a clerk: heads, deputies in charge and named deciders. The clerk learns the code and
who is to be told; the content stays with whoever may read the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.directory import day_of
from coordination.models import Person, Seat
from coordination.queries.reach import leading_seat
from notifications import reach
from notifications.inbox import nudge
from notifications.models import Notice, ReachTask
from workflows import engine
from workflows.clock_sweeps import NotDue
from workflows.clocks import load_calendar, running_clock
from workflows.machines.base import Machine
from workflows.refusals import Forbidden, NotYours
from workflows.registry import Planned, registry
from workflows.roles import SYSTEM_CAPACITY

# A mail server that is down for a moment is not a leader who cannot be reached; of a matter that is due
# within two hours (hỏa tốc) this leaves most of the time to the clerk.
GRACE = timedelta(minutes=15)


class Unreached:
    """Tasks open when time runs short, and close by themselves once the person was reached or has acted."""

    name = "reach"
    label = _("Leaders to be told by their clerk")
    opens = _("nothing has reached the leader yet: their clerk is asked to tell them")
    closes = _("the leader was reached or has acted: their clerk need not tell them any more")

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterator[Planned]:
        """The tasks that open now, then those that are over; nothing ahead of time."""
        if until > now:
            # No forecast: whether a message will have gone out by then no plan can say.
            return
        for notice in reach.unreached().filter(among or Q()).select_related("person").order_by("pk"):
            record = _record_of(notice)
            found = _to_hand_over(notice, record, now)
            if found is not None and found.when <= now:
                yield _planned(record, now, found.body, self.opens, {"notice": notice.pk})
        for task, how in reach.settled_tasks():
            data = {"task": task.pk, "how": str(how)}
            yield _planned(_record_of(task.notice), now, task.organisation_id, self.closes, data)

    def take(self, planned: Planned, *, at: datetime) -> None:
        """Open or close one task, if it is still to be."""
        work = partial(_close if "task" in planned.data else _open, planned.data, at)
        engine.through_door(planned.record, {}, work, by=None, at=at, see="no")


@dataclass(frozen=True)
class _HandOver:
    """From when on which body's clerks are asked, and what is due when."""

    when: datetime
    body: int
    due_at: datetime


def _to_hand_over(notice: Notice, record: Machine, at: datetime) -> _HandOver | None:
    """None where the person is no leader, nothing is due, an earlier asking reached them, or it is done."""
    clock = running_clock(record)
    seat = leading_seat(notice.person, record, at)
    if clock is None or clock.due_at is None or seat is None or seat.organisation_id is None:
        return None
    askings = reach.askings(notice, clock.started_at)
    if not askings or any(one.has_reached for one in reach.reach_of(askings).values()):
        return None
    if ReachTask.objects.filter(notice__in=askings).exists():
        return None
    when = max(_a_working_day_before(clock.due_at, record), askings[0].created_at + GRACE)
    return _HandOver(when, seat.organisation_id, clock.due_at)


def _a_working_day_before(due_at: datetime, record: Machine) -> datetime:
    """The opening of the last working day before the due date.

    One office day is what it takes to telephone, or to lay a paper on a desk.
    """
    assert registry.scope is not None
    calendar = load_calendar(registry.scope(record))
    day = calendar.previous_working_day(calendar.local(due_at).date())
    return datetime.combine(day, calendar.hours.opens, calendar.zone)


def clerks_of(organisation_id: int, at: datetime) -> list[int]:
    """The clerks of a body on that day, as people."""
    rows = Seat.objects.at(day_of(at)).filter(level=Seat.Level.CLERK, organisation_id=organisation_id)
    return sorted(rows.filter(person__is_active=True).values_list("person_id", flat=True))


def close_reach_task(pk: int, how: str, *, by: Person, at: datetime) -> ReachTask:
    """The clerk has told the leader, or laid it before them on paper.

    Raises ``NotYours`` (of another body, or no clerk), ``Forbidden`` where it is closed already.
    """
    task = ReachTask.objects.select_related("notice__person").filter(pk=pk).first()
    if task is None or by.pk not in clerks_of(task.organisation_id, at):
        raise NotYours(text=_("This is for the clerk of the leader's own body."))
    if how not in {ReachTask.How.TOLD, ReachTask.How.PRINTED}:
        raise Forbidden("how", _("Say how you told them."))

    def work(record: Machine) -> None:
        if not reach.close_task(task, how, by=by, at=at):
            raise Forbidden("reach_closed", _("This was seen to already."))
        _trail(record, "reach_task_closed", task.notice, at, how=how, by=by.pk, by_name=str(by))
        nudge(clerks_of(task.organisation_id, at))

    engine.through_door(_record_of(task.notice), {}, work, by=None, at=at, see="no")
    return task


def _open(data: Mapping[str, Any], at: datetime, record: Machine) -> None:
    notice = reach.unreached().select_related("person").filter(pk=data["notice"]).first()
    found = _to_hand_over(notice, record, at) if notice else None
    if notice is None or found is None or found.when > at:
        raise NotDue
    reach.open_task(notice, organisation_id=found.body, due_at=found.due_at, at=at)
    _trail(record, "reach_task_opened", notice, at, body=found.body)
    nudge(clerks_of(found.body, at))


def _close(data: Mapping[str, Any], at: datetime, record: Machine) -> None:
    task = ReachTask.objects.select_related("notice__person").get(pk=data["task"])
    if not reach.close_task(task, data["how"], by=None, at=at):
        raise NotDue
    _trail(record, "reach_task_closed", task.notice, at, how=data["how"])
    nudge(clerks_of(task.organisation_id, at))


def _trail(record: Machine, name: str, notice: Notice, at: datetime, **said: Any) -> None:
    data = {"person": notice.person_id, "name": str(notice.person), **said}
    engine.trail(record, name, capacity=SYSTEM_CAPACITY, at=at, data=data, channel="system")


def _planned(record: Machine, when: datetime, body: int | None, why: Any, data: dict[str, Any]) -> Planned:
    return Planned(record, Unreached.name, when, (f"body:{body}:clerk",), why, data)


def _record_of(notice: Notice) -> Machine:
    return registry.machines[notice.machine]._base_manager.get(pk=notice.record_id)
