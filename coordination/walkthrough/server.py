"""A throw-away database and a real server process on it."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from coordination.walkthrough.errors import Unexpected

START_SECONDS = 180.0
STOP_SECONDS = 10.0
# Whatever is set for a service must not reach the throw-away trial.
_NOT_INHERITED = (
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SENTRY_DSN",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "LINK_PEPPERS",
    "AUDIT_ANCHOR_KEY",
)


class Server:
    """The product as ``manage.py serve`` runs it, with its own database and its own address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{_free_port()}"
        self.process: subprocess.Popen[str] | None = None
        self.log_end = ""
        self._log: IO[str] | None = None

    @property
    def database(self) -> Path:
        """The SQLite file; it is only ever read from here."""
        return self.folder / "trial.sqlite3"

    @property
    def log(self) -> str:
        """The end of what the server wrote, for the report of a failure."""
        written = self.folder / "server.log"
        return written.read_text(errors="replace")[-4000:] if written.exists() else ""

    def read(self) -> sqlite3.Connection:
        """A read-only connection to the server's database."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        connection.row_factory = sqlite3.Row
        return connection

    def prepare(self, *, cases: bool = False) -> None:
        """Make the database, with the demo's organisations and people, and its cases if asked."""
        self._manage("migrate", "--verbosity", "0")
        self._manage("seed_demo", *([] if cases else ["--without-cases"]))

    def start(self) -> None:
        """Start the server process and wait until it answers; raises ``Unexpected``."""
        self._log = (self.folder / "server.log").open("w")
        port = self.address.rpartition(":")[2]
        self.process = subprocess.Popen(  # noqa: S603 (our own command)
            [*_manage_py(), "serve", "--port", port],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout is not None
        # The address on standard output says that it answers; the end of output, that it died.
        if not self.process.stdout.readline().startswith(self.address):
            raise Unexpected(f"the server did not start:\n{self.log}")

    def stop(self) -> None:
        """End the server process, as an operator would."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
        if self._log is not None:
            self._log.close()
            self.log_end = self.log

    def _manage(self, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 (our own commands)
            [*_manage_py(), *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            raise Unexpected(f"manage.py {arguments[0]} failed:\n{done.stderr[-4000:]}")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        return {
            **kept,
            "VAR_DIR": str(self.folder),
            "TRIAL": "1",
            "BASE_URL": self.address,
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "coordination.settings",
        }


@contextlib.contextmanager
def throw_away_server(*, cases: bool = False) -> Iterator[Server]:
    """A server that answers, with or without the demo's cases; its folder is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lien-tinh-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        try:
            server.prepare(cases=cases)
            server.start()
            yield server
        finally:
            server.stop()


def _manage_py() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py")]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
