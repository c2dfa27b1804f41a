"""One peer in a process of its own: ``python serve.py PROJECT``, orders and answers as lines of JSON.

The peers are programs of their own, one with an interpreter of its own: nothing of the product is imported.
A project has a module ``ways`` with ``WAYS``: what it can be asked to take a transition by.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

# BEGIN and COMMIT frame every transition, ours and the floor's, too.
FRAME = {"BEGIN", "COMMIT"}


class Server:
    """What a peer does when it is told to."""

    def __init__(self, ways: dict[str, Any]) -> None:
        self.ways = ways
        self._ready: dict[str, list[int]] = {name: [] for name in ways}

    def prepare(self, way: str, count: int) -> None:
        """Records that wait for the transition."""
        self._ready[way] += [self.ways[way].prepare() for _ in range(count)]

    def turn(self, way: str, count: int) -> list[float]:
        """That many transitions, one after the other: seconds of each."""
        return [self._take(way) for _ in range(count)]

    def statements(self, way: str) -> list[str]:
        """The statements that one transition sends, BEGIN and COMMIT left out."""
        go = self._next(way)
        with CaptureQueriesContext(connection) as seen:
            go()
        return [query["sql"] for query in seen if query["sql"] not in FRAME]

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            counts = {}
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
                counts[table] = cursor.fetchone()[0]
        return counts

    def versions(self, packages: list[str]) -> dict[str, str]:
        """The versions of packages that this process runs on."""
        return {package: metadata.version(package) for package in packages}

    def _next(self, way: str) -> Callable[[], None]:
        go: Callable[[], None] = self.ways[way].ready(self._ready[way].pop(0))
        return go

    def _take(self, way: str) -> float:
        go = self._next(way)
        began = time.perf_counter()
        go()
        return time.perf_counter() - began


def main(project: str) -> None:
    """Make the tables, then do what is asked, until there is nothing more to read."""
    answers = sys.stdout
    # Whatever else prints must not stand between the answers.
    sys.stdout = sys.stderr
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{project}.settings"
    try:
        django.setup()
        call_command("migrate", run_syncdb=True, verbosity=0)
        server = Server(import_module(f"{project}.ways").WAYS)
        for line in sys.stdin:
            order = json.loads(line)
            answer = getattr(server, order.pop("do"))(**order)
            print(json.dumps({"answer": answer}), file=answers, flush=True)
    except Exception:
        print(json.dumps({"error": traceback.format_exc()}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
