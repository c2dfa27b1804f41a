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
from django.utils import timezone

from coordination.models import Function, Locality, Seat, Substitution


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
        self.day = timezone.localtime(at).date()

    @cached_property
    def lent(self) -> list[Substitution]:
        """The substitutions in force that cover the matter."""
        rows = Substitution.objects.in_force(self.at).select_related("replaced", "substitute__person")
        return [row for row in rows.order_by("id") if not row.kinds or self.kinds & set(row.kinds)]

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
    kind, where, level = _parse(key)
    rows = Seat.objects.at(day).select_related("person", "organisation")
    if kind == "seat":
        return list(rows.filter(pk=where))
    levels = level.split("+")
    wanted = Q(level__in=levels)
    if Seat.Level.HEAD in levels:
        wanted |= Q(level=Seat.Level.DEPUTY, matters__kind__in=list(kinds))
    return list(rows.filter(wanted, _in_body(kind, where, day)).distinct().order_by("id"))


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
