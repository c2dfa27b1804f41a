"""Opinions in parallel: asked, answered, lapsed, joined (rulebook §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.directory import day_of
from coordination.models import Consultation, Function, Issue, Opinion, Organisation, Silence, Stance, Uptake
from coordination.numbering import next_code
from workflows import engine
from workflows.clocks import running_clock
from workflows.flows import consultations as flow
from workflows.machines.base import Move
from workflows.policies import policy_for
from workflows.refusals import Forbidden, Incomplete
from workflows.registry import applies, effect

ENDS = ("conclude_consultation", "discontinue", "discontinue_decided")


@applies("issue", "consult")
def consultation_written(move: Move) -> None:
    """Before the issue is saved: its clock asks for the day, its turn for the bodies withheld.

    Where the locality's policy says so, outside bodies wait for the focal head (rulebook §2).
    """
    issue: Issue = move.record
    consultation = Consultation.objects.create(
        issue=issue,
        question=move.data["question"],
        position=move.data["position"],
        due_on=date.fromisoformat(move.data["due"]),
        asked_at=move.at,
    )
    move.results["consultation"] = consultation
    if policy_for(issue.home.mnemonic, move.at)[1]["external_consultation_needs_head"]:
        outside = Organisation.objects.filter(pk__in=move.data["bodies"]).exclude(locality=issue.home_id)
        consultation.withheld.set(outside)
        if withheld := _withheld(consultation):
            move.data = {**move.data, "withheld": withheld}


def _withheld(consultation: Consultation) -> list[int]:
    return sorted(consultation.withheld.values_list("pk", flat=True))


@effect("issue", "consult")
def bodies_asked(move: Move) -> None:
    """One opinion per body, one work item each, owned by the consultation's flow."""
    consultation: Consultation = move.results["consultation"]
    withheld = move.data.get("withheld", ())
    asked = _ask(consultation, (pk for pk in move.data["bodies"] if pk not in withheld), move)
    flow.begin(consultation.pk, asked, at=move.at)


def _ask(consultation: Consultation, bodies: Iterable[int], move: Move) -> list[tuple[int, str]]:
    """Opinions are born ``requested``; returns what the flow needs of them."""
    asked = []
    for body_id in bodies:
        opinion = Opinion(
            consultation=consultation,
            body_id=body_id,
            code=next_code("opinion", move.record.home, move.at),
        )
        engine.begin(opinion, by=None, at=move.at, cause=move.event)
        asked.append((opinion.pk, f"body:{body_id}:officer+head"))
    return asked


@applies("issue", "send_outside", "keep_inside")
def outside_decided(move: Move) -> None:
    """The focal head decides on all outside bodies that wait; whoever is not asked, with a reason."""
    consultation = move.record.open_consultation()
    withheld = _withheld(consultation) if consultation else []
    if not withheld:
        raise Forbidden("nothing_withheld", gettext_lazy("No outside body waits for your decision any more."))
    move.results["consultation"] = consultation
    decision: dict[str, object] = {"bodies": withheld}
    if move.name == "keep_inside":
        decision["reason"] = str(move.data.get("reason") or "").strip()
        if not decision["reason"]:
            raise Incomplete({"reason": _("Give the reason.")})
    elif _is_due(move.record, move.at):
        raise Forbidden(
            "consultation_due",
            gettext_lazy(
                "The day by which answers are wanted has passed: conclude the consultation and begin another."
            ),
        )
    consultation.withheld.clear()
    move.data = decision


@effect("issue", "send_outside")
def outside_asked(move: Move) -> None:
    """They join the consultation that runs, until the same day."""
    consultation: Consultation = move.results["consultation"]
    flow.ask_more(consultation.pk, _ask(consultation, move.data["bodies"], move), at=move.at)


@effect("issue", "keep_inside")
def outside_left_out(move: Move) -> None:
    """Where every body of the home locality has answered already, nothing is left to wait for."""
    _conclude_when_nobody_is_asked(move.results["consultation"], move)


@applies("opinion", "answer", "answer_late")
def answered(move: Move) -> None:
    move.record.stance = move.data["opinion"]["stance"]
    move.record.content = move.data["opinion"]["content"]


@applies("opinion", "amend")
def answer_drafted(move: Move) -> None:
    """The body's own draft: nobody but the body hears of it or reads it before it is given."""
    stance = move.data.get("stance", move.record.stance)
    if stance and stance not in Stance.values:
        raise Incomplete({"stance": _("Choose a stance.")})
    move.record.stance = stance
    move.record.content = str(move.data.get("content", move.record.content)).strip()
    move.results["told"] = "own"


@applies("opinion", "lapse")
def silence_named(move: Move) -> None:
    """What the silence means is fixed now, by the policy of today (rulebook §3)."""
    binding = silence_is_agreement(move.record, move.at)
    move.record.silence = Silence.AGREEMENT if binding else Silence.NO_ANSWER


def silence_is_agreement(opinion: Opinion, at: datetime) -> bool:
    """Only of a body under the same People's Committee, and only where its locality says so.

    Never of another locality, a ministry or a council, nor of the committee itself (domain facts §3b).
    """
    home = opinion.home
    if opinion.body.locality_id != home.pk:
        return False
    not_under_it = Function.objects.at(day_of(at)).filter(
        organisation_id=opinion.body_id,
        kind__in=[Function.Kind.COMMITTEE, Function.Kind.COUNCIL, Function.Kind.CENTRAL],
    )
    policy = policy_for(home.mnemonic, at)[1]
    return bool(policy["silence_is_agreement"]) and not not_under_it.exists()


@effect("opinion", "answer", "lapse")
def joined(move: Move) -> None:
    """When none is asked for any more, the consultation concludes by itself."""
    _conclude_when_nobody_is_asked(move.record.consultation, move)


def _conclude_when_nobody_is_asked(consultation: Consultation, move: Move) -> None:
    """Outside bodies on which the focal head has not decided keep it open, until it is due."""
    issue = Issue.objects.get(pk=consultation.issue_id)
    asked = consultation.opinions.filter(state=Opinion.State.REQUESTED)
    if issue.state != Issue.State.CONSULTING or asked.exists():
        return
    if consultation.withheld.exists() and not _is_due(issue, move.at):
        return
    engine.perform(issue, "conclude_consultation", by=None, at=move.at, cause=move.event)


def _is_due(record: Issue | Opinion, at: datetime) -> bool:
    clock = running_clock(record)
    return clock is not None and clock.due_at is not None and clock.due_at < at


@applies("issue", *ENDS)
def withheld_dropped(move: Move) -> None:
    """Outside bodies to which nobody let the request go are not asked; the event names them."""
    consultation = move.record.open_consultation()
    if consultation and (withheld := _withheld(consultation)):
        consultation.withheld.clear()
        move.data = {**move.data, "not_asked": withheld}


@effect("issue", *ENDS)
def concluded(move: Move) -> None:
    """Open opinions become lapsed if due, else cancelled; then the flow's join completes.

    An issue that is discontinued takes its open opinions along: cancelled, due or not.
    """
    rows = Consultation.objects.filter(issue=move.record, concluded_at__isnull=True)
    for consultation in rows:
        for opinion in consultation.opinions.filter(state=Opinion.State.REQUESTED):
            due = move.name == "conclude_consultation" and _is_due(opinion, move.at)
            step = "lapse" if due else "cancel"
            engine.perform(opinion, step, by=None, at=move.at, cause=move.event)
        consultation.concluded_at = move.at
        consultation.save(update_fields=["concluded_at"])
        flow.conclude(consultation.pk)


@applies("issue", "amend")
def opinion_table_written(move: Move) -> None:
    """How far each opinion was taken up, and why: of opinions that were given in this round."""
    rows = move.data.get("opinion_table", ())
    asked = Opinion.objects.filter(consultation__in=move.record.consultations_of_round())
    given = {opinion.ref: opinion for opinion in asked if opinion.is_given}
    for row in rows:
        opinion = given.get(str(row.get("opinion")))
        uptake = str(row.get("uptake") or "")
        if opinion is None or (uptake and uptake not in Uptake.values):
            raise Incomplete(
                {"opinion_table": _("Only an opinion that was given in this round is taken up or not.")}
            )
        Opinion.objects.filter(pk=opinion.pk).update(
            uptake=uptake, explanation=str(row.get("explanation") or "").strip()
        )


@applies("issue", "propose")
def every_comment_is_answered(move: Move) -> None:
    """A leader reads what became of each comment and objection; what is taken up in full needs no words."""
    asked = Opinion.objects.filter(consultation__in=move.record.consultations_of_round())
    open_ones = [str(opinion.body) for opinion in asked.select_related("body") if opinion.lacks_uptake]
    if open_ones:
        raise Incomplete(
            {
                "opinion_table": _(
                    "%(code)s: say in the opinion table how far the opinion of %(bodies)s was taken up, "
                    "and explain what was not."
                )
                % {"code": move.record.key, "bodies": ", ".join(open_ones)}
            }
        )
