"""One wake-up to many sockets, ours and the floor's in turn: how long until the last one has it."""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import time
from typing import Any

import redis.asyncio as redis

from benchmarks.broadcast import CHANNEL
from benchmarks.pages import Arrivals, Page, join_all, leave_all
from benchmarks.places import REDIS
from benchmarks.served import Served, summary

SETTLE_SECONDS = 2.0
# The first receipts find caches empty and code not yet met.
WARM_UP_ROUNDS = 2


async def compare(place: Served, *, people: int, told: int, sockets: int, rounds: int) -> dict[str, Any]:
    """Connect everybody to both servers, then one step and one publish after the other.

    The floor passes on a notice that ours has just brought: what travels is the same.
    """
    ours, floors = Arrivals(), Arrivals()
    sessions: list[str] = await asyncio.to_thread(place.crew.ask, "many_sessions", count=people)
    pages = [
        Page(place.port, ours, person=str(number % people), session=sessions[number % people])
        for number in range(sockets)
    ]
    before = place.memory()
    await join_all(pages)
    await asyncio.sleep(SETTLE_SECONDS)
    each = (place.memory() - before) / sockets
    listeners = [Page(place.floor_port, floors, person=str(number % people)) for number in range(sockets)]
    await join_all(listeners)
    expected = sum(number % people < told for number in range(sockets))
    names = [str(number) for number in range(told)]
    seconds: dict[str, list[float]] = {"ours": [], "floor": []}
    last: dict[str, list[float]] = {"ours": [], "floor": []}
    async with redis.Redis.from_url(REDIS) as client:
        # Both kinds of receipt are taken in by one process: what it tidies up would hit either.
        gc.disable()
        for number in range(WARM_UP_ROUNDS + rounds):
            committed: float = await asyncio.to_thread(place.crew.ask, "tell_many")
            found = {"ours": [moment - committed for moment in await ours.take(expected)]}
            text = pages[0].notices[-1].decode()
            # The counts that follow a notice, and what the step has left the workers.
            await asyncio.sleep(0.2)
            began = time.time()
            await client.publish(CHANNEL, json.dumps({"people": names, "text": text}))
            found["floor"] = [moment - began for moment in await floors.take(expected)]
            if number >= WARM_UP_ROUNDS:
                for server, taken in found.items():
                    seconds[server] += taken
                    last[server].append(taken[-1])
        gc.enable()
    lost = sum(_seqs_missing(page, WARM_UP_ROUNDS + rounds) for page in pages[:told])
    await leave_all([*pages, *listeners])
    ratios = [one / other for one, other in zip(last["ours"], last["floor"], strict=True)]
    return {
        "sockets": sockets,
        "people told by one step": told,
        "their sockets": expected,
        "rounds": rounds,
        "KiB per idle socket": round(each, 1),
        "notices lost": lost,
        "ours, every receipt, ms": summary(seconds["ours"]),
        "ours, last receipt, ms": summary(last["ours"]),
        "floor, last receipt, ms": summary(last["floor"]),
        "ratio of last receipts, median": round(statistics.median(ratios), 1),
        "ratio of the medians": round(statistics.median(last["ours"]) / statistics.median(last["floor"]), 1),
    }


def _seqs_missing(page: Page, rounds: int) -> int:
    """How many of the notices of so many steps a page has not got, or got twice or out of order."""
    seqs = [one["seq"] for one in page.take_notices()]
    return sum(one != other for one, other in zip(seqs, range(1, rounds + 1), strict=False)) + abs(
        rounds - len(seqs)
    )
