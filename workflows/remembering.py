"""What is read again and again and seldom changes, read once.

Two reaches:

- **Reference data** (seats, functions, substitutions, policies, calendars): ``remembered`` and
  ``recall`` keep what was read, in the process, for as long as the stamp stands. The database itself
  writes another stamp in the transaction that changes one of those tables (``workflows.stamping``),
  so that no change goes unseen, whoever makes it; one short statement takes the place of fifteen.
- **One passage through the door**: while the issues' rows are locked nobody else can change what
  hangs on them, so ``once`` reads it once; whoever changes it says ``forget``.

What is remembered is shared by every thread: nobody changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from django.db import connection

Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)

# Far above what one country's directory holds; it only bounds a process that never sees a change.
MOST = 200_000
# Another statement may bring the stamp along (``assume_stamp``).
STAMP = "SELECT token FROM workflows_referencestamp"


class _Reading:
    """A stretch in which the stamp is asked for once; ``seen`` is there inside the door only."""

    __slots__ = ("seen", "stamp")

    def __init__(self, seen: dict[Hashable, Any] | None) -> None:
        self.stamp: str | None = None
        self.seen = seen


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


class _Memory:
    """What the process remembers, and under which stamp; both are replaced together."""

    def __init__(self) -> None:
        self.kept: tuple[str, dict[Hashable, Any]] = ("", {})

    def under(self, stamp: str) -> dict[Hashable, Any]:
        kept = self.kept
        if kept[0] != stamp or len(kept[1]) > MOST:
            kept = self.kept = (stamp, {})
        # Without a stamp (the tables were just emptied) nothing is kept.
        return kept[1] if stamp else {}


_memory = _Memory()


@contextmanager
def reading(*, locked: bool = False) -> Iterator[None]:
    """Ask once whether the reference data changed, and hold to the answer until the end.

    ``locked`` says that the caller holds the locks of the issues concerned (the engine alone does):
    that begins anew; otherwise a stretch inside another is part of it.
    """
    before = _reading.get()
    if before is not None and not locked:
        yield
        return
    _reading.set(_Reading({} if locked else None))
    try:
        yield
    finally:
        # Not by a token: a middleware's two halves may run in two copies of the context.
        _reading.set(before)


def changed() -> None:
    """Reference data was changed here, inside a stretch of reading: ask for the stamp again."""
    held = _reading.get()
    if held is not None:
        held.stamp = None


def remembered(read: Callable[..., Result]) -> Callable[..., Result]:
    """Keep what a function of reference data returns, by its arguments, while the stamp stands."""

    @wraps(read)
    def recalled(*args: Hashable) -> Result:
        kept = _kept()
        key = (read, args)
        if key not in kept:
            kept[key] = read(*args)
        return kept[key]

    return recalled


def recall(
    what: str, keys: Iterable[Key], read: Callable[[set[Key]], dict[Key, Result]]
) -> dict[Key, Result]:
    """``remembered`` for many keys at once: only those that are not known are read, together.

    ``read`` answers for every key it is given.
    """
    kept, wanted = _kept(), set(keys)
    missing = {key for key in wanted if (what, key) not in kept}
    if missing:
        kept.update({(what, key): value for key, value in read(missing).items()})
    return {key: kept[what, key] for key in wanted}


def once(key: Hashable, read: Callable[[], Result]) -> Result:
    """Read something that hangs on a locked issue once per passage through the door.

    Outside the door it is read each time: there nothing keeps it as it is.
    """
    held = _reading.get()
    if held is None or held.seen is None:
        return read()
    if key not in held.seen:
        held.seen[key] = read()
    return held.seen[key]


def once_each(
    what: str, keys: Iterable[Key], read: Callable[[set[Key]], dict[Key, Result]]
) -> dict[Key, Result]:
    """``once`` for many keys at once: only those that were not read yet are read, together.

    What was read under ``key`` is forgotten as ``(what, key)``.
    """
    held, wanted = _reading.get(), set(keys)
    seen = {} if held is None or held.seen is None else held.seen
    missing = {key for key in wanted if (what, key) not in seen}
    if missing:
        seen.update({(what, key): value for key, value in read(missing).items()})
    return {key: seen[what, key] for key in wanted}


def assume_stamp(token: str) -> None:
    """The stamp has been read together with something else, in this stretch of reading."""
    held = _reading.get()
    if held is not None:
        held.stamp = token


def assume(key: Hashable, value: Any) -> None:
    """What ``once`` would read under this key is known already."""
    held = _reading.get()
    if held is not None and held.seen is not None:
        held.seen[key] = value


def known(key: Hashable) -> Any | None:
    """What ``once`` has read under this key in this passage, if anything."""
    held = _reading.get()
    return None if held is None or held.seen is None else held.seen.get(key)


def forget(*keys: Hashable) -> None:
    """What ``once`` read under these keys has been changed."""
    held = _reading.get()
    if held is not None and held.seen is not None:
        for key in keys:
            held.seen.pop(key, None)


def _kept() -> dict[Hashable, Any]:
    """What is remembered under the stamp that stands now."""
    return _memory.under(_stamp())


def _stamp() -> str:
    held = _reading.get()
    if held is not None and held.stamp is not None:
        return held.stamp
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        row = cursor.fetchone()
    stamp = str(row[0]) if row else ""
    if held is not None:
        held.stamp = stamp
    return stamp
