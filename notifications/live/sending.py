"""Sending to many sockets without a task for each: what the network takes at once is sent at once."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from typing import Any


def started(work: Coroutine[Any, Any, None]) -> Awaitable[None] | None:
    """Run it up to where it first waits; returns what is left to be awaited, None where nothing is.

    Raises what it raises up to there. Until it waits it runs as part of whoever calls this, so it must
    not ask for the task it runs in (as ``asyncio.timeout`` does).
    """
    try:
        waited_for = work.send(None)
    except StopIteration:
        return None
    return _Rest(work, waited_for)


class _Rest:
    """Waits for what the work waits for, and goes on with it."""

    def __init__(self, work: Coroutine[Any, Any, None], waited_for: Any) -> None:
        self._work, self._waited_for = work, waited_for

    def __await__(self) -> Generator[Any, None, None]:
        try:
            while True:
                try:
                    yield self._waited_for
                except BaseException as failure:
                    self._waited_for = self._work.throw(failure)
                else:
                    self._waited_for = self._work.send(None)
        except StopIteration:
            return
