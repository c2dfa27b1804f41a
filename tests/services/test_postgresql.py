"""On PostgreSQL: the tables, the triggers, the main path, the proof of the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest

from tests.services.databases import Database, Shelf
from tests.services.processes import pair_on

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


@pytest.fixture
def database(postgres_shelf: Shelf, template: Database) -> Iterator[Database]:
    """A copy to spoil."""
    copy = postgres_shelf.copy(template)
    yield copy
    postgres_shelf.drop(copy)


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


def test_the_main_path_left_nothing_out_of_step(template):
    with pair_on(template) as pair:
        assert pair.ask("ill") == []
        title = "Cầu Mã Đà: ưu tiên “hỏa tốc” – Đồng Nai/Bình Phước"
        assert pair.ask("report", title=title) == title


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


TRIGGERS_OFF = "ALTER TABLE workflows_event DISABLE TRIGGER USER"
ISSUE = "(SELECT min(id) FROM coordination_issue)"
OF_ISSUE = f"machine = 'issue' AND record_id = {ISSUE}"
LAST = f"(SELECT max(seq) FROM workflows_event WHERE {OF_ISSUE})"
HEAD_PUT_BACK = f"""
    UPDATE coordination_issue SET event_count = last.seq, head_hash = last.hash, state = last.target
    FROM (SELECT * FROM workflows_event WHERE {OF_ISSUE} AND seq = {LAST}) AS last
    WHERE coordination_issue.id = {ISSUE}
"""


@pytest.mark.parametrize(
    ("statements", "codes"),
    [
        ([], []),
        ([f"UPDATE workflows_event SET person_name = 'X' WHERE {OF_ISSUE} AND seq = 4"], ["altered_event"]),
        ([f"DELETE FROM workflows_event WHERE {OF_ISSUE} AND seq = {LAST}"], ["cut_tail", "cut_tail"]),
        (
            [f"DELETE FROM workflows_event WHERE {OF_ISSUE} AND seq = {LAST}", HEAD_PUT_BACK],
            ["cut_tail"],
        ),
    ],
    ids=["untouched", "altered", "cut", "cut and put back"],
)
def test_the_proof_names_what_was_done_past_the_product(database, statements, codes):
    if statements:
        assert database.execute(TRIGGERS_OFF, *statements) == 1
    done = database.manage("verify_audit", "--json")
    said = json.loads(done.stdout)
    assert [fault["code"] for fault in said["faults"]] == codes
    assert (done.returncode, said["ok"]) == ((1, False) if codes else (0, True))


def test_the_proof_names_a_chain_rewritten_from_one_event_on(database):
    database.execute(TRIGGERS_OFF)
    with pair_on(database) as pair:
        rewritten = pair.ask("rewrite", first=3)
    done = database.manage("verify_audit", "--json")
    [fault] = json.loads(done.stdout)["faults"]
    assert (fault["code"], fault["record_ref"], fault["seq"]) == ("rewritten_chain", *rewritten)
    assert done.returncode == 1
