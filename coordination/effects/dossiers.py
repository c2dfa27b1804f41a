"""The dossier before a Council, with all its exits (rulebook §3)."""

from __future__ import annotations

from typing import Any

from coordination.actions.sessions import conclusion_of, session_named, write_move
from coordination.effects.commitments import give_commitments
from coordination.models import CouncilSession, Dossier, Issue
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
    """The content while it is drafted; the session's day and place while it waits for the session."""
    dossier: Dossier = move.record
    dossier.content = move.data.get("content", dossier.content)
    given = move.data.get("session")
    if given is None:
        return
    assert dossier.session_id is not None
    dossier.session = CouncilSession.objects.select_for_update().get(pk=dossier.session_id)
    # The parties heard of the day when the dossier was scheduled, so they hear of the new one.
    move.results["told"] = "parties+council"
    if (dossier.session.held_on.isoformat(), dossier.session.place) != (given["on"], given["place"]):
        others = dossier.session.scheduled().exclude(pk=dossier.pk).order_by("pk")
        move.results["along"] = [(other, other.material()) for other in others]
        write_move(dossier.session, given, at=move.at)
        move.results["given"] = given


@effect("dossier", "amend")
def agenda_moved_along(move: Move) -> None:
    """A session that moves is told on each dossier of its agenda, and each clock counts anew."""
    for other, before in move.results.get("along", ()):
        engine.amend(
            other,
            {"session": move.results["given"]},
            by=move.person,
            at=move.at,
            channel=move.channel,
            before=before,
        )


@applies("dossier", "schedule")
def scheduled(move: Move) -> None:
    """On the agenda of a session: one that is planned, or one that the step opens."""
    dossier: Dossier = move.record
    dossier.session = session_named(dossier, move.data["session"], seat=move.by.seat_id, at=move.at)
    move.data = {**move.data, "session": dossier.session.as_data()}


@applies("dossier", "return_dossier", "reject_dossier", "defer", "withdraw_dossier")
def reason_written(move: Move) -> None:
    move.record.reason = move.data["reason"]


@applies("dossier", "record_conclusion", "refer")
def conclusion_written(move: Move) -> None:
    """The conclusion is a row of the session; what it settles besides stays out of this dossier's event."""
    dossier: Dossier = move.record
    move.results["along"] = move.data["conclusion"]["with"]
    dossier.concluded_by = conclusion_of(dossier, move.data["conclusion"], at=move.at)
    dossier.authority = move.data.get("authority", "")
    move.data = {**move.data, "conclusion": dossier.concluded_by.as_data()}


def _issue_before_council(dossier: Dossier) -> Issue | None:
    issue = Issue.objects.get(pk=dossier.issue_id)
    return issue if issue.state == Issue.State.COUNCIL else None


@effect("dossier", "record_conclusion")
def council_concluded(move: Move) -> None:
    issue = _issue_before_council(move.record)
    if issue is not None:
        give_commitments(issue, move.data["commitments"], move, dossier=move.record)
        engine.perform(issue, "council_concluded", by=None, at=move.at, cause=move.event)


@effect("dossier", "record_conclusion")
def others_concluded(move: Move) -> None:
    """One conclusion may serve several dossiers (rulebook §3): each has its own event and commitments."""
    for row in move.results["along"]:
        other = Dossier.objects.get(ref=row["dossier"])
        engine.perform(
            other,
            "record_conclusion",
            by=move.person,
            at=max(move.at, other.moved_at),
            channel=move.channel,
            as_seat=move.by.seat_id,
            # Nobody of the Council's office is signed in where it comes by document.
            capacity=move.by if move.channel == "document" else None,
            cause=move.event,
            expected_version=row["version"],
            data={
                "conclusion": {"id": move.record.concluded_by_id},
                "commitments": row["commitments"],
            },
        )


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
