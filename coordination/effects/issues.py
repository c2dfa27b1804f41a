"""The issue's own fields, and what its steps do to what hangs on it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.actions.issues import write_content
from coordination.actions.parties import bring_in
from coordination.directory import day_of
from coordination.hanging import forget_hanging
from coordination.holding import focal_officers
from coordination.models import Dossier, Follower, Issue, Meeting, Opinion, Organisation, Share
from coordination.numbering import next_code
from workflows import engine
from workflows.clocks import recount
from workflows.machines.base import Move
from workflows.refusals import Forbidden, Incomplete, NotYours
from workflows.registry import applies, effect
from workflows.roles import who_label

FIRST_DECISIONS = ("approve_bilateral", "approve_council", "approve_central", "direct")


@applies("issue", "amend")
def amended(move: Move) -> None:
    write_content(move.record, move.data)


@applies("issue", "hand_up")
def handed_up(move: Move) -> None:
    move.record.handed_up_from = move.record.state


@applies("issue", "submit")
def submitted(move: Move) -> None:
    """The code is given the first time only; the reference keeps working."""
    issue = move.record
    if issue.code is None:
        issue.code = next_code("issue", issue.home, move.at)
        write_content(issue, {})


@applies("issue", "accept", "assign", "reassign")
def accountable_named(move: Move) -> None:
    """The focal head assigns any officer of the focal point, an officer only themselves (acts.csv)."""
    officers = focal_officers(move.record.home, day_of(move.at))
    chosen = next((seat for seat in officers if seat.pk == move.data.get("accountable")), None)
    if chosen is None:
        raise Incomplete({"accountable": _("Choose an officer of the focal point.")})
    if move.name != "accept" and move.by.role == "focal.officer" and chosen.pk != move.by.seat_id:
        raise NotYours(who=who_label("focal.head"))
    move.record.accountable = chosen


@effect("issue", "accept", "assign", "reassign")
def turns_move_along(move: Move) -> None:
    """What hangs on the issue and waits for its accountable officer waits for the new one."""
    issue: Issue = move.record
    items = issue.agenda_items.filter(left_at=None).exclude(meeting__state__in=Meeting.TERMINAL)
    for item in items.select_related("meeting"):
        engine.refresh_turns(item.meeting, at=move.at)
    for dossier in issue.dossiers.exclude(state__in=Dossier.TERMINAL):
        engine.refresh_turns(dossier, at=move.at)
    for commitment in issue.running_commitments():
        engine.refresh_turns(commitment, at=move.at)


@applies("issue", "request_supplement")
def supplement_requested(move: Move) -> None:
    move.record.missing = move.data["missing"]


@applies("issue", "pass_to_leader")
def decider_named(move: Move) -> None:
    move.record.decider_id = move.data["decider"]


@applies("issue", *FIRST_DECISIONS)
def committee_decided(move: Move) -> None:
    """From the first committee decision on, only the committee discontinues."""
    issue = move.record
    issue.committee_decided = True
    issue.council_id = move.data.get("council", issue.council_id)
    issue.ground = move.data.get("ground", issue.ground)
    issue.authority = move.data.get("authority", issue.authority)
    issue.directive = move.data.get("directive", issue.directive)


@applies("issue", "approve_bilateral", "approve_council")
def parties_brought_in(move: Move) -> None:
    """Every named locality is brought in (rulebook §5)."""
    bring_in(move.record, {side.locality_id for side in move.record.sides.all()}, move.at)


@applies("issue", "reopen")
def reopened(move: Move) -> None:
    """A new round begins; running commitments go on."""
    issue = move.record
    issue.round += 1
    issue.unit_asked_at, issue.unit_answer = None, ""
    issue.decider = None
    issue.route = ""
    if issue.accountable is None:
        issue.accountable_id = move.by.seat_id


@applies("issue", "close")
def archived(move: Move) -> None:
    move.record.archive = move.data["archive"]


@applies("issue", "discontinue", "discontinue_decided")
def outcome_written(move: Move) -> None:
    move.record.outcome = move.data["outcome"]


@applies("issue", "ask_unit")
def unit_asked(move: Move) -> None:
    move.record.unit_asked_at, move.record.unit_answer = move.at, ""


@applies("issue", "unit_agrees", "unit_objects")
def unit_answered(move: Move) -> None:
    issue = move.record
    if issue.unit_asked_at is None or issue.state != Issue.State.IMPLEMENTING:
        raise Incomplete({"unit_answer": _("The unit has not been asked yet.")})
    if issue.unit_answer:
        raise Forbidden(
            "unit_heard_already",
            gettext_lazy(
                "The unit has answered already, or was silent for five working days, which counts as"
                " agreement. The head of the focal point decides now: tell them by a note."
            ),
        )
    issue.unit_answer = "agrees" if move.name == "unit_agrees" else "objects"


@applies("issue", "raise_urgency", "confirm_urgency")
def urgency_changed(move: Move) -> None:
    from_unit = move.name == "raise_urgency"
    asked = str(move.data.get("urgency") or move.record.urgency_asked)
    if asked not in dict(Issue._meta.get_field("urgency").choices or ()):
        raise Incomplete({"urgency": _("Choose an urgency.")})
    if from_unit:
        move.record.urgency_asked = asked
        return
    move.record.urgency = asked
    moved = recount(move.record, at=move.at, why="urgency", urgent_since=move.at)
    if moved is not None:
        move.data |= moved.as_data()


@applies("issue", "follow")
def followed(move: Move) -> None:
    Follower.objects.get_or_create(issue=move.record, person_id=move.by.person_id)
    forget_hanging(move.record.pk)


@applies("issue", "unfollow")
def unfollowed(move: Move) -> None:
    Follower.objects.filter(issue=move.record, person=move.by.person_id or 0).delete()
    forget_hanging(move.record.pk)


@applies("issue", "share")
def shared(move: Move) -> None:
    """Only with bodies of the home locality: other localities come in by a decision."""
    bodies = Organisation.objects.filter(pk__in=move.data.get("bodies") or [], locality=move.record.home)
    if not bodies:
        raise Incomplete({"bodies": _("Choose bodies of your own locality.")})
    for body in bodies:
        Share.objects.get_or_create(issue=move.record, organisation=body)


@applies("issue", "note_internal", "note_shared")
@applies("meeting", "note_internal", "note_shared")
@applies("dossier", "note_internal", "note_shared")
@applies("commitment", "note_internal", "note_shared")
@applies("opinion", "note_internal")
def note_written(move: Move) -> None:
    text = str(move.data.get("text") or "").strip()
    if not text:
        raise Incomplete({"text": _("Write the note.")})
    move.data = {"text": text}


@effect("issue", "discontinue", "discontinue_decided")
def taken_along(move: Move) -> None:
    """Open opinions, the place on a meeting's agenda, the dossier, running commitments."""
    issue: Issue = move.record
    reason = {"reason": move.data["reason"]}
    system: dict[str, Any] = {"by": None, "at": move.at, "cause": move.event}
    for opinion in Opinion.objects.filter(consultation__issue=issue, state="requested"):
        engine.perform(opinion, "cancel", **system)
    for item in issue.agenda_items.filter(left_at=None).exclude(meeting__state__in=Meeting.TERMINAL):
        item.left_at = move.at
        item.save(update_fields=["left_at"])
        meeting = item.meeting
        if meeting.agenda_items.filter(left_at=None).exists():
            # Its accountable officer and the deputies in charge were perhaps this issue's.
            engine.refresh_turns(meeting, at=move.at)
            continue
        engine.perform(meeting, "cancel_meeting", data=reason, **system)
    for dossier in issue.dossiers.exclude(state__in=["decided", "referred", "rejected", "withdrawn"]):
        engine.perform(dossier, "withdraw_dossier", data=reason, **system)
    for commitment in issue.running_commitments():
        engine.perform(commitment, "cancel_commitment", data=reason, **system)
