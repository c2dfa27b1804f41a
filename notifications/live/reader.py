"""One reader per process: reads the new notices of everybody who was woken, in one query.

A wake-up says only that there is something to read, so drops and duplicates do no harm. The reader
also polls: a wake-up that never came costs latency, never a notice. What a person may see is asked
when it is read. Every minute it looks whether the sockets may stay (``notifications.live.staying``).

The reader waits for no socket. One that is still taking its last batch is passed over and asked
again when it has it: what it has not taken stays in the database, so a slow socket holds at most one
batch of memory, its wake-ups become one look, and nothing is left out of the order.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Coroutine, Hashable, Iterable
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db.models import Q
from django.utils import timezone
from prometheus_client import Counter, Gauge

from notifications.inbox import BATCH, Counts, counts_of
from notifications.live import staying
from notifications.live.hub import Hub
from notifications.messages import Read, read
from notifications.models import Notice
from workflows import tracing

log = logging.getLogger(__name__)

POLL_SECONDS = (20.0, 30.0)
LOOK_SECONDS = 60.0
_PEOPLE_PER_QUERY = 400

SOCKETS = Gauge("lien_tinh_sockets", "Sockets that are brought notices by this process.")
WAKE_UPS = Counter("lien_tinh_wake_ups", "Wake-ups that reached this process.")
BROUGHT = Counter("lien_tinh_notices_brought", "Notices handed to live sockets, one per socket.")


class Frame(NamedTuple):
    """A notice as text, with its place in the order: written once for all sockets of its person."""

    seq: int
    text: str


class Listener(Protocol):
    """One socket, as the reader knows it."""

    person_id: int
    session_key: str
    cursor: int
    live: bool
    acting_in: frozenset[Hashable]

    async def give_up(self) -> None: ...

    async def dismiss(self) -> None: ...

    async def bring(self, frames: list[Frame], counts: Counts) -> None: ...

    async def bring_anew(self, counts: Counts) -> None: ...


class Reader:
    """Brings notices to the sockets of one process (of one event loop)."""

    def __init__(self) -> None:
        self.hub = Hub(self._hear)
        self._listeners: dict[int, set[Listener]] = {}
        self._woken: set[int] = set()
        self._looked_for: set[int] = set()
        self._signal = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._busy: set[Listener] = set()
        self._passed_over: set[Listener] = set()
        self._next_poll = 0.0
        self._next_look = 0.0

    def add(self, listener: Listener) -> int:
        """Let a socket be brought notices; returns how many sockets its person now has."""
        sockets = self._listeners.setdefault(listener.person_id, set())
        if listener not in sockets:
            sockets.add(listener)
            SOCKETS.inc()
        if self._task is None or self._task.done():
            self._plan_poll()
            self._next_look = self._now() + LOOK_SECONDS
            self._task = asyncio.get_running_loop().create_task(self._run())
        return len(sockets)

    def remove(self, listener: Listener) -> None:
        """Forget a socket; with the last one the reader rests."""
        sockets = self._listeners.get(listener.person_id, set())
        if listener in sockets:
            sockets.remove(listener)
            SOCKETS.dec()
        self._passed_over.discard(listener)
        if not sockets:
            self._listeners.pop(listener.person_id, None)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    def _hear(self, message: dict[str, Any]) -> None:
        """What the channel layer brings: a wake-up, or a word about who may stay."""
        if message["type"] == "wake":
            WAKE_UPS.inc()
        for person_id in message["people"]:
            if message["type"] == "wake":
                self.wake(person_id)
            elif message["type"] == "look.again":
                self.look_again(person_id)
            elif message["type"] == "signed.out":
                self._sign_out(person_id, message["session"])

    def _sign_out(self, person_id: int, session: str) -> None:
        """Close the sockets of one session, by its name, or with "" of all of them."""
        for listener in self._of(person_id):
            if session in {"", staying.name_of(listener.session_key)}:
                self._send(_logged(listener.dismiss(), "a socket could not be closed"))

    def wake(self, person_id: int) -> None:
        """There may be something to read for this person."""
        if person_id in self._listeners:
            self._woken.add(person_id)
            self._signal.set()

    def look_again(self, person_id: int) -> None:
        """Whether this person's sockets may stay has to be asked now."""
        if person_id in self._listeners:
            self._looked_for.add(person_id)
            self._signal.set()

    async def close_all(self) -> None:
        """The process ends: every page is to connect again, to another one (1012)."""
        sockets = [listener for group in self._listeners.values() for listener in group]
        await asyncio.gather(*(listener.give_up() for listener in sockets))

    async def _run(self) -> None:
        # It works for everybody, whichever socket was the first.
        tracing.begin("reader-of-sockets")
        while True:
            await self._wait()
            people, self._woken = self._woken, set()
            looked_for, self._looked_for = self._looked_for, set()
            if self._now() >= self._next_poll:
                people = set(self._listeners)
                self._plan_poll()
            if self._now() >= self._next_look:
                looked_for = set(self._listeners)
                self._next_look = self._now() + LOOK_SECONDS
            if looked_for:
                await _logged(self.hub.stay(), "the group could not be joined again")
            # First who may stay: nobody is brought anything after their session has ended.
            for group in _groups(looked_for):
                await _logged(self._look(group), "sockets could not be looked at")
            for group in _groups(people):
                # The rows are still there: the next poll brings them.
                await _logged(self._serve(group), "notices could not be read")

    async def _wait(self) -> None:
        """Until somebody is woken, or it is time to look anyway."""
        try:
            pause = max(0.0, min(self._next_poll, self._next_look) - self._now())
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

    # Notices

    async def _serve(self, people: list[int]) -> None:
        cursors: dict[int, int] = {}
        for person in people:
            free = [one.cursor for one in self._of(person) if one.live and one not in self._busy]
            if free:
                cursors[person] = min(free)
            self._passed_over |= self._busy & self._listeners.get(person, set())
        if not cursors:
            return
        seen, counts = await database_sync_to_async(_look)(cursors)
        for person in cursors:
            now = counts.get(person, Counts())
            frames = [_frame(one, now) for one in seen.get(person, [])]
            for listener in self._of(person):
                if listener.live and listener not in self._busy:
                    self._busy.add(listener)
                    self._send(self._hand_over(listener, frames, now))
            if len(frames) >= BATCH:
                self.wake(person)

    async def _hand_over(self, listener: Listener, frames: list[Frame], counts: Counts) -> None:
        """One slow or broken socket is given up; nobody waits for it."""
        try:
            await listener.bring(frames, counts)
            BROUGHT.inc(len(frames))
        except Exception as failure:
            log.warning("a socket was given up: %s", type(failure).__name__)
            await listener.give_up()
        finally:
            self._busy.discard(listener)
            if listener in self._passed_over:
                self._passed_over.discard(listener)
                self.wake(listener.person_id)

    def _of(self, person: int) -> list[Listener]:
        return list(self._listeners.get(person, ()))

    def _send(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something be sent beside the reader's own round."""
        task = asyncio.get_running_loop().create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    # Who may stay

    async def _look(self, people: list[int]) -> None:
        sockets = [listener for person in people for listener in self._of(person)]
        keys = {listener.session_key for listener in sockets}
        found = await database_sync_to_async(staying.look)(people, keys, at=timezone.now())
        moved = []
        for listener in sockets:
            if not found.lets_stay(listener.person_id, listener.session_key):
                self._send(_logged(listener.dismiss(), "a socket could not be closed"))
                continue
            if listener.live and listener.acting_in != found.acting_in[listener.person_id]:
                listener.acting_in = found.acting_in[listener.person_id]
                moved.append(listener)
        if moved:
            counts = await database_sync_to_async(counts_of)({one.person_id for one in moved})
            for one in moved:
                self._send(_logged(one.bring_anew(counts[one.person_id]), "a socket was not told"))


async def _logged(work: Coroutine[Any, Any, None], complaint: str) -> None:
    """Do it; what fails is logged and stands in nobody's way."""
    try:
        await work
    except Exception:
        log.exception(complaint)


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


def _frame(seen: Read, counts: Counts) -> Frame:
    content = {**frame_of(seen, caught_up=False), **numbers_of(counts)}
    return Frame(seen.notice.seq, json.dumps(content))


def numbers_of(counts: Counts) -> dict[str, int]:
    """What every frame says of the counts."""
    return {"unread": counts.unread, "actions": counts.actions, "version": counts.version}


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
