"""Background work in service: two workers and a beat share it, say that they live, and are missed if not."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import redis

from tests.services.databases import ROOT, Shelf
from tests.services.devices import opened
from tests.services.processes import Pair, pair_on
from tests.services.serving import HERE, Program, ServedDatabase, celery, free_port, wait_until, web

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture(scope="module")
def pair(postgres_shelf: Shelf, redis_url: str) -> Iterator[Pair]:
    """Two processes on a database whose workers hear each other over an emptied Redis."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    copy = postgres_shelf.copy(postgres_shelf.people())
    with pair_on(ServedDatabase(copy.url, copy.var_dir, redis_url)) as found:
        yield found


def test_workers_share_the_work_and_are_missed_when_they_die(pair, tmp_path):
    port = free_port()
    with ExitStack() as stack:

        def start(name: str, *words: str) -> Program:
            return stack.enter_context(celery(pair.database, tmp_path / f"{name}.log", *words))

        worker = ("worker", "--concurrency", "1", "--without-gossip", "--without-mingle")
        first = start("one", *worker, "--hostname", "celery@one")
        second = start("two", *worker, "--hostname", "celery@two")
        beat = start("beat", "beat", "--pidfile=")
        server = stack.enter_context(web(pair.database, tmp_path / "web.log", port=port))
        everybody = (first, second, beat, server)

        def hearts() -> set[str]:
            return set(pair.ask("hearts"))

        wait_until(lambda: hearts() == {"celery@one", "celery@two"}, "both say that they live", *everybody)
        said = httpx.get(f"http://{HERE}:{port}/readyz").json()
        assert said["ready"], said

        # A step here: its mail leaves from a worker there, and the socket of a third process hears of it.
        session = pair.ask("session_of", username="binhduong.gtvt.head")

        async def hears() -> dict[str, Any]:
            async with opened(port, session) as connection, asyncio.timeout(15):
                await connection.send(json.dumps({"type": "hello", "cursor": 0}))
                while json.loads(await connection.recv())["type"] != "replayed":
                    pass
                await asyncio.to_thread(lambda: pair.ask("prepare", state="awaiting_unit_head", count=1))
                return dict(json.loads(await connection.recv()))

        assert asyncio.run(hears())["seq"] == 1
        wait_until(lambda: set(pair.ask("messages")) == {"sent"}, "the mails left", *everybody)

        assert second.end() == 0
        assert hearts() == {"celery@one"}, "who is stopped is not missed"
        assert not list(ROOT.glob("celerybeat-schedule*")), "what a beat writes lies in VAR_DIR"
        first.end(signal.SIGKILL)
        assert hearts() == {"celery@one"}, "who dies is"


def test_a_worker_without_redis_refuses_with_one_clear_line(pair):
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "coordination", "worker"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "VAR_DIR": str(pair.database.var_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Set REDIS_URL" in done.stdout + done.stderr


SCHEDULE = """
import json
from coordination.celery import app
from coordination.chores import CHORES
rows = app.conf.beat_schedule
print(json.dumps({
    "chores": sorted([chore.name, chore.every] for chore in CHORES),
    "schedule": sorted([row["task"], row["schedule"]] for row in rows.values()),
    "each": [name for name, row in rows.items() if row["options"].get("queue") == "each"],
    "known": sorted(name for name in app.tasks if not name.startswith("celery.")),
    "late": app.conf.task_acks_late,
    "results": app.conf.result_backend,
    "limit": app.conf.task_time_limit,
}))
"""


def test_the_schedule_is_the_list_of_chores(pair):
    environment = {"PATH": "/usr/bin:/bin", **pair.database.environment}
    done = subprocess.run(
        [sys.executable, "-c", SCHEDULE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said["schedule"] == said["chores"]
    assert said["known"] == sorted(name for name, _every in said["chores"])
    assert said["each"] == ["notifications.heartbeat"]
    assert (said["late"], said["results"], said["limit"]) == (True, None, 900)
