"""Jobs of a process: bring records to where a test wants them, by real steps."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from coordination.actions.issues import report_issue
from coordination.models import Commitment, Consultation, Issue, Opinion
from notifications.delivery.outbox import deliver_due
from notifications.models import Notice, OutboxMessage, TrialMail
from tests.people import person, seat
from tests.story import Story
from workflows.anchors import make_anchor

LINK = re.compile(r"https?://[^/\s]+(/d/[\w-]+/[\w-]+)")
STORIES: dict[int, Story] = {}


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


def title_that_came_back(title: str) -> str:
    """The title of a draft that was written with this one."""
    author = "binhduong.gtvt.officer"
    story = Story(at=timezone.now())
    issue = report_issue(
        by=person(author), seat=seat(author), at=timezone.now(), data=story.content(title=title)
    )
    return Issue.objects.get(pk=issue.pk).title


def anchor() -> None:
    """Sign the heads of all chains as they are now."""
    assert make_anchor(at=timezone.now()) is not None
