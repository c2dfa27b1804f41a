"""One step through the engine, against the bare driver that writes the same rows (``benchmarks.floor``).

Interleaved in one run on throw-away databases, so the ratio holds where the machine's speed drifts. On
PostgreSQL also four processes at once, on issues of their own and on one issue together.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.places import POSTGRES, REDIS
from tests.services.databases import Database, PostgresShelf, Shelf, SqliteShelf
from tests.services.processes import Crew
from tests.services.serving import ServedDatabase

CLIENTS = 4
Figures = dict[str, Any]


def run(*, full: bool) -> Figures:
    """Each database in turn; figures by what they say."""
    rounds = 200 if full else 40
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="lien-tinh-steps-") as folder:
        shelves: dict[str, Shelf] = {
            "sqlite": SqliteShelf(Path(folder)),
            "postgresql": PostgresShelf(Path(folder), server_url=POSTGRES),
        }
        for name, shelf in shelves.items():
            database = shelf.copy(shelf.people())
            if name == "postgresql":
                # In service each step says to every process whom it woke.
                database = ServedDatabase(database.url, database.var_dir, REDIS)
            figures |= {f"{name}: {key}": value for key, value in _alone(database, rounds).items()}
            if name == "postgresql":
                figures |= {f"{name}: {key}": value for key, value in _together(database, rounds).items()}
            shelf.drop_all()
    return figures


def _alone(database: Database, rounds: int) -> Figures:
    with _crew(database, 1) as crew:
        issues = crew.ask("issues_before", count=2 * rounds + 9)
        # The first rounds warm up: caches, prepared statements.
        crew.ask("alternate", ours=issues[:4], raw=issues[4:8], url=database.url, first=0)
        sent = crew.ask("statements_of", issue=issues[8])
        ours, raw = issues[9 : 9 + rounds], issues[9 + rounds :]
        pairs = crew.ask("alternate", ours=ours, raw=raw, url=database.url, first=10)
    ratios = [one / other for one, other in pairs]
    return {
        "statements": len(sent),
        "the statements": sent,
        "ours, median ms": _ms(statistics.median(one for one, _ in pairs)),
        "floor, median ms": _ms(statistics.median(other for _, other in pairs)),
        "ratio, median": round(statistics.median(ratios), 1),
        "ratio, quartiles": [round(quartile, 1) for quartile in statistics.quantiles(ratios)[::2]],
    }


def _together(database: Database, rounds: int) -> Figures:
    with _crew(database, CLIENTS) as crew:
        mine = [crew.ask("issues_before", count=rounds) for _ in range(CLIENTS)]
        its = [crew.ask("issues_before", count=rounds) for _ in range(CLIENTS)]
        one = crew.ask("issues_before", count=1)[0]
        for worker in crew.workers:
            # Each process warms up on an issue of its own.
            worker.ask("take", issue=crew.ask("issues_before", count=1)[0])
        ours = crew.together(*(("rush", {"ours": issues}) for issues in mine))
        floors = crew.together(
            *(
                (
                    "rush_floor",
                    {"raw": raw, "like": mine[0][0], "url": database.url, "first": 10_000 * (number + 1)},
                )
                for number, raw in enumerate(its)
            )
        )
        spent = crew.together(*(("notes", {"issue": one, "count": rounds}) for _ in range(CLIENTS)))
    each = _per_step(ours, rounds), _per_step(floors, rounds)
    waits = sorted(seconds for of_one in spent for seconds in of_one)
    return {
        f"{CLIENTS} clients, ours, ms per step": _ms(each[0]),
        f"{CLIENTS} clients, floor, ms per step": _ms(each[1]),
        f"{CLIENTS} clients, ratio": round(each[0] / each[1], 1),
        f"{CLIENTS} clients on one issue, median ms": _ms(statistics.median(waits)),
        f"{CLIENTS} clients on one issue, longest / median": round(waits[-1] / statistics.median(waits), 1),
        f"{CLIENTS} clients on one issue, slowest client / fastest": round(
            max(map(sum, spent)) / min(map(sum, spent)), 2
        ),
    }


def _per_step(spans: list[tuple[float, float]], rounds: int) -> float:
    """Seconds from the first's beginning to the last's end, for each step of all of them."""
    return (max(end for _, end in spans) - min(begin for begin, _ in spans)) / (len(spans) * rounds)


@contextmanager
def _crew(database: Database, size: int) -> Iterator[Crew]:
    crew = Crew(database, size)
    try:
        yield crew
    finally:
        crew.stop()


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
