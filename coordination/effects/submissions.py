"""A submission carries one or several issues; each is decided on its own (rulebook §2)."""

from __future__ import annotations

from coordination.models import Issue, Submission, SubmissionItem
from coordination.numbering import next_code
from workflows import engine
from workflows.machines.base import Move
from workflows.permissions import step_info
from workflows.registry import applies, effect

DECISIONS = ("settle", "decline", "approve_bilateral", "approve_council", "approve_central", "direct")
COMING_BACK = (
    "send_back",
    "recall_proposal",
    "recall_file",
    "return_file",
    "return_to_focal",
    "discontinue",
    "discontinue_decided",
)
RECALLS = ("recall_proposal", "recall_file")


@applies("issue", "propose")
def proposed(move: Move) -> None:
    """Put the issue on a submission: a new one, or the one that another issue opened just now."""
    issue, given = move.record, move.data["submission"]
    issue.proposer_id = move.by.person_id
    issue.route, issue.ground = move.data["route"], move.data.get("ground", "")
    opened = Submission.objects.filter(ref=given.get("ref", "")).first()
    if opened is None:
        opened = Submission.objects.create(
            ref=engine.new_ref(),
            code=next_code("submission", issue.home, move.at),
            home=issue.home,
            subject=given["subject"],
            content=given["content"],
            drafted_by_id=move.by.seat_id or 0,
            created_at=move.at,
            proposed_at=move.at,
        )
    SubmissionItem.objects.create(submission=opened, issue=issue, route=issue.route, ground=issue.ground)
    move.data = {**move.data, "submission": {**given, "ref": opened.ref, "code": opened.code}}


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
