"""Databases to throw away: a template each, filled once a session, and as many copies as tests want.

Events are append-only down to TRUNCATE, so nothing can be emptied between two tests. A copy of a
file, or of a PostgreSQL template, takes a fraction of a second.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.made_of import ROOT, kept, one_at_a_time

NAME = f"lien_tinh_{os.getpid()}"


@dataclass(frozen=True)
class Database:
    """A database of a test's own, and the folder that goes with it (``VAR_DIR``: anchors, files)."""

    url: str
    var_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        """What leads a process to it."""
        return {"DATABASE_URL": self.url, "VAR_DIR": str(self.var_dir)}

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` on it, as an operator would."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def execute(self, *statements: str) -> int:
        """Run statements past the product, as somebody with the database's password can.

        Returns how many rows the last one touched; raises the driver's own error.
        """
        touched = 0
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection, connection:
                for statement in statements:
                    touched = connection.execute(statement).rowcount
            return touched
        with psycopg.connect(self.url) as server:
            for statement in statements:
                touched = server.execute(statement.encode()).rowcount
        return touched


@dataclass
class Shelf(ABC):
    """Templates by name, and copies of them."""

    folder: Path
    _templates: dict[str, Database] = field(default_factory=dict)
    _made: list[Database] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def template(self, name: str, fill: Callable[[Database], None]) -> Database:
        """The template of that name; the first to ask for it has it filled, on top of the people."""
        if name not in self._templates:
            database = self.copy(self.people())
            fill(database)
            self._templates[name] = database
        return self._templates[name]

    def people(self) -> Database:
        """Migrated, with the demo's organisations and people and nothing else."""
        if "people" not in self._templates:
            # Migrating takes a quarter of a minute: what one process made is kept for the others.
            with one_at_a_time("people"):
                self._templates["people"] = self._taken_up() or self._filled()
        return self._templates["people"]

    def _filled(self) -> Database:
        database = self.copy(None)
        for words in (["migrate", "--verbosity", "0"], ["seed_demo", "--without-cases"]):
            done = database.manage(*words)
            assert done.returncode == 0, done.stderr
        self._keep(database)
        return database

    @abstractmethod
    def _keep(self, database: Database) -> None:
        """Keep what is in the database for the next process that wants the same."""

    @abstractmethod
    def _taken_up(self) -> Database | None:
        """A database with what was kept, if it was kept from the present code."""

    def copy(self, template: Database | None) -> Database:
        """A fresh copy, or an empty database for None; nobody may be connected to the template."""
        number = next(self._numbers)
        var_dir = self.folder / str(number)
        if template is None:
            var_dir.mkdir()
        else:
            shutil.copytree(template.var_dir, var_dir)
        made = Database(self._make(number, var_dir, template), var_dir)
        self._made.append(made)
        return made

    @abstractmethod
    def _make(self, number: int, var_dir: Path, template: Database | None) -> str:
        """Make the database itself; returns its address."""

    @abstractmethod
    def drop(self, database: Database) -> None:
        """Throw one away."""

    def drop_all(self) -> None:
        """Leave nothing behind."""
        while self._made:
            self.drop(self._made[-1])


class SqliteShelf(Shelf):
    """Files, each in its folder: copied with it."""

    def _make(self, _number: int, var_dir: Path, _template: Database | None) -> str:
        return f"sqlite:///{var_dir}/test.sqlite3"

    def _keep(self, database: Database) -> None:
        shutil.copyfile(database.var_dir / "test.sqlite3", kept("people", "sqlite3"))

    def _taken_up(self) -> Database | None:
        people = kept("people", "sqlite3")
        if not people.exists():
            return None
        database = self.copy(None)
        shutil.copyfile(people, database.var_dir / "test.sqlite3")
        return database

    def drop(self, database: Database) -> None:
        self._made.remove(database)
        shutil.rmtree(database.var_dir)


@dataclass
class PostgresShelf(Shelf):
    """Databases of a server on which the tests may make and drop them (``TEST_DATABASE_URL``)."""

    server_url: str = ""

    def _make(self, number: int, _var_dir: Path, template: Database | None) -> str:
        name, of = f"{NAME}_{number}", _name(template.url) if template else "template0"
        self._run("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, of)
        return urlunsplit(urlsplit(self.server_url)._replace(path=f"/{name}"))

    def _keep(self, database: Database) -> None:
        # Without PostgreSQL's own programs each process fills its own.
        if shutil.which("pg_dump") and shutil.which("pg_restore"):
            people = kept("people", "pgdump")
            draft = people.with_suffix(f".{os.getpid()}")
            dump = ["pg_dump", "--format=custom", "--no-owner", f"--file={draft}", database.url]
            if subprocess.run(dump, capture_output=True, check=False).returncode == 0:
                draft.replace(people)

    def _taken_up(self) -> Database | None:
        people = kept("people", "pgdump")
        if not people.exists():
            return None
        database = self.copy(None)
        restore = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={database.url}", str(people)]
        subprocess.run(restore, capture_output=True, check=True)
        return database

    def drop(self, database: Database) -> None:
        self._made.remove(database)
        self._run("DROP DATABASE {} WITH (FORCE)", _name(database.url))
        shutil.rmtree(database.var_dir)

    def _run(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _name(url: str) -> str:
    return urlsplit(url).path[1:]
