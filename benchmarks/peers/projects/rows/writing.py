"""The rows of one step, written through the ORM: with care, and as they come to mind.

With care: changed columns only, many rows by one statement. Both lock the record; neither checks who may.
How many people are told, on how many ways, and how many notices are answered by the step is what the
product's own step was seen to do (the environment says it).
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F
from django.utils import timezone

from rows.models import Clock, Event, InboxCounter, Notice, OutboxMessage, RecordColumns, Run, WorkItem

STEP, BEFORE, AFTER = "endorse", "awaiting_focal_head", "committee_office"
PEOPLE = int(os.environ.get("PEER_PEOPLE", "3"))
MESSAGES = int(os.environ.get("PEER_MESSAGES", "3"))
ANSWERED = int(os.environ.get("PEER_ANSWERED", "1"))
MOVED = ["state", "version", "event_count", "head_hash", "moved_at"]
WORDS = "Đường kết nối qua ranh giới hai tỉnh chưa thống nhất hướng tuyến và thời điểm đầu tư. "
HASH = "5" * 64
DUE = timedelta(days=5)


class IllegalStep(Exception):
    """The record is not in the state that the step begins in."""


@cache
def people() -> tuple[int, ...]:
    """Ids of those who are told, each with an inbox."""
    made = [get_user_model().objects.create(username=f"told.{number}") for number in range(PEOPLE)]
    InboxCounter.objects.bulk_create(InboxCounter(person=person) for person in made)
    return tuple(sorted(person.pk for person in made))


@cache
def run() -> int:
    """What all work items belong to."""
    return int(Run.objects.create(status="NEW", created=timezone.now()).pk)


@cache
def head() -> Any:
    """Who takes the step."""
    return get_user_model().objects.create(username="head", email="head@example.com")


def record_before(model: type[RecordColumns], *, with_item: bool = True) -> int:
    """A record that waits for the step: with a work item, a running clock, and notices that ask for it."""
    at = timezone.now() - timedelta(days=1)
    ref = uuid.uuid4().hex[:16]
    record = model._default_manager.create(
        ref=ref,
        created_at=at,
        moved_at=at,
        unit_id=1,
        home_id=1,
        author_id=1,
        title=WORDS,
        tried=WORDS * 3,
        proposal=WORDS * 3,
        legal_bases=WORDS,
        search_text=WORDS * 4,
    )
    if with_item:
        _new_item(record, at).save()
    _new_clock(record, at).save()
    for number in range(ANSWERED):
        counter = InboxCounter.objects.get(pk=people()[number % PEOPLE])
        counter.seq += 1
        counter.save()
        event = Event(id=0, seq=0)
        _new_notice(record, event, counter.pk, counter.seq, at, asks=True).save()
    return int(record.pk)


def locked(model: type[RecordColumns], pk: int) -> Any:
    """The record under its lock; raises ``IllegalStep`` where the step is not its next."""
    record = model._default_manager.select_for_update().get(pk=pk)
    if record.state != BEFORE:
        raise IllegalStep(record.state)
    return record


def stamp(record: Any, at: datetime) -> None:
    """What the step changes of the record besides its state."""
    record.version += 1
    record.event_count += 1
    record.head_hash = HASH
    record.moved_at = at


def write_carefully(record: Any, at: datetime, *, with_item: bool = True) -> None:
    """Everything but the record, with as few statements as the ORM allows without tricks."""
    event = _event(record, at)
    event.save(force_insert=True)
    if with_item:
        _open(WorkItem, record, "finished").update(status="DONE", finished=at)
        _new_item(record, at).save(force_insert=True)
    _open(Clock, record, "stopped_at").update(stopped_at=at)
    _new_clock(record, at).save(force_insert=True)
    _asking(record).update(done_at=at)
    counters = InboxCounter.objects.filter(pk__in=people())
    last = {one.pk: one.seq for one in counters.select_for_update().order_by("pk")}
    counters.update(seq=F("seq") + 1, version=F("version") + 1)
    notices = [_new_notice(record, event, person, seq + 1, at) for person, seq in last.items()]
    Notice.objects.bulk_create(notices)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(notice=notice, next_attempt_at=at) for notice in notices[:MESSAGES]
    )


def write_naively(record: Any, at: datetime) -> None:
    """Everything but the record, one object after the other, each saved whole."""
    event = _event(record, at)
    event.save()
    item = _open(WorkItem, record, "finished").get()
    item.status, item.finished = "DONE", at
    item.save()
    _new_item(record, at).save()
    clock = _open(Clock, record, "stopped_at").get()
    clock.stopped_at = at
    clock.save()
    _new_clock(record, at).save()
    for asking in _asking(record):
        asking.done_at = at
        asking.save()
    for number, person in enumerate(people()):
        counter = InboxCounter.objects.select_for_update().get(pk=person)
        counter.seq += 1
        counter.version += 1
        counter.save()
        notice = _new_notice(record, event, person, counter.seq, at)
        notice.save()
        if number < MESSAGES:
            OutboxMessage.objects.create(notice=notice, next_attempt_at=at)


def machine(record: Any) -> str:
    """The kind of record, as its rows name it."""
    return str(record._meta.model_name)


def _open(model: Any, record: Any, ended: str) -> Any:
    return model.objects.filter(machine=machine(record), record_id=record.pk, **{f"{ended}__isnull": True})


def _asking(record: Any) -> Any:
    return _open(Notice, record, "done_at").filter(requires_action=True)


def _new_item(record: Any, at: datetime) -> WorkItem:
    return WorkItem(
        process_id=run(),
        flow_task=f"flows.IssueFlow.{record.state}",
        flow_task_type="HUMAN",
        token="start",
        machine=machine(record),
        record_id=record.pk,
        holder="focal:3:head",
        purpose=STEP,
        status="NEW",
        created=at,
    )


def _new_clock(record: Any, at: datetime) -> Clock:
    return Clock(
        machine=machine(record),
        record_id=record.pk,
        key=record.state,
        side="home",
        started_at=at,
        due_at=at + DUE,
        explanation=[{"line": WORDS, "days": 5}],
        remind_at=at + DUE / 2,
    )


def _new_notice(
    record: Any, event: Event, person: int, seq: int, at: datetime, *, asks: bool = False
) -> Notice:
    return Notice(
        person_id=person,
        seq=seq,
        event_id=event.pk,
        machine=machine(record),
        record_id=record.pk,
        record_ref=record.ref,
        code=STEP,
        why="party",
        requires_action=asks,
        dedupe_key=f"{machine(record)}:{record.pk}:{event.seq}:{seq}",
        created_at=at,
    )


def _event(record: Any, at: datetime) -> Event:
    return Event(
        machine=machine(record),
        record_id=record.pk,
        record_ref=record.ref,
        seq=record.event_count,
        kind="step",
        name=STEP,
        source=BEFORE,
        target=AFTER,
        version=record.version,
        told="office",
        person_id=head().pk,
        person_name="Nguyễn Văn An",
        role="focal.head",
        seat_id=1,
        title="Giám đốc",
        organisation_id=1,
        organisation_name="Sở Kế hoạch và Đầu tư",
        locality_id=1,
        channel="web",
        data={"from": BEFORE, "to": AFTER},
        digest=HASH,
        policy_version=1,
        at=at,
        recorded_at=at,
        previous_hash=HASH,
        hash=HASH,
    )
