"""Both databases, for the tests that need real processes on them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.services.databases import PostgresShelf, Shelf, SqliteShelf
from tests.services.processes import Pair, pair_on


@pytest.fixture(scope="session")
def sqlite_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """SQLite files."""
    shelf = SqliteShelf(tmp_path_factory.mktemp("sqlite"))
    yield shelf
    shelf.drop_all()


@pytest.fixture(scope="session")
def postgres_shelf(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """PostgreSQL databases."""
    shelf = PostgresShelf(tmp_path_factory.mktemp("postgresql"), server_url=postgres_url)
    yield shelf
    shelf.drop_all()


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("sqlite_shelf", marks=pytest.mark.slow, id="sqlite"),
        pytest.param("postgres_shelf", marks=[pytest.mark.services, pytest.mark.slow], id="postgresql"),
    ],
)
def shelf(request: Any) -> Shelf:
    """Both databases, one after the other."""
    found: Shelf = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def pair(shelf: Shelf) -> Iterator[Pair]:
    """Two processes on one database, which all tests share: each makes records of its own."""
    with pair_on(shelf.copy(shelf.people())) as found:
        yield found


@pytest.fixture
def show(
    request: pytest.FixtureRequest,
    record_property: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> Callable[[str, str], None]:
    """Put a figure in the report and on the terminal."""

    def say(name: str, figure: str) -> None:
        record_property(name, figure)
        with capsys.disabled():
            sys.stdout.write(f"\n{request.node.callspec.id}, {name}: {figure}\n")

    return say
