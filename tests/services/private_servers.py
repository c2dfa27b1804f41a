"""A PostgreSQL and a Redis of a test's own: started on free ports under an ordinary user, to be killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

import psycopg
import pytest
import redis

from tests.services.serving import HERE, free_port

START_SECONDS = 30.0


def ordinary_user() -> str | None:
    """Whom the servers run as where the tests run as root, which PostgreSQL refuses; else None."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def program(name: str) -> str:
    """A server's program: on the PATH, or where Debian puts PostgreSQL's."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        pytest.skip(f"no {name} here: a private server cannot be started")
    return found


def path_with_clients() -> str:
    """A ``PATH`` on which scripts find PostgreSQL's own programs; skips where there are none."""
    return f"{Path(program('pg_dump')).parent}{os.pathsep}{os.environ['PATH']}"


class _Server(ABC):
    """One server process in a folder that its user owns."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.user = folder, free_port(), ordinary_user()
        folder.mkdir()
        if self.user:
            shutil.chown(folder, self.user)
        self.process: subprocess.Popen[bytes] | None = None

    def _run(self, *words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, user=self.user, cwd=self.folder, timeout=60)

    def _start(self, *words: str) -> None:
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            words, stdout=log, stderr=log, user=self.user, cwd=self.folder, start_new_session=True
        )
        log.close()
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            written = (self.folder / "server.log").read_text()[-2000:]
            assert self.process.poll() is None, written
            assert time.monotonic() < end, written
            time.sleep(0.05)

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes connections."""

    @abstractmethod
    def start(self) -> None:
        """Start it, or start it again."""

    def stop(self, how: signal.Signals) -> None:
        """End it by a signal, and wait until it is gone."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


class PrivatePostgres(_Server):
    """A PostgreSQL cluster."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._run(program("initdb"), "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgres://postgres@{HERE}:{self.port}/postgres"

    def start(self) -> None:
        """Start it, or start it again."""
        self._start(
            program("postgres"),
            *("-D", "data", "-h", HERE, "-p", str(self.port), "-k", str(self.folder)),
        )

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def crash(self) -> None:
        """As if the machine had lost its power: no connection ends in order."""
        self.stop(signal.SIGQUIT)


class PrivateRedis(_Server):
    """A Redis that keeps nothing."""

    @property
    def url(self) -> str:
        return f"redis://{HERE}:{self.port}/0"

    def start(self) -> None:
        """Start it, or start it again, empty."""
        self._start(
            program("redis-server"),
            *("--bind", HERE, "--port", str(self.port), "--save", "", "--appendonly", "no"),
        )

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def crash(self) -> None:
        """Gone, with everything in it."""
        self.stop(signal.SIGKILL)
