"""One submission for its home's focal point and committee: it never crosses (rulebook §5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Issue, Person, Submission, SubmissionItem
from coordination.queries.timelines import who_did
from coordination.visibility import Sight
from workflows.models import AccessEntry, Event
from workflows.refusals import NotVisible

# How an issue left a draft, where that was no step of its own.
_LEFT: dict[str, str | Promise] = {
    "amend": _("Taken off the draft"),
    "propose": _("Went along with another submission"),
}


@dataclass(frozen=True)
class Place:
    """One issue on a submission, and what became of it: what was decided, by whom, when."""

    item: SubmissionItem
    decision: str
    who: str
    at: datetime | None

    @property
    def issue(self) -> Issue:
        return self.item.issue


@dataclass(frozen=True)
class Paper:
    """A submission on which several issues wait for the reader at once."""

    submission: Submission
    waiting: int


def may_read(person: Person, home_id: int, at: datetime) -> bool:
    """Whether a person may read the submissions of a home: its focal point, its committee, auditors."""
    sight = Sight(person, at)
    return sight.auditor or home_id in sight.core


def get_submission_for(person: Person, key: str, at: datetime) -> Submission:
    """The submission by code or reference; what an auditor reads is logged.

    Raises ``NotVisible``, the same whether there is none or it is not this person's to read.
    """
    rows = Submission.objects.select_related("home", "drafted_by__person", "drafted_by__organisation")
    found = rows.filter(Q(ref=key) | Q(code=key)).first()
    if found is None or not may_read(person, found.home_id, at):
        raise NotVisible
    if Sight(person, at).auditor:
        AccessEntry.objects.create(
            person_id=person.pk, machine="submission", record_id=found.pk, what="read", at=at
        )
    return found


def place_of(issue: Issue, person: Person, at: datetime) -> dict[str, Any]:
    """What the issue's page says of its submission: the open one, else the last that was proposed.

    The unit reads the paper on its own issue once it is proposed, where no other unit's issue is on it.
    """
    core = may_read(person, issue.home_id, at)
    place = issue.open_item() if core else issue.proposed_item()
    if place is None:
        rows = issue.submission_items.filter(submission__proposed_at__isnull=False)
        ended = rows.exclude(status=SubmissionItem.Status.DRAFTING).select_related("submission")
        place = ended.order_by("-id").first()
    beside = [one.issue for one in places_on(place.submission)] if place else []
    return {
        "item": place,
        "reads_submission": core,
        "reads_paper": core or all(other.unit_id == issue.unit_id for other in beside),
        "together": [other for other in beside if core and other != issue],
    }


def places_on(submission: Submission) -> list[Place]:
    """The issues on a submission in their order; on a draft those that stand on it now.

    Issues that left while it was drafted were never proposed on it.
    """
    rows = submission.items.select_related("issue__unit", "issue__home").order_by("id")
    if submission.state == Submission.State.DRAFTING:
        rows = rows.filter(status=SubmissionItem.Status.DRAFTING)
    # An issue that was taken off a draft and put back has two places: the later one counts.
    latest = {item.issue_id: item for item in rows}
    ended = _ended(submission, latest.values())
    if submission.proposed_at is not None:
        latest = {pk: item for pk, item in latest.items() if not item.decision or item.pk in ended}
    return [
        Place(
            item=item,
            decision=str(_LEFT.get(item.decision) or Issue.steps()[item.decision].label)
            if item.decision
            else "",
            who=who_did(ended[item.pk]) if item.pk in ended else "",
            at=ended[item.pk].at if item.pk in ended else None,
        )
        for item in latest.values()
    ]


def _ended(submission: Submission, items: Iterable[SubmissionItem]) -> dict[int, Event]:
    """Item id → the step by which it was decided or came back: the first of that name since."""
    found = {}
    for item in items:
        if item.decision and item.decision not in _LEFT:
            events = Event.objects.filter(
                machine=Issue.machine,
                record_id=item.issue_id,
                kind=Event.Kind.STEP,
                name=item.decision,
                at__gte=submission.proposed_at or submission.created_at,
            )
            event = events.order_by("seq").first()
            if event is not None:
                found[item.pk] = event
    return found


def last_saved(draft: Submission) -> Event | None:
    """The amendment by which a draft was saved last."""
    rows = Event.objects.filter(
        machine=Issue.machine, record_id__in=draft.items.values("issue_id"), kind=Event.Kind.AMEND
    )
    return rows.filter(at__gte=draft.created_at).order_by("-id").first()


def drafts_at(homes: Iterable[int]) -> list[Submission]:
    """The drafts of these homes' focal points, the newest first."""
    rows = Submission.objects.filter(
        home__in=list(homes), proposed_at__isnull=True, items__status=SubmissionItem.Status.DRAFTING
    )
    ready = rows.distinct().select_related("drafted_by__person").prefetch_related("items__issue")
    return list(ready.order_by("-created_at", "-pk"))


def papers_among(tasks: Sequence[Any]) -> list[Paper]:
    """The submissions that carry several of these tasks (``queries.work.Task``)."""
    ids = [task.record.pk for task in tasks if task.record.machine == Issue.machine]
    rows = SubmissionItem.objects.filter(issue__in=ids, status=SubmissionItem.Status.OPEN)
    waiting: dict[int, list[SubmissionItem]] = {}
    for item in rows.select_related("submission").order_by("submission_id"):
        waiting.setdefault(item.submission_id, []).append(item)
    return [Paper(items[0].submission, len(items)) for items in waiting.values() if len(items) > 1]
