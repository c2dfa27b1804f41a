"""Regional Councils on a day: who is a member, who works for them, which an issue may go to.

Membership is dated and many-to-many: an issue of two localities may belong to two Councils, or to one
of which only one side is a member (domain facts §1c).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from coordination.models import CouncilMembership, Issue, Organisation, Person, Seat
from coordination.roles import held_seats


@dataclass(frozen=True)
class CouncilOffer:
    """One Council that an issue may be put to.

    ``outside`` are the localities named in the issue that are no members of it: it decides nothing
    for them, so whoever chooses it is told.
    """

    council: Organisation
    members: tuple[str, ...]
    outside: tuple[str, ...]


def councils_for(issue: Issue, day: date) -> list[CouncilOffer]:
    """The Councils of which the issue's home is a member on that day, with all members."""
    rows = CouncilMembership.objects.at(day).select_related("council", "locality")
    places = [issue.home, *issue.others]
    members: dict[int, list[CouncilMembership]] = {}
    for row in rows.order_by("council__slug", "locality__mnemonic"):
        members.setdefault(row.council_id, []).append(row)
    return [
        CouncilOffer(
            council=own[0].council,
            members=tuple(str(row.locality) for row in own),
            outside=tuple(str(place) for place in places if place.pk not in {row.locality_id for row in own}),
        )
        for own in members.values()
        if issue.home_id in {row.locality_id for row in own}
    ]


def office_seats(person: Person, at: datetime) -> dict[int, Seat]:
    """The Councils whose office this person is an officer of, and in which seat."""
    found: dict[int, Seat] = {}
    for held in held_seats(person, at):
        if held.level == Seat.Level.OFFICER and any(kind == "council" for kind, _place in held.functions):
            for council in _served_by(held.seat):
                found.setdefault(council, held.seat)
    return found


def _served_by(seat: Seat) -> list[int]:
    """The body itself where it is a Council, else the Council that its office hangs on."""
    body = seat.organisation
    ids = [pk for pk in (body.pk, body.parent_id) if pk] if body else []
    return list(
        Organisation.objects.filter(pk__in=ids, council_memberships__isnull=False)
        .values_list("pk", flat=True)
        .distinct()
    )
