"""The outbox: claim, commit, then send, then settle.

A claimed row is leased: when a worker dies its rows come back by themselves. A message that is no
longer needed (decided already, not visible any more) is cancelled instead of sent.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from notifications.delivery.base import PermanentFailure, TemporaryFailure, Way
from notifications.delivery.email import Email
from notifications.messages import Mail, mail
from notifications.models import OutboxMessage, TrialMail
from notifications.secrecy import mask

log = logging.getLogger(__name__)

Status = OutboxMessage.Status

LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 12
_JITTER = 0.2
# Who has to act does not wait behind news.
_ORDER = ("-notice__requires_action", "next_attempt_at", "id")


def deliver_due(now: datetime, limit: int = 50) -> int:
    """Send what is due, at most ``limit`` messages; returns how many were dealt with.

    Any number of workers may run it at once: each message is claimed by one of them.
    """
    claimed = claim(now, limit)
    if not claimed:
        return 0
    started = time.monotonic()
    ways: dict[str, Way] = {OutboxMessage.Way.EMAIL: Email()}
    try:
        for message in claimed:
            moment = now + timedelta(seconds=time.monotonic() - started)
            if moment >= now + LEASE:
                # Another worker may hold the rest by now: it is not ours to send any more.
                break
            _deal_with(message, ways[message.way], moment)
    finally:
        for way in ways.values():
            way.close()
    return len(claimed)


def claim(now: datetime, limit: int) -> list[OutboxMessage]:
    """Lease the messages that are due to this worker; commits before it returns."""
    due = Q(status__in=[Status.QUEUED, Status.FAILED], next_attempt_at__lte=now) | Q(
        status=Status.CLAIMED, claimed_until__lte=now
    )
    lease = now + LEASE
    with transaction.atomic():
        rows = OutboxMessage.objects.filter(due).order_by(*_ORDER)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        candidates = list(rows.values_list("pk", flat=True)[:limit])
        mine = [pk for pk in candidates if _take(pk, due, lease)]
    return list(OutboxMessage.objects.filter(pk__in=mine).select_related("notice__person").order_by(*_ORDER))


def _take(pk: int, due: Q, lease: datetime) -> bool:
    """Claim one row, if it is still due: on databases that cannot skip locked rows this decides."""
    taken = OutboxMessage.objects.filter(due, pk=pk).update(
        status=Status.CLAIMED, claimed_until=lease, attempts=F("attempts") + 1
    )
    return taken == 1


def _deal_with(message: OutboxMessage, way: Way, now: datetime) -> None:
    """Render, send and settle one message; whatever fails concerns this message alone."""
    if message.attempts > MAX_ATTEMPTS:
        _settle(message, status=Status.DEAD, error=message.error or "its worker died each time")
        return
    try:
        rendered = mail(message, at=now)
        if rendered is None:
            _settle(message, status=Status.CANCELLED, error="")
            return
        way.deliver(rendered)
    except PermanentFailure as failure:
        _settle(message, status=Status.DEAD, error=str(failure))
    except TemporaryFailure as failure:
        _try_later(message, str(failure), now)
    except Exception as failure:
        log.exception("message %s could not be rendered or sent", message.pk)
        _try_later(message, f"{type(failure).__name__}: {failure}", now)
    else:
        _sent(message, rendered, now)


def _sent(message: OutboxMessage, rendered: Mail, now: datetime) -> None:
    with transaction.atomic():
        mine = _settle(message, status=Status.SENT, sent_at=now, error="")
        if mine and settings.TRIAL_MAILBOX:
            TrialMail.objects.create(
                message=message,
                person=message.notice.person,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                sent_at=now,
            )


def _try_later(message: OutboxMessage, error: str, now: datetime) -> None:
    if message.attempts >= MAX_ATTEMPTS:
        _settle(message, status=Status.DEAD, error=error)
    else:
        wait = backoff(message.attempts, random.random())  # noqa: S311 (spreads retries)
        _settle(message, status=Status.FAILED, next_attempt_at=now + wait, error=error)


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts; ``chance`` (0..1) spreads the retries by ±20 %."""
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return wait * (1 - _JITTER + 2 * _JITTER * chance)


def _settle(message: OutboxMessage, *, error: str, **values: object) -> bool:
    """Write what became of it, unless the lease ran out and another worker has it now."""
    mine = OutboxMessage.objects.filter(
        pk=message.pk, status=Status.CLAIMED, claimed_until=message.claimed_until
    )
    return mine.update(claimed_until=None, error=mask(error)[:300], **values) == 1


def try_again(ids: Iterable[int], *, at: datetime) -> int:
    """An operator sends dead messages once more; returns how many were dead."""
    return OutboxMessage.objects.filter(pk__in=list(ids), status=Status.DEAD).update(
        status=Status.QUEUED, attempts=0, next_attempt_at=at, error=""
    )
