"""Who stands behind a holder key: work items name functions and seats, and are resolved when read.

A key is ``focal:3:head``, ``committee:3:officer``, ``body:12:officer+head``, ``side:3:head``,
``council:7:officer`` or ``seat:40`` (rulebook §1: a reorganisation then moves no rows).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q

from coordination.directory import day_of, substitutions_at
from coordination.models import Function, Locality, Seat, Substitution
from workflows.remembering import remembered


@dataclass(frozen=True)
class Holder:
    """One person behind a holder key, and the body for which they hold it."""

    person_id: int
    organisation_id: int | None


class Behind:
    """Who stands behind holder keys at a moment, in a matter of some kinds.

    Behind a head's key: the head, the deputies in charge of one of the kinds, and who replaces the head.
    """

    def __init__(self, kinds: Iterable[str], at: datetime) -> None:
        self.kinds, self.at = frozenset(kinds), at
        self.day = day_of(at)

    @cached_property
    def lent(self) -> list[Substitution]:
        """The substitutions in force that cover the matter."""
        return [row for row in substitutions_at(self.at) if not row.kinds or self.kinds & set(row.kinds)]

    def key(self, key: str) -> list[Holder]:
        """The people behind one key."""
        seats = seats_of(key, self.day, self.kinds)
        bodies = {seat.pk: seat.organisation_id for seat in seats}
        return [
            *(Holder(seat.person_id, seat.organisation_id) for seat in seats),
            *(
                Holder(row.substitute.person_id, bodies[row.replaced_id])
                for row in self.lent
                if row.replaced_id in bodies
            ),
        ]


def _parse(key: str) -> tuple[str, int, str]:
    kind, where, *level = key.split(":")
    return kind, int(where), level[0] if level else ""


def _in_body(kind: str, where: int, day: date) -> Q:
    """The seats' condition: they belong to the body, or to one that has the function on that day."""
    if kind == "body":
        return Q(organisation_id=where)
    functions = Function.objects.at(day)
    if kind == "council":
        rows = functions.filter(kind="council")
        rows = rows.filter(Q(organisation_id=where) | Q(organisation__parent_id=where))
    else:
        kinds = ["focal", "committee"] if kind == "side" else [kind]
        rows = functions.filter(kind__in=kinds, locality_id=where)
    return Q(organisation_id__in=rows.values("organisation_id"))


def seats_of(key: str, day: date, kinds: Iterable[str] = ()) -> list[Seat]:
    """The seats behind a holder key on that day, and the deputies in charge of one of these kinds."""
    wanted = set(kinds)
    return [seat for seat, matters in _seats_behind(key, day) if matters is None or matters & wanted]


@remembered
def _seats_behind(key: str, day: date) -> tuple[tuple[Seat, frozenset[str] | None], ...]:
    """The seats, each with the kinds of matter to which it is limited: None for every matter."""
    kind, where, level = _parse(key)
    rows = Seat.objects.at(day).select_related("person", "organisation").order_by("id")
    if kind == "seat":
        return tuple((seat, None) for seat in rows.filter(pk=where))
    levels = level.split("+")
    wanted = Q(level__in=levels)
    if Seat.Level.HEAD in levels:
        wanted |= Q(level=Seat.Level.DEPUTY)
    seats = rows.filter(wanted, _in_body(kind, where, day)).prefetch_related("matters")
    return tuple((seat, _limit(seat) if seat.level == Seat.Level.DEPUTY else None) for seat in seats)


def _limit(deputy: Seat) -> frozenset[str]:
    return frozenset(matter.kind for matter in deputy.matters.all())


def focal_officers(locality: Locality, day: date) -> list[Seat]:
    """The officers who may be accountable for a locality's files."""
    return seats_of(f"focal:{locality.pk}:officer", day)


def committee_leaders(locality: Locality, day: date) -> list[Seat]:
    """The Chairman and Vice-chairmen who may be named to decide."""
    return list(
        Seat.objects.at(day)
        .filter(_in_body("committee", locality.pk, day), level__in=[Seat.Level.HEAD, Seat.Level.DEPUTY])
        .select_related("person", "organisation")
        .order_by("-level", "id")
    )
