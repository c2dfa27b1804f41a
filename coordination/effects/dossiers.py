"""The dossier before a Council, with all its exits (rulebook §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from coordination.effects.commitments import give_commitments
from coordination.models import Dossier, Issue
from coordination.numbering import next_code
from workflows import engine
from workflows.machines.base import Move
from workflows.registry import applies, effect, option


@effect("issue", "approve_council")
def dossier_opened(move: Move) -> None:
    """A dossier in drafting at the chosen Council, with what is known already."""
    issue = move.record
    item = issue.submission_items.order_by("-id").select_related("submission").first()
    dossier = Dossier(
        issue=issue,
        home=issue.home,
        council_id=move.data["council"],
        accountable=issue.accountable,
        ground=issue.ground,
        content=item.submission.content if item else issue.proposal,
        code=next_code("dossier", issue.home, move.at),
    )
    engine.begin(dossier, by=None, at=move.at, cause=move.event)


@option("dossier", "file")
def content_given(move: Move) -> dict[str, Any]:
    """The head may file with a last word on the content."""
    content = str(move.data.get("content") or "").strip()
    if content:
        move.record.content = content
    return {"content": content} if content else {}


@applies("dossier", "file")
def filed(move: Move) -> None:
    """From the first filing on, the Council's office sees the dossier."""
    move.record.filed_at = move.record.filed_at or move.at


@applies("dossier", "amend")
def dossier_amended(move: Move) -> None:
    move.record.content = move.data.get("content", move.record.content)


@applies("dossier", "schedule")
def scheduled(move: Move) -> None:
    session = move.data["session"]
    move.record.session_name = session["name"]
    move.record.session_on = date.fromisoformat(session["on"])
    move.record.session_place = session["place"]


@applies("dossier", "return_dossier", "reject_dossier", "defer", "withdraw_dossier")
def reason_written(move: Move) -> None:
    move.record.reason = move.data["reason"]


@applies("dossier", "record_conclusion", "refer")
def conclusion_written(move: Move) -> None:
    move.record.conclusion = move.data["conclusion"]
    move.record.authority = move.data.get("authority", "")


def _issue_before_council(dossier: Dossier) -> Issue | None:
    issue = Issue.objects.get(pk=dossier.issue_id)
    return issue if issue.state == Issue.State.COUNCIL else None


@effect("dossier", "record_conclusion")
def council_concluded(move: Move) -> None:
    issue = _issue_before_council(move.record)
    if issue is not None:
        give_commitments(issue, move.data["commitments"], move, dossier=move.record)
        engine.perform(issue, "council_concluded", by=None, at=move.at, cause=move.event)


@effect("dossier", "refer")
def council_referred(move: Move) -> None:
    issue = _issue_before_council(move.record)
    if issue is not None:
        engine.perform(issue, "council_referred", by=None, at=move.at, cause=move.event)


@effect("dossier", "reject_dossier", "withdraw_dossier")
def council_returned(move: Move) -> None:
    issue = _issue_before_council(move.record)
    if issue is not None:
        engine.perform(
            issue,
            "council_returned",
            by=None,
            at=move.at,
            cause=move.event,
            data={"reason": move.data["reason"]},
        )
