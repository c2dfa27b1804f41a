"""On PostgreSQL: the tables, the triggers, the main path, the proof of the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest

from tests.services.databases import Database, Shelf
from tests.services.processes import Pair, pair_on

TRIGGERS_OFF = "ALTER TABLE workflows_event DISABLE TRIGGER USER"
ISSUE = "(SELECT min(id) FROM coordination_issue)"
OF_ISSUE = f"machine = 'issue' AND record_id = {ISSUE}"
LAST = f"(SELECT max(seq) FROM workflows_event WHERE {OF_ISSUE})"
HEAD_PUT_BACK = f"""
    UPDATE coordination_issue SET event_count = last.seq, head_hash = last.hash, state = last.target
    FROM (SELECT * FROM workflows_event WHERE {OF_ISSUE} AND seq = {LAST}) AS last
    WHERE coordination_issue.id = {ISSUE}
"""

pytestmark = [pytest.mark.services, pytest.mark.slow]


def fill_with_the_main_path(database: Database) -> None:
    """One file from the unit to its archive, and an anchor."""
    with pair_on(database) as pair:
        ended = pair.ask("tell_the_main_path")
        pair.ask("anchor")
    assert ended["state"] == "closed"


@pytest.fixture(scope="module")
def template(postgres_shelf: Shelf) -> Database:
    """Migrated by ``manage.py migrate``, with the main path told from end to end."""
    return postgres_shelf.template("main path", fill_with_the_main_path)


@pytest.fixture(scope="module")
def copy(postgres_shelf: Shelf, template: Database) -> Database:
    """Another one, to spoil."""
    return postgres_shelf.copy(template)


@pytest.fixture(scope="module")
def worker(copy: Database, template: Database) -> Iterator[Pair]:
    """Processes on the template, from when its copy is made: a template in use cannot be copied."""
    with pair_on(template) as pair:
        yield pair


def test_migrations_leave_nothing_to_make(template):
    done = template.manage("makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_system_check_asks_the_database_too(template):
    done = template.manage("check", "--database", "default")
    assert done.returncode == 0, done.stderr


def test_the_connection_is_as_the_engine_needs_it(template):
    """Locks are taken by SELECT … FOR UPDATE and read again: that is READ COMMITTED's way."""
    with psycopg.connect(template.url) as connection:
        asked = {
            name: connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("server_encoding", "default_transaction_isolation")
        }
        assert asked == {"server_encoding": ("UTF8",), "default_transaction_isolation": ("read committed",)}


def test_the_main_path_left_nothing_out_of_step(worker):
    assert worker.ask("ill") == []


def test_text_comes_back_as_it_went_in(worker):
    title = "Cầu Mã Đà: ưu tiên “hỏa tốc” – Đồng Nai/Bình Phước"
    assert worker.ask("title_that_came_back", title=title) == title


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflows_event SET name = 'x'",
        "UPDATE workflows_event SET hash = hash WHERE id = 1",
        "DELETE FROM workflows_event",
        "TRUNCATE workflows_event",
        "TRUNCATE workflows_event RESTART IDENTITY CASCADE",
    ],
)
def test_the_database_refuses_to_forget(template, statement):
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        template.execute(statement)


@pytest.mark.parametrize(
    "statements, codes",
    [
        ([], []),
        ([f"UPDATE workflows_event SET person_name = 'X' WHERE {OF_ISSUE} AND seq = 4"], ["altered_event"]),
        ([f"DELETE FROM workflows_event WHERE {OF_ISSUE} AND seq = 4"], ["missing_event"]),
        ([f"DELETE FROM workflows_event WHERE {OF_ISSUE} AND seq = {LAST}"], ["cut_tail", "cut_tail"]),
        (
            [f"DELETE FROM workflows_event WHERE {OF_ISSUE} AND seq = {LAST}", HEAD_PUT_BACK],
            ["cut_tail"],
        ),
    ],
    ids=["untouched", "altered", "missing", "cut", "cut and put back"],
)
def test_the_proof_names_what_was_done_past_the_product(worker, statements, codes):
    found = worker.ask("faults_after", statements=[TRIGGERS_OFF, *statements])
    assert [code for code, _ref, _seq in found] == codes
    assert worker.ask("faults_after", statements=[]) == [], "the test took it back"


def test_the_proof_names_a_chain_rewritten_from_one_event_on(worker):
    ref, last = worker.ask("first_chain")
    found = worker.ask("faults_after", statements=[TRIGGERS_OFF], rewrite_from=3)
    assert found == [("rewritten_chain", ref, last)]


def test_the_command_ends_as_the_proof_does(copy):
    done = copy.manage("verify_audit", "--json")
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True), done.stderr
    changed = f"UPDATE workflows_event SET person_name = 'X' WHERE {OF_ISSUE} AND seq = 4"
    assert copy.execute(TRIGGERS_OFF, changed) == 1
    done = copy.manage("verify_audit", "--json")
    [fault] = json.loads(done.stdout)["faults"]
    assert (done.returncode, fault["code"], fault["seq"]) == (1, "altered_event", 4)
    assert fault["record_ref"] in done.stderr
