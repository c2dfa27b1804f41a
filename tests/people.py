"""The people of the tests, by name: the demo's organisations and people, loaded once."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from coordination.models import Locality, Organisation, Person, Seat

# A Wednesday in office hours, with no holiday near.
NOW = datetime(2026, 11, 11, 9, 0, tzinfo=timezone.get_default_timezone())


def person(username: str) -> Person:
    """A demo person, fresh from the database."""
    return Person.objects.get(username=username)


def seat(username: str) -> Seat:
    """The first seat of a person: the only one of a demo person."""
    rows = Seat.objects.select_related("organisation", "person").order_by("id")
    return rows.filter(person__username=username)[0]


def body(slug: str) -> Organisation:
    """An organisation by its slug."""
    return Organisation.objects.get(slug=slug)


def locality(slug: str) -> Locality:
    """A locality by its slug."""
    return Locality.objects.get(slug=slug)
