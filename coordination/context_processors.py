"""What ``base.html`` needs on every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from coordination.queries import overview, tonight
from coordination.queries.aggregation import focal_homes
from coordination.queries.seats import administrator_seat, seats_in_words


def page(request: HttpRequest) -> dict[str, Any]:
    """The trial flag, the product's name, and the person's seats as words (read only where shown)."""

    def seats() -> list[str]:
        # An error page may be drawn before anybody was recognised.
        person = getattr(request, "user", None)
        if person is None or not person.is_authenticated:
            return []
        return seats_in_words(person, timezone.now())

    def reads_tonight() -> bool:
        person = getattr(request, "user", None)
        return bool(person and person.is_authenticated and tonight.may_read(person, timezone.now()))

    def reads_overview() -> bool:
        person = getattr(request, "user", None)
        return bool(person and person.is_authenticated and overview.may_read(person, timezone.now()))

    def may_gather() -> bool:
        person = getattr(request, "user", None)
        return bool(person and person.is_authenticated and focal_homes(person, timezone.now()))

    def administers() -> bool:
        person = getattr(request, "user", None)
        return bool(
            person and person.is_authenticated and administrator_seat(person, timezone.now()) is not None
        )

    return {
        "trial": settings.TRIAL,
        "product_name": _("Liên tỉnh"),
        "seats": SimpleLazyObject(seats),
        "administers": SimpleLazyObject(administers),
        "reads_tonight": SimpleLazyObject(reads_tonight),
        "reads_overview": SimpleLazyObject(reads_overview),
        "may_gather": SimpleLazyObject(may_gather),
    }
