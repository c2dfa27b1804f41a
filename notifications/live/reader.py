"""One reader per process: reads the new notices of everybody who was woken, in one go.

A wake-up says only that there is something to read, so drops and duplicates do no harm. The reader
also polls: a wake-up that never came costs latency, never a notice. What a person may see is asked
when it is read. Every minute it looks whether the sockets may stay (``notifications.live.staying``).
Who comes is let in, and brought what they missed, in the same rounds: thousands that come back at
once are a few dozen reads.

The reader waits for no socket. One that is still taking its last batch is passed over and asked
again when it has it: what it has not taken stays in the database, so a slow socket holds at most one
batch of memory, its wake-ups become one look, and nothing is left out of the order.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.utils import timezone
from prometheus_client import Counter, Gauge

from notifications.inbox import Counts, counts_of
from notifications.live import staying
from notifications.live.frames import counted
from notifications.live.hub import Hub
from notifications.live.reading import News, look
from workflows import tracing

log = logging.getLogger(__name__)

POLL_SECONDS = (20.0, 30.0)
LOOK_SECONDS = 60.0
MAX_SOCKETS = 8
# People who are read for, or sockets that are let in, at once.
_PER_QUERY = 400
# Written for each socket of some people before the rest of the process has its turn.
_FRAMES_PER_TURN = 24

SOCKETS = Gauge("lien_tinh_sockets", "Sockets that are brought notices by this process.")
WAKE_UPS = Counter("lien_tinh_wake_ups", "Wake-ups that reached this process.")
BROUGHT = Counter("lien_tinh_notices_brought", "Notices handed to live sockets, one per socket.")

Item = TypeVar("Item")


class Listener(Protocol):
    """One socket, as the reader knows it; 0 is the person until the reader has found out."""

    person_id: int
    session_key: str
    claimed: Any
    cursor: int
    let_in: bool
    live: bool
    acting_in: frozenset[Hashable]

    async def give_up(self) -> None: ...

    async def dismiss(self) -> None: ...

    async def refuse(self) -> None: ...

    def bring(self, news: News) -> Awaitable[None] | None: ...

    def tell(self, counts: Counts, text: str) -> Awaitable[None] | None: ...

    def bring_anew(self, counts: Counts) -> Awaitable[None] | None: ...


class Reader:
    """Brings notices to the sockets of one process (of one event loop)."""

    def __init__(self) -> None:
        self.hub = Hub(self._hear)
        self._listeners: dict[int, set[Listener]] = {}
        # In the order in which they came.
        self._coming: dict[Listener, None] = {}
        self._woken: set[int] = set()
        self._looked_for: set[int] = set()
        self._signal = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._busy: set[Listener] = set()
        self._passed_over: set[Listener] = set()
        self._next_poll = 0.0
        self._next_look = 0.0

    def come(self, listener: Listener) -> None:
        """Let a socket in, if it may, and bring it notices: what it missed first."""
        self._coming[listener] = None
        self._signal.set()
        if self._task is None or self._task.done():
            self._plan_poll()
            self._next_look = self._now() + LOOK_SECONDS
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, listener: Listener) -> None:
        """Forget a socket; with the last one the reader rests."""
        self._coming.pop(listener, None)
        sockets = self._listeners.get(listener.person_id, set())
        if listener in sockets:
            sockets.remove(listener)
            SOCKETS.dec()
            if not sockets:
                del self._listeners[listener.person_id]
        listener.let_in = False
        self._passed_over.discard(listener)
        if not self._listeners and not self._coming and self._task is not None:
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
        sockets = [*self._coming, *(one for group in self._listeners.values() for one in group)]
        await asyncio.gather(*(listener.give_up() for listener in sockets))

    async def _run(self) -> None:
        # It works for everybody, whichever socket was the first.
        tracing.begin("reader-of-sockets")
        while True:
            await self._wait()
            people, self._woken = self._woken, set()
            looked_for, self._looked_for = self._looked_for, set()
            # Not all at once: whoever is woken meanwhile does not wait for thousands that come.
            coming = list(islice(self._coming, _PER_QUERY))
            if self._now() >= self._next_poll:
                people = set(self._listeners)
                self._plan_poll()
            if self._now() >= self._next_look:
                looked_for = set(self._listeners)
                self._next_look = self._now() + LOOK_SECONDS
            if looked_for:
                await _logged(self.hub.stay(), "the group could not be joined again")
            # First who may stay: nobody is brought anything after their session has ended.
            for group in _groups(sorted(looked_for)):
                await _logged(self._look(group), "sockets could not be looked at")
            if coming and not await _logged(self._let_in(coming), "sockets could not be let in"):
                for listener in coming:
                    self._coming.pop(listener, None)
                    self._send(listener.give_up())
            people.update(listener.person_id for listener in coming if listener.let_in)
            for group in _groups(sorted(people)):
                # The rows are still there: the next poll brings them.
                await _logged(self._serve(group), "notices could not be read")
            if self._coming:
                self._signal.set()

    async def _wait(self) -> None:
        """Until somebody is woken, or it is time to look anyway."""
        try:
            pause = max(0.0, min(self._next_poll, self._next_look) - self._now())
            async with asyncio.timeout(pause):
                await self._signal.wait()
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

    # Who comes

    async def _let_in(self, sockets: list[Listener]) -> None:
        """Find out whose they are, and let in who may stay: five statements, however many they are."""
        keys = [one.session_key for one in sockets if not one.person_id]
        named = await database_sync_to_async(staying.claimed)(keys, at=timezone.now()) if keys else {}
        for listener in sockets:
            # Who has left meanwhile is not among those who come any more.
            if listener in self._coming:
                self._join(listener, listener.person_id or named.get(listener.session_key, 0))
        # They hear of a sign-out from here on, and only now it is asked whether they are signed in.
        joined = [one for one in sockets if one in self._listeners.get(one.person_id, ())]
        found = await self._verdict(joined)
        for listener in joined:
            if not found.lets_stay(listener.person_id, listener.session_key):
                self._send(_logged(listener.dismiss(), "a socket could not be closed"))
            elif listener in self._listeners.get(listener.person_id, ()):
                listener.acting_in = found.acting_in[listener.person_id]
                listener.let_in = True

    def _join(self, listener: Listener, person: int) -> None:
        """Count it among its person's sockets, unless it is nobody's, or one too many."""
        del self._coming[listener]
        if not person or listener.claimed not in (None, person):
            # The browser has signed in somebody else since this page was made.
            self._send(_logged(listener.dismiss(), "a socket could not be closed"))
            return
        listener.person_id = person
        theirs = self._listeners.setdefault(person, set())
        if len(theirs) < MAX_SOCKETS:
            theirs.add(listener)
            SOCKETS.inc()
        else:
            self._send(_logged(listener.refuse(), "a socket could not be closed"))

    # Notices

    async def _serve(self, people: list[int]) -> None:
        """Read for these people and bring it to their sockets: all the notices first, then the counts."""
        cursors = self._cursors(people)
        if not cursors:
            return
        found = await database_sync_to_async(look)(cursors)
        for person in cursors.keys() - found.keys():
            # There was no room for them.
            self.wake(person)
        for some in _turns(found):
            self._bring(some)
            await asyncio.sleep(0)
        for some in _turns(found):
            for person, news in some:
                text = counted(news.counts)
                for listener in self._free(person):
                    self._begin(listener, listener.tell, news.counts, text)
            await asyncio.sleep(0)

    def _cursors(self, people: Iterable[int]) -> dict[int, list[int]]:
        """Where the sockets of each person stand, of those that can be brought something now."""
        cursors: dict[int, list[int]] = {}
        for person in people:
            for listener in self._of(person):
                if listener in self._busy:
                    self._passed_over.add(listener)
                elif listener.let_in:
                    cursors.setdefault(person, []).append(listener.cursor)
        return cursors

    def _bring(self, found: Iterable[tuple[int, News]]) -> None:
        brought = 0
        for person, news in found:
            for listener in self._free(person):
                brought += len(news.frames) if listener.live else 0
                self._begin(listener, listener.bring, news)
                if listener.cursor < news.counts.cursor:
                    self.wake(person)
        BROUGHT.inc(brought)

    def _begin(self, listener: Listener, bring: Callable[..., Awaitable[None] | None], *what: Any) -> None:
        """Bring a socket something; for what it does not take at once nobody waits."""
        try:
            rest = bring(*what)
        except Exception as failure:
            self._gave_up(listener, failure)
            return
        if rest is not None:
            self._busy.add(listener)
            self._send(self._finish(listener, rest))

    async def _finish(self, listener: Listener, rest: Awaitable[None]) -> None:
        """What a socket did not take at once; one that is slow or broken is given up."""
        try:
            await rest
        except Exception as failure:
            self._gave_up(listener, failure)
        finally:
            self._busy.discard(listener)
            if listener in self._passed_over:
                self._passed_over.discard(listener)
                self.wake(listener.person_id)

    def _gave_up(self, listener: Listener, failure: Exception) -> None:
        log.warning("a socket was given up: %s", type(failure).__name__)
        self._send(_logged(listener.give_up(), "a socket could not be closed"))

    def _of(self, person: int) -> list[Listener]:
        return list(self._listeners.get(person, ()))

    def _free(self, person: int) -> list[Listener]:
        """Those of a person's sockets that can be brought something."""
        return [one for one in self._of(person) if one.let_in and one not in self._busy]

    def _send(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something be sent beside the reader's own round."""
        task = asyncio.get_running_loop().create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    # Who may stay

    async def _verdict(self, sockets: Sequence[Listener]) -> staying.Verdict:
        people = {listener.person_id for listener in sockets}
        keys = {listener.session_key for listener in sockets}
        return await database_sync_to_async(staying.look)(people, keys, at=timezone.now())

    async def _look(self, people: list[int]) -> None:
        sockets = [one for person in people for one in self._of(person) if one.let_in]
        found = await self._verdict(sockets)
        moved = []
        for listener in sockets:
            if not found.lets_stay(listener.person_id, listener.session_key):
                self._send(_logged(listener.dismiss(), "a socket could not be closed"))
            elif listener.live and listener.acting_in != found.acting_in[listener.person_id]:
                listener.acting_in = found.acting_in[listener.person_id]
                moved.append(listener)
        if moved:
            counts = await database_sync_to_async(counts_of)({one.person_id for one in moved})
            for listener in moved:
                self._begin(listener, listener.bring_anew, counts[listener.person_id])


async def _logged(work: Coroutine[Any, Any, None], complaint: str) -> bool:
    """Do it, and say whether it was done; what fails is logged and stands in nobody's way."""
    try:
        await work
    except Exception:
        log.exception(complaint)
        return False
    return True


def _groups(items: Sequence[Item]) -> Iterator[list[Item]]:
    for start in range(0, len(items), _PER_QUERY):
        yield list(items[start : start + _PER_QUERY])


def _turns(found: Mapping[int, News]) -> Iterator[list[tuple[int, News]]]:
    """People in groups after each of which the others of the process have their turn."""
    some, frames = [], 0
    for person, news in found.items():
        some.append((person, news))
        frames += 1 + len(news.frames)
        if frames >= _FRAMES_PER_TURN:
            yield some
            some, frames = [], 0
    if some:
        yield some


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, Reader] = WeakKeyDictionary()


def reader() -> Reader:
    """The reader of the running event loop: one per process in service."""
    return _readers.setdefault(asyncio.get_running_loop(), Reader())
