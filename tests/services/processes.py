"""Processes of their own on a database of a test's own: they are asked, and answer, by a pipe.

``serve`` is what such a process runs. Nothing of Django may be imported here: the settings are read
when the process knows its database.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import django
from django.db import connections

from tests.services.databases import Database

if TYPE_CHECKING:
    from tests.services.race_worker import Attempt, Outcome

JOBS = (
    "tests.services.meeting_rows",
    "tests.services.preparing",
    "tests.services.race_worker",
    "tests.services.sweep_worker",
    "tests.services.crowd_jobs",
    "tests.services.deploy_jobs",
    "tests.services.digest_jobs",
    "tests.services.facts",
    "tests.services.fault_jobs",
    "tests.services.list_jobs",
    "tests.services.live_jobs",
    "tests.services.load_jobs",
    "tests.services.session_rows",
    "tests.services.session_jobs",
    "tests.services.step_jobs",
    "tests.services.substitution_worker",
)
PATIENCE_SECONDS = 180
_context = multiprocessing.get_context("spawn")


def _jobs(barrier: Any) -> dict[str, Any]:
    """What can be asked for, by name; raises where two modules mean different things by one name."""
    jobs: dict[str, Any] = {}
    for name in JOBS:
        module: Any = importlib.import_module(name)
        module.BARRIER = barrier
        own = {
            job: it
            for job, it in vars(module).items()
            if not job.startswith("_") and getattr(it, "__module__", "") == name
        }
        if clashing := jobs.keys() & own.keys():
            raise ValueError(f"{name} means something else by {', '.join(sorted(clashing))}")
        jobs.update(own)
    return jobs


def serve(environment: dict[str, str], pipe: Any, barrier: Any) -> None:
    """Do one job after the other until asked for None."""
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="coordination.settings")
    # Refusals are what is asked for here: no line for each.
    logging.disable(logging.WARNING)
    try:
        django.setup()
        jobs = _jobs(barrier)
        while (order := pipe.recv()) is not None:
            name, keywords = order
            pipe.send((True, jobs[name](**keywords)))
    except Exception:
        barrier.abort()
        pipe.send((False, traceback.format_exc()))
    connections.close_all()


class Worker:
    """One process, seen from the test."""

    def __init__(self, database: Database, barrier: Any) -> None:
        self._pipe, theirs = _context.Pipe()
        self._process = _context.Process(
            target=serve, args=(database.environment, theirs, barrier), daemon=True
        )
        self._process.start()
        theirs.close()

    def start(self, job: str, **keywords: Any) -> None:
        """Ask, and go on."""
        self._pipe.send((job, keywords))

    def result(self) -> Any:
        """The answer; fails with the process's own traceback."""
        assert self._pipe.poll(PATIENCE_SECONDS), "no answer: they wait for each other"
        fine, answer = self._pipe.recv()
        assert fine, answer
        return answer

    def ask(self, job: str, **keywords: Any) -> Any:
        """Ask, and wait."""
        self.start(job, **keywords)
        return self.result()

    def stop(self) -> None:
        """Let it end; it is ended where it does not."""
        with suppress(BrokenPipeError):
            self._pipe.send(None)
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()
        self._pipe.close()


class Crew:
    """Some processes that can meet at a barrier."""

    def __init__(self, database: Database, size: int) -> None:
        # Kept: a barrier that its maker forgets is gone before the processes have it.
        self._barrier = barrier = _context.Barrier(size)
        self.database = database
        self.workers = tuple(Worker(database, barrier) for _ in range(size))

    def ask(self, job: str, **keywords: Any) -> Any:
        """Have one of them do something that takes no race."""
        return self.workers[0].ask(job, **keywords)

    def together(self, *orders: tuple[str, dict[str, Any]]) -> list[Any]:
        """Have each do a job of its own at the same time: (job, keywords) for each of them."""
        for worker, (job, keywords) in zip(self.workers, orders, strict=True):
            worker.start(job, **keywords)
        return [worker.result() for worker in self.workers]

    def stop(self) -> None:
        """Let all of them end."""
        for worker in self.workers:
            worker.stop()


class Pair(Crew):
    """Two processes that do the same."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, 2)

    def at_once(self, first: Attempt, second: Attempt) -> list[Outcome]:
        """Have them run at something once."""
        one, two = self.both("run", {"attempts": [first]}, {"attempts": [second]})
        return [*one, *two]

    def both(self, job: str, first: dict[str, Any], second: dict[str, Any]) -> tuple[Any, Any]:
        """Have both do the same job at the same time, each with its own keywords."""
        one, two = self.together((job, first), (job, second))
        return one, two


@contextmanager
def pair_on(database: Database) -> Iterator[Pair]:
    """Two processes on a database, ended with the block."""
    pair = Pair(database)
    try:
        yield pair
    finally:
        pair.stop()
