"""The live path: one step with 50 recipients, 2,000 sockets connected, against a bare broadcast.

Both in one run, interleaved, with the same client: our web process (PostgreSQL, Redis, notices read from
the database and worded for each person), and the floor (``benchmarks.broadcast``). Seconds run from the
step's commit (for the floor: from the publish) to the receipt.
"""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.fan_out import compare
from benchmarks.served import served

PEOPLE, TOLD = 250, 50


def run(*, full: bool) -> dict[str, Any]:
    """Connect everybody, tell fifty of them."""
    sockets, rounds = (2000, 40) if full else (500, 10)
    with served(people=PEOPLE, told=TOLD) as place:
        return asyncio.run(compare(place, people=PEOPLE, told=TOLD, sockets=sockets, rounds=rounds))
