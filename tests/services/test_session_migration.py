"""The loose columns of dossiers become sessions and conclusions, and back, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.databases import Shelf
from tests.services.processes import Pair, pair_on
from tests.services.session_rows import AFTER, BEFORE, IN_JUNE, IN_MAY, ROWS


@pytest.fixture(scope="module")
def worker(shelf: Shelf) -> Iterator[Pair]:
    """A process on a database with dossiers from before."""
    with pair_on(shelf.copy(None)) as pair:
        pair.ask("migrate_to", name=BEFORE)
        pair.ask("lay_old_dossiers")
        yield pair


def test_dossiers_of_one_session_share_its_row_and_nothing_is_lost_on_the_way_back(worker):
    before = worker.ask("as_columns")
    assert before == list(ROWS)
    worker.ask("migrate_to", name=AFTER)
    scheduled, decided, referred, deferred, filed = worker.ask("as_rows")

    assert scheduled["session"] == decided["session"]
    assert len({row["session"] for row in (scheduled, referred, deferred)}) == 3
    assert all(row["council"] for row in (scheduled, decided, referred, deferred))
    assert (scheduled["name"], scheduled["on"], scheduled["place"]) == (
        "Phiên họp lần thứ 6",
        IN_MAY,
        "Bình Dương",
    )
    assert referred["on"] == IN_JUNE
    assert filed is None
    assert [row["chair"] for row in (decided, referred, deferred)] == [
        "Chủ tịch từ 2025-01-01",
        "Chủ tịch từ 2026-06-01",
        "",
    ]
    assert [row["conclusion"] for row in (scheduled, decided, referred)] == ["", "Thống nhất.", "Kiến nghị."]
    assert {row["number"] for row in (decided, referred)} == {""}

    worker.ask("migrate_to", name=BEFORE)
    # The place that one of them named is now known of both.
    assert worker.ask("as_columns") == [
        (*row[:4], "Bình Dương" if row[3] == IN_MAY and row[1] == "east" else row[4], row[5]) for row in ROWS
    ]
    assert worker.ask("left_over") == (0, 0)
    worker.ask("migrate_to", name=AFTER)
    assert [row and row["on"] for row in worker.ask("as_rows")] == [row[3] for row in ROWS]
