"""On PostgreSQL a list goes along each way to an issue by itself; what it shows is what the rule says."""

from __future__ import annotations

import psycopg
import pytest

from tests.services.databases import Database, Shelf
from tests.services.processes import pair_on

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(postgres_shelf: Shelf) -> Database:
    """The demo's cases, in many states."""
    return postgres_shelf.template("demo cases", lambda database: database.manage("seed_demo"))


@pytest.fixture(scope="module")
def process(demo):
    with pair_on(demo) as pair:
        yield pair


def test_every_list_is_what_the_rule_says(process):
    counted = process.ask("lists_both_ways")
    assert counted["people"] > 20
    assert min(counted["rows"], counted["lists"]) > 500


def test_a_word_is_looked_up_in_an_index(demo, process):
    with psycopg.connect(demo.url) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            "EXPLAIN SELECT id FROM coordination_issue WHERE search_text LIKE '%vanh dai%'"
        ).fetchall()
    assert any("issue_by_words" in line for (line,) in plan), plan
