"""Which messages a step's notices become: on which way, at once or in the digest, not before when.

Times are each person's own: their locality's working calendar, else the country's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from notifications.choices import choices_of
from notifications.kinds import Pace, kind_of
from notifications.models import Notice, OutboxMessage
from workflows.calendar import WorkingCalendar
from workflows.clocks import load_calendar
from workflows.deadlines import Urgency
from workflows.machines.base import Machine
from workflows.registry import registry
from workflows.remembering import once

DIGEST_AT = time(7, 30)
_DAY = timedelta(days=1)


def outgoing(notices: Sequence[Notice], records: Mapping[tuple[str, int], Machine]) -> list[OutboxMessage]:
    """The messages of these notices, not saved yet: one per notice and way that its person wants.

    ``records`` are the records that the notices are about, as (machine, id).
    """
    if not notices:
        return []
    people = {notice.person_id for notice in notices}
    choices, calendars = choices_of(people), _calendars(people, notices[0].created_at)
    messages = []
    for notice in notices:
        chosen, calendar = choices[notice.person_id], calendars[notice.person_id]
        for way, pace in chosen.plan(kind_of(notice)).items():
            bundled = pace == Pace.DIGEST
            due = notice.created_at
            if bundled:
                due = next_digest(calendar, due)
            elif chosen.quiet and not _passes(records[notice.machine, notice.record_id], calendar, due):
                due = calendar.add_working_hours(due, 0)
            # What is done with before it is sent is kept all the same: it says why nothing went out.
            status = OutboxMessage.Status.CANCELLED if notice.done_at else OutboxMessage.Status.QUEUED
            messages.append(
                OutboxMessage(notice=notice, way=way, status=status, bundled=bundled, next_attempt_at=due)
            )
    return messages


def next_digest(calendar: WorkingCalendar, at: datetime) -> datetime:
    """The first 07:30 of a working day after ``at``, on the calendar's own wall clock."""
    local = calendar.local(at)
    first = local.date() if local.time() < DIGEST_AT else local.date() + _DAY
    return datetime.combine(calendar.next_working_day(first), DIGEST_AT, calendar.zone)


def _calendars(people: set[int], at: datetime) -> dict[int, WorkingCalendar]:
    assert registry.workplaces is not None
    workplaces = registry.workplaces(people, at)
    calendars = {scope: load_calendar(scope) for scope in set(workplaces.values())}
    return {person: calendars[scope] for person, scope in workplaces.items()}


def _passes(record: Machine, calendar: WorkingCalendar, at: datetime) -> bool:
    """Whether quiet hours do not hold it back: the office is open, or an issue of it is hỏa tốc."""
    return calendar.is_office_time(at) or once(
        ("express", record.machine, record.pk), lambda: _is_express(record)
    )


def _is_express(record: Machine) -> bool:
    assert registry.urgency is not None
    assert registry.lock_set is not None
    assert registry.lock_model is not None
    if registry.urgency(record) == Urgency.EXPRESS:
        return True
    issues = registry.lock_model._base_manager.filter(pk__in=registry.lock_set(record, {}))
    return any(registry.urgency(issue) == Urgency.EXPRESS for issue in issues)


def reroute(messages: Sequence[OutboxMessage], *, at: datetime) -> None:
    """These can reach nobody on their way: what requires action leaves on another of the person's ways.

    Where the same notice is on another way already, nothing more is needed.
    """
    asking = [one.notice for one in messages if one.notice.requires_action and one.notice.done_at is None]
    if not asking:
        return
    closed = {OutboxMessage.Status.CANCELLED, OutboxMessage.Status.DEAD}
    known: dict[int, dict[str, str]] = {notice.pk: {} for notice in asking}
    for message in OutboxMessage.objects.filter(notice__in=asking):
        known[message.notice_id][message.way] = message.status
    choices = choices_of({notice.person_id for notice in asking})
    fresh = []
    for notice in asking:
        taken = known[notice.pk]
        left = [way for way in choices[notice.person_id].ways if way not in taken]
        if left and set(taken.values()) <= closed:
            fresh.append(OutboxMessage(notice=notice, way=left[0], next_attempt_at=at))
    # Another worker may come to the same end: the notice leaves once on each way.
    OutboxMessage.objects.bulk_create(fresh, ignore_conflicts=True)
