"""Web push (RFC 8030, 8291, 8292) to every device that a person has switched on.

Encrypted for the device alone; and even so it says nothing of the content. The device reports that it
showed the message with an unguessable token, for which it needs no session.
"""

from __future__ import annotations

import json
from typing import Any

import requests
from django.conf import settings
from django.core import signing
from pywebpush import WebPushException, webpush

from notifications.delivery.base import PermanentFailure, TemporaryFailure, Unreachable
from notifications.delivery.briefs import Brief
from notifications.delivery.push_keys import is_push_service, private_key
from notifications.models import PushSubscription

TIMEOUT_SECONDS = 10
# How long the push service keeps a message for a device that is switched off: a long weekend.
KEPT_SECONDS = 4 * 24 * 3600
_SHOWN = "notifications.push.shown"
# A payload has 4096 bytes; more messages than this are not named one by one.
_REPORTED = 100
_GONE = frozenset({404, 410})
_BUSY = 429
_SERVER_ERROR = 500


class _Straight(requests.Session):
    """Follows no redirect: it would lead away from the push service that we know."""

    def get_redirect_target(self, _resp: Any) -> None:
        return None


class WebPush:
    """One HTTP session for a batch of messages."""

    def __init__(self) -> None:
        self._session = _Straight()

    def deliver(self, brief: Brief) -> None:
        """Push to each device; it went where one device's service took it.

        Raises ``TemporaryFailure`` where none took it and one may yet, ``Unreachable`` where no device
        is left, else ``PermanentFailure``. A device that is gone (404, 410) is forgotten.
        """
        secret = private_key()
        if not secret:
            raise PermanentFailure("web push is not set up")
        answers = [self._push(row, brief, secret) for row in _devices(brief.person)]
        if None in answers:
            return
        left = [answer for answer in answers if not isinstance(answer, Unreachable)]
        if not left:
            raise Unreachable("no device any more")
        raise next((answer for answer in left if isinstance(answer, TemporaryFailure)), left[0])  # type: ignore[misc]

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def _push(self, row: PushSubscription, brief: Brief, secret: str) -> Exception | None:
        """None where the push service took it, else what became of it."""
        if not is_push_service(row.endpoint):
            return PermanentFailure("not a push service that we know")
        try:
            webpush(
                {"endpoint": row.endpoint, "keys": {"p256dh": row.p256dh, "auth": row.auth}},
                payload(brief, row),
                vapid_private_key=secret,
                vapid_claims={"sub": settings.VAPID_SUBJECT},
                ttl=KEPT_SECONDS,
                headers={"Urgency": "high" if brief.requires_action else "normal"},
                timeout=TIMEOUT_SECONDS,
                requests_session=self._session,
            )
        except WebPushException as refused:
            return _judged(row, refused.status_code)
        except requests.RequestException as failure:
            # Not its words: they hold the device's address, which is as good as a key to it.
            return TemporaryFailure(type(failure).__name__)
        except ValueError:
            return PermanentFailure("its keys cannot be used")
        return None


def _devices(person: Any) -> list[PushSubscription]:
    return list(PushSubscription.objects.filter(person=person).order_by("pk"))


def _judged(row: PushSubscription, status: int | None) -> Exception:
    if status in _GONE:
        row.delete()
        return Unreachable("the device is gone")
    if status is None:
        return PermanentFailure("its keys cannot be used")
    if status == _BUSY or status >= _SERVER_ERROR:
        return TemporaryFailure(f"push service answered {status}")
    return PermanentFailure(f"push service answered {status}")


def payload(brief: Brief, row: PushSubscription) -> str:
    """What the device is sent; a retry carries the same tag, so that the device shows it once."""
    said = {
        "title": brief.title,
        "body": brief.codes,
        "path": brief.path,
        "lang": brief.language,
        "tag": f"m{brief.messages[0].pk}",
        "token": shown_token([message.pk for message in brief.messages], row.pk),
    }
    return json.dumps(said, ensure_ascii=False)


def shown_token(messages: list[int | None], device: int | None) -> str:
    """By which a device says that it showed these messages."""
    return signing.dumps([device, *messages[:_REPORTED]], salt=_SHOWN, compress=True)


def read_token(token: str) -> tuple[int, list[int]] | None:
    """(device, messages) of a token that we made, else None."""
    try:
        device, *messages = signing.loads(token, salt=_SHOWN)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return device, messages
