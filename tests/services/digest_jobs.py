"""Jobs of a process: claim what is bundled, against another process (see ``race_worker``)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from coordination.models import Person
from notifications import inbox
from notifications.delivery import outbox
from notifications.models import InboxCounter, OutboxMessage
from tests.story import Story
from workflows.models import Event
from workflows.registry import Hearing, Telling

BARRIER: Any = None
MEETING_SECONDS = 60


def bundle(people: int, each: int) -> int:
    """Tell so many people so many things for the morning, which has come; returns how many rows."""
    OutboxMessage.objects.exclude(status="cancelled").update(
        status="cancelled", claimed_until=None, sent_at=None
    )
    story, now = Story(), timezone.now()
    event = Event.objects.filter(machine="issue", record_id=story.issue.pk).latest("seq")
    chosen = Person.objects.exclude(email="").order_by("pk").values_list("pk", flat=True)[:people]
    for number in range(each):
        key = f"{story.issue.ref}:{number}"
        heard = tuple(Hearing(pk, "home", key=key) for pk in chosen)
        with transaction.atomic():
            inbox.sink([Telling(event, story.refreshed(), heard, now)])
    waiting = OutboxMessage.objects.filter(status="queued", bundled=True)
    return waiting.update(next_attempt_at=now - timedelta(minutes=1))


def claim_all() -> list[list[tuple[int, int]]]:
    """Claim round after round until nothing is due: (person, row) of each round."""
    BARRIER.wait(MEETING_SECONDS)
    now, rounds = timezone.now(), []
    # An empty round may only mean that the other one holds the rest: ask once more.
    for _again in range(2):
        while claimed := outbox.claim(now, 3):
            rounds.append([(message.notice.person_id, message.pk) for message in claimed])
    return rounds


def hold_counter(person: int) -> None:
    """Lock one person's counter, as a step that tells them something, while the other claims."""
    with transaction.atomic():
        InboxCounter.objects.select_for_update().get(person_id=person)
        BARRIER.wait(MEETING_SECONDS)
        BARRIER.wait(MEETING_SECONDS)


def claim_meanwhile() -> tuple[set[int], set[int]]:
    """Who was claimed for while the other held a counter, and who afterwards."""
    now = timezone.now()
    BARRIER.wait(MEETING_SECONDS)
    during = {message.notice.person_id for message in outbox.claim(now, 50)}
    BARRIER.wait(MEETING_SECONDS)
    time.sleep(0.5)
    return during, {message.notice.person_id for message in outbox.claim(now, 50)}


def somebody_bundled() -> int:
    """One of the people for whom something is bundled."""
    row = OutboxMessage.objects.filter(status="queued", bundled=True).select_related("notice").first()
    assert row is not None
    return row.notice.person_id
