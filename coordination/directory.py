"""The directory as every step reads it: localities, functions and substitutions, remembered.

Seats are in ``coordination.holding`` (behind a holder key) and ``coordination.roles`` (a person's own).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from coordination.models import Function, Locality, Seat, Substitution
from workflows.remembering import recall, remembered


def day_of(at: datetime) -> date:
    """The local day of a moment."""
    return timezone.localtime(at).date()


@remembered
def _localities() -> dict[int, Locality]:
    return {row.pk: row for row in Locality.objects.all()}


def locality_of(pk: int) -> Locality:
    """A locality by its id; not to be changed. Raises ``KeyError``."""
    return _localities()[pk]


@remembered
def home_bodies(locality_id: int, day: date) -> frozenset[int]:
    """A locality's focal point and committee on that day."""
    held = Function.objects.at(day).filter(kind__in=["focal", "committee"], locality_id=locality_id)
    return frozenset(held.values_list("organisation_id", flat=True))


@remembered
def _substitutions_on(day: date) -> tuple[Substitution, ...]:
    rows = Substitution.objects.on(day).select_related("replaced", "substitute__person")
    return tuple(rows.select_related("substitute__organisation").order_by("id"))


def substitutions_at(at: datetime) -> list[Substitution]:
    """The substitutions by which somebody acts at this moment, the oldest first."""
    return [row for row in _substitutions_on(day_of(at)) if row.holds_at(at)]


def people_of(seats: Iterable[int]) -> dict[int, int]:
    """Seat id → the id of its person."""

    def read(missing: set[int]) -> dict[int, int]:
        return dict(Seat.objects.filter(pk__in=missing).values_list("pk", "person_id"))

    return recall("person of seat", seats, read)


def workplaces(people: Iterable[int], at: datetime) -> dict[int, str]:
    """Person id → the mnemonic of the locality by whose calendar they work, "" for the country's.

    That of their first seat on the day; ministries, Councils' offices and people without a seat work by
    the country's.
    """

    def read(missing: set[tuple[int, date]]) -> dict[tuple[int, date], str]:
        found = dict.fromkeys(missing, "")
        rows = Seat.objects.at(day).filter(person_id__in=[person for person, _day in missing])
        # The first seat is read last, so that it stands.
        for person, locality in rows.order_by("-id").values_list("person_id", "organisation__locality_id"):
            found[person, day] = locality_of(locality).mnemonic if locality else ""
        return found

    day = day_of(at)
    known = recall("workplace of person", ((person, day) for person in people), read)
    return {person: scope for (person, _day), scope in known.items()}
