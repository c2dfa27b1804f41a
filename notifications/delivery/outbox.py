"""The outbox: claim, commit, then send, then settle. One loop for every way out.

A claimed row is leased: when a worker dies its rows come back by themselves. What is bundled for one
person on one way goes out as one. A message that is no longer needed (decided already, not visible any
more) is cancelled instead of sent.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from notifications.delivery import queueing
from notifications.delivery.base import PermanentFailure, TemporaryFailure, Unreachable, Way
from notifications.delivery.briefs import Brief, brief
from notifications.delivery.chat import Chat
from notifications.delivery.digests import digest
from notifications.delivery.email import Email
from notifications.delivery.web_push import WebPush
from notifications.links import trail as decision_trail
from notifications.messages import Mail, mail
from notifications.models import InboxCounter, OutboxMessage, TrialMail
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
# What part of a round digests get where single messages would fill it.
_DIGESTS = 5
_WAYS: dict[str, Callable[[], Way]] = {
    OutboxMessage.Way.EMAIL: Email,
    OutboxMessage.Way.PUSH: WebPush,
    OutboxMessage.Way.CHAT: Chat,
}


@dataclass(frozen=True)
class Parcel:
    """What goes out as one: a message alone, or the bundled ones of one person on one way."""

    messages: tuple[OutboxMessage, ...]

    @property
    def lead(self) -> OutboxMessage:
        """The first of them: whose attempts count."""
        return self.messages[0]


def deliver_due(now: datetime, limit: int = 50) -> int:
    """Send what is due, at most ``limit`` messages and as many digests as fit; returns how many rows
    were dealt with.

    Any number of workers may run it at once: each message is claimed by one of them.
    """
    claimed = claim(now, limit)
    started = time.monotonic()
    with ExitStack() as stack:
        ways: dict[str, Way] = {}
        for parcel in _parcels(claimed):
            moment = now + timedelta(seconds=time.monotonic() - started)
            if moment >= now + LEASE:
                # Another worker may hold the rest by now: it is not ours to send any more.
                break
            name = parcel.lead.way
            if name not in ways:
                ways[name] = _WAYS[name]()
                stack.enter_context(closing(ways[name]))
            _deal_with(parcel, ways[name], moment)
    return len(claimed)


def claim(now: datetime, limit: int) -> list[OutboxMessage]:
    """Lease the messages that are due to this worker; commits before it returns."""
    due = Q(status__in=[Status.QUEUED, Status.FAILED], next_attempt_at__lte=now) | Q(
        status=Status.CLAIMED, claimed_until__lte=now
    )
    lease = now + LEASE
    with transaction.atomic():
        rows = OutboxMessage.objects.filter(due, bundled=False).order_by(*_ORDER)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        candidates = list(rows.values_list("pk", flat=True)[:limit])
        mine = [pk for pk in candidates if _take(due, lease, pk=pk)]
    mine += _claim_bundled(due, lease, max(limit - len(mine), limit // _DIGESTS))
    return list(OutboxMessage.objects.filter(pk__in=mine).select_related("notice__person").order_by(*_ORDER))


def _claim_bundled(due: Q, lease: datetime, most: int) -> list[int]:
    """Claim all that is bundled for up to ``most`` people; each of them by one worker alone.

    The person's counter is the lock: two workers that each held some of a person's rows would send two
    digests. Whose counter another holds is left to the next round.
    """
    rows = OutboxMessage.objects.filter(due, bundled=True)
    people = rows.order_by("notice__person_id").values_list("notice__person_id", flat=True).distinct()
    wanted = list(people[:most])
    if not wanted:
        return []
    with transaction.atomic():
        counters = InboxCounter.objects.filter(person_id__in=wanted)
        if connection.features.has_select_for_update_skip_locked:
            counters = counters.select_for_update(skip_locked=True)
        held = list(counters.values_list("person_id", flat=True))
        found = list(rows.filter(notice__person_id__in=held).values_list("pk", flat=True))
        return [pk for pk in found if _take(due, lease, pk=pk)]


def _take(due: Q, lease: datetime, *, pk: int) -> bool:
    """Claim one row, if it is still due: on databases that cannot skip locked rows this decides."""
    taken = OutboxMessage.objects.filter(due, pk=pk).update(
        status=Status.CLAIMED, claimed_until=lease, attempts=F("attempts") + 1
    )
    return taken == 1


def _parcels(claimed: Iterable[OutboxMessage]) -> list[Parcel]:
    """In the order of the claimed; bundled ones stand where the first of them stands."""
    grouped: dict[tuple[object, ...], list[OutboxMessage]] = {}
    for message in claimed:
        alone = (message.pk,)
        key = (message.notice.person_id, message.way, "bundled") if message.bundled else alone
        grouped.setdefault(key, []).append(message)
    return [Parcel(tuple(sorted(group, key=lambda one: one.pk))) for group in grouped.values()]


def _deal_with(parcel: Parcel, way: Way, now: datetime) -> None:
    """Render, send and settle one parcel; whatever fails concerns this parcel alone."""
    going = parcel.messages
    if parcel.lead.attempts > MAX_ATTEMPTS:
        _settle(*going, status=Status.DEAD, error=parcel.lead.error or "its worker died each time")
        return
    try:
        rendered, needed = _render(parcel, now)
        dropped = [message for message in going if message not in needed]
        if dropped:
            _settle(*dropped, status=Status.CANCELLED, error="")
        if rendered is None:
            return
        going = tuple(needed)
        way.deliver(rendered)
    except Unreachable as failure:
        _lead_elsewhere(going, str(failure), now)
    except PermanentFailure as failure:
        _settle(*going, status=Status.DEAD, error=str(failure))
    except TemporaryFailure as failure:
        _try_later(going, str(failure), now)
    except Exception as failure:
        log.exception("message %s could not be rendered or sent", parcel.lead.pk)
        _try_later(going, f"{type(failure).__name__}: {failure}", now)
    else:
        _sent(going, rendered, now)


def _render(parcel: Parcel, now: datetime) -> tuple[Mail | Brief | None, list[OutboxMessage]]:
    """The parcel in its person's language, and which of its messages are still needed."""
    if parcel.lead.way != OutboxMessage.Way.EMAIL:
        return brief(parcel.messages, at=now)
    if parcel.lead.bundled:
        return digest(parcel.messages, at=now)
    rendered = mail(parcel.lead, at=now)
    return rendered, [parcel.lead] if rendered else []


def _sent(messages: Sequence[OutboxMessage], rendered: Mail | Brief, now: datetime) -> None:
    with transaction.atomic():
        mine = _settle(*messages, status=Status.SENT, sent_at=now, error="")
        if mine and settings.TRIAL_MAILBOX and isinstance(rendered, Mail):
            TrialMail.objects.create(
                message=messages[0],
                person=messages[0].notice.person,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                sent_at=now,
            )
    if mine and isinstance(rendered, Mail):
        # Apart from the settling: it locks the records of the link, which a step may hold.
        decision_trail.delivered(messages[0], at=now)


def _lead_elsewhere(messages: Sequence[OutboxMessage], error: str, now: datetime) -> None:
    """Nothing reaches the person on this way any more: what requires action leaves on another."""
    with transaction.atomic():
        if _settle(*messages, status=Status.CANCELLED, error=error):
            queueing.reroute(messages, at=now)


def _try_later(messages: Sequence[OutboxMessage], error: str, now: datetime) -> None:
    attempts = messages[0].attempts
    if attempts >= MAX_ATTEMPTS:
        _settle(*messages, status=Status.DEAD, error=error)
    else:
        wait = backoff(attempts, random.random())  # noqa: S311 (spreads retries)
        _settle(*messages, status=Status.FAILED, next_attempt_at=now + wait, error=error)


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts; ``chance`` (0..1) spreads the retries by ±20 %."""
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return wait * (1 - _JITTER + 2 * _JITTER * chance)


def _settle(*messages: OutboxMessage, error: str, **values: object) -> bool:
    """Write what became of them, unless the lease ran out and another worker has them now."""
    mine = OutboxMessage.objects.filter(
        pk__in=[message.pk for message in messages],
        status=Status.CLAIMED,
        claimed_until=messages[0].claimed_until,
    )
    return mine.update(claimed_until=None, error=mask(error)[:300], **values) == len(messages)


def try_again(ids: Iterable[int], *, at: datetime) -> int:
    """An operator sends dead messages once more; returns how many were dead."""
    return OutboxMessage.objects.filter(pk__in=list(ids), status=Status.DEAD).update(
        status=Status.QUEUED, attempts=0, next_attempt_at=at, error=""
    )


def give_up(ids: Iterable[int]) -> int:
    """An operator lets dead messages rest, the reason stays; returns how many were dead."""
    dead = OutboxMessage.objects.filter(pk__in=list(ids), status=Status.DEAD)
    return dead.update(status=Status.CANCELLED)
