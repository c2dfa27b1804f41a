"""The one door: nothing else writes a state.

``perform`` takes a step, ``amend`` changes content, ``act`` does what is neither, ``begin`` gives a
record its first state. Each runs in one transaction: lock the issues concerned in id order, re-read,
check, move, save, append the event, follow with work items and clocks, tell who must hear, then
what the step does to other records. Views, links, commands and timers all come through here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from workflows import audit, permissions
from workflows.clocks import keep_clock
from workflows.doing import named
from workflows.door import held_issues, inside, tellings, through_door
from workflows.flows.driver import follow
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine, Move
from workflows.models import Event
from workflows.participation import takes_part
from workflows.policies import policy_for
from workflows.preconditions import check_fresh, clean
from workflows.refusals import NotYours, Refusal
from workflows.registry import Hearing, Telling, registry
from workflows.roles import BEHALF, SYSTEM_CAPACITY, Capacity, who_label

Result = TypeVar("Result")
_REF_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_ref() -> str:
    """A random reference (12 letters of a 31-letter alphabet, 59 bits): it works for ever."""
    return "".join(secrets.choice(_REF_ALPHABET) for _ in range(12))


@contextmanager
def writing(record: Machine) -> Iterator[None]:
    """Let the record be saved: only the engine opens this."""
    record.written_by_engine = True
    try:
        yield
    finally:
        record.written_by_engine = False


@named
def perform(
    record: Machine,
    step: str,
    *,
    by: Any,
    at: datetime,
    data: dict[str, Any] | None = None,
    expected_version: int | None = None,
    expected_digest: str | None = None,
    channel: str = "web",
    as_seat: int | None = None,
    cause: Event | None = None,
    capacity: Capacity | None = None,
) -> Event:
    """Take one step.

    ``by`` is a person, or None for the system. ``data`` holds what the step needs, as JSON values
    (ids, ISO dates). ``expected_version`` and ``expected_digest`` are what the person had read;
    where the record has moved on the refusal says who was first. ``capacity`` is given only for a
    counterpart's step that the home focal head countersigns. Raises a ``Refusal``; then nothing
    was written.
    """

    def work(record: Machine) -> Event:
        move = Move(record, step, SYSTEM_CAPACITY, at, dict(data or {}), channel, person=by, cause=cause)
        found = _capacities(by, record, at)
        own = {each.locality_id for each in found}
        check_fresh(record, step, expected_version, expected_digest, own=own)
        move.by = capacity or permissions.check_step(record, step, found, as_seat=as_seat)
        move.info = permissions.step_info(record, step)
        move.source = record.state
        move.data = clean(move, move.info.needs)
        if move.data.pop("countersign", None):
            return _finish(move, Event.Kind.ACT, "record_document", bumps=False)
        for apply in registry.applies.get((record.machine, step), ()):
            apply(move)
        getattr(record, step)(move)
        for apply in registry.applies.get((record.machine, "*"), ()):
            apply(move)
        return _finish(move, Event.Kind.STEP, step, bumps=True)

    return through_door(record, data or {}, work, by=by, at=at, see="when refused")


@named
def amend(
    record: Machine,
    changes: dict[str, Any],
    *,
    by: Any,
    at: datetime,
    expected_version: int | None = None,
    channel: str = "web",
    before: dict[str, Any] | None = None,
) -> Event | None:
    """Change content, where the machine's amend table lets this person change these fields.

    The event keeps old and new of what changed. Returns None, and writes nothing, when the new
    content is the old one. ``before`` is the old content where the amendment of another record,
    in whose transaction this is, has written the new one already (a paper that several share).
    """

    def work(record: Machine) -> Event | None:
        check_fresh(record, "amend", expected_version, None)
        capacity, fields = permissions.amendable(record, _capacities(by, record, at))
        if capacity is None or not (fields == {"*"} or set(changes) <= fields):
            raise NotYours("not_amendable", who=_amenders(record))
        move = Move(record, "amend", capacity, at, dict(changes), channel, person=by)
        old = record.material() if before is None else before
        for apply in registry.applies.get((record.machine, "amend"), ()):
            apply(move)
        new = record.material()
        changed = {key: [old.get(key), new[key]] for key in new if old.get(key) != new[key]}
        if not changed:
            return None
        move.data = {"changed": changed}
        return _finish(move, Event.Kind.AMEND, "amend", bumps=True)

    return through_door(record, changes, work, by=by, at=at, see="when refused")


@named
def act(
    record: Machine,
    name: str,
    *,
    by: Any,
    at: datetime,
    data: dict[str, Any] | None = None,
    channel: str = "web",
    cause: Event | None = None,
    capacity: Capacity | None = None,
) -> Event:
    """Do what is not a step (docs/rulebook/acts.csv): assign, remind, note, attach, share …"""

    def work(record: Machine) -> Event:
        own = _capacities(by, record, at)
        info, found = permissions.check_act(record, name, own) if capacity is None else (ACTS[name], capacity)
        move = Move(record, name, found, at, dict(data or {}), channel, person=by, cause=cause)
        for apply in registry.applies.get((record.machine, name), ()):
            apply(move)
        return _finish(move, Event.Kind.ACT, name, bumps=info.bumps or move.results.get("bumps", False))

    return through_door(record, data or {}, work, by=by, at=at)


@named
def begin(
    record: Machine,
    *,
    by: Any,
    at: datetime,
    capacity: Capacity = SYSTEM_CAPACITY,
    data: dict[str, Any] | None = None,
    channel: str = "web",
    cause: Event | None = None,
    related: Callable[[], None] | None = None,
) -> Event:
    """Give a new record its first state: there is no state without an event.

    ``related`` writes rows that hang on the record (its localities, its agenda) once it has an id.
    """
    with transaction.atomic():
        record.ref = record.ref or new_ref()
        record.created_at = record.moved_at = at
        with writing(record):
            record.save()
        if related:
            related()
        with inside(held_issues()):
            move = Move(record, "begin", capacity, at, dict(data or {}), channel, person=by, cause=cause)
            return _finish(move, Event.Kind.BEGIN, "begin", bumps=True)


@named
def trail(
    record: Machine,
    name: str,
    *,
    capacity: Capacity,
    at: datetime,
    data: dict[str, Any],
    channel: str = "link",
) -> Event:
    """An event of the record's chain that moves nothing and tells nobody (a link issued, used)."""

    def work(record: Machine) -> Event:
        move = Move(record, name, capacity, at, dict(data), channel)
        return _append(move, Event.Kind.TRAIL, name)

    return through_door(record, {}, work, by=None, at=at, see="no")


def refresh_turns(record: Machine, *, at: datetime, hearings: Sequence[Hearing] = ()) -> None:
    """Bring work items and clock in line when another record changed whose turn it is.

    Or who holds it, where a substitution begins or ends: then ``hearings`` say whose it has become.
    """
    assert registry.roles is not None
    holders = registry.roles.holders(record, at)
    follow(record, holders.items(), at=at)
    keep_clock(record, at=at, policy=_policy(record, at))
    tellings().append(Telling(None, record, tuple(hearings), at, frozenset(holders)))


def _capacities(by: Any, record: Machine, at: datetime) -> list[Capacity]:
    if by is None:
        return [SYSTEM_CAPACITY]
    assert registry.roles is not None
    return list(registry.roles.capacities(by, record, at))


def _policy(record: Machine, at: datetime) -> tuple[int, dict[str, Any]]:
    assert registry.scope is not None
    return policy_for(registry.scope(record), at)


def _amenders(record: Machine) -> str | Promise:
    table = record.AMENDABLE.get(record.state, {})
    return who_label("|".join(table)) if table else who_label("system")


def _finish(move: Move, kind: str, name: str, *, bumps: bool) -> Event:
    """Save, append the event, follow with items and clock, tell, and run the effects."""
    assert registry.roles
    assert registry.audience
    record = move.record
    if bumps:
        record.version += 1
    if kind in {Event.Kind.STEP, Event.Kind.BEGIN}:
        record.moved_at = max(move.at, record.moved_at)
    move.name = name
    event = _append(move, kind, name)
    move.event = event
    opened: set[str] = set()
    holders = registry.roles.holders(record, move.at)
    if kind != Event.Kind.AMEND or record.AMENDABLE:
        restart = bool(kind == Event.Kind.STEP and move.info and move.info.target == (move.source,))
        keys: frozenset[str] = frozenset()
        if move.person is not None:
            keys = frozenset(registry.roles.holder_keys(move.person, move.at))
        opened = follow(record, holders.items(), at=move.at, actor_keys=keys, restart=restart)
        keep_clock(record, at=move.at, policy=_policy(record, move.at), restart=restart)
    told = tellings()
    # A step dated as in a document is heard of when it is countersigned.
    heard_at = max([move.at, *(telling.at for telling in told)])
    move.results |= {"holders": holders, "opened": opened, "heard_at": heard_at}
    hearings = tuple(registry.audience(event, record, move))
    told.append(Telling(event, record, hearings, heard_at, frozenset(holders)))
    for what in (name, "*"):
        for run in registry.effects.get((record.machine, what), ()):
            run(move)
    return event


def _append(move: Move, kind: str, name: str) -> Event:
    record, by = move.record, move.by
    told = "+".join(move.info.told) if move.info and kind == Event.Kind.STEP else ""
    if kind == Event.Kind.ACT and name in ACTS:
        told = move.results.get("told", ACTS[name].told)
    elif kind == Event.Kind.AMEND:
        told = move.results.get("told", ACTS["amend"].told)
    event = Event(
        machine=record.machine,
        record_id=record.pk,
        record_ref=record.ref,
        seq=record.event_count + 1,
        kind=kind,
        name=name,
        source=move.source or record.state,
        target=record.state,
        version=record.version,
        told=told,
        person_id=by.person_id,
        person_name=by.person_name,
        role=by.role,
        seat_id=by.seat_id,
        title=by.title,
        organisation_id=by.organisation_id,
        organisation_name=by.organisation_name,
        locality_id=by.locality_id,
        on_behalf_of=by.on_behalf_of,
        channel=move.channel if by.person_id or move.channel == "document" else "system",
        data=move.data if by.behalf is None else {**move.data, BEHALF: by.behalf.as_data()},
        digest=audit.digest(record.material()),
        policy_version=_policy(record, move.at)[0],
        cause_id=move.cause.pk if move.cause else None,
        at=move.at,
        recorded_at=timezone.now(),
        previous_hash=record.head_hash,
    )
    event.hash = audit.seal(event)
    event.save(force_insert=True)
    takes_part(event)
    record.event_count, record.head_hash = event.seq, event.hash
    with writing(record):
        record.save()
    return event


__all__ = ["Refusal", "act", "amend", "begin", "clean", "perform", "refresh_turns", "through_door", "trail"]
