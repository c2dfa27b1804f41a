"""The benchmark of a step compares like with like, and the step stays lean on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.floor import CLOCK, EVENT, ITEM, NOTICE, OUTBOX, Floor
from tests.services.databases import Database, Shelf
from tests.services.processes import Crew

pytestmark = [pytest.mark.services, pytest.mark.slow]
TABLES = (EVENT, ITEM, CLOCK, NOTICE, OUTBOX)
# BEGIN and COMMIT are not among them.
MOST_STATEMENTS = 20


@pytest.fixture(scope="module")
def database(postgres_shelf: Shelf) -> Database:
    return postgres_shelf.copy(postgres_shelf.people())


@pytest.fixture(scope="module")
def crew(database: Database) -> Iterator[Crew]:
    made = Crew(database, 1)
    yield made
    made.stop()


@pytest.fixture
def floor(database: Database) -> Iterator[Floor]:
    made = Floor(database.url)
    yield made
    made.close()


def rows(floor: Floor) -> dict[str, int]:
    return {table: floor.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in TABLES}


def added(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - before[table] for table in TABLES}


def test_the_floor_writes_the_rows_that_the_step_writes(crew, floor):
    first, second = crew.ask("issues_before", count=2)
    before = rows(floor)
    crew.ask("take", issue=first)
    between = rows(floor)
    floor.write(floor.statements(second, floor.left_by(first), 1))
    after = rows(floor)
    assert added(between, after) == added(before, between)
    assert all(added(before, between).values()), "the step writes to each of them"
    [issue] = floor.rows("SELECT state FROM coordination_issue WHERE id = %s", second)
    assert issue["state"] == "committee_office"


def test_a_step_sends_few_statements(crew, record_property):
    warm, measured = crew.ask("issues_before", count=2)
    crew.ask("take", issue=warm)
    sent = crew.ask("statements_of", issue=measured)
    record_property("statements of endorse on PostgreSQL", len(sent))
    assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)
