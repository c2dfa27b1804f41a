"""The draft of a submission (tờ trình), until it is proposed: kept through the door, issue by issue.

A draft is changed by amending the issues on it (the machine's amend table: the focal officer, in
triage), so each issue keeps its own old and new. An issue that is out for opinions keeps its place
and says the same until the opinions are in, for nobody may amend it then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Ground, Issue, Route, Submission, SubmissionItem
from coordination.needs.submissions import check_draft_read
from workflows import engine
from workflows.machines.base import Move
from workflows.refusals import Forbidden, Incomplete, NotVisible
from workflows.registry import applies

DRAFTING, RECALLED = SubmissionItem.Status.DRAFTING, SubmissionItem.Status.RECALLED


@dataclass(frozen=True)
class Given:
    """What a person hands in; ``read`` is the digest of the draft that they had before them."""

    ref: str
    read: str
    subject: str
    content: str
    items: list[dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One issue as the draft shall carry it; a route may still be open."""

    issue: Issue
    route: str
    ground: str


@applies("issue", "amend")
def draft_saved(move: Move) -> None:
    """Save a draft: its words, and the issues on it each with route and ground.

    ``submission`` holds ``ref`` (of the draft, or of the one begun now), ``read`` (the digest of what
    the person had before them), ``subject``, ``content`` and ``items``. An issue that is left out
    leaves the draft; without any the draft is recalled.
    """
    if "submission" not in move.data:
        return
    given = _given(move.data["submission"])
    draft = Submission.objects.filter(ref=given.ref).first()
    _check_open(draft, given, move.record.home_id)
    rows = _clean_rows(given.items, move.record.home_id, draft)
    before = _materials(move.record, rows, draft)
    if draft is None:
        draft = _begun(move, given)
    else:
        _leave(draft, rows)
        _rewrite(draft, given)
    _carry(draft, rows)
    for other, old in before:
        engine.amend(other, {}, by=move.person, at=move.at, channel=move.channel, before=old)


def _given(data: dict[str, Any]) -> Given:
    return Given(
        ref=str(data["ref"]),
        read=str(data.get("read") or ""),
        subject=str(data.get("subject") or "").strip(),
        content=str(data.get("content") or "").strip(),
        items=list(data.get("items") or []),
    )


def _check_open(draft: Submission | None, given: Given, home_id: int) -> None:
    if draft is None:
        return
    if draft.home_id != home_id:
        raise NotVisible
    check_draft_read(draft, given.read)
    if draft.state != Submission.State.DRAFTING:
        raise Forbidden("no_draft", gettext_lazy("This submission is not a draft any more."))


def _clean_rows(given: Iterable[dict[str, Any]], home_id: int, draft: Submission | None) -> list[Row]:
    """Check each issue; raises ``Incomplete``, naming the one that cannot be carried."""
    placed = {item.issue_id: item for item in draft.drafted()} if draft else {}
    rows: dict[int, Row] = {}
    for one in given:
        issue = Issue.objects.filter(ref=one.get("issue"), home=home_id, code__isnull=False).first()
        if issue is None:
            raise Incomplete({"items": _("Choose issues of your own locality.")})
        row = Row(issue, str(one.get("route") or ""), str(one.get("ground") or ""))
        if row.route not in ("", *Route.values) or row.ground not in ("", *Ground.values):
            raise Incomplete({"items": _("Choose a route for %(code)s.") % {"code": issue.key}})
        _check_place(row, placed.get(issue.pk), draft)
        rows[issue.pk] = row
    return list(rows.values())


def _check_place(row: Row, place: SubmissionItem | None, draft: Submission | None) -> None:
    issue, elsewhere = row.issue, row.issue.open_item()
    if place is not None and issue.state == Issue.State.CONSULTING:
        if (row.route, row.ground) != (place.route, place.ground):
            raise Incomplete(
                {
                    "items": _("%(code)s is out for opinions: its route stays until they are in.")
                    % {"code": issue.key}
                }
            )
    elif issue.state != Issue.State.TRIAGE:
        raise Incomplete(
            {"items": _("%(code)s is not in triage, so it cannot stand on a draft.") % {"code": issue.key}}
        )
    elif elsewhere is not None and (draft is None or elsewhere.submission_id != draft.pk):
        raise Incomplete(
            {
                "items": _("%(code)s stands on a draft of %(person)s already. Open that one, or ask them.")
                % {"code": issue.key, "person": elsewhere.submission.drafted_by}
            }
        )


def _materials(
    record: Issue, rows: list[Row], draft: Submission | None
) -> list[tuple[Issue, dict[str, Any]]]:
    """The other issues concerned that can be amended now, each with what it says before."""
    concerned = {row.issue.pk: row.issue for row in rows}
    for item in draft.drafted() if draft else ():
        concerned.setdefault(item.issue_id, item.issue)
    return [
        (issue, issue.material())
        for pk, issue in sorted(concerned.items())
        if pk != record.pk and issue.state == Issue.State.TRIAGE
    ]


def _begun(move: Move, given: Given) -> Submission:
    _check_words(given)
    if not given.items:
        raise Incomplete({"items": _("Choose at least one issue.")})
    return Submission.objects.create(
        ref=given.ref,
        home=move.record.home,
        subject=given.subject,
        content=given.content,
        drafted_by_id=move.by.seat_id or 0,
        created_at=move.at,
    )


def _check_words(given: Given) -> None:
    if not given.subject:
        raise Incomplete({"subject": _("Give the submission a subject.")})


def _leave(draft: Submission, rows: list[Row]) -> None:
    """Issues that were taken off; one that is out for opinions keeps its own copy of the draft."""
    kept = {row.issue.pk for row in rows}
    off = [item for item in draft.drafted() if item.issue_id not in kept]
    set_apart(draft, [item for item in off if item.issue.state == Issue.State.CONSULTING])
    for item in off:
        if item.issue.state != Issue.State.CONSULTING:
            item.status, item.decision = RECALLED, "amend"
            item.save(update_fields=["status", "decision"])


def _rewrite(draft: Submission, given: Given) -> None:
    if (draft.subject, draft.content) == (given.subject, given.content) or not given.items:
        return
    _check_words(given)
    resting = [item.issue.key for item in draft.drafted() if item.issue.state == Issue.State.CONSULTING]
    if resting:
        raise Incomplete(
            {
                "content": _(
                    "%(codes)s is out for opinions, so the words stay as they are. Take it off the draft, "
                    "or wait until the opinions are in."
                )
                % {"codes": ", ".join(resting)}
            }
        )
    draft.subject, draft.content = given.subject, given.content
    draft.save(update_fields=["subject", "content"])


def _carry(draft: Submission, rows: list[Row]) -> None:
    placed = {item.issue_id: item for item in draft.drafted()}
    for row in rows:
        item = placed.get(row.issue.pk)
        if item is None:
            SubmissionItem.objects.create(
                submission=draft, issue=row.issue, route=row.route, ground=row.ground, status=DRAFTING
            )
        elif (item.route, item.ground) != (row.route, row.ground):
            item.route, item.ground = row.route, row.ground
            item.save(update_fields=["route", "ground"])


def set_apart(draft: Submission, items: list[SubmissionItem]) -> None:
    """Put drafted issues on a draft of their own with the same words: what they say does not change."""
    if not items:
        return
    apart = Submission.objects.create(
        ref=engine.new_ref(),
        home=draft.home,
        subject=draft.subject,
        content=draft.content,
        drafted_by=draft.drafted_by,
        created_at=draft.created_at,
    )
    for item in items:
        item.submission = apart
        item.save(update_fields=["submission"])
