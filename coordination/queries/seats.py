"""A person's seats of today, as words."""

from __future__ import annotations

from datetime import datetime

from coordination.models import Person, Seat
from coordination.roles import held_seats


def seat_words(seat: Seat) -> str:
    """A seat as one line: the title, and where, unless the title says it already.

    A head's title names the kind of body (Giám đốc Sở …) and lacks the locality; an officer's lacks
    the body.
    """
    body = seat.organisation
    if body is None or body.name in seat.title:
        return seat.title
    leads = seat.level in {Seat.Level.HEAD, Seat.Level.DEPUTY}
    where = body.locality if leads and body.locality else body
    return seat.title if where.name in seat.title else f"{seat.title} · {where}"


def seats_of(person: Person, at: datetime) -> list[Seat]:
    """The seats this person holds on the day of ``at``."""
    return [held.seat for held in held_seats(person, at)]
