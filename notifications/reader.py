"""One reader per process: reads the new notices of everybody who was woken, in one query.

A wake-up says only that there is something to read, so drops and duplicates do no harm. The reader
also polls: a wake-up that never came costs latency, never a notice. What a person may see is asked
when it is read.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db.models import Q
from django.utils import timezone

from notifications.inbox import BATCH, Counts, counts_of
from notifications.messages import Read, read
from notifications.models import Notice

log = logging.getLogger(__name__)

POLL_SECONDS = (20.0, 30.0)
SLOWEST_SOCKET_SECONDS = 10.0
_PEOPLE_PER_QUERY = 400


class Listener(Protocol):
    """One socket, as the reader knows it."""

    person_id: int
    cursor: int
    live: bool

    async def give_up(self) -> None: ...

    async def bring(self, frames: list[dict[str, Any]], counts: Counts) -> None: ...


class Reader:
    """Brings notices to the sockets of one process (of one event loop)."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = {}
        self._woken: set[int] = set()
        self._signal = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._next_poll = 0.0

    def add(self, listener: Listener) -> int:
        """Let a socket be brought notices; returns how many sockets its person now has."""
        sockets = self._listeners.setdefault(listener.person_id, set())
        sockets.add(listener)
        if self._task is None or self._task.done():
            self._plan_poll()
            self._task = asyncio.get_running_loop().create_task(self._run())
        return len(sockets)

    def remove(self, listener: Listener) -> None:
        """Forget a socket; with the last one the reader rests."""
        sockets = self._listeners.get(listener.person_id, set())
        sockets.discard(listener)
        if not sockets:
            self._listeners.pop(listener.person_id, None)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    def wake(self, person_id: int) -> None:
        """There may be something to read for this person."""
        if person_id in self._listeners:
            self._woken.add(person_id)
            self._signal.set()

    async def _run(self) -> None:
        while True:
            await self._wait()
            people, self._woken = self._woken, set()
            if self._now() >= self._next_poll:
                people = set(self._listeners)
                self._plan_poll()
            for group in _groups(people):
                try:
                    await self._serve(group)
                except Exception:
                    # The rows are still there: the next poll brings them.
                    log.exception("notices could not be read")

    async def _wait(self) -> None:
        """Until somebody is woken, or it is time to look anyway."""
        try:
            pause = max(0.0, self._next_poll - self._now())
            await asyncio.wait_for(self._signal.wait(), pause)
        except TimeoutError:
            return
        finally:
            self._signal.clear()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _plan_poll(self) -> None:
        """The next look without a wake-up; being woken often does not put it off."""
        pause = random.uniform(*POLL_SECONDS)  # noqa: S311 (spreads the polls)
        self._next_poll = self._now() + pause

    async def _serve(self, people: list[int]) -> None:
        cursors: dict[int, int] = {}
        for person in people:
            live = [one.cursor for one in self._listeners.get(person, ()) if one.live]
            if live:
                cursors[person] = min(live)
        if not cursors:
            return
        seen, counts = await database_sync_to_async(_look)(cursors)
        bringing = []
        for person in cursors:
            frames = [frame_of(one, caught_up=False) for one in seen.get(person, [])]
            now = counts.get(person, Counts())
            bringing += [_bring(listener, frames, now) for listener in self._listeners.get(person, ())]
            if len(frames) >= BATCH:
                self.wake(person)
        await asyncio.gather(*bringing)


async def _bring(listener: Listener, frames: list[dict[str, Any]], counts: Counts) -> None:
    """One slow or broken socket is given up; it does not hold the others."""
    try:
        await asyncio.wait_for(listener.bring(frames, counts), SLOWEST_SOCKET_SECONDS)
    except Exception as failure:
        log.warning("a socket was given up: %s", type(failure).__name__)
        await listener.give_up()


def _groups(people: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(people)
    for start in range(0, len(ordered), _PEOPLE_PER_QUERY):
        yield ordered[start : start + _PEOPLE_PER_QUERY]


def _look(cursors: dict[int, int]) -> tuple[dict[int, list[Read]], dict[int, Counts]]:
    """The notices after each person's cursor, as words, and everybody's counts.

    Only ``seq`` ranges decide which rows are read, so that a gap is never skipped: at most a batch
    per person and look.
    """
    counts = counts_of(cursors)
    which = [
        Q(person_id=person, seq__gt=cursor, seq__lte=cursor + BATCH)
        for person, cursor in cursors.items()
        if counts.get(person, Counts()).cursor > cursor
    ]
    if not which:
        return {}, counts
    rows = Notice.objects.filter(reduce(or_, which)).order_by("person_id", "seq")
    found: dict[int, list[Read]] = {}
    for seen in read(rows, at=timezone.now()):
        found.setdefault(seen.notice.person_id, []).append(seen)
    return found, counts


def frame_of(seen: Read, *, caught_up: bool) -> dict[str, Any]:
    """A notice as it goes over the wire."""
    notice, present = seen.notice, seen.present
    return {
        "type": "notice",
        "seq": notice.seq,
        "event_id": notice.event_id,
        "name": notice.code,
        "code": notice.code,
        "sentence": seen.sentence,
        "why": notice.why,
        "why_me": seen.why,
        "requires_action": notice.requires_action and notice.done_at is None,
        "at": notice.created_at.isoformat(),
        "url": seen.path,
        "record": {
            "machine": notice.machine,
            "ref": notice.record_ref,
            "key": present.code if present else notice.record_ref,
            "path": seen.path,
            "title": present.title if present else "",
        },
        "caught_up": caught_up,
    }


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, Reader] = WeakKeyDictionary()


def reader() -> Reader:
    """The reader of the running event loop: one per process in service."""
    return _readers.setdefault(asyncio.get_running_loop(), Reader())
