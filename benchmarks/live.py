"""The live path under strain: a wake-up for everybody, a burst, thousands of idle sockets, a storm.

- **A wake-up for 1,000 sockets**, against a bare broadcast in the same run. What it costs depends on how many
  people they belong to, for each of them the notice is read, checked and worded: 8 sockets a person is the
  most that are let in; the full run adds 4 and 1.
- **A burst**: 300 notices for each of 100 people, as fast as two processes can commit them.
- **Idle sockets**: KiB each, and whether they are still there after 90 s (small run: 500 for 20 s).
- **A reconnect storm** of all of them, once as pages come back and once without any pause.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.fan_out import compare
from benchmarks.pages import Arrivals, Page, join_all, leave_all
from benchmarks.served import Served, served
from benchmarks.storm import grow, pages_of, stay, storm

SOCKETS = 1000
BURST_PEOPLE, BURST_NOTICES, BURST_PROCESSES = 100, 300, 2
PATIENCE_SECONDS = 120.0


async def burst(place: Served) -> dict[str, Any]:
    """Tell everybody a great deal at once; every page must end with each of it once, in order."""
    arrivals = Arrivals()
    sessions: list[str] = await asyncio.to_thread(place.crew.ask, "many_sessions", count=BURST_PEOPLE)
    pages = [
        Page(place.port, arrivals, person=str(number), session=session)
        for number, session in enumerate(sessions)
    ]
    await join_all(pages)
    share = BURST_NOTICES // BURST_PROCESSES
    orders = [
        ("tell_often", {"told": BURST_PEOPLE, "count": share, "name": str(number)})
        for number in range(BURST_PROCESSES)
    ]
    began = time.time()
    committing = asyncio.create_task(asyncio.to_thread(place.crew.together, *orders))
    try:
        moments = await arrivals.take(BURST_PEOPLE * BURST_NOTICES, patience=PATIENCE_SECONDS)
    except TimeoutError:
        moments = sorted(arrivals.moments)
    ends: list[float] = await committing
    seqs = [[one["seq"] for one in page.take_notices()] for page in pages]
    wanted = list(range(1, BURST_NOTICES + 1))
    await leave_all(pages)
    return {
        "notices": BURST_PEOPLE * BURST_NOTICES,
        "lost": sum(len(set(wanted) - set(one)) for one in seqs),
        "pages with each once, in order": sum(one == wanted for one in seqs),
        "seconds to commit": round(max(ends) - began, 2),
        "seconds from last commit to last receipt": round(moments[-1] - max(ends), 3),
        "errors in the log": len(place.errors()),
    }


async def crowd(
    place: Served, sizes: list[int], *, people: int, told: int, idle_seconds: float
) -> dict[str, Any]:
    """Open more and more sockets, let them be, and let all come back at once, twice."""
    sessions: list[str] = await asyncio.to_thread(place.crew.ask, "many_sessions", count=people)
    pages = pages_of(place, sessions, sizes[-1])
    found: dict[str, Any] = {"KiB per idle socket, by sockets": await grow(place, pages, sizes)}
    found["idle for seconds"] = idle_seconds
    found["closed meanwhile"] = await stay(pages, idle_seconds)
    found["storm, as pages come back"] = await storm(place, pages, told=told, jitter=True)
    found["storm, without any pause"] = await storm(place, pages, told=told, jitter=False)
    await leave_all(pages)
    return found


def run(*, full: bool) -> dict[str, Any]:
    """Each part on a database and a web process of its own."""
    figures: dict[str, Any] = {}
    for each in (8, 4, 1) if full else (8,):
        people = SOCKETS // each
        with served(people=people, told=people) as place:
            figures[f"wake-up, {each} sockets a person"] = asyncio.run(
                compare(place, people=people, told=people, sockets=SOCKETS, rounds=20 if full else 10)
            )
    with served(people=BURST_PEOPLE, told=BURST_PEOPLE, workers=BURST_PROCESSES) as place:
        figures["burst"] = asyncio.run(burst(place))
    sizes, people, idle = ([10, 100, 1000, 5000], 1000, 90.0) if full else ([10, 100, 500], 100, 20.0)
    with served(people=people, told=people // 10) as place:
        figures["crowd"] = asyncio.run(
            crowd(place, sizes, people=people, told=people // 10, idle_seconds=idle)
        )
    return figures
