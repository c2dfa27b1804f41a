"""The sockets: what this package asks of the packages above it.

Filled once, in ``AppConfig.ready()``; an empty socket is a system-check error (``workflows.E001``).
Nothing here imports upward, so the arrow ``coordination → notifications → workflows`` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Model, Q
from django.utils.functional import Promise

from workflows.machines.base import Machine, Move
from workflows.roles import Capacity


@dataclass(frozen=True)
class Hearing:
    """One person who must hear of an event, and why (rulebook §5).

    ``why`` is a code (``your_turn``, ``unit``, ``home``, ``party``, ``consulted`` …). ``key`` is given
    where an event of before is told to somebody whom it concerns only now: what they hear once.
    """

    person_id: int
    why: str
    requires_action: bool = False
    key: str = ""


@dataclass(frozen=True)
class HeldItem:
    """An open work item as one person holds it; ``for_seat`` is the seat of the head they replace, if any."""

    id: int
    holder: str
    machine: str
    record_id: int | None
    purpose: str
    created: datetime
    for_seat: int | None = None


@dataclass(frozen=True)
class Telling:
    """One event and who must hear of it, told when the whole step stands.

    ``event`` is None where only the turn of a record moved, by a step on another record, or only
    who holds it: then the hearings are of those who hold it from now on. ``holders`` are the keys
    under which the record's turn is held after it.
    """

    event: Any
    record: Machine
    hearings: tuple[Hearing, ...]
    at: datetime
    holders: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """One part of a record's content that changed, as words in the language active now."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class CalendarEntry:
    """What goes into a person's calendar (RFC 5545): ``method`` as in the content's own METHOD."""

    method: str
    content: bytes


@dataclass(frozen=True)
class Table:
    """A table as words, in the language active now: its title, its columns' heads, its cells by row."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Heading:
    """A record in one line, in the language active now: for notices and mails.

    ``changes`` is what a reader who has to confirm again does not know yet.
    """

    code: str
    kind: str
    title: str
    path: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Presentation(Heading):
    """A record as words, in the language active now: for the decision page.

    ``facts`` are (label, text) pairs, the most important first; ``paper`` is the submission's
    subject and content where there is one, and ``tables`` are what goes with that paper.
    """

    state: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    paper: tuple[str, str] | None = None
    tables: tuple[Table, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Planned:
    """One thing that time alone brings about: ``what`` (a step, an act or a sweep's name) on ``record``.

    ``when`` it happens, ``whom`` it concerns as holder keys, ``why`` as words in the language active
    now; ``data`` is what the event will keep. Planning writes nothing.
    """

    record: Machine
    what: str
    when: datetime
    whom: tuple[str, ...]
    why: str | Promise
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        """The record, as every table names it."""
        return self.record.machine, self.record.pk


class Sweep(Protocol):
    """One kind of thing that time alone brings about.

    ``plan`` says what falls due between ``now`` and ``until``, the overdue included, in the order in
    which it falls due; the dry run and the page show just that. ``among`` narrows it to records, as a
    condition on ``machine`` and ``record_id``. ``take`` does one of them through the engine, as the
    system: under the record's lock it asks again whether it is still due, and raises a ``Refusal``
    where a person or another sweeper was first. So it may run any number of times, anywhere.
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterable[Planned]: ...

    def take(self, planned: Planned, *, at: datetime) -> None: ...


class Roles(Protocol):
    """Who somebody is towards a record."""

    def capacities(self, person: Any, record: Machine, at: datetime) -> Sequence[Capacity]: ...

    def holders(self, record: Machine, at: datetime) -> dict[str, str]: ...

    def holder_keys(self, person: Any, at: datetime) -> set[str]: ...

    def items_of(self, people: Iterable[int], at: datetime) -> dict[int, list[HeldItem]]: ...

    def people(self, keys: Iterable[str], record: Machine, at: datetime) -> dict[int, str]: ...

    def acting_in(self, people: Iterable[int], at: datetime) -> dict[int, frozenset[Hashable]]: ...


@dataclass
class Registry:
    """The filled sockets.

    machines     machine name → model class (the loader)
    roles        person and record → capacities; record → holders of the turn; keys → people;
                 people → the work items they hold; people → the seats they act in, to be compared
    visible      (person, record) → "full", "shared" or None (rulebook §5)
    levels       (people, record) → the same for many at once: person id → level, of those who see it
    audience     (event, record) → hearings
    sink         tellings of one step and its effects → notices, at the end of its transaction
    needs        need → function(move, word) that cleans the value or raises ``Incomplete``/``Forbidden``
    options      (machine, step) → what a person may give with a step beyond what it needs
    applies      (machine, step or act) → writes the step's data into the record, before it is saved
    effects      (machine, step or act) → what it does to other records, after it is saved
    lock_set     (record, data) → the issues that must be locked, as model instances' ids
    scope        record → the mnemonic whose calendar and policy hold
    urgency      record → the urgency that shortens its clocks
    workplaces   people → by whose working calendar each of them works (a mnemonic, "" the country's)
    subject_of   (person, record) → what a decision link is about: (kind, id); for heads and leaders
                 the submission, else the record itself
    records_of   (kind, id) → the records to decide on, one by one
    present      (record, person) → a ``Presentation`` for the decision page
    heading      (record, person, level) → a ``Heading`` for notices and mails
    changes      (record, version) → what was amended in its content after that version
    calendar     (event, record, person) → the calendar entry that goes with the event, if any
    step_form    (record, step, person …) → a form of what the step needs, bound or not
    reference    the tables of reference data: model → columns that matter (``workflows.stamping``)
    sweeps       what time alone brings about, in the order in which it is done
    """

    machines: dict[str, type[Machine]] = field(default_factory=dict)
    roles: Roles | None = None
    visible: Callable[[Any, Machine, datetime], str | None] | None = None
    levels: Callable[[Iterable[Any], Machine, datetime], dict[int, str]] | None = None
    audience: Callable[[Any, Machine, Move], Iterable[Hearing]] | None = None
    sink: Callable[[Sequence[Telling]], None] | None = None
    lock_set: Callable[[Machine, dict[str, Any]], set[int]] | None = None
    lock_model: type[Machine] | None = None
    scope: Callable[[Machine], str] | None = None
    urgency: Callable[[Machine], str] | None = None
    workplaces: Callable[[Iterable[int], datetime], dict[int, str]] | None = None
    subject_of: Callable[[Any, Machine], tuple[str, int]] | None = None
    records_of: Callable[[str, int], list[Machine]] | None = None
    present: Callable[[Machine, Any], Presentation] | None = None
    heading: Callable[[Machine, Any, str], Heading] | None = None
    changes: Callable[[Machine, int], Sequence[Change]] | None = None
    calendar: Callable[[Any, Machine, Any], CalendarEntry | None] | None = None
    step_form: Callable[..., Any] | None = None
    reference: dict[type[Model], tuple[str, ...]] = field(default_factory=dict)
    sweeps: tuple[Sweep, ...] | None = None
    needs: dict[str, Callable[[Move, str], Any]] = field(default_factory=dict)
    options: dict[tuple[str, str], list[Callable[[Move], dict[str, Any]]]] = field(default_factory=dict)
    applies: dict[tuple[str, str], list[Callable[[Move], None]]] = field(default_factory=dict)
    effects: dict[tuple[str, str], list[Callable[[Move], None]]] = field(default_factory=dict)

    def empty_sockets(self) -> list[str]:
        """The names of the sockets nobody filled."""
        return [name for name, value in vars(self).items() if value is None or value == {}]


registry = Registry()


def need(name: str) -> Callable[[Callable[[Move, str], Any]], Callable[[Move, str], Any]]:
    """Fill the socket of one need: ``@need("accountable")``."""

    def fill(function: Callable[[Move, str], Any]) -> Callable[[Move, str], Any]:
        registry.needs[name] = function
        return function

    return fill


def option(
    machine: str, *names: str
) -> Callable[[Callable[[Move], dict[str, Any]]], Callable[[Move], dict[str, Any]]]:
    """What a person may give with a step beyond its needs: ``@option("dossier", "file")``."""

    def fill(function: Callable[[Move], dict[str, Any]]) -> Callable[[Move], dict[str, Any]]:
        for name in names:
            registry.options.setdefault((machine, name), []).append(function)
        return function

    return fill


def applies(machine: str, *names: str) -> Callable[[Callable[[Move], None]], Callable[[Move], None]]:
    """Write a step's data into its own record before it is saved: ``@applies("issue", "accept")``."""

    def fill(function: Callable[[Move], None]) -> Callable[[Move], None]:
        for name in names:
            registry.applies.setdefault((machine, name), []).append(function)
        return function

    return fill


def effect(machine: str, *names: str) -> Callable[[Callable[[Move], None]], Callable[[Move], None]]:
    """What a step does to other records, in the same transaction (docs/rulebook/effects.csv)."""

    def fill(function: Callable[[Move], None]) -> Callable[[Move], None]:
        for name in names:
            registry.effects.setdefault((machine, name), []).append(function)
        return function

    return fill
