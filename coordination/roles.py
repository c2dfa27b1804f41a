"""Seats become roles and holders: the answer to ``registry.roles`` (rulebook §1).

A head's role is also a deputy's where the deputy is in charge of the kind of matter, and the named
decider's. A holder key (``focal:3:head``, ``body:12:officer+head``, ``seat:40``) is resolved to
people only when read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from coordination.models import Function, Locality, Organisation, Person, Seat
from coordination.models.organisations import DatedQuerySet
from coordination.standing import Standing, standing_of
from coordination.turns import turns_of
from workflows.machines.base import Machine
from workflows.roles import Capacity

LEVELS = ("officer", "head")
READER = "reader"


@dataclass(frozen=True)
class HeldSeat:
    """A seat somebody holds today, with what its organisation is towards localities."""

    seat: Seat
    functions: tuple[tuple[str, int | None], ...]
    matters: frozenset[str]

    @property
    def level(self) -> str:
        return self.seat.level


def day_of(at: datetime) -> date:
    """The local day of a moment."""
    return timezone.localtime(at).date()


def held_seats(person: Person, at: datetime) -> list[HeldSeat]:
    """The seats a person holds on that day, with functions in force and a deputy's matters.

    Read once per person object and day: a page asks for many records.
    """
    day = day_of(at)
    cache: dict[date, list[HeldSeat]] = person.__dict__.setdefault("_held_seats", {})
    if day not in cache:
        cache[day] = _read_seats(Seat.objects.filter(person_id=person.pk), day)
    return cache[day]


def _read_seats(rows: DatedQuerySet, day: date) -> list[HeldSeat]:
    seats = list(
        rows.at(day).select_related("organisation", "person").prefetch_related("matters").order_by("id")
    )
    functions: dict[int, list[tuple[str, int | None]]] = {}
    bodies = {seat.organisation_id for seat in seats}
    for row in Function.objects.at(day).filter(organisation_id__in=bodies):
        functions.setdefault(row.organisation_id, []).append((row.kind, row.locality_id))
    return [
        HeldSeat(
            seat,
            tuple(functions.get(seat.organisation_id or 0, ())),
            frozenset(matter.kind for matter in seat.matters.all()),
        )
        for seat in seats
    ]


class SeatRoles:
    """``registry.roles``: people, seats and records brought together."""

    def capacities(self, person: Person, record: Machine, at: datetime) -> Sequence[Capacity]:
        """Everything this person is towards this record, in the order of their seats."""
        standing = standing_of(record)
        found: list[Capacity] = []
        for held in held_seats(person, at):
            for role, locality_id in _roles(held, standing):
                found.append(_capacity(held.seat, role, locality_id))
        # No step names a reader; what anyone may do who sees the record (follow) needs a seat all the same.
        return found or [_capacity(held.seat, READER, None) for held in held_seats(person, at)]

    def holders(self, record: Machine, at: datetime) -> dict[str, str]:
        """Whose turn it is: holder key → purpose (docs/rulebook/states.csv, column turn).

        A head's turn is also that of the deputies in charge of the kind of matter.
        """
        standing = standing_of(record)
        holders: dict[str, str] = {}
        for key, purpose in turns_of(record, standing):
            holders[key] = purpose
            if key.endswith(":head"):
                for seat in deputies_in_charge(key, standing.kinds, day_of(at)):
                    holders[f"seat:{seat.pk}"] = purpose
        return holders

    def holder_keys(self, person: Person, at: datetime) -> set[str]:
        """Every key under which this person holds work items."""
        return {key for held in held_seats(person, at) for key in _keys(held)}

    def keys_of(self, people: Iterable[int], at: datetime) -> dict[int, set[str]]:
        """``holder_keys`` for several people at once: person id → keys."""
        keys: dict[int, set[str]] = {}
        for held in _read_seats(Seat.objects.filter(person_id__in=list(people)), day_of(at)):
            keys.setdefault(held.seat.person_id, set()).update(_keys(held))
        return keys

    def people(self, keys: Iterable[str], at: datetime) -> dict[int, str]:
        """Person id → the key they hold, for several keys at once."""
        found: dict[int, str] = {}
        for key in keys:
            for seat in seats_of(key, day_of(at)):
                found.setdefault(seat.person_id, key)
        return found


def _capacity(seat: Seat, role: str, locality_id: int | None) -> Capacity:
    return Capacity(
        role=role,
        person_id=seat.person_id,
        person_name=str(seat.person),
        seat_id=seat.pk,
        title=seat.title,
        organisation_id=seat.organisation_id,
        organisation_name=seat.organisation.name if seat.organisation else "",
        locality_id=locality_id,
    )


def _level_towards(held: HeldSeat, standing: Standing) -> str:
    """The level that counts: a deputy in charge of the matter, or named to decide, is a head."""
    if held.level == Seat.Level.DEPUTY and (
        held.matters & standing.kinds or held.seat.pk == standing.decider_id
    ):
        return Seat.Level.HEAD
    return held.level


def _roles(held: HeldSeat, standing: Standing) -> Iterable[tuple[str, int | None]]:
    level = _level_towards(held, standing)
    body_id, seat = held.seat.organisation_id, held.seat
    parent_id = seat.organisation.parent_id if seat.organisation else None
    home_side = seat.organisation.locality_id if seat.organisation else None
    if level == Seat.Level.AUDITOR:
        yield "auditor", None
    if level not in LEVELS:
        return
    if body_id in standing.unit_ids:
        yield f"reporting.{level}", home_side
    if body_id == standing.consulted_id:
        yield f"consulted.{level}", home_side
    if body_id == standing.lead_id:
        yield f"lead.{level}", home_side
    for kind, locality_id in held.functions:
        if kind == "council" and standing.council_id in {body_id, parent_id}:
            yield f"council.{level}", None
        if kind in {"focal", "committee"} and locality_id is not None:
            yield from _side_roles(kind, level, locality_id, seat, standing)


def _side_roles(
    kind: str, level: str, locality_id: int, seat: Seat, standing: Standing
) -> Iterable[tuple[str, int | None]]:
    """The roles of a focal point's or a committee's seat, on the home side or on another."""
    if locality_id == standing.home_id:
        yield f"{kind}.{level}", locality_id
        if kind == "focal" and seat.person_id == standing.proposer_id:
            yield "proposer", locality_id
    if kind == "focal" and locality_id in standing.others:
        yield "other.focal", locality_id
    if kind == "focal" and level == "head" and locality_id == standing.giver_id:
        yield "giver.head", locality_id
    if level == "head" and locality_id in standing.others | {standing.home_id}:
        yield "each.head", locality_id
        yield "any.head", locality_id


def _keys(held: HeldSeat) -> Iterable[str]:
    seat, level = held.seat, held.level
    yield f"seat:{seat.pk}"
    if level not in LEVELS:
        return
    levels = (level, "officer+head")
    for word in levels:
        yield f"body:{seat.organisation_id}:{word}"
    for kind, locality_id in held.functions:
        if kind in {"focal", "committee"}:
            for word in levels:
                yield f"{kind}:{locality_id}:{word}"
            if level == "head":
                yield f"side:{locality_id}:head"
        if kind == "council" and seat.organisation:
            for council_id in {seat.organisation_id, seat.organisation.parent_id} - {None}:
                yield f"council:{council_id}:{level}"


def _parse(key: str) -> tuple[str, int, str]:
    kind, where, *level = key.split(":")
    return kind, int(where), level[0] if level else ""


def _bodies(kind: str, where: int, day: date) -> list[Organisation]:
    if kind == "body":
        return list(Organisation.objects.filter(pk=where))
    if kind == "council":
        offices = Function.objects.at(day).filter(kind="council")
        rows = offices.filter(Q(organisation_id=where) | Q(organisation__parent_id=where))
        return [row.organisation for row in rows.select_related("organisation")]
    kinds = ["focal", "committee"] if kind == "side" else [kind]
    rows = Function.objects.at(day).filter(kind__in=kinds, locality_id=where)
    return [row.organisation for row in rows.select_related("organisation").order_by("-kind")]


def seats_of(key: str, day: date) -> list[Seat]:
    """The seats behind a holder key on that day."""
    kind, where, level = _parse(key)
    rows = Seat.objects.at(day).select_related("person", "organisation")
    if kind == "seat":
        return list(rows.filter(pk=where))
    bodies = [body.pk for body in _bodies(kind, where, day)]
    return list(rows.filter(organisation_id__in=bodies, level__in=level.split("+")))


def deputies_in_charge(key: str, kinds: Iterable[str], day: date) -> list[Seat]:
    """Deputies of the body behind ``key`` who are in charge of one of these kinds."""
    kind, where, _level = _parse(key)
    bodies = [body.pk for body in _bodies(kind, where, day)]
    rows = Seat.objects.at(day).filter(
        organisation_id__in=bodies, level=Seat.Level.DEPUTY, matters__kind__in=list(kinds)
    )
    return list(rows.distinct())


def focal_officers(locality: Locality, day: date) -> list[Seat]:
    """The officers who may be accountable for a locality's files."""
    return seats_of(f"focal:{locality.pk}:officer", day)


def committee_leaders(locality: Locality, day: date) -> list[Seat]:
    """The Chairman and Vice-chairmen who may be named to decide."""
    bodies = [body.pk for body in _bodies("committee", locality.pk, day)]
    return list(
        Seat.objects.at(day)
        .filter(Q(organisation_id__in=bodies), level__in=[Seat.Level.HEAD, Seat.Level.DEPUTY])
        .select_related("person", "organisation")
        .order_by("-level", "id")
    )
