"""What a focal officer may put on a draft submission, and where a draft goes on from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from coordination.models import Issue, Person, Submission, SubmissionItem
from coordination.queries.aggregation import around, focal_homes

OFFERED = 30


def issues_named(person: Person, keys: Iterable[str], at: datetime) -> list[Issue]:
    """The issues of these codes or references at the focal points where this person is an officer."""
    wanted = list(keys)
    rows = Issue.objects.filter(home__in=focal_homes(person, at, ("officer",)), code__isnull=False)
    return list(rows.filter(Q(ref__in=wanted) | Q(code__in=wanted)).order_by("pk"))


def can_be_drafted(issues: Iterable[Issue]) -> list[Issue]:
    """Those in triage that stand on no draft."""
    return [issue for issue in issues if issue.state == Issue.State.TRIAGE and issue.open_item() is None]


def drafts_of(issues: Iterable[Issue]) -> list[Submission]:
    """The drafts on which these issues stand, each once."""
    found = {draft.pk: draft for draft in (issue.draft() for issue in issues) if draft is not None}
    return list(found.values())


def offered_for(person: Person, chosen: Sequence[Issue]) -> list[Issue]:
    """Further issues for the same submission: what belongs to the chosen ones, then the person's own."""
    related = [one.issue for issue in chosen[:1] for one in around(issue).open]
    homes = {issue.home_id for issue in chosen}
    mine = Issue.objects.filter(home__in=homes, state=Issue.State.TRIAGE, accountable__person=person)
    drafted = SubmissionItem.objects.filter(status=SubmissionItem.Status.DRAFTING)
    mine = mine.exclude(pk__in=drafted.values("issue_id")).order_by("code")
    return can_be_drafted([*related, *mine[:OFFERED]])[:OFFERED]


def goes_on_from(draft: Submission) -> Issue | None:
    """The issue from which a draft is proposed; None while all of them are out for opinions."""
    drafted = (item.issue for item in draft.drafted())
    return next((issue for issue in drafted if issue.state == Issue.State.TRIAGE), None)
