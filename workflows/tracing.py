"""What is being done just now, and for whom: every log line written meanwhile says it.

A request, a socket or a task begins; what it does later, in whichever thread, keeps its id. Nothing
of Django is needed here: the first lines are written before it is set up.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# What a proxy may hand on; anything else could forge a line, or fill one.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True)
class Doing:
    """A call of the engine: ``step`` is the step or act, else the name of the engine's own function."""

    machine: str
    step: str
    state: str


_request: ContextVar[str] = ContextVar("request", default="")
_person: ContextVar[int | None] = ContextVar("person", default=None)
_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)


def begin(wanted: str = "") -> str:
    """Something begins, for nobody yet: takes the id that is wanted if it is well-formed, else a new one."""
    known = wanted if _WELL_FORMED.fullmatch(wanted) else uuid.uuid4().hex
    _request.set(known)
    _person.set(None)
    return known


def known_as(person_id: int | None) -> None:
    """It turned out for whom."""
    _person.set(person_id)


def request_id() -> str:
    """The id of what is going on, "" where nothing has begun."""
    return _request.get()


def person_id() -> int | None:
    """For whom it is done, where that is known."""
    return _person.get()


@contextmanager
def engine_at(doing: Doing) -> Iterator[None]:
    """Meanwhile the engine is at this."""
    before = _doing.set(doing)
    try:
        yield
    finally:
        _doing.reset(before)


def doing_now() -> Doing | None:
    """What the engine is at, in this thread or task."""
    return _doing.get()
