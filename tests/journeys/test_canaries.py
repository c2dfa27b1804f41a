"""What another locality's people can get, in any state, searched for what rulebook §5 does not share.

Each walk heads for one state and plants a unique mark in every field, file and note. Then everything
that a reader outside the home can ask for is read as bytes: pages, lists, searches, the inbox, the mails
that went out, calendar entries, files. A mark that is not shared must not be there; one that is, must.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coordination.models import Attachment, CouncilSession
from notifications.delivery.outbox import deliver_due
from notifications.models import OutboxMessage
from tests.journeys.canary_marks import MUST, NEVER, Mark, Reader, Verdicts
from tests.journeys.canary_world import CanaryWorld
from tests.people import person
from tests.workflows.walk_snapshot import MODELS
from tests.workflows.walk_tables import STATES

pytestmark = pytest.mark.slow

WALKS = int(os.environ.get("CANARIES", "40"))
# People of the other sides, of a side that a conclusion may bring in, of a stranger, of a ministry.
READERS = (
    "dongnai.skhdt.officer",
    "dongnai.ubnd.head",
    "dongnai.gtvt.head",
    "dongnai.gtvt.officer",
    "tphcm.skhdt.head",
    "tphcm.ubnd.officer",
    "tayninh.skhdt.officer",
    "longan.skhdt.officer",
    "bgtvt.officer",
)
PER_WALK = 3
LISTS = (
    "/",
    "/issues/",
    "/meetings/",
    "/dossiers/",
    "/sessions/",
    "/commitments/",
    "/overview/",
    "/notifications/",
    "/machines/",
)


class Crawl:
    """Everything one reader can get, as bytes: what was asked for, and what came."""

    def __init__(self, client: Client, username: str) -> None:
        self.client, self.username = client, username
        self.texts: dict[str, str] = {}
        client.force_login(person(username))

    def everything(self, world: CanaryWorld) -> None:
        """Pages of every record by reference and by code, their files, lists, searches, mails."""
        for path in LISTS:
            self.get(path)
        for model in MODELS.values():
            for record in model._base_manager.all():
                key = world.chance.choice([record.ref, record.code or record.ref])
                path = reverse(record.machine, args=[key])
                self.get(path)
                self.get(f"/machines/{record.machine}/?record={key}")
                if record.machine == "meeting":
                    self.get(f"{path}calendar.ics")
        for session in CouncilSession.objects.all():
            self.get(reverse("session", args=[session.pk]))
        for row in Attachment.objects.all():
            self.get(reverse("file", args=[row.pk]))
        self._mails()

    def get(self, path: str) -> None:
        """One address; what comes back is kept without the address itself, which is no news."""
        answer = self.client.get(path)
        assert answer.status_code in {200, 302, 404}, (path, answer.status_code)
        headers = " ".join(f"{name}: {value}" for name, value in answer.items())
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        self.texts[path] = f"{headers}\n{content.decode('utf-8', 'replace')}".replace(path, "")

    def finds(self, word: str) -> bool:
        """Whether a search for a word lists anything (pages echo what was asked for)."""
        answer = self.client.get("/issues/", {"q": word})
        return 'class="record-row"' in answer.content.decode() or "/issues/VM-" in answer.content.decode()

    def _mails(self) -> None:
        address = person(self.username).email
        own = [message for message in mail.outbox if address in message.to]
        for number, message in enumerate(own):
            self.texts[f"mail {number}"] = message.message().as_bytes().decode("utf-8", "replace")

    def where(self, mark: Mark) -> list[str]:
        """Where a mark was found."""
        return [path for path, text in self.texts.items() if mark.word in text]


def _deliver(readers: list[str], at: datetime) -> None:
    """Send what waits for these readers, the digests too; the others' mail is nobody's business here."""
    others = OutboxMessage.objects.exclude(notice__person__username__in=readers)
    others.update(next_attempt_at=at + timedelta(days=999))
    own = OutboxMessage.objects.filter(notice__person__username__in=readers)
    own.update(next_attempt_at=at)
    while deliver_due(max(at, timezone.now())):
        pass


@pytest.mark.django_db
def test_no_mark_leaves_home_that_is_not_shared(client, capsys, record_property, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    goals = sorted(key for key in STATES)
    seen: Counter[tuple[str, str]] = Counter()
    figures: Counter[str] = Counter()
    for number in range(WALKS):
        # The states that no walk has ended in come first, the rarest before the others.
        goal = min(goals, key=lambda key: (seen[key], goals.index(key) * 7 % len(goals)))
        chance = random.Random(f"canary {number}")
        mail.outbox.clear()
        with transaction.atomic():
            world = CanaryWorld(goal, chance)
            world.walk()
            reached = {(name, record.state) for (name, _pk), record in world.now.records.items()}
            seen.update(reached)
            figures["walks that reached their state"] += goal in reached
            if goal not in reached:
                seen[goal] += 0
                goals.append(goals.pop(goals.index(goal)))
            readers = chance.sample(READERS, PER_WALK)
            _deliver(readers, world.at)
            for username in readers:
                _read(client, username, world, figures)
            transaction.set_rollback(True)
    for state in STATES:
        figures["states in which marks were looked for"] += seen[state] > 0
    unseen = sorted(".".join(key) for key in STATES if not seen[key])
    for name, value in figures.items():
        record_property(name, value)
    with capsys.disabled():
        words = "; ".join(f"{name}: {value}" for name, value in sorted(figures.items()))
        sys.stdout.write(
            f"\n{WALKS} walks; {words}\nstates: {', '.join('.'.join(key) for key in STATES if seen[key])}\n"
        )
    assert not unseen, unseen
    assert figures["shared marks found"] > 0


def _read(client: Client, username: str, world: CanaryWorld, figures: Counter[str]) -> None:
    player = world.cast.by_name[username]
    crawl = Crawl(client, username)
    crawl.everything(world)
    speaks = any(player.has(kind, player.locality) for kind in ("focal", "committee"))
    reader = Reader(username, player.locality, player.body or 0, speaks)
    verdicts = Verdicts(reader, world.now)
    figures["pages and mails read"] += len(crawl.texts)
    for mark in world.marks.planted:
        verdict, where = verdicts.of(mark), crawl.where(mark)
        if verdict == NEVER:
            assert not where, _leak(mark, username, where, crawl, world)
            figures["marks looked for in vain"] += 1
        elif verdict == MUST:
            assert where, ("a shared mark is missing", mark, username, world.story())
            figures["shared marks found"] += 1
    hidden = [mark for mark in world.marks.planted if mark.field == "title" and verdicts.of(mark) == NEVER]
    for mark in hidden:
        assert not crawl.finds(mark.word), ("the search tells of it", mark, username, world.story())


def _leak(mark: Mark, username: str, where: list[str], crawl: Crawl, world: CanaryWorld) -> str:
    text = crawl.texts[where[0]]
    place = text.index(mark.word)
    return f"{username} reads {mark} at {where}:\n…{text[max(0, place - 200) : place + 60]}…\n{world.story()}"
