"""What an error tracker gets: every kind of process reports, says what was being done, and no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import redis

from tests.services.databases import ROOT, Shelf
from tests.services.ingest import Ingest, ingest
from tests.services.serving import Program, wait_until

pytestmark = [pytest.mark.services, pytest.mark.slow]

SECRET = "bi-mat-cua-lien-ket-1234567890"
# Not in the reporter's own source: an error report shows lines of source.
PRIVATE = {
    "OFFICER": "binhduong.gtvt.officer",
    "SESSION": "khoa-phien-bi-mat",
    "WRITTEN": "noi-dung-rieng",
}


@pytest.fixture(scope="module")
def reported(postgres_shelf: Shelf, redis_url: str) -> Iterator[Ingest]:
    """Everything that the tracker got of a process in which things broke."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    database = postgres_shelf.copy(postgres_shelf.people())
    with ingest() as tracker:
        given = {"SENTRY_DSN": tracker.dsn, "REDIS_URL": redis_url, "LINK_SECRET": SECRET} | PRIVATE
        done = subprocess.run(
            [sys.executable, "-m", "tests.services.error_reporter"],
            cwd=ROOT,
            env=os.environ | database.environment | given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        words = ("-m", "celery", "-A", "tests.services.error_reporter", "worker", "--concurrency", "1")
        worker = Program(database, database.var_dir / "worker.log", *words, **given)
        try:
            wait_until(lambda: len(tracker.of("check_in")) == 2, "the worker has reported", worker)
        finally:
            worker.end()
        yield tracker


def event_of(tracker: Ingest, where: str) -> dict[str, object]:
    """The one event whose error speaks of this place."""
    found = [
        event
        for event in tracker.of("event")
        if any(where in str(one["value"]) for one in event.get("exception", {}).get("values", []))
    ]
    assert len(found) == 1, [event.get("exception") for event in tracker.of("event")]
    return found[0]


@pytest.mark.parametrize("where", ["view: ", "task: "])
def test_an_error_in_the_engine_says_what_was_being_done(reported, where):
    tags = event_of(reported, where)["tags"]
    assert {name: tags[name] for name in ("machine", "step", "state")} == {
        "machine": "issue",
        "step": "hand_up",
        "state": "draft",
    }


def test_an_error_in_a_socket_and_one_in_a_command_arrive(reported):
    for where in ("socket: ", "command: "):
        assert event_of(reported, where)


def test_no_secret_of_a_link_arrives_in_any_form(reported):
    everything = b"\n".join(reported.raw).decode()
    assert SECRET not in everything
    assert "/d/abcdEFGH1234/***" in everything, "the address is masked, not missing"
    request = event_of(reported, "view: ")["request"]
    assert request["url"].endswith("/d/abcdEFGH1234/***")
    assert request["headers"]["referer"].endswith("/d/abcdEFGH1234/***")


def test_nobody_and_nothing_that_was_written_arrives(reported):
    everything = b"\n".join(reported.raw).decode()
    for word in PRIVATE.values():
        assert word not in everything
    for event in reported.of("event"):
        for exception in event.get("exception", {}).get("values", []):
            frames = exception.get("stacktrace", {}).get("frames", [])
            assert not [frame for frame in frames if "vars" in frame]


def test_a_sweep_checks_in_and_out_with_its_schedule(reported):
    said = [one for one in reported.of("check_in") if one["monitor_slug"] == "sweep"]
    assert [one["status"] for one in said] == ["in_progress", "ok"]
    assert len({one["check_in_id"] for one in said}) == 1
    assert said[0]["monitor_config"]["schedule"] == {"type": "interval", "value": 1, "unit": "minute"}
