"""Who may draft, confirm and end a substitution, by which seat; and who can replace which head."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from coordination.models import Function, Person, Seat, Substitution
from coordination.roles import held_seats


def drafting_seat(person: Person, replaced: Seat, at: datetime) -> Seat | None:
    """The person's own seat by which they may draft a substitution of this head, if any."""
    for held in held_seats(person, at):
        seat = held.seat
        clerk = seat.level == Seat.Level.CLERK and seat.organisation_id == replaced.organisation_id
        if clerk or seat.pk == replaced.pk or seat.level == Seat.Level.ADMINISTRATOR:
            return seat
    return None


def confirming_seat(person: Person, row: Substitution, at: datetime) -> Seat | None:
    """The person's own seat by which they may confirm or end it: the replaced head's, or an administrator's.

    A substitute has no such seat: authority is not passed on.
    """
    for held in held_seats(person, at):
        if held.seat.pk == row.replaced_id or held.seat.level == Seat.Level.ADMINISTRATOR:
            return held.seat
    return None


def ending_seat(person: Person, row: Substitution, at: datetime) -> Seat | None:
    """The seat by which the person may end it; a draft also by who drafted it."""
    found = confirming_seat(person, row, at)
    if found is None and row.confirmed_at is None:
        own = [held.seat for held in held_seats(person, at)]
        found = next((seat for seat in own if seat.pk == row.drafted_by_id), None)
    return found


def may_confirm(person: Person, row: Substitution, at: datetime) -> bool:
    """``confirm_substitution`` as a yes or no, as far as it depends on the person."""
    seat = confirming_seat(person, row, at)
    return seat is not None and not by_own_hand(person, row)


def by_own_hand(person: Person, row: Substitution) -> bool:
    """Whoever drafted as a clerk does not confirm in another seat; nor does the substitute."""
    drafted = row.drafted_by
    as_clerk = drafted is not None and drafted.level == Seat.Level.CLERK and drafted.person_id == person.pk
    return as_clerk or row.substitute.person_id == person.pk


def eligible(replaced: Seat, since: date, until: date) -> list[Seat]:
    """Who can replace this head on all these days.

    A deputy or officer of the same body; for the head of a People's Committee also the heads and
    deputies of the bodies of the same locality (Decree 30/2020, art. 13: heads of bodies of its own).
    """
    body = replaced.organisation
    if body is None:
        return []
    wanted = Q(organisation=body, level__in=[Seat.Level.DEPUTY, Seat.Level.OFFICER])
    committee = Function.objects.at(since).filter(organisation=body, kind=Function.Kind.COMMITTEE)
    if body.locality_id and committee.exists():
        wanted |= Q(organisation__locality=body.locality_id, level__in=[Seat.Level.HEAD, Seat.Level.DEPUTY])
    rows = Seat.objects.at(since).filter(wanted, Q(valid_to__isnull=True) | Q(valid_to__gte=until))
    rows = rows.exclude(person=replaced.person_id).filter(person__is_active=True)
    return list(rows.select_related("person", "organisation__locality").order_by("organisation_id", "id"))
