"""Thousands of sockets: what an idle one takes and whether it stays, and all of them coming back at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.pages import Arrivals, NotLetIn, Page, join_all, leave_all
from benchmarks.served import Served, summary

SETTLE_SECONDS = 3.0
# Everything a first socket brings into the process: code, caches, connections.
WARM_UP_SOCKETS = 20
# As pages do: notifications/static/notifications/live.js.
RECONNECT_FIRST, RECONNECT_LAST, OPENING_SECONDS = 1.0, 30.0, 10.0
# Opened without any pause; a listening socket's queue holds no more.
AT_ONCE = 1000
STORM_PATIENCE_SECONDS = 240.0


@dataclass
class Storm:
    """How everybody came back: tries that failed, by their reason, and when each page had everything."""

    failures: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


def pages_of(place: Served, sessions: list[str], count: int) -> list[Page]:
    """So many pages, dealt out among the people."""
    people = len(sessions)
    arrivals = Arrivals()
    return [
        Page(place.port, arrivals, person=str(number % people), session=sessions[number % people])
        for number in range(count)
    ]


async def grow(place: Served, pages: list[Page], sizes: list[int]) -> dict[str, float]:
    """Open more and more sockets; KiB per idle one at each size."""
    warm = pages[:WARM_UP_SOCKETS]
    await join_all(warm)
    await leave_all(warm)
    before = place.memory()
    found = {}
    opened = 0
    for size in sizes:
        await join_all(pages[opened:size])
        opened = size
        await asyncio.sleep(SETTLE_SECONDS)
        found[str(size)] = round((place.memory() - before) / size, 1)
    return found


async def stay(pages: list[Page], seconds: float) -> int:
    """Say nothing for so long; how many were closed meanwhile."""
    await asyncio.sleep(seconds)
    return sum(not page.listening for page in pages)


async def storm(place: Served, pages: list[Page], *, told: int, jitter: bool) -> dict[str, Any]:
    """Close all at once, tell some of the people something, and let all come back."""
    people = len({page.person for page in pages})
    await leave_all(pages)
    before = len(place.errors())
    for page in pages:
        page.take_notices()
    await asyncio.to_thread(place.crew.ask, "tell_many")
    found = Storm()
    began = time.monotonic()
    gate = asyncio.Semaphore(AT_ONCE)
    come = [_as_a_page(page, found) if jitter else _at_once(page, found, gate) for page in pages]
    async with asyncio.timeout(STORM_PATIENCE_SECONDS):
        await asyncio.gather(*come)
    drained = time.monotonic() - began
    # Who heard of the step has one notice more, who did not has none.
    wrong = sum(len(page.take_notices()) != int(number % people < told) for number, page in enumerate(pages))
    return {
        "drained in seconds": round(drained, 1),
        "each, ms": summary(found.seconds),
        "tries that failed": dict(found.failures),
        "pages without what they had missed": wrong,
        "errors in the log": len(place.errors()) - before,
        "sockets closed": sum(not page.listening for page in pages),
    }


async def _as_a_page(page: Page, found: Storm) -> None:
    """Wait as a page waits, the longer the more often it failed, and give up what is not answered."""
    failures = 1
    while True:
        last = min(RECONNECT_LAST, RECONNECT_FIRST * 2**failures)
        await asyncio.sleep(random.uniform(RECONNECT_FIRST, last))
        began = time.monotonic()
        try:
            async with asyncio.timeout(OPENING_SECONDS):
                await page.open()
            await page.replayed
        except (NotLetIn, OSError) as failure:
            # A time-out is an OSError, too.
            found.failures[f"{type(failure).__name__} {failure}".strip()] += 1
            page.leave()
            failures += 1
        else:
            found.seconds.append(time.monotonic() - began)
            return


async def _at_once(page: Page, found: Storm, gate: asyncio.Semaphore) -> None:
    """Come back without any pause; nobody is given up."""
    began = time.monotonic()
    async with gate:
        try:
            await page.join()
        except (NotLetIn, OSError) as failure:
            found.failures[f"{type(failure).__name__} {failure}".strip()] += 1
        else:
            found.seconds.append(time.monotonic() - began)
