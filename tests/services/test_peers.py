"""The benchmark of the peers compares like with like: each writes the rows that it says it writes."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.peers import environment
from benchmarks.peers.contenders import Amounts, WayOfPeer, peer_on
from tests.services.databases import Shelf

pytestmark = [pytest.mark.services, pytest.mark.slow]

AMOUNTS = Amounts(people=3, messages=3, answered=1)
# What a step of ours adds and changes besides its work items (tests/services/test_step_floor.py).
ADDED = {"rows_event": 1, "rows_clock": 1, "rows_notice": 3, "rows_outboxmessage": 3}
CHANGED = {"rows_clock", "rows_inboxcounter", "rows_notice"}
TASKS = {"viewflow_task": 2, "viewflow_task_previous": 2}
TASKS_CHANGED = {"viewflow_task", "viewflow_process"}
ITEM = {"rows_workitem": 1}
WRITTEN = {
    "stock": {
        "viewflow alone": (TASKS, TASKS_CHANGED),
        "viewflow + same rows": (TASKS | ADDED, TASKS_CHANGED | CHANGED | {"rows_record"}),
    },
    "plain": {
        "django-fsm + log row": ({"plain_transitionlog": 1}, {"plain_fsmrecord"}),
        "django-fsm + same rows": (ADDED | ITEM, CHANGED | {"plain_fsmrecord", "rows_workitem"}),
        "careful ORM": (ADDED | ITEM, CHANGED | {"rows_record", "rows_workitem"}),
        "naive ORM": (ADDED | ITEM, CHANGED | {"rows_record", "rows_workitem"}),
    },
}


@pytest.mark.parametrize("project", WRITTEN)
def test_each_peer_writes_what_it_says(project, postgres_shelf: Shelf, record_property):
    database = postgres_shelf.copy(None)
    with peer_on(database, project, AMOUNTS) as peer:
        for name, (added, changed) in WRITTEN[project].items():
            way = WayOfPeer(peer, name)
            way.prepare(2)
            before = Counter(peer.ask("rows"))
            [seconds] = way.turn(1)
            after = Counter(peer.ask("rows"))
            sent = way.statements()
            record_property(f"statements of {name}", len(sent))
            assert seconds > 0
            assert dict(after - before) == added, name
            assert not before - after, name
            updates = {text.split('"')[1] for text in sent if text.startswith("UPDATE ")}
            assert updates == changed, name
    postgres_shelf.drop(database)


def test_where_wagtail_cannot_be_had_one_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "FOLDER", tmp_path / "peers")
    monkeypatch.setattr(environment, "LOG", tmp_path / "peers.log")
    monkeypatch.setattr(environment.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(environment.NotInstalled, match=r"could not be installed.*peers\.log"):
        environment.wagtail_python()
