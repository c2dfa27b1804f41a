"""The inbox: notices written in the step's own transaction, read back in order.

Each person's ``seq`` has no gaps and becomes visible in its own order, because the counter row is
locked until the step commits (design: notifications.md §2). What travels after the commit is a
wake-up and nothing else: who misses it reads the notice at the next poll.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from notifications import decision_links
from notifications.holders import holders_of, work_of
from notifications.models import InboxCounter, Notice, OutboxMessage
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import Hearing, Telling

BATCH = 200

RecordKey = tuple[str, int]


@dataclass
class _Batch:
    """What one step and its effects have to tell, worked out before anything is written."""

    heard: list[tuple[Telling, Hearing]] = field(default_factory=list)
    records: dict[RecordKey, Machine] = field(default_factory=dict)
    last: dict[RecordKey, Telling] = field(default_factory=dict)
    acted: set[tuple[RecordKey, int]] = field(default_factory=set)
    actors: set[int] = field(default_factory=set)

    @property
    def told(self) -> set[int]:
        """The people who get at least one notice."""
        return {hearing.person_id for _telling, hearing in self.heard}

    @property
    def moved(self) -> set[int]:
        """The people whose counts can have moved: the told, and who acted (on another device too)."""
        return self.told | self.actors


def sink(tellings: Sequence[Telling]) -> None:
    """Write what a step and its effects have to tell (``registry.sink``).

    Runs once per step, at the end of its transaction. One notice per event and person, one
    message per notice and way out; notices whose turn has passed are done with; links that no
    longer fit are revoked; after the commit each person's sockets are woken.
    """
    batch = _gather(tellings)
    waiting = _open_notices(batch.records)
    people = batch.moved | {notice.person_id for notice in waiting}
    counters = _lock_counters(people)
    fresh = _write_notices(batch, counters)
    finished = _finish(batch, [*waiting, *fresh], fresh)
    _move_counters(counters, batch, finished)
    _queue(fresh)
    decision_links.revoke_unfit(tellings)
    woken = {person: counters[person] for person in sorted(batch.moved | finished)}
    if woken:
        _wake_after_commit(woken)


def _gather(tellings: Sequence[Telling]) -> _Batch:
    batch = _Batch()
    for telling in tellings:
        key = (telling.record.machine, telling.record.pk)
        batch.records[key], batch.last[key] = telling.record, telling
        if telling.event is not None and telling.event.person_id:
            batch.actors.add(telling.event.person_id)
            if telling.event.kind == Event.Kind.STEP:
                batch.acted.add((key, telling.event.person_id))
        merged = merge(telling.hearings)
        batch.heard += [(telling, merged[person]) for person in sorted(merged)]
    return batch


def merge(hearings: Iterable[Hearing]) -> dict[int, Hearing]:
    """One hearing per person: what requires action wins, else the reason named first."""
    merged: dict[int, Hearing] = {}
    for hearing in hearings:
        known = merged.get(hearing.person_id)
        if known is None or (hearing.requires_action and not known.requires_action):
            merged[hearing.person_id] = hearing
    return merged


def _open_notices(records: Iterable[RecordKey]) -> list[Notice]:
    """Notices of these records that still wait for somebody to act."""
    which = reduce(or_, (Q(machine=machine, record_id=pk) for machine, pk in records), Q())
    return list(Notice.objects.awaiting_action().filter(which)) if which else []


def _lock_counters(people: set[int]) -> dict[int, int]:
    """Lock the counters in person order and return the last ``seq`` of each; missing ones begin.

    They begin before any is locked: begun afterwards, a new row would be out of order, and two
    steps could wait for each other.
    """
    if not people:
        return {}
    InboxCounter.objects.bulk_create(
        [InboxCounter(person_id=person) for person in sorted(people)], ignore_conflicts=True
    )
    rows = InboxCounter.objects.select_for_update().filter(person_id__in=people)
    return dict(rows.order_by("person_id").values_list("person_id", "seq"))


def _write_notices(batch: _Batch, counters: dict[int, int]) -> list[Notice]:
    """One notice per event and person; moves the last ``seq`` of ``counters``."""
    notices = []
    for telling, hearing in batch.heard:
        event = telling.event or _newest_event(telling.record)
        counters[hearing.person_id] += 1
        notices.append(
            Notice(
                person_id=hearing.person_id,
                seq=counters[hearing.person_id],
                event_id=event.pk,
                machine=event.machine,
                record_id=event.record_id,
                record_ref=event.record_ref,
                code=event.name,
                why=hearing.why,
                requires_action=hearing.requires_action,
                dedupe_key=hearing.key or f"event:{event.pk}",
                created_at=telling.at,
            )
        )
    return Notice.objects.bulk_create(notices)


def _newest_event(record: Machine) -> Event:
    """What somebody is told of whose turn it has become without any step: the last thing that happened."""
    events = Event.objects.filter(machine=record.machine, record_id=record.pk)
    return events.exclude(kind=Event.Kind.TRAIL).latest("seq")


def _finish(batch: _Batch, notices: Sequence[Notice], fresh: Sequence[Notice]) -> set[int]:
    """Set ``done_at`` where nobody has to act on the notice any more; return the people concerned.

    That is where its person took a step, or no longer holds an open item of the record, and where
    a later notice of the same record asks the same person again: so one record counts once.
    """
    done: dict[int, datetime] = {}
    people: set[int] = set()
    for key, telling in batch.last.items():
        asking = [n for n in notices if n.requires_action and (n.machine, n.record_id) == key]
        if not asking:
            continue
        holding = _holding(telling, {n.person_id for n in asking})
        holding -= {person for acted, person in batch.acted if acted == key}
        latest = {n.person_id: n.pk for n in sorted(asking, key=lambda n: n.seq)}
        for notice in asking:
            if notice.person_id not in holding or latest[notice.person_id] != notice.pk:
                done[notice.pk] = max(telling.at, notice.created_at)
                people.add(notice.person_id)
    for moment in set(done.values()):
        ids = [pk for pk, at in done.items() if at == moment]
        Notice.objects.filter(pk__in=ids).update(done_at=moment)
    for notice in fresh:
        notice.done_at = done.get(notice.pk)
    return people


def _holding(telling: Telling, people: set[int]) -> set[int]:
    """Which of these people hold an open item of the record, after the whole step."""
    asked = {h.person_id for h in telling.hearings if h.requires_action}
    return people if people <= asked else asked | holders_of(telling.record, telling.at)


def _move_counters(counters: dict[int, int], batch: _Batch, finished: set[int]) -> None:
    """Store the last ``seq`` of each person whose counts can have moved, and a new version."""
    moved = batch.moved | finished
    if moved:
        InboxCounter.objects.filter(person_id__in=moved).update(
            seq=Case(
                *(When(person_id=person, then=Value(counters[person])) for person in moved),
                default=F("seq"),
                output_field=BigIntegerField(),
            ),
            version=F("version") + 1,
        )


def _queue(notices: Sequence[Notice]) -> None:
    """One message per notice and way out: e-mail, for people who have an address."""
    people = get_user_model()._default_manager.filter(
        pk__in={notice.person_id for notice in notices}, is_active=True
    )
    reachable = set(people.exclude(email="").values_list("pk", flat=True)) if notices else set()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            notice=notice,
            way=OutboxMessage.Way.EMAIL,
            status=OutboxMessage.Status.CANCELLED if notice.done_at else OutboxMessage.Status.QUEUED,
            next_attempt_at=notice.created_at,
        )
        for notice in notices
        if notice.person_id in reachable
    )


def group_of(person_id: int) -> str:
    """The channel-layer group of one person's sockets."""
    return f"person.{person_id}"


def _wake_after_commit(woken: dict[int, int]) -> None:
    # Not functools.partial: Django names the callback in its log by __qualname__, and a partial has none.
    transaction.on_commit(lambda: wake(woken), robust=True)


def wake(woken: dict[int, int]) -> None:
    """Tell each person's sockets that there is something to read, up to which ``seq``."""
    async_to_sync(_send_wake_ups)(woken)


async def _send_wake_ups(woken: dict[int, int]) -> None:
    layer = get_channel_layer()
    for person, seq in woken.items():
        await layer.group_send(group_of(person), {"type": "wake", "person": person, "seq": seq})


@dataclass(frozen=True)
class Counts:
    """What the bell shows. ``version`` orders two answers: the higher one is the newer."""

    unread: int = 0
    actions: int = 0
    version: int = 0
    cursor: int = 0


def counts_of(people: Iterable[int]) -> dict[int, Counts]:
    """The counts of several people: what they have not read, and how many records wait for them."""
    people = list(people)
    work = work_of(people, timezone.now())

    def number(notices: Any) -> Any:
        rows = notices.filter(person_id=OuterRef("person_id")).order_by().values("person_id")
        return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)

    rows = InboxCounter.objects.filter(person_id__in=people).annotate(unread=number(Notice.objects.unread()))
    found = {person: Counts(actions=work.get(person, 0)) for person in people}
    for row in rows:
        found[row.person_id] = Counts(row.unread, work.get(row.person_id, 0), row.version, row.seq)
    return found


def waiting_on(person_id: int) -> set[RecordKey]:
    """The records on which something asks this person to act: a notice, or a link that still works."""
    notices = Notice.objects.awaiting_action().filter(person_id=person_id)
    return set(notices.values_list("machine", "record_id")) | decision_links.open_records(person_id)


def told_of(person_id: int, keys: Iterable[str]) -> set[str]:
    """Of these keys (``Hearing.key``) those of which this person was told."""
    notices = Notice.objects.filter(person_id=person_id, dedupe_key__in=list(keys))
    return set(notices.values_list("dedupe_key", flat=True))


def counts(person: Any) -> Counts:
    """The counts of one person."""
    return counts_of([person.pk]).get(person.pk, Counts())


def replay(person_id: int, after: int, limit: int = BATCH) -> list[Notice]:
    """The notices of a person that follow ``after``, oldest first, at most ``limit``."""
    rows = Notice.objects.filter(person_id=person_id, seq__gt=after).order_by("seq")
    return list(rows[:limit])


def mark_read(person: Any, up_to: int, *, at: datetime) -> int:
    """Mark what the person has seen as read, up to a ``seq``; returns how many were unread."""
    with transaction.atomic():
        counter = InboxCounter.objects.select_for_update().filter(person_id=person.pk).first()
        if counter is None:
            return 0
        unread = Notice.objects.unread().filter(person_id=person.pk, seq__lte=up_to)
        changed = unread.update(read_at=at)
        if changed:
            InboxCounter.objects.filter(pk=counter.pk).update(version=F("version") + 1)
            _wake_after_commit({person.pk: counter.seq})
        return changed
