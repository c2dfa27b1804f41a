"""The browsers that take pushes for a person, and what they report back."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.delivery.push_keys import is_push_service
from notifications.delivery.web_push import read_token
from notifications.models import OutboxMessage, PushSubscription
from workflows.refusals import Incomplete

MOST_DEVICES = 10
_POINT_BYTES, _SECRET_BYTES = 65, 16
_BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/", "Opera"),
    (r"coc_coc_browser", "Cốc Cốc"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux|CrOS", "Linux"),
)


def switch_on(
    person: Any, *, endpoint: str, p256dh: str, auth: str, user_agent: str, at: datetime
) -> PushSubscription:
    """Push to this browser from now on; raises ``Incomplete`` for what is no browser's subscription.

    A browser that another person switched on before becomes this person's: nobody reads what is meant
    for somebody else. Beyond ``MOST_DEVICES`` the oldest goes.
    """
    if not is_push_service(endpoint) or len(endpoint) > 600 or not _are_keys(p256dh, auth):
        raise Incomplete({"endpoint": _("This browser's push service is not one that we know.")})
    with transaction.atomic():
        row, _made = PushSubscription.objects.update_or_create(
            endpoint=endpoint,
            defaults={
                "person": person,
                "p256dh": p256dh,
                "auth": auth,
                "device": device_in_words(user_agent),
                "made_at": at,
                "shown_at": None,
            },
        )
        newest = PushSubscription.objects.filter(person=person).order_by("-made_at", "-pk")
        kept = list(newest.values_list("pk", flat=True)[:MOST_DEVICES])
        PushSubscription.objects.filter(person=person).exclude(pk__in=kept).delete()
    return row


def switch_off(person: Any, device: int) -> bool:
    """Nothing is pushed to this device of the person any more; False where it is not theirs."""
    deleted, _by_model = PushSubscription.objects.filter(person=person, pk=device).delete()
    return deleted > 0


def report_shown(token: str, *, at: datetime) -> bool:
    """A device showed a push: noted on the messages, the first time, and on the device."""
    found = read_token(token)
    if found is None:
        return False
    device, messages = found
    shown = OutboxMessage.objects.filter(pk__in=messages, way=OutboxMessage.Way.PUSH)
    shown.filter(shown_at__isnull=True).update(shown_at=at)
    PushSubscription.objects.filter(pk=device).update(shown_at=at)
    return True


def mark_of(endpoint: str) -> str:
    """By which a page recognises its own browser in the list, without the address itself."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:16]


def device_in_words(user_agent: str) -> str:
    """The browser and the system, as far as the browser says."""

    def first(known: tuple[tuple[str, str], ...]) -> str:
        return next((name for pattern, name in known if re.search(pattern, user_agent)), "")

    return " · ".join(filter(None, (first(_BROWSERS), first(_SYSTEMS)))) or "–"


def _are_keys(p256dh: str, auth: str) -> bool:
    try:
        point, secret = (urlsafe_b64decode(word + "=" * (-len(word) % 4)) for word in (p256dh, auth))
    except ValueError:
        return False
    return len(point) == _POINT_BYTES and point[:1] == b"\x04" and len(secret) == _SECRET_BYTES
