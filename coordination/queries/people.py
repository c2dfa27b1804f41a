"""The people of the trial, as its sign-in page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from coordination.directory import day_of
from coordination.models import Seat
from coordination.queries.seats import seat_words

# Within a body: who is met first.
_LEVELS = list(Seat.Level.values)


@dataclass(frozen=True)
class Body:
    """A body and its seats of today, officers first."""

    name: str
    seats: list[Seat]


@dataclass(frozen=True)
class Group:
    """The bodies of one locality, or those that belong to none."""

    name: str
    bodies: list[Body]

    @property
    def size(self) -> int:
        return sum(len(body.seats) for body in self.bodies)


@dataclass(frozen=True)
class Stop:
    """One stop of the suggested way: who to be and what to do there."""

    seat: Seat
    words: str
    what: str | Promise


def seats_on(at: datetime) -> list[Seat]:
    """Every seat of that day whose person may sign in, in one query."""
    return list(
        Seat.objects.at(day_of(at))
        .filter(person__is_active=True)
        .select_related("person", "organisation__locality")
        .order_by("organisation__locality__mnemonic", "organisation_id", "id")
    )


def by_locality(seats: Iterable[Seat]) -> list[Group]:
    """The seats in groups: localities first, then ministries and councils, then the overseers."""
    tree: dict[tuple[int, str], dict[str, list[Seat]]] = {}
    for seat in seats:
        body = seat.organisation
        if body is None:
            group, name = (2, _("Oversight and administration")), seat.title
        elif body.locality is None:
            group, name = (1, _("Ministries and Regional Councils")), str(body)
        else:
            group, name = (0, str(body.locality)), str(body)
        tree.setdefault(group, {}).setdefault(name, []).append(seat)
    return [
        Group(
            group[1],
            [
                Body(name, sorted(held, key=lambda seat: _LEVELS.index(seat.level)))
                for name, held in bodies.items()
            ],
        )
        for group, bodies in sorted(tree.items(), key=lambda entry: entry[0][0])
    ]


def suggested_way(seats: Iterable[Seat], way: Iterable[tuple[str, str | Promise]]) -> list[Stop]:
    """The stops of ``way`` (user name, what to do) whose people exist."""
    of = {seat.person.username: seat for seat in seats}
    return [Stop(of[name], seat_words(of[name]), what) for name, what in way if name in of]
