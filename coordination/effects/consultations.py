"""Opinions in parallel: asked, answered, lapsed, joined (rulebook §3)."""

from __future__ import annotations

from datetime import date

from coordination.models import Consultation, Issue, Opinion
from coordination.numbering import next_code
from coordination.roles import day_of
from workflows import engine
from workflows.flows import consultations as flow
from workflows.machines.base import Move
from workflows.registry import applies, effect


@applies("issue", "consult")
def consultation_written(move: Move) -> None:
    """Before the issue is saved, so that its clock knows the day by which answers are wanted."""
    move.results["consultation"] = Consultation.objects.create(
        issue=move.record,
        question=move.data["question"],
        position=move.data["position"],
        due_on=date.fromisoformat(move.data["due"]),
        asked_at=move.at,
    )


@effect("issue", "consult")
def bodies_asked(move: Move) -> None:
    """One opinion per body, one work item each, owned by the consultation's flow."""
    consultation: Consultation = move.results["consultation"]
    asked = []
    for body_id in move.data["bodies"]:
        opinion = Opinion(
            consultation=consultation,
            body_id=body_id,
            code=next_code("opinion", move.record.home, move.at),
        )
        engine.begin(opinion, by=None, at=move.at, cause=move.event)
        asked.append((opinion.pk, f"body:{body_id}:officer+head"))
    flow.begin(consultation.pk, asked, at=move.at)


@applies("opinion", "answer", "answer_late")
def answered(move: Move) -> None:
    move.record.stance = move.data["opinion"]["stance"]
    move.record.content = move.data["opinion"]["content"]


@applies("opinion", "amend")
def answer_drafted(move: Move) -> None:
    move.record.stance = move.data.get("stance", move.record.stance)
    move.record.content = move.data.get("content", move.record.content)


@effect("opinion", "answer", "lapse")
def joined(move: Move) -> None:
    """When none is asked for any more, the consultation concludes by itself."""
    consultation = move.record.consultation
    still_asked = consultation.opinions.filter(state=Opinion.State.REQUESTED)
    issue = Issue.objects.get(pk=consultation.issue_id)
    if issue.state == Issue.State.CONSULTING and not still_asked.exists():
        engine.perform(issue, "conclude_consultation", by=None, at=move.at, cause=move.event)


@effect("issue", "conclude_consultation", "discontinue", "discontinue_decided")
def concluded(move: Move) -> None:
    """Open opinions become lapsed if due, else cancelled; then the flow's join completes.

    An issue that is discontinued takes its open opinions along: cancelled, due or not.
    """
    rows = Consultation.objects.filter(issue=move.record, concluded_at__isnull=True)
    for consultation in rows:
        due = move.name == "conclude_consultation" and day_of(move.at) > consultation.due_on
        step = "lapse" if due else "cancel"
        for opinion in consultation.opinions.filter(state=Opinion.State.REQUESTED):
            engine.perform(opinion, step, by=None, at=move.at, cause=move.event)
        consultation.concluded_at = move.at
        consultation.save(update_fields=["concluded_at"])
        flow.conclude(consultation.pk)
