"""Alerts: what an operator must look at, once each until somebody closes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.models import Alert

# ``params`` of each code: plain values for its sentence, never a secret. ``about`` is given to each as well.
SENTENCES: dict[str, str | Promise] = {
    "links_wrong_secret": gettext_lazy(
        "Decision links were opened with a wrong secret %(times)s times (%(about)s): somebody may guess."
    ),
    "link_reported": gettext_lazy(
        "A decision link for %(name)s was reported as sent to the wrong person: it is revoked. Ask them."
    ),
    "dead_letters": gettext_lazy("Messages that cannot be delivered are waiting for a decision: %(number)s."),
    "worker_silent": gettext_lazy("The background worker %(about)s has not been heard of since %(since)s."),
    "oldest_message": gettext_lazy("The oldest message that is due has been waiting since %(since)s."),
}


def raise_alert(code: str, about: str, params: Mapping[str, Any], at: datetime) -> Alert:
    """Raise an alert, or count it once more while the same ``code`` and ``about`` is open.

    Safe to call from many processes at once, and inside a transaction.
    """
    if code not in SENTENCES:
        raise ValueError(f"an alert needs a sentence: {code}")
    with transaction.atomic():
        again = Alert.objects.filter(code=code, about=about, closed_at__isnull=True)
        if again.update(times=F("times") + 1, params=dict(params)):
            return again.get()
        try:
            with transaction.atomic():
                return Alert.objects.create(code=code, about=about, params=dict(params), raised_at=at)
        except IntegrityError:
            # Another process raised it at the same moment.
            again.update(times=F("times") + 1, params=dict(params))
            return again.get()


def close_alert(alert_id: int, *, by: Any, at: datetime) -> bool:
    """An operator has seen to it; False where it was closed already."""
    rows = Alert.objects.filter(pk=alert_id, closed_at__isnull=True)
    return rows.update(closed_at=at, closed_by=by) == 1


def settle_alert(code: str, about: str, *, at: datetime) -> bool:
    """What it was about is over by itself (a worker is back): closed without a person."""
    rows = Alert.objects.filter(code=code, about=about, closed_at__isnull=True)
    return rows.update(closed_at=at) == 1


def in_words(alert: Alert) -> str:
    """The alert as a sentence, in the language active now."""
    words = SENTENCES.get(alert.code)
    if words is None:
        return _("An alert of an unknown kind: %(code)s") % {"code": alert.code}
    try:
        return str(words) % {"times": alert.times, "about": alert.about, **alert.params}
    except KeyError:
        # Raised by another version of the product: better a bare sentence than a broken page.
        return f"{alert.code} {alert.about}".strip()
