"""Mixed load on the product as in service, while its processes are killed: nothing is lost, nothing grows.

Two web processes, two workers and a beat on PostgreSQL and Redis; people report, decide and follow up
through pages and mailed links; devices come and go. CI runs it small, ``make proof`` for ten minutes with
20 people and 1,000 sockets (``LOAD_SECONDS``, ``LOAD_PEOPLE``, ``LOAD_SOCKETS``, ``LOAD_KILLS``).
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load.mixed import Outcome, Size, run
from tests.services.databases import Shelf
from tests.services.private_servers import PrivateRedis

pytestmark = [pytest.mark.services, pytest.mark.slow]

SECONDS = float(os.environ.get("LOAD_SECONDS", "15"))
LONG, WHOLE = SECONDS >= 120, SECONDS >= 600
SIZE = Size(
    seconds=SECONDS,
    people=int(os.environ.get("LOAD_PEOPLE", "7")),
    sockets=int(os.environ.get("LOAD_SOCKETS", "40")),
    kills=int(os.environ.get("LOAD_KILLS", "1")),
    think=float(os.environ.get("LOAD_THINK", "4" if LONG else "0.5")),
    stays=60.0 if LONG else 4.0,
    told=20 if LONG else 4,
)
# What a process may grow from the first third to the last, beside its sockets: Python's own memory is
# never given back whole, and a short run still loads what it has not used before.
GROWS_BY_SHARE = 0.10
GROWS_BY_KIB = (16 if LONG else 32) * 1024
# One idle socket (benchmarks/sockets.py), and its buffers when it is brought something.
SOCKET_KIB = 40


@pytest.fixture(scope="module")
def outcome(postgres_shelf: Shelf, tmp_path_factory: Any) -> Iterator[Outcome]:
    # A Redis of its own: workers of other tests would take its tasks. Its user may not enter pytest's folder.
    with tempfile.TemporaryDirectory(prefix="lien-tinh-load-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        redis = PrivateRedis(folder / "redis")
        redis.start()
        try:
            yield run(SIZE, postgres_shelf, redis.url, tmp_path_factory.mktemp("logs"))
        finally:
            redis.crash()


@pytest.fixture
def show(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    return record_property


def test_nobody_is_answered_with_an_error(outcome, show):
    tally = outcome.tally
    show("people, sockets, seconds", f"{SIZE.people}, {SIZE.sockets}, {SIZE.seconds:.0f}")
    show("killed", ", ".join(f"{one.name} (back in {one.back - one.at:.1f} s)" for one in outcome.kills))
    show("pages answered", sum(tally.answers.values()))
    show("answers by status", dict(sorted(tally.answers.items())))
    cuts = statistics.quantiles(tally.seconds, n=100, method="inclusive")
    show("seconds to an answer, p50, p95, p99", ", ".join(f"{cuts[at]:.2f}" for at in (49, 94, 98)))
    show("steps and acts", f"{sum(tally.steps.values())}, by link {tally.by_link}: {dict(tally.steps)}")
    show("refused", dict(tally.refusals))
    show("events in the chains", outcome.events)
    show("connections lost to a kill", len(tally.lost))
    assert len(outcome.kills) == 2 * SIZE.kills
    assert tally.failures == []
    assert outcome.outside_of_kills() == []
    assert outcome.complaints == []


def test_it_was_our_own_scenario(outcome):
    """Or else nothing was shown: officers, heads and leaders, at desks and from links."""
    wanted = {"draft", "hand_up", "submit"}
    if LONG:
        wanted |= {"accept", "consult", "propose", "endorse", "pass_to_leader"}
        assert outcome.tally.by_link > 0
    if WHOLE:
        wanted |= {"answer", "approve_bilateral", "direct", "invite", "counter_propose", "accept_counter"}
        wanted |= {"take_on", "report", "verify"}
    assert wanted <= set(outcome.tally.steps), outcome.tally
    assert outcome.tally.strange == []


def test_no_notice_is_lost_doubled_or_out_of_order(outcome, show):
    crowd = outcome.crowd
    show("notices read by all devices", f"{crowd['read']}, live {crowd['live']}")
    show("connections of all devices", crowd["connections"])
    assert crowd["faults"] == []
    assert crowd["missing"] == []
    assert outcome.holes == []
    assert crowd["live"] > 0
    assert crowd["connections"] > SIZE.sockets


def test_every_mail_leaves(outcome, show):
    show("mails", f"{outcome.mails}, twice: {outcome.sent_twice}")
    show("outbox drained within, s", f"{outcome.drained_in:.1f}")
    assert outcome.unsent == {}
    assert outcome.mails > 0
    assert outcome.never_accepted == 0


def test_the_chains_hold(outcome, show):
    show("verify_audit", "ok" if not outcome.audit else "FAILED")
    assert outcome.audit == ""


@pytest.mark.parametrize("name", ["web-1", "worker-1", "beat"])
def test_memory_is_flat(outcome, show, name):
    early, late = outcome.growth(name)
    words = f"{early.memory / 1024:.0f} → {late.memory / 1024:.0f}"
    show(f"MiB of {name}", words + (f" ({early.sockets} → {late.sockets} sockets)" if early.sockets else ""))
    more_sockets = max(0, late.sockets - early.sockets) * SOCKET_KIB
    assert late.memory <= early.memory * (1 + GROWS_BY_SHARE) + GROWS_BY_KIB + more_sockets, words
