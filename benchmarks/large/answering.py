"""The process that answers: the product's pages and the bare SQL on one database, in turns.

``python -m benchmarks.large.answering`` with ``DATABASE_URL`` set; ``measuring`` starts it. Figures are
written as JSON to the file that ``--out`` names, plans to ``--plans``, a line for each page to standard
output as it comes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import django
import psycopg
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from benchmarks.large import bare, plans
from benchmarks.large.asked import Page, pages

WARM_UP = 2
LEAST_ROUNDS = 5
# A plan of the bare SQL that has not answered in so many seconds is not the best one.
HOPELESS_SECONDS = 4
_LINK = re.compile(r'<a class="record-(?:title|row)[^"]*" href="/[a-z]+/([^/"]+)/"')


@dataclass
class Spent:
    """One answer of the product: seconds of the whole, of the database, and each statement with its own."""

    whole: float
    statements: list[tuple[float, str, Any]]
    status: int
    body: bytes

    @property
    def database(self) -> float:
        return sum(seconds for seconds, _sql, _values in self.statements)


@dataclass
class Measured:
    """A page, measured: milliseconds by what they are of."""

    page: Page
    ours: list[Spent] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    plan: str = ""
    same: bool | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The figures of the page, milliseconds and ratios."""
        whole, database = [one.whole for one in self.ours], [one.database for one in self.ours]
        found: dict[str, Any] = {
            "page": self.page.name,
            "reader": self.page.reader,
            "rounds": len(self.ours),
            "status": self.ours[-1].status,
            "statements": len(self.ours[-1].statements),
            "whole p50": _ms(statistics.median(whole)),
            "whole p95": _ms(_p95(whole)),
            "database p50": _ms(statistics.median(database)),
            "database p95": _ms(_p95(database)),
        }
        if self.floor:
            floor = statistics.median(self.floor), _p95(self.floor)
            found |= {
                "bare p50": _ms(floor[0]),
                "bare p95": _ms(floor[1]),
                "bare plan": self.plan,
                "whole / bare, p95": round(_p95(whole) / floor[1], 1),
                "database / bare, p50": round(statistics.median(database) / floor[0], 1),
                "database / bare, p95": round(_p95(database) / floor[1], 1),
                "same answer": self.same,
            }
        return found


class Answering:
    """Both on one database: a signed-in test client for each reader, and a bare connection."""

    def __init__(self, url: str) -> None:
        # Compiling pays for no statement here, and the rows lie in memory.
        self._bare = psycopg.connect(url, autocommit=True, options="-c jit=off -c random_page_cost=1.1")
        self._clients: dict[int, Client] = {}
        self._statements: list[tuple[float, str, Any]] = []

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The bare connection."""
        return self._bare

    def ours(self, page: Page) -> Spent:
        """Ask the product for the page once."""
        client = self._client(page.person)
        self._statements = []
        with connection.execute_wrapper(self._timed):
            began = time.perf_counter()
            answer = client.get(page.path)
            seconds = time.perf_counter() - began
        return Spent(seconds, self._statements, answer.status_code, answer.content)

    def floor(self, queries: list[bare.Query]) -> tuple[float, list[tuple[Any, ...]]]:
        """Ask the database the same; seconds, and the rows of the first statement."""
        rows: list[list[tuple[Any, ...]]] = []
        began = time.perf_counter()
        for query in queries:
            rows.append(self._run(query.text, query.values))
        return time.perf_counter() - began, rows[0]

    def best(self, page: Page) -> list[bare.Query]:
        """Of each statement of the page the plan that is fastest for this reader."""
        return [min(some, key=self._tried) if len(some) > 1 else some[0] for some in page.bare]

    def explained(self, statement: str, values: Any, *, by_product: bool) -> list[str]:
        """The plan of one statement, on the connection of whose it is."""
        try:
            return plans.explain(self._run_ours if by_product else self._run, statement, values)
        except Exception as error:
            return [f"no plan: {error}"]

    def _tried(self, query: bare.Query) -> float:
        found = []
        with self._limited():
            for _ in range(3):
                began = time.perf_counter()
                try:
                    self._run(query.text, query.values)
                except psycopg.errors.QueryCanceled:
                    return float("inf")
                found.append(time.perf_counter() - began)
        return min(found)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        self._run(f"SET statement_timeout = '{HOPELESS_SECONDS}s'", None)
        try:
            yield
        finally:
            self._run("RESET statement_timeout", None)

    def _run(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        cursor = self._bare.execute(cast(Any, statement), values)
        return cursor.fetchall() if cursor.description else []

    def _run_ours(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def _timed(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self._statements.append((time.perf_counter() - began, sql, params))

    def _client(self, person: int) -> Client:
        if person not in self._clients:
            client = Client(HTTP_HOST="localhost")
            client.force_login(get_user_model().objects.get(pk=person))
            self._clients[person] = client
        return self._clients[person]


def measure(answering: Answering, page: Page, *, rounds: int, budget: float) -> Measured:
    """Ours and bare in turns, so many times or as long as the seconds of ``budget`` last."""
    measured = Measured(page)
    queries = answering.best(page) if page.bare else []
    measured.plan = ", ".join(query.plan for query in queries)
    until = time.monotonic() + budget
    for number in range(rounds + WARM_UP):
        if number >= LEAST_ROUNDS and time.monotonic() > until:
            break
        spent = answering.ours(page)
        seconds, rows = answering.floor(queries) if queries else (0.0, [])
        if number < WARM_UP:
            continue
        measured.ours.append(spent)
        if queries:
            measured.floor.append(seconds)
            if page.compared:
                measured.same = _same(page, spent.body, rows)
    return measured


def _same(page: Page, body: bytes, rows: list[tuple[Any, ...]]) -> bool:
    """Whether the page names the records that the bare SQL found: by code, else by reference."""
    wanted = [row[0] or row[1] for row in rows[: page.compared]]
    shown = _LINK.findall(body.decode())[: page.compared if page.in_order else len(wanted)]
    return shown == wanted if page.in_order else sorted(shown) == sorted(wanted)


def _p95(seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return ordered[max(0, round(0.95 * len(ordered) + 0.5) - 1)]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def _tell(row: dict[str, Any]) -> None:
    floor = f"{row['bare p95']:9.2f}" if "bare p95" in row else "        –"
    ratios = (
        f"{row['whole / bare, p95']:7.1f} {row['database / bare, p95']:7.1f}"
        if "bare p95" in row
        else "      –       –"
    )
    marks = "" if row["status"] == 200 else f"  STATUS {row['status']}"
    marks += "  ANOTHER ANSWER" if row.get("same answer") is False else ""
    print(
        f"  {row['page']:28} {row['reader']:8} {row['statements']:4} {row['whole p95']:10.2f}"
        f" {row['database p95']:10.2f} {floor} {ratios}  {row.get('bare plan', '')}{marks}",
        flush=True,
    )


def _write_plans(answering: Answering, measured: Measured, file: Any, *, told: bool) -> None:
    """The plan of the page's slowest statement and of the bare ones; their slow lines are told, too."""
    page = measured.page
    slowest = max(measured.ours[-1].statements, key=lambda one: one[0], default=None)
    if slowest is not None and slowest[1].lstrip().upper().startswith(("SELECT", "WITH")):
        plan = answering.explained(slowest[1], slowest[2], by_product=True)
        file.write(f"\n## {page.name}, {page.reader}: slowest of ours, {_ms(slowest[0])} ms\n{slowest[1]}\n")
        file.write("\n".join(plan) + "\n")
        if told:
            print(f"      slowest of ours, {_ms(slowest[0])} ms: {slowest[1][:150]!r}")
            print("\n".join(f"        {line}" for line in plans.short(plan)), flush=True)
    for query in answering.best(page) if page.bare else ():
        plan = answering.explained(query.text, query.values, by_product=False)
        file.write(
            f"\n## {page.name}, {page.reader}: bare, {query.plan}\n{query.text}\n" + "\n".join(plan) + "\n"
        )
    file.flush()


def _check_rows() -> None:
    """Figures of rows that the product would not have written say nothing."""
    # It reads the models: there are none before the settings are read.
    wrong = import_module("benchmarks.large.sound").disagreements()
    if wrong:
        raise SystemExit(
            f"{len(wrong)} of the sampled records are not as the product writes them: {wrong[:5]}"
        )


def main() -> None:
    """Measure the pages and write down what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--budget", type=float, default=20, help="seconds for each page")
    parser.add_argument("--only", default="", help="a regular expression on «reader, page»")
    parser.add_argument(
        "--slow", type=float, default=20, help="ms of the database (p50) from which a plan is told"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plans", type=Path, required=True)
    options = parser.parse_args()
    django.setup()
    answering = Answering(os.environ["DATABASE_URL"])
    _check_rows()
    found = []
    heads = f"{'whole p95':>10} {'db p95':>10} {'bare p95':>9} {'whole/':>7} {'db/bare':>7}"
    print(f"  {'page':28} {'reader':8} {'stmt':>4} {heads}")
    with options.plans.open("w") as file:
        for page in pages(answering.connection):
            if not re.search(options.only, f"{page.reader}, {page.name}"):
                continue
            measured = measure(answering, page, rounds=options.rounds, budget=options.budget)
            found.append(measured.row)
            _tell(measured.row)
            _write_plans(answering, measured, file, told=measured.row["database p50"] > options.slow)
    options.out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
