"""The people of the tests, by name: the demo's organisations and people, loaded once."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from coordination.models import Locality, Organisation, Person, Seat
from workflows.remembering import remembered

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


@remembered
def _ids() -> dict[str, dict[str, int]]:
    seats = Seat.objects.order_by("-id").values_list("person__username", "pk")
    return {
        "seat": dict(seats),
        "body": dict(Organisation.objects.values_list("slug", "pk")),
        "locality": dict(Locality.objects.values_list("slug", "pk")),
    }


def seat_id(username: str) -> int:
    """The id of the first seat of a person."""
    return _ids()["seat"][username]


def body_id(slug: str) -> int:
    """The id of an organisation."""
    return _ids()["body"][slug]


def locality_id(slug: str) -> int:
    """The id of a locality."""
    return _ids()["locality"][slug]
