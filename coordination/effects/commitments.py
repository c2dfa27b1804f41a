"""Commitments: born by a conclusion, followed until they settle (rulebook §3)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from coordination.actions.parties import bring_in
from coordination.models import Commitment, Dossier, Issue, Meeting
from coordination.numbering import next_code
from workflows import engine
from workflows.machines.base import Move
from workflows.registry import applies, effect
from workflows.roles import SYSTEM_CAPACITY


def give_commitments(
    issue: Issue,
    rows: list[dict[str, Any]],
    move: Move,
    *,
    meeting: Meeting | None = None,
    dossier: Dossier | None = None,
) -> None:
    """Commitments are born ``assigned``; a locality that a conclusion names is brought in."""
    bring_in(issue, {row["locality"] for row in rows}, move.at)
    for row in rows:
        commitment = Commitment(
            issue=issue,
            home_id=issue.home_id,
            locality_id=row["locality"],
            lead_id=row["lead"],
            meeting=meeting,
            dossier=dossier,
            origin=f"{move.record.machine}.{move.name}",
            round=issue.round,
            work=row["work"],
            due_on=date.fromisoformat(row["due_on"]),
            money=row["money"],
            product=row["product"],
            replaces_id=row["replaces"],
            code=next_code("commitment", issue.home, move.at),
        )
        engine.begin(
            commitment,
            by=None,
            at=move.at,
            cause=move.event,
            related=partial(_coordinated, commitment, row["coordinators"]),
        )


def _coordinated(commitment: Commitment, bodies: list[int]) -> None:
    commitment.coordinators.set(bodies)


@applies("issue", "direct", "settle", "central_concluded")
def named_by_conclusion(move: Move) -> None:
    """Before the event is told, so that a locality which the conclusion names hears of it."""
    bring_in(move.record, {row["locality"] for row in move.data["commitments"]}, move.at)


@effect("issue", "direct", "settle", "central_concluded")
def given_by_conclusion(move: Move) -> None:
    give_commitments(move.record, move.data["commitments"], move)


@applies("commitment", "dispute", "reject_report", "declare_unmet", "cancel_commitment")
def reason_written(move: Move) -> None:
    move.record.reason = move.data["reason"]


@applies("commitment", "reassign")
def reassigned(move: Move) -> None:
    """What the earlier lead reported stays in its event; the new one has delivered nothing yet."""
    move.record.lead_id = move.data["lead"]
    move.record.reason = move.data["reason"]
    move.record.evidence = ""


@applies("commitment", "report")
def reported(move: Move) -> None:
    move.record.evidence = move.data["evidence"]


@applies("commitment", "verify", "declare_unmet", "cancel_commitment")
def counted(move: Move) -> None:
    """One that ran on through a reopening counts for the round in which it settles."""
    move.record.round = move.record.issue.round


@effect("commitment", "verify", "declare_unmet", "cancel_commitment")
def settled(move: Move) -> None:
    """When none runs any more the unit is asked, and the focal head decides how it goes on."""
    issue = Issue.objects.get(pk=move.record.issue_id)
    if issue.settled():
        engine.act(issue, "ask_unit", by=None, at=move.at, capacity=SYSTEM_CAPACITY, channel="system")
