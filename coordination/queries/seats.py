"""A person's seats of today, as words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from coordination.models import Person, Seat
from coordination.roles import acting_seats, held_seats


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


def administrator_seat(person: Person, at: datetime) -> Seat | None:
    """The administrator's seat this person holds on the day of ``at``, if any."""
    seats = seats_of(person, at)
    return next((seat for seat in seats if seat.level == Seat.Level.ADMINISTRATOR), None)


def seats_in_words(person: Person, at: datetime) -> list[str]:
    """The seats in which this person acts, those of replaced heads (TUQ.) after their own."""
    return [
        _("by authority of: %(head)s") % {"head": f"{held.seat.person}, {seat_words(held.seat)}"}
        if held.lent
        else seat_words(held.seat)
        for held in acting_seats(person, at)
    ]
