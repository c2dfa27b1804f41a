"""What ``base.html`` needs on every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from coordination.queries.seats import seat_words, seats_of


def page(request: HttpRequest) -> dict[str, Any]:
    """The trial flag, the product's name, and the person's seats as words (read only where shown)."""

    def seats() -> list[str]:
        # An error page may be drawn before anybody was recognised.
        person = getattr(request, "user", None)
        if person is None or not person.is_authenticated:
            return []
        return [seat_words(seat) for seat in seats_of(person, timezone.now())]

    return {
        "trial": settings.TRIAL,
        "product_name": _("Liên tỉnh"),
        "seats": SimpleLazyObject(seats),
    }
