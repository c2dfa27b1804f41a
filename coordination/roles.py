"""Seats become roles and holders: the answer to ``registry.roles`` (rulebook §1).

A head's role is also a deputy's where the deputy is in charge of the kind of matter, the named
decider's, and a substitute's. A holder key (``focal:3:head``, ``body:12:officer+head``, ``seat:40``)
is resolved to people only when read: so no row moves when a deputy's matters change, or when a
substitution begins or ends.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q

from coordination.directory import day_of, substitutions_at
from coordination.holding import Behind
from coordination.matters import items_about
from coordination.models import Function, Person, Seat, Substitution
from coordination.standing import Standing, standing_of
from coordination.turns import turns_of
from workflows.machines.base import Machine
from workflows.models import WorkItem
from workflows.registry import HeldItem
from workflows.remembering import recall
from workflows.roles import Behalf, Capacity

LEVELS = ("officer", "head")
READER = "reader"


@dataclass(frozen=True)
class HeldSeat:
    """A seat in which somebody acts today, with what its organisation is towards localities.

    ``lent`` is the substitution by which it is a replaced head's seat (TUQ.), None for one's own;
    ``head_title``, of a deputy's seat, is the title of the head for whom the deputy signs (KT.).
    """

    seat: Seat
    functions: tuple[tuple[str, int | None], ...]
    matters: frozenset[str]
    head_title: str = ""
    lent: Substitution | None = None

    @property
    def level(self) -> str:
        return self.seat.level

    @property
    def own(self) -> Seat:
        """The seat of the person who acts."""
        return self.lent.substitute if self.lent else self.seat

    @property
    def lent_kinds(self) -> frozenset[str]:
        """The kinds of matter for which it is lent; none: every matter, or one's own seat."""
        return frozenset(self.lent.kinds) if self.lent else frozenset()

    def counts_for(self, kinds: Iterable[str]) -> bool:
        """Whether it carries its authority in a matter of these kinds."""
        return not self.lent_kinds or bool(self.lent_kinds & set(kinds))


def held_seats(person: Person, at: datetime) -> list[HeldSeat]:
    """The seats a person holds on that day, with functions in force and a deputy's matters."""
    return _seats_of_people([person.pk], day_of(at))


def acting_seats(person: Person, at: datetime) -> list[HeldSeat]:
    """The seats in which this person acts: their own, then those of the heads they replace (TUQ.).

    No onward delegation: what is lent to a person is never lent on, for only a head's own seat is.
    """
    return [*held_seats(person, at), *_lent_seats([person.pk], at)]


def _seats_of_people(people: Iterable[int], day: date) -> list[HeldSeat]:
    def read(missing: set[tuple[int, date]]) -> dict[tuple[int, date], list[HeldSeat]]:
        found: dict[tuple[int, date], list[HeldSeat]] = {key: [] for key in missing}
        for held in _read_seats(Q(person_id__in=[person for person, _day in missing]), day):
            found[held.seat.person_id, day].append(held)
        return found

    known = recall("seats of person", ((person, day) for person in people), read)
    return [held for seats in known.values() for held in seats]


def _read_seats(wanted: Q, day: date) -> list[HeldSeat]:
    rows = Seat.objects.at(day).filter(wanted).select_related("organisation", "person")
    seats = list(rows.prefetch_related("matters").order_by("id"))
    functions: dict[int, list[tuple[str, int | None]]] = {}
    bodies = {seat.organisation_id for seat in seats}
    for row in Function.objects.at(day).filter(organisation_id__in=bodies):
        functions.setdefault(row.organisation_id, []).append((row.kind, row.locality_id))
    titles = _titles_of_heads({s.organisation_id for s in seats if s.level == Seat.Level.DEPUTY}, day)
    return [
        HeldSeat(
            seat,
            tuple(functions.get(seat.organisation_id or 0, ())),
            frozenset(matter.kind for matter in seat.matters.all()),
            titles.get(seat.organisation_id, "") if seat.level == Seat.Level.DEPUTY else "",
        )
        for seat in seats
    ]


def _titles_of_heads(bodies: set[int | None], day: date) -> dict[int | None, str]:
    """The title of each body's head on that day, or of the last one where the seat is vacant."""
    if not bodies:
        return {}
    heads = Seat.objects.filter(organisation_id__in=bodies, level=Seat.Level.HEAD, valid_from__lte=day)
    return dict(heads.order_by("valid_from", "id").values_list("organisation_id", "title"))


def _lent_seats(people: Iterable[int], at: datetime) -> list[HeldSeat]:
    """The seats of replaced heads, each with the substitution by which it is lent."""
    who, day = set(people), day_of(at)
    lent = [row for row in substitutions_at(at) if row.substitute.person_id in who]
    heads = _seats_of_people({row.replaced.person_id for row in lent}, day) if lent else []
    by_id = {held.seat.pk: held for held in heads}
    return [replace(by_id[row.replaced_id], lent=row) for row in lent]


class SeatRoles:
    """``registry.roles``: people, seats and records brought together."""

    def capacities(self, person: Person, record: Machine, at: datetime) -> Sequence[Capacity]:
        """Everything this person is towards this record: by their own seats, then for whom they replace."""
        standing = standing_of(record)
        own: list[Capacity] = []
        lent: list[Capacity] = []
        for held in acting_seats(person, at):
            if held.counts_for(standing.kinds):
                for role, locality_id in _roles(held, standing):
                    (lent if held.lent else own).append(_capacity(held, role, locality_id))
        # No step names a reader; what anyone may do who sees the record (follow) needs a seat all the same.
        return [*(own or (_capacity(held, READER, None) for held in held_seats(person, at))), *lent]

    def holders(self, record: Machine, at: datetime) -> dict[str, str]:
        """Whose turn it is: holder key → purpose (docs/rulebook/states.csv, column turn)."""
        return dict(turns_of(record, standing_of(record)))

    def holder_keys(self, person: Person, at: datetime) -> set[str]:
        """Every key under which this person can hold work items; some count for some kinds only."""
        return {key for held in acting_seats(person, at) for key, _limit in _keys(held)}

    def items_of(self, people: Iterable[int], at: datetime) -> dict[int, list[HeldItem]]:
        """The open work items each of these people holds, deputies and substitutes included."""
        people = list(people)
        own = _seats_of_people(people, day_of(at))
        return {pk: [] for pk in people} | _items_held([*own, *_lent_seats(people, at)])

    def people(self, keys: Iterable[str], record: Machine, at: datetime) -> dict[int, str]:
        """Person id → the key they hold of this record's, for several keys at once."""
        behind = Behind(standing_of(record).kinds, at)
        found: dict[int, str] = {}
        for key in keys:
            for holder in behind.key(key):
                found.setdefault(holder.person_id, key)
        return found

    def acting_in(self, people: Iterable[int], at: datetime) -> dict[int, frozenset[Hashable]]:
        """Person id → the seats in which they act, and with what: equal while nothing of it changed."""
        people = list(people)
        found: dict[int, set[Hashable]] = {pk: set() for pk in people}
        for held in [*_seats_of_people(people, day_of(at)), *_lent_seats(people, at)]:
            lent = held.lent.pk if held.lent else None
            found[held.own.person_id].add((held.seat.pk, held.seat.level, held.functions, held.matters, lent))
        return {pk: frozenset(seats) for pk, seats in found.items()}


def items_held(person: Person, at: datetime) -> list[HeldItem]:
    """The open work items one person holds, the oldest first; read once per person object and moment."""
    known: tuple[datetime, list[HeldItem]] | None = person.__dict__.get("_items_held")
    if known is None or known[0] != at:
        items = _items_held(acting_seats(person, at)).get(person.pk, [])
        known = person.__dict__["_items_held"] = at, sorted(items, key=lambda item: item.id)
    return known[1]


def _items_held(acting: Iterable[HeldSeat]) -> dict[int, list[HeldItem]]:
    """Person id → what they hold by these seats; one query per set of kinds of matter."""
    wanted: dict[frozenset[str], dict[str, dict[int, int | None]]] = {}
    for held in acting:
        for key, limit in _keys(held):
            by_key = wanted.setdefault(limit, {})
            for_seat = held.seat.pk if held.lent else None
            by_key.setdefault(key, {}).setdefault(held.own.person_id, for_seat)
    found: dict[int, dict[int, HeldItem]] = {}
    for limit, by_key in wanted.items():
        rows = WorkItem.objects.filter(finished__isnull=True, holder__in=by_key).order_by("id")
        for row in (rows.filter(items_about(limit)) if limit else rows).values(*_ITEM):
            # Colleagues share one object.
            item: dict[int | None, HeldItem] = {}
            for pk, for_seat in by_key[row["holder"]].items():
                items = found.setdefault(pk, {})
                # What is one's own turn is not done for somebody else.
                if row["id"] not in items or for_seat is None:
                    if for_seat not in item:
                        item[for_seat] = HeldItem(**row, for_seat=for_seat)
                    items[row["id"]] = item[for_seat]
    return {pk: list(items.values()) for pk, items in found.items()}


_ITEM = ("id", "holder", "machine", "record_id", "purpose", "created")


def _capacity(held: HeldSeat, role: str, locality_id: int | None) -> Capacity:
    seat = held.own
    return Capacity(
        role=role,
        person_id=seat.person_id,
        person_name=str(seat.person),
        seat_id=seat.pk,
        title=seat.title,
        organisation_id=seat.organisation_id,
        organisation_name=seat.organisation.name if seat.organisation else "",
        locality_id=locality_id,
        behalf=None if role == READER else _behalf(held),
    )


def _behalf(held: HeldSeat) -> Behalf | None:
    """For whom: a substitute for the replaced head, a deputy (who has a role only as head) for theirs."""
    if held.lent is not None:
        return Behalf(
            form="TUQ",
            title=held.seat.title,
            name=str(held.seat.person),
            person_id=held.seat.person_id,
            seat_id=held.seat.pk,
            organisation_id=held.seat.organisation_id,
            decision=held.lent.decision,
        )
    return Behalf(form="KT", title=held.head_title) if held.level == Seat.Level.DEPUTY else None


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
    if body_id in standing.coordinator_ids:
        yield f"coordinator.{level}", home_side
    for kind, locality_id in held.functions:
        if kind == "council" and standing.council_id in {body_id, parent_id}:
            yield f"council.{level}", None
        if kind in {"focal", "committee"} and locality_id is not None:
            yield from _side_roles(kind, level, locality_id, held, standing)


def _side_roles(
    kind: str, level: str, locality_id: int, held: HeldSeat, standing: Standing
) -> Iterable[tuple[str, int | None]]:
    """The roles of a focal point's or a committee's seat, on the home side or on another."""
    if locality_id == standing.home_id:
        yield f"{kind}.{level}", locality_id
        if kind == "focal" and held.lent is None and held.own.person_id == standing.proposer_id:
            yield "proposer", locality_id
    if kind == "focal" and locality_id in standing.others:
        yield "other.focal", locality_id
    if kind == "focal" and level == "head" and locality_id == standing.giver_id:
        yield "giver.head", locality_id
    if level == "head" and locality_id in standing.others | {standing.home_id}:
        yield "each.head", locality_id
        yield "any.head", locality_id


def _keys(held: HeldSeat) -> Iterator[tuple[str, frozenset[str]]]:
    """Holder keys, each with the kinds of matter to which it is limited (none: every matter)."""
    level, limit = held.level, held.lent_kinds
    yield f"seat:{held.seat.pk}", limit
    if level == Seat.Level.DEPUTY and held.matters:
        level, limit = Seat.Level.HEAD, held.matters
    if level in LEVELS:
        yield from ((key, limit) for key in _keys_of_level(held, level))


def _keys_of_level(held: HeldSeat, level: str) -> Iterator[str]:
    seat, levels = held.seat, (level, "officer+head")
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
