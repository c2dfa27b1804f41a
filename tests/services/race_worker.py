"""What a process of its own does when asked: prepare records, run at somebody, tell what stands.

Imported by ``processes.serve`` once Django knows its database. Whatever goes in or out is plain
values: it travels through a pipe.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.test import Client
from django.utils import timezone

from coordination.actions.issues import report_issue
from coordination.models import Commitment, Consultation, Issue, Meeting, Opinion
from notifications.models import InboxCounter, Notice, OutboxMessage, TrialMail
from notifications.outbox import deliver_due
from tests.page_forms import forms_in
from tests.people import person, seat
from tests.story import Story
from workflows import audit, engine
from workflows.anchors import make_anchor
from workflows.machines.base import Machine
from workflows.management.commands.verify_audit import faults
from workflows.models import Event, WorkItem
from workflows.refusals import Refusal, Stale
from workflows.registry import registry

BARRIER: Any = None
STORIES: dict[int, Story] = {}
MEETING_SECONDS = 60
LINK = re.compile(r"https?://[^/\s]+(/d/[\w-]+/[\w-]+)")
# A name that Client and the trial's ALLOWED_HOSTS agree on.
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Attempt:
    """One runner of one race. ``way`` is ``engine``, ``web`` or ``link``; ``delay`` is in seconds.

    ``versioned``: it is bound to the version that was read, as a page's button is.
    """

    way: str
    record: tuple[str, int]
    step: str
    by: str
    delay: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)
    link: str = ""
    versioned: bool = True


@dataclass
class Outcome:
    """How it went for one runner; the two clocks can be compared between processes."""

    by: str
    step: str
    way: str
    won: bool = False
    refusal: str = ""
    first: tuple[str, str, str] = ("", "", "")
    status: int = 0
    page: str = ""
    error: str = ""
    began: float = 0.0
    ended: float = 0.0


# Preparing


def prepare(state: str, count: int, *, days_ago: int = 3) -> list[tuple[str, int]]:
    """So many issues in a state, of some days ago: what follows may be dated now."""
    stories = [Story(at=timezone.now() - timedelta(days=days_ago)) for _ in range(count)]
    for story in stories:
        STORIES[story.to(state).pk] = story
    return [("issue", story.issue.pk) for story in stories]


def go_on(records: list[tuple[str, int]], steps: tuple[str, ...]) -> None:
    """Take these steps now on issues that this process prepared."""
    for _machine, pk in records:
        story = STORIES[pk]
        # A story's clock goes on by an hour before each step.
        story.at = timezone.now() - timedelta(hours=len(steps))
        for step in steps:
            story.do(step)


def seat_of(username: str) -> int:
    """The id of somebody's seat."""
    return seat(username).pk


def drafts(count: int, unit: str) -> list[tuple[str, int]]:
    """So many drafts of a unit with its home and Đồng Nai as sides."""
    at = timezone.now() - timedelta(days=3)
    return [("issue", Story(home=unit.split(".")[0], unit=unit, at=at).issue.pk) for _ in range(count)]


def consultation() -> dict[str, Any]:
    """An issue whose two bodies have been asked."""
    story = Story(at=timezone.now() - timedelta(days=3))
    story.to("consulting")
    opinions = Opinion.objects.filter(consultation__issue=story.issue).select_related("body")
    return {
        "issue": ("issue", story.issue.pk),
        "opinions": [(("opinion", row.pk), f"{row.body.slug}.head") for row in opinions],
        "consultation": Consultation.objects.get(issue=story.issue).pk,
    }


def reported_commitments() -> dict[str, Any]:
    """An issue with its two commitments reported and not yet verified."""
    story = Story(at=timezone.now() - timedelta(days=3))
    story.to("implementing")
    for commitment in Commitment.objects.filter(issue=story.issue):
        lead = commitment.lead.slug
        story.do("take_on", on=commitment, by=f"{lead}.officer")
        story.do("report", on=story.refreshed(commitment), by=f"{lead}.head")
    rows = Commitment.objects.filter(issue=story.issue).order_by("id")
    return {
        "issue": ("issue", story.issue.pk),
        "commitments": [("commitment", row.pk) for row in rows],
    }


def shared_minutes() -> dict[str, Any]:
    """A meeting of two localities whose minutes wait for both heads."""
    story = Story(at=timezone.now() - timedelta(days=20))
    story.to("bilateral")
    story.do("invite", on=story.meeting, by="binhduong.skhdt.head")
    for step, by in (
        ("accept_slot", "dongnai.skhdt.officer"),
        ("record_held", "binhduong.skhdt.officer"),
        ("share_minutes", "binhduong.skhdt.officer"),
    ):
        story.do(step, on=story.meeting, by=by)
    digest = story.data_for("confirm_minutes", story.meeting)["same_digest"]
    return {
        "issue": ("issue", story.issue.pk),
        "meeting": ("meeting", story.meeting.pk),
        "digest": digest,
    }


def send_links(username: str, files: list[tuple[str, int]]) -> dict[int, str]:
    """Send the mails that ask this person to act on these issues, and no other mail.

    Returns issue id → the link in the newest mail's text.
    """
    ids = [pk for _machine, pk in files]
    asked = Notice.objects.awaiting_action().filter(
        person__username=username, machine="issue", record_id__in=ids
    )
    OutboxMessage.objects.exclude(notice__in=asked).filter(status="queued").update(status="cancelled")
    while deliver_due(timezone.now(), 100):
        pass
    found = {}
    mails = TrialMail.objects.filter(message__notice__in=asked).select_related("message__notice")
    for mail in mails:
        [link] = set(LINK.findall(mail.text))
        found[mail.message.notice.record_id] = link
    return found


# Running


def run(attempts: list[Attempt]) -> list[Outcome]:
    """Run every race: get ready, meet the other process at the barrier, go."""
    return [_run(attempt) for attempt in attempts]


def _run(attempt: Attempt) -> Outcome:
    outcome = Outcome(attempt.by, attempt.step, attempt.way)
    go = _READY[attempt.way](attempt, outcome)
    BARRIER.wait(MEETING_SECONDS)
    time.sleep(attempt.delay)
    outcome.began = time.monotonic()
    try:
        go()
    except Stale as refusal:
        at = refusal.at.isoformat() if refusal.at else ""
        outcome.refusal, outcome.first = refusal.code, (refusal.by, refusal.step, at)
    except Refusal as refusal:
        outcome.refusal = refusal.code
    except Exception as error:
        outcome.error = f"{type(error).__name__}: {error}"
    outcome.ended = time.monotonic()
    return outcome


def find(record: tuple[str, int]) -> Machine:
    """The record as it stands in the database."""
    machine, pk = record
    return registry.machines[machine]._base_manager.get(pk=pk)


def _through_engine(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    record, by = find(attempt.record), person(attempt.by)
    version = record.version if attempt.versioned else None

    def go() -> None:
        engine.perform(
            record,
            attempt.step,
            by=by,
            at=timezone.now(),
            data=attempt.data,
            expected_version=version,
        )
        outcome.won = True

    return go


def _on_the_page(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    """The step's page as it was read, sent as it is."""
    record, client = find(attempt.record), _signed_in(attempt.by)
    address = f"/{record.machine}s/{record.key}/steps/{attempt.step}/"
    fields = _fields(client.get(address).content.decode(), "expected_version")
    return lambda: _send(client, address, fields | attempt.data, outcome, won=302)


def _by_link(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    """The page behind the link of the mail, sent as it is."""
    client = _signed_in(attempt.by)
    opened = client.get(attempt.link)
    assert opened.status_code == 303, opened.status_code
    address = opened.headers["Location"]
    fields = _fields(client.get(address).content.decode(), "step", attempt.step)
    # The forms of the page are kept apart by a prefix.
    typed = {name: attempt.data.get(name.rpartition("-")[2], value) for name, value in fields.items()}
    return lambda: _send(client, address, typed, outcome, won=303)


_READY = {"engine": _through_engine, "web": _on_the_page, "link": _by_link}


@cache
def _signed_in(username: str) -> Client:
    client = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    client.force_login(person(username))
    return client


def _fields(page: str, name: str, value: str = "") -> dict[str, str]:
    """The fields of the form that has this one."""
    found = [form.fields for form in forms_in(page) if name in form.fields]
    return next(fields for fields in found if not value or fields[name] == value)


def _send(client: Client, address: str, fields: dict[str, Any], outcome: Outcome, *, won: int) -> None:
    answer = client.post(address, fields, HTTP_REFERER=f"http://{HOST}{address}")
    outcome.status, outcome.won = answer.status_code, answer.status_code == won
    outcome.page = "" if outcome.won else answer.content.decode()


# At once, without a race for one record


def submit_all(issues: list[tuple[str, int]]) -> list[str]:
    """Submit draft after draft; every fifth one fails first, and gives its number back."""
    BARRIER.wait(MEETING_SECONDS)
    codes = []
    for number, found in enumerate(issues):
        issue = find(found)
        if number % 5 == 0:
            with suppress(ZeroDivisionError):
                _submit_and_fail(issue)
        _submit(issue)
        codes.append(str(find(found).code))
    return codes


def _submit(issue: Any) -> None:
    engine.perform(issue, "submit", by=person(f"{issue.unit.slug}.head"), at=timezone.now())


def _submit_and_fail(issue: Any) -> None:
    """As when the machine is out of memory in the middle: after the number was given."""
    registry.effects.setdefault(("issue", "submit"), []).append(_fail)
    try:
        _submit(issue)
    finally:
        registry.effects["issue", "submit"].remove(_fail)


def _fail(_move: Any) -> None:
    raise ZeroDivisionError


# What stands


def last_ids() -> dict[str, int]:
    """Where events and notices end now."""
    return {
        "event": Event.objects.aggregate(last=Max("id"))["last"] or 0,
        "notice": Notice.objects.aggregate(last=Max("id"))["last"] or 0,
    }


def told_since(since: dict[str, int]) -> dict[tuple[str, int], dict[str, Any]]:
    """Record → what happened to it since: its steps, and who was told what about each event.

    An event that another one caused is listed with its root.
    """
    events = list(Event.objects.filter(id__gt=since["event"]).exclude(kind="trail").order_by("id"))
    roots: dict[int, Event] = {}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for event in events:
        root = roots.get(event.cause_id or 0, event)
        roots[event.pk] = root
        here = found.setdefault((root.machine, root.record_id), {"steps": [], "events": [], "notices": []})
        here["events"].append(f"{event.machine}.{event.name}")
        if event is root and event.kind == "step":
            here["steps"].append((event.person_name, event.name, event.at.isoformat(), event.channel))
    notices = Notice.objects.filter(id__gt=since["notice"]).select_related("person")
    messages = dict(OutboxMessage.objects.values_list("notice_id", "way"))
    for notice in notices:
        root = roots[notice.event_id]
        found[root.machine, root.record_id]["notices"].append(
            (notice.person.username, notice.code, notice.requires_action, messages[notice.pk])
        )
    return found


def happened(record: tuple[str, int], name: str) -> int:
    """How often this was done to a record."""
    return Event.objects.filter(machine=record[0], record_id=record[1], name=name).count()


def state_of(record: tuple[str, int]) -> str:
    """The record's state."""
    return str(find(record).state)


def key_of(record: tuple[str, int]) -> str:
    """The code of a record."""
    return find(record).key


def concluded(consultation: int) -> bool:
    """Whether a consultation ended, and its flow with it."""
    items = WorkItem.objects.filter(machine="consultation", record_id=consultation, finished__isnull=True)
    return Consultation.objects.get(pk=consultation).concluded_at is not None and not items.exists()


def born(issue: tuple[str, int]) -> int:
    """How many commitments an issue has."""
    return Commitment.objects.filter(issue=issue[1]).count()


def ill() -> list[str]:
    """What is wrong anywhere: broken chains, gaps in an inbox, work items that nobody's turn explains."""
    found = [str(fault) for fault in faults()]
    for counter in InboxCounter.objects.all():
        seqs = list(
            Notice.objects.filter(person_id=counter.person_id).order_by("seq").values_list("seq", flat=True)
        )
        if seqs != list(range(1, counter.seq + 1)):
            found.append(f"inbox of {counter.person_id}: {len(seqs)} notices, counter at {counter.seq}")
    assert registry.roles is not None
    for record in (*Issue.objects.all(), *Meeting.objects.all(), *Commitment.objects.all()):
        open_items = WorkItem.objects.filter(
            machine=record.machine, record_id=record.pk, finished__isnull=True
        ).exclude(holder="")
        holders = sorted(open_items.values_list("holder", flat=True))
        if holders != sorted(registry.roles.holders(record, timezone.now())):
            found.append(f"{record.machine} {record.pk} {record.state}: items of {holders}")
    return found


# One story from end to end


def tell_the_main_path() -> dict[str, Any]:
    """From the unit to the closed file, through a meeting of two localities."""
    story = Story(at=timezone.now() - timedelta(days=60))
    story.to("bilateral")
    story.do("invite", on=story.meeting, by="binhduong.skhdt.head")
    story.do("accept_slot", on=story.meeting, by="dongnai.skhdt.officer")
    story.do("record_held", on=story.meeting, by="binhduong.skhdt.officer")
    story.do("share_minutes", on=story.meeting, by="binhduong.skhdt.officer")
    story.do("confirm_minutes", on=story.meeting, by="binhduong.skhdt.head")
    story.do("confirm_minutes", on=story.meeting, by="dongnai.skhdt.head")
    story.settle_commitments()
    story.act("unit_agrees", by=story.who("reporting.head"))
    story.do("confirm_resolved")
    story.do("close")
    return {"state": story.issue.state, "code": story.issue.code, "ref": story.issue.ref}


def report(title: str) -> str:
    """A draft with this title; returns the title as it came back."""
    author = "binhduong.gtvt.officer"
    story = Story(at=timezone.now())
    issue = report_issue(
        by=person(author), seat=seat(author), at=timezone.now(), data=story.content(title=title)
    )
    return Issue.objects.get(pk=issue.pk).title


def anchor() -> None:
    """Sign the heads of all chains as they are now."""
    assert make_anchor(at=timezone.now()) is not None


def first_chain() -> tuple[str, int]:
    """The ref of the first issue, and where its chain ends."""
    issue = Issue.objects.order_by("id")[0]
    return issue.ref, issue.event_count


def faults_after(statements: list[str], rewrite_from: int = 0) -> list[tuple[str, str, int]]:
    """What the proof finds after somebody wrote past the product; taken back at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        if rewrite_from:
            _rewrite(rewrite_from)
        found = [(fault.code, fault.record_ref, fault.seq) for fault in faults()]
        transaction.set_rollback(True)
    return found


def _rewrite(first: int) -> None:
    """Forge an event of the first issue, and every hash from there on, the head too."""
    issue = Issue.objects.order_by("id")[0]
    previous = ""
    for event in Event.objects.filter(machine="issue", record_id=issue.pk).order_by("seq"):
        if event.seq >= first:
            event.person_name, event.previous_hash = "Người khác", previous
            event.hash = audit.seal(event)
            event.save()
        previous = event.hash
    Issue.objects.filter(pk=issue.pk).update(head_hash=previous)
