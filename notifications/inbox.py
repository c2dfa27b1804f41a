"""The inbox: notices written in the step's own transaction, read back in order.

Each person's ``seq`` has no gaps and becomes visible in its own order, because the counter row is
locked until the step commits (design: notifications.md §2). What travels after the commit is a
wake-up and nothing else: who misses it reads the notice at the next poll.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from notifications.counters import advance
from notifications.delivery.queueing import outgoing
from notifications.holders import work_of
from notifications.links import revoking
from notifications.models import InboxCounter, Notice
from notifications.waking import Caller
from workflows.lean import Kept, insert, set_all
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import Hearing, Telling, registry

log = logging.getLogger(__name__)

BATCH = 200
# The channel layer's group in which every process is that has sockets.
PROCESSES = "processes"

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
    told = Counter(hearing.person_id for _telling, hearing in batch.heard)
    counters = advance({person: told[person] for person in people})
    fresh = _write_notices(batch, counters)
    finished = _finish(batch, [*waiting, *fresh], fresh)
    insert(outgoing(fresh, batch.records))
    revoking.revoke_unfit(tellings)
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
    return [notice for machine, pk in records for notice in _asking(machine, pk)]


_asking = Kept(lambda machine, pk: Notice.objects.awaiting_action().filter(machine=machine, record_id=pk))


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
    return insert(notices)


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
        set_all(Notice, ids, "done_at", moment)
    for notice in fresh:
        notice.done_at = done.get(notice.pk)
    return people


def _holding(telling: Telling, people: set[int]) -> set[int]:
    """Which of these people hold an open item of the record, after the whole step."""
    assert registry.roles is not None
    asked = {h.person_id for h in telling.hearings if h.requires_action}
    if people <= asked:
        return people
    return asked | set(registry.roles.people(telling.holders, telling.record, telling.at))


def _wake_after_commit(woken: dict[int, int]) -> None:
    # Not functools.partial: Django names the callback in its log by __qualname__, and a partial has none.
    transaction.on_commit(lambda: wake(woken), robust=True)


def nudge(people: Iterable[int]) -> None:
    """What these people have to do moved without a notice: after the commit their pages look again."""
    seqs = advance(dict.fromkeys(people, 0))
    if seqs:
        _wake_after_commit(seqs)


def wake(woken: dict[int, int]) -> None:
    """Tell every process whom there is something to read for; ``woken`` says up to which ``seq``."""
    layer = get_channel_layer()
    if not isinstance(layer, InMemoryChannelLayer):
        _caller.call(woken)
    # The trial's layer is for the one process that serves, and lives on that process's own loop.
    elif layer.groups.get(PROCESSES):
        async_to_sync(_send_wake_ups)(woken)


async def _send_wake_ups(woken: Iterable[int]) -> None:
    try:
        await get_channel_layer().group_send(PROCESSES, {"type": "wake", "people": sorted(woken)})
    except Exception as lost:
        # The poll brings it.
        log.warning("a wake-up was lost: %s", type(lost).__name__)


_caller = Caller(_send_wake_ups)


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
    for person, unread, version, seq in rows.values_list("person_id", "unread", "version", "seq"):
        found[person] = Counts(unread, work.get(person, 0), version, seq)
    return found


def waiting_on(person_id: int) -> set[RecordKey]:
    """The records on which something asks this person to act: a notice, or a link that still works."""
    notices = Notice.objects.awaiting_action().filter(person_id=person_id)
    return set(notices.values_list("machine", "record_id")) | revoking.open_records(person_id)


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
