"""The product as it stands in service: web processes, workers and a beat on one database and one Redis."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.services.databases import ROOT, Database

START_SECONDS = 60.0
STOP_SECONDS = 20.0
HERE = "127.0.0.1"


@dataclass(frozen=True)
class ServedDatabase(Database):
    """A database whose processes hear each other over Redis."""

    redis_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "REDIS_URL": self.redis_url}


class Program:
    """A process of the product, started as an operator starts it."""

    def __init__(self, database: Database, log: Path, *words: str, **environment: str) -> None:
        self._log = log.open("w")
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | database.environment | environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and wait; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self._log.close()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


@contextmanager
def web(database: Database, log: Path, *, port: int, trial: bool = False) -> Iterator[Program]:
    """A web process that answers: uvicorn, or the trial's own server."""
    options = ("--lifespan", "on", "--ws-per-message-deflate", "false", "--host", HERE)
    uvicorn = ("-m", "uvicorn", "coordination.asgi:application", *options)
    words = ("manage.py", "serve") if trial else uvicorn
    program = Program(database, log, *words, "--port", str(port), BASE_URL=f"http://{HERE}:{port}")
    try:
        wait_until(lambda: answers(port), f"{words} on {port}", program)
        yield program
    finally:
        program.end()


@contextmanager
def celery(database: Database, log: Path, *words: str) -> Iterator[Program]:
    """A Celery process: ``worker`` or ``beat`` with its options."""
    program = Program(database, log, "-m", "celery", "-A", "coordination", *words, "--loglevel", "INFO")
    try:
        yield program
    finally:
        program.end()


def answers(port: int) -> bool:
    """Whether a server answers there."""
    try:
        return httpx.get(f"http://{HERE}:{port}/healthz", timeout=2).text == "ok"
    except httpx.HTTPError:
        return False


def wait_until(asked: Any, what: str, *programs: Program, seconds: float = START_SECONDS) -> None:
    """Wait until something is true; a program that died says what it last wrote."""
    end = time.monotonic() + seconds
    while not asked():
        died = [one.log.read_text()[-3000:] for one in programs if one.process.poll() is not None]
        assert not died, f"{what}: ended\n" + "\n".join(died)
        written = "\n".join(one.log.read_text()[-3000:] for one in programs)
        assert time.monotonic() < end, f"{what}: not within {seconds} s\n{written}"
        time.sleep(0.1)
