"""A backup taken while people work, brought back elsewhere: whole, proven, and sockets go on."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import FileField

from tests.services.databases import ROOT, Database, Shelf
from tests.services.devices import opened
from tests.services.private_servers import path_with_clients
from tests.services.processes import Crew, pair_on
from tests.services.serving import ServedDatabase, free_port, wait_until, web

pytestmark = [pytest.mark.services, pytest.mark.slow]

FOLLOWER = "binhduong.skhdt.officer"


def run(script: str, database: Database, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts as an operator does."""
    return subprocess.run(
        [str(ROOT / "deploy" / script), *words],
        env=os.environ
        | {"PYTHON": sys.executable, "PATH": path_with_clients()}
        | database.environment
        | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Taken:
    """A backup, and what was there before it began, when it was done, and at the end."""

    folder: Path
    before: dict[str, int]
    after: dict[str, int]
    end: int
    session: str
    source: Database


@pytest.fixture(scope="module")
def taken(postgres_shelf: Shelf, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """A backup taken while two processes bring issues with files on their way, and sign anchors."""
    copy = postgres_shelf.copy(postgres_shelf.people())
    source = ServedDatabase(copy.url, copy.var_dir, redis_url)
    backups, stop = tmp_path_factory.mktemp("backups"), copy.var_dir / "stop"
    crew = Crew(source, 3)
    try:
        session = crew.ask("session_of", username=FOLLOWER)
        for worker, signs in zip(crew.workers[1:], (True, False), strict=True):
            worker.start("keep_working", until=str(stop), signs=signs)
        wait_until(lambda: crew.ask("size")["anchors"] >= 4, "they work")
        before = crew.ask("size")
        done = run("backup.sh", source, str(backups))
        assert done.returncode == 0, done.stderr
        after = crew.ask("size")
        wait_until(lambda: crew.ask("size")["anchors"] >= after["anchors"] + 3, "they still work")
        stop.touch()
        assert min(worker.result() for worker in crew.workers[1:]) > 3
        yield Taken(
            Path(done.stdout.strip()), before, after, crew.ask("end_of", username=FOLLOWER), session, source
        )
    finally:
        crew.stop()


@pytest.fixture(scope="module")
def moved(taken: Taken, postgres_shelf: Shelf, redis_url: str) -> tuple[ServedDatabase, str]:
    """The backup brought back elsewhere, as for a move; and what the script said."""
    empty = postgres_shelf.copy(None)
    target = ServedDatabase(empty.url, empty.var_dir, redis_url)
    done = run("restore.sh", target, str(taken.folder), KEEP_SESSIONS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    return target, done.stdout


async def hello(port: int, session: str, cursor: int) -> tuple[list[dict[str, Any]], Any]:
    """Connect with a cursor; returns the frames up to “replayed”, and the connection."""
    connection = await opened(port, session)
    await connection.send(json.dumps({"type": "hello", "cursor": cursor}))
    frames = [json.loads(await connection.recv())]
    while frames[-1]["type"] != "replayed":
        frames.append(json.loads(await connection.recv()))
    return frames, connection


def test_a_backup_taken_under_load_is_whole_and_proven_elsewhere(taken, moved, record_property):
    target, said = moved
    assert "The chain holds" in said
    with pair_on(target) as pair:
        found = pair.ask("size")
        for what, number in found.items():
            assert taken.before[what] <= number <= taken.after[what], what
        assert taken.after["events"] > taken.before["events"], "it was taken under load"
        assert pair.ask("spoilt_files") == []
        assert pair.ask("holes") == []
        assert pair.ask("ill") == []
    with pair_on(taken.source) as pair:
        assert pair.ask("size")["events"] > found["events"], "the service went on meanwhile"
    lying = [path for path in (target.var_dir / "files").rglob("*") if path.is_file()]
    assert len(lying) == found["files"], "what the database does not name is not brought back"
    record_property("backup under load", str({"before": taken.before, "in it": found, "after": taken.after}))


def test_sockets_go_on_from_their_cursors(taken, moved, tmp_path):
    target, _said = moved
    port = free_port()

    async def scenario(pair: Any, end: int) -> None:
        frames, connection = await hello(port, taken.session, end - 3)
        assert [frame.get("seq") for frame in frames] == [end - 2, end - 1, end, None]
        await asyncio.to_thread(lambda: pair.ask("tell", username=FOLLOWER, count=1))
        assert json.loads(await connection.recv())["seq"] == end + 1
        await connection.close()
        # A page that was told what the backup no longer knows.
        frames, connection = await hello(port, taken.session, taken.end)
        assert [(frame["type"], frame["cursor"]) for frame in frames] == [
            ("reset", end + 1),
            ("replayed", end + 1),
        ]
        await connection.close()

    with pair_on(target) as pair, web(target, tmp_path / "web.log", port=port):
        end = pair.ask("end_of", username=FOLLOWER)
        assert 3 < end < taken.end - 1
        asyncio.run(scenario(pair, end))


def test_after_a_loss_everybody_signs_in_anew(taken, postgres_shelf):
    target = postgres_shelf.copy(None)
    done = run("restore.sh", target, str(taken.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    with pair_on(target) as pair:
        assert pair.ask("sessions_left") == 0

    again = run("restore.sh", target, str(taken.folder))
    assert again.returncode == 1
    assert "The database has tables" in again.stderr


def test_a_backup_that_changed_is_refused(taken, postgres_shelf, tmp_path):
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    for file in taken.folder.iterdir():
        (spoilt / file.name).write_bytes(file.read_bytes())
    (spoilt / "anchors.tar").write_bytes(b"")
    target = postgres_shelf.copy(None)
    done = run("restore.sh", target, str(spoilt))
    assert done.returncode == 1
    assert "not as it was made" in done.stderr
    assert target.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_backup_without_a_file_that_it_names_is_none(taken, tmp_path):
    """The file of a row is gone: no folder is left that looks like a backup."""
    [file, *_more] = sorted((taken.source.var_dir / "files").rglob("*.pdf"))
    hidden = file.rename(tmp_path / "hidden.pdf")
    try:
        done = run("backup.sh", taken.source, str(tmp_path / "backups"))
    finally:
        hidden.rename(file)
    assert done.returncode != 0
    assert list((tmp_path / "backups").iterdir()) == []


def test_only_the_newest_backups_are_kept(taken, tmp_path):
    for day in ("20260101T013000Z", "20260102T013000Z"):
        (tmp_path / f"lien-tinh-{day}").mkdir()
    done = run("backup.sh", taken.source, str(tmp_path), KEEP="2")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["lien-tinh-20260102T013000Z", Path(done.stdout.strip()).name]


def test_the_backup_names_every_column_with_a_file():
    fields = [
        (model._meta.db_table, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    ]
    script = (ROOT / "deploy" / "backup.sh").read_text()
    assert fields
    assert [field for field in fields if f"column {field[0]} {field[1]} >" not in script] == []
