"""A submission carries one or several issues; each is decided on its own (rulebook §2)."""

from __future__ import annotations

from coordination.effects.drafts import set_apart
from coordination.models import Issue, Submission, SubmissionItem
from coordination.numbering import next_code
from workflows import engine
from workflows.machines.base import Move
from workflows.permissions import step_info
from workflows.registry import applies, effect

DECISIONS = ("settle", "decline", "approve_bilateral", "approve_council", "approve_central", "direct")
# What takes an issue off its submission undecided; the last three take it off a draft.
COMING_BACK = (
    "send_back",
    "recall_proposal",
    "recall_file",
    "return_file",
    "return_to_focal",
    "discontinue",
    "discontinue_decided",
    "request_supplement",
    "withdraw",
    "merge",
)
RECALLS = ("recall_proposal", "recall_file")


@applies("issue", "propose")
def proposed(move: Move) -> None:
    """Put the issue on a submission: its draft, a new one, or that of the issue it goes along with."""
    issue, given = move.record, move.data["submission"]
    issue.proposer_id = move.by.person_id
    issue.route, issue.ground = move.data["route"], move.data.get("ground", "")
    along = move.cause is not None and given.get("ref")
    opened = Submission.objects.get(ref=given["ref"]) if along else _opened(move)
    _take_place(issue, opened)
    move.data = {**move.data, "submission": {**given, "ref": opened.ref, "code": opened.code}}


def _opened(move: Move) -> Submission:
    """The draft as it is proposed now, with its code; else a submission that begins with this step."""
    issue, given = move.record, move.data["submission"]
    draft = issue.draft()
    if draft is None:
        draft = Submission(
            ref=engine.new_ref(), home=issue.home, drafted_by_id=move.by.seat_id or 0, created_at=move.at
        )
    else:
        going = {issue.ref, *(row["issue"] for row in given["with"])}
        set_apart(draft, [item for item in draft.drafted() if item.issue.ref not in going])
    draft.subject, draft.content = given["subject"], given["content"]
    draft.code, draft.proposed_at = next_code("submission", issue.home, move.at), move.at
    draft.save()
    return draft


def _take_place(issue: Issue, submission: Submission) -> None:
    """The issue's place is open to be decided, with the opinion table as it stands now."""
    place = issue.open_item()
    if place is not None and place.submission_id != submission.pk:
        place.status, place.decision = "recalled", "propose"
        place.save(update_fields=["status", "decision"])
        place = None
    place = place or SubmissionItem(submission=submission, issue=issue)
    place.route, place.ground, place.status = issue.route, issue.ground, "open"
    place.opinions = issue.opinion_table()
    place.save()


@effect("issue", "propose")
def others_proposed(move: Move) -> None:
    """All issues of the submission move together; each keeps its own route and ground."""
    given = move.data["submission"]
    for row in given.get("with") or []:
        engine.perform(
            Issue.objects.get(ref=row["issue"]),
            "propose",
            by=move.person,
            at=move.at,
            channel=move.channel,
            as_seat=move.by.seat_id,
            cause=move.event,
            data={
                "route": row["route"],
                "ground": row["ground"],
                "submission": {
                    "subject": given["subject"],
                    "content": given["content"],
                    "ref": given["ref"],
                },
            },
        )


@applies("issue", *DECISIONS)
def decided(move: Move) -> None:
    """The item is decided; the submission is, once every item is."""
    item = move.record.open_item()
    if item is not None:
        item.status, item.decision, item.decided_at = "decided", move.name, move.at
        item.save(update_fields=["status", "decision", "decided_at"])


@applies("issue", *COMING_BACK)
def came_back(move: Move) -> None:
    """The item came back undecided; a recall takes the others along (see ``others_recalled``)."""
    item = move.record.open_item()
    if item is not None:
        item.status, item.decision = "recalled", move.name
        item.save(update_fields=["status", "decision"])
        move.results["submission"] = item.submission_id


@effect("issue", *RECALLS)
def others_recalled(move: Move) -> None:
    """All issues of the submission that are not yet decided come back.

    Each of them takes the rest along in its turn, so one may be back already when its turn comes. One
    that the focal head had not yet endorsed when they recall the file is sent back, by the same head.
    """
    submission_id = move.results.get("submission")
    if submission_id is None:
        return
    rows = SubmissionItem.objects.filter(submission_id=submission_id, status="open")
    for issue_id in list(rows.values_list("issue_id", flat=True)):
        issue = Issue.objects.get(pk=issue_id)
        if issue.open_item() is None:
            continue
        step = move.name
        if step == "recall_file" and issue.state == Issue.State.AWAITING_FOCAL_HEAD:
            step = "send_back"
        if issue.state not in step_info(issue, step).source:
            continue
        engine.perform(
            issue,
            step,
            by=move.person,
            at=move.at,
            data=move.data,
            channel=move.channel,
            as_seat=move.by.seat_id,
            cause=move.event,
        )
