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
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
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
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                touched = connection.execute(statement.encode()).rowcount
        return touched


@dataclass
class Shelf(ABC):
    """Templates by name, and copies of them."""

    folder: Path
    _templates: dict[str, Database] = field(default_factory=dict)
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
            database = self._make(None)
            for words in (["migrate", "--verbosity", "0"], ["seed_demo", "--without-cases"]):
                done = database.manage(*words)
                assert done.returncode == 0, done.stderr
            self._templates["people"] = database
        return self._templates["people"]

    def copy(self, template: Database) -> Database:
        """A fresh copy; nobody may be connected to the template."""
        return self._make(template)

    @abstractmethod
    def _make(self, template: Database | None) -> Database: ...

    @abstractmethod
    def drop_all(self) -> None:
        """Leave nothing behind."""


class SqliteShelf(Shelf):
    """Files."""

    def _make(self, template: Database | None) -> Database:
        var_dir = self.folder / f"sqlite{next(self._numbers)}"
        if template is None:
            var_dir.mkdir()
        else:
            shutil.copytree(template.var_dir, var_dir)
        return Database(f"sqlite:///{var_dir}/test.sqlite3", var_dir)

    def drop_all(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class PostgresShelf(Shelf):
    """Databases of a server on which the tests may make and drop them (``TEST_DATABASE_URL``)."""

    server_url: str = ""
    _made: list[str] = field(default_factory=list)

    def _make(self, template: Database | None) -> Database:
        number = next(self._numbers)
        name, var_dir = f"{NAME}_{number}", self.folder / f"postgresql{number}"
        of = urlsplit(template.url).path[1:] if template else "template0"
        if template is None:
            var_dir.mkdir()
        else:
            shutil.copytree(template.var_dir, var_dir)
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(of)
            )
        )
        self._made.append(name)
        return Database(urlunsplit(urlsplit(self.server_url)._replace(path=f"/{name}")), var_dir)

    def drop_all(self) -> None:
        for name in self._made:
            self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(statement)
