"""Which issues must be locked before a record moves: itself, and whatever moves along with it.

An issue's row is the lock of everything that hangs on it. A submission or a meeting ties several
issues together, so they are locked together, in id order; so are those of a session's dossiers
that move together.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from coordination.hanging import forget_hanging, hanging_on
from coordination.models import AgendaItem, Commitment, Dossier, Issue, Meeting, Opinion, SubmissionItem
from workflows.machines.base import Machine
from workflows.models import PendingStep


def issues_of(record: Machine) -> set[int]:
    """The issues a record belongs to."""
    if isinstance(record, Issue):
        return {record.pk}
    if isinstance(record, Opinion):
        return set(Opinion.objects.filter(pk=record.pk).values_list("consultation__issue_id", flat=True))
    if isinstance(record, Meeting):
        rows = AgendaItem.objects.filter(meeting=record.pk, left_at=None)
        return set(rows.values_list("issue_id", flat=True))
    assert isinstance(record, Dossier | Commitment)
    return {record.issue_id}


def lock_set(record: Machine, data: dict[str, Any]) -> set[int]:
    """The issues concerned, one hop wide: same submission, same meeting, named in the data."""
    issues = issues_of(record)
    # Asked for anew: what is tied to what may have been written in this very step.
    forget_hanging(*issues)
    return issues.union(*(hanging.tied for hanging in hanging_on(issues).values())) | _named(data)


def _named(data: dict[str, Any]) -> set[int]:
    keys = [str(data["target"])] if data.get("target") else []
    submission = data.get("submission")
    if isinstance(submission, dict):
        papers = [*(submission.get("with") or []), *(submission.get("items") or [])]
        keys += [str(row.get("issue")) for row in papers]
    named = _drafted_on(str(submission.get("ref") or "")) if isinstance(submission, dict) else set()
    if keys:
        rows = Issue.objects.filter(Q(ref__in=keys) | Q(code__in=keys))
        named |= set(rows.values_list("pk", flat=True))
    if data.get("meeting"):
        meeting = Meeting.objects.filter(Q(ref=data["meeting"]) | Q(code=data["meeting"])).first()
        if meeting:
            named |= issues_of(meeting)
    return named | _of_session(data)


def _of_session(data: dict[str, Any]) -> set[int]:
    """The issues of dossiers that a conclusion settles together, or that a session takes to another day.

    A step recorded by document waits with its own data until it is countersigned.
    """
    if data.get("pending"):
        data = PendingStep.objects.filter(pk=data["pending"]).values_list("data", flat=True).first() or {}
    conclusion, session = data.get("conclusion"), data.get("session")
    if isinstance(conclusion, dict) and conclusion.get("with"):
        rows = Dossier.objects.filter(ref__in=[str(row.get("dossier")) for row in conclusion["with"]])
    elif isinstance(session, dict) and session.get("was"):
        rows = Dossier.objects.filter(session=session.get("id"), state=Dossier.State.SCHEDULED)
    else:
        return set()
    return set(rows.values_list("issue_id", flat=True))


def _drafted_on(ref: str) -> set[int]:
    """The issues on a draft submission that is worked on from the page of another issue."""
    rows = SubmissionItem.objects.filter(submission__ref=ref, status="drafting") if ref else None
    return set(rows.values_list("issue_id", flat=True)) if rows is not None else set()
