"""How a record is reached to be written: locked, read anew, and at the end everybody is told once.

The engine's own; nobody else opens it but those who have to look at a record under its lock before they
ask the engine for a step (a decision link, a sweep).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeVar

from django.db import transaction

from workflows.lean import Kept
from workflows.machines.base import Machine
from workflows.refusals import NotVisible, Refusal, Stale
from workflows.registry import Telling, registry
from workflows.remembering import reading

Result = TypeVar("Result")
Seeing = Literal["first", "when refused", "no"]
_LOCK_ATTEMPTS = 6

_held: ContextVar[frozenset[int] | None] = ContextVar("held_issues", default=None)
_told: ContextVar[list[Telling] | None] = ContextVar("told", default=None)


class _SetChanged(Exception):
    """More issues are concerned than were locked: start again with these."""

    def __init__(self, issues: set[int]) -> None:
        self.issues = issues


def held_issues() -> frozenset[int]:
    """The issues whose locks are held in this passage; none outside."""
    return _held.get() or frozenset()


def tellings() -> list[Telling]:
    """What is to be told when this passage ends; raises ``LookupError`` outside one."""
    told = _told.get()
    if told is None:
        raise LookupError("only inside the door")
    return told


def through_door(
    record: Machine,
    data: dict[str, Any],
    work: Callable[[Machine], Result],
    *,
    by: Any,
    at: datetime,
    see: Seeing = "first",
) -> Result:
    """Lock the issues concerned in id order, re-read the record under the lock, and work.

    Inside another call's transaction (an effect) the locks are held already. An issue is locked alone
    first, for most stand alone; where more are concerned, start again with all of them, so that they
    are always locked in one order.

    Raises ``NotVisible`` for a person who may not see the record: before anything else (``see``
    "first"), or only instead of another refusal, where ``work`` lets through nobody but those whose
    turn it is ("when refused": whose turn it is sees the record).
    """
    assert registry.lock_set is not None
    if _held.get() is not None:
        return work(_reread(record))
    alone = registry.lock_model is not None and isinstance(record, registry.lock_model)
    wanted = {record.pk} if alone else registry.lock_set(record, data)
    for _attempt in range(_LOCK_ATTEMPTS):
        try:
            with transaction.atomic():
                return _locked(record, data, wanted, work, by, at, see)
        except _SetChanged as changed:
            wanted = changed.issues
    raise Stale(by="", step="", label="", at=at)


def _locked(
    record: Machine,
    data: dict[str, Any],
    wanted: set[int],
    work: Callable[[Machine], Result],
    by: Any,
    at: datetime,
    see: Seeing,
) -> Result:
    assert registry.lock_set is not None
    assert registry.lock_model is not None
    model = registry.lock_model
    if wanted != {record.pk} or not isinstance(record, model):
        rows = model._base_manager.select_for_update().filter(pk__in=wanted).order_by("pk")
        list(rows.values_list("pk"))
    fresh = _reread(record)
    with inside(frozenset(wanted)):
        needed = registry.lock_set(fresh, data)
        if not needed <= wanted:
            raise _SetChanged(needed)
        if see == "first":
            _check_seen(fresh, by, at)
        try:
            return work(fresh)
        except Refusal:
            if see == "when refused":
                _check_seen(fresh, by, at)
            raise


def _check_seen(record: Machine, person: Any, at: datetime) -> None:
    """Raise ``NotVisible`` for a person who may not see the record; the system sees all."""
    assert registry.visible is not None
    if person is not None and registry.visible(person, record, at) is None:
        raise NotVisible


@contextmanager
def inside(issues: frozenset[int]) -> Iterator[None]:
    """Hold the issues while working; the outermost call tells everybody, once, at its end.

    Inboxes are locked in person order there: told event by event, two steps with overlapping
    recipients could lock them crosswise and wait for each other. Who may do what is asked anew,
    under the locks: a seat may have ended since the page was made.
    """
    assert registry.sink is not None
    outermost = _told.get() is None
    told_token = _told.set([]) if outermost else None
    held_token = _held.set(issues)
    try:
        with reading(locked=True) if outermost else nullcontext():
            yield
            if outermost and _told.get():
                registry.sink(_told.get() or [])
    finally:
        _held.reset(held_token)
        if told_token is not None:
            _told.reset(told_token)


def _reread(record: Machine) -> Machine:
    return _rereading(type(record))(record.pk)[0]


@cache
def _rereading(model: type[Machine]) -> Kept[Machine]:
    return Kept(lambda pk: model._base_manager.select_for_update(of=("self",)).filter(pk=pk))
