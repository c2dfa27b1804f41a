"""Needs that are lists: commitments, times, points of the minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.models import Issue, Locality, Organisation
from coordination.needs.given import parse_date
from coordination.standing import standing_of
from workflows.machines.base import Move
from workflows.refusals import Incomplete
from workflows.registry import need


@need("commitments")
def commitments(move: Move, _word: str) -> list[dict[str, Any]]:
    """At least one commitment: side, ONE lead body, work item, day (rulebook §3)."""
    return clean_commitments(move.data.get("commitments"), "commitments", required=True)


def clean_commitments(rows: Any, name: str, *, required: bool) -> list[dict[str, Any]]:
    """Check each row; raises ``Incomplete`` naming the row that is wrong."""
    rows = rows or []
    if required and not rows:
        raise Incomplete({name: _("Give at least one commitment.")})
    cleaned = []
    for number, row in enumerate(rows, start=1):
        locality = Locality.objects.filter(pk=row.get("locality") or 0).first()
        lead = Organisation.objects.filter(pk=row.get("lead") or 0).first()
        work = str(row.get("work") or "").strip()
        if locality is None or lead is None or not work:
            raise Incomplete(
                {
                    name: _("Commitment %(number)s needs a side, one lead body and the work item.")
                    % {"number": number}
                }
            )
        due_on = parse_date(row.get("due_on"), name)
        cleaned.append(
            {
                "locality": locality.pk,
                "lead": lead.pk,
                "coordinators": sorted({int(pk) for pk in row.get("coordinators") or []}),
                "work": work,
                "due_on": due_on.isoformat(),
                "money": str(row.get("money") or "").strip(),
                "product": str(row.get("product") or "").strip(),
            }
        )
    return cleaned


@need("slots")
def slots(move: Move, _word: str) -> list[dict[str, str]]:
    """At least one time ahead, with its place."""
    cleaned = []
    for row in move.data.get("slots") or []:
        try:
            starts_at = datetime.fromisoformat(str(row.get("starts_at")))
        except ValueError:
            raise Incomplete({"slots": _("Give each time as a date and an hour.")}) from None
        if timezone.is_naive(starts_at):
            starts_at = timezone.make_aware(starts_at)
        if starts_at <= move.at:
            raise Incomplete({"slots": _("The proposed times must lie ahead.")})
        cleaned.append({"starts_at": starts_at.isoformat(), "place": str(row.get("place") or "").strip()})
    if not cleaned:
        raise Incomplete({"slots": _("Propose at least one time.")})
    return cleaned


@need("points")
def points(move: Move, _word: str) -> list[dict[str, Any]]:
    """Each point with its issue, its text, agreed or open, and what it promises."""
    rows = move.data.get("points")
    if not rows and move.record.points.exists():
        return [
            {
                "issue": point.issue.ref,
                "text": point.text,
                "agreed": point.agreed,
                "commitments": [planned.as_data() for planned in point.planned.order_by("id")],
            }
            for point in move.record.points.select_related("issue")
        ]
    return clean_points(move, rows)


def clean_points(move: Move, rows: Any) -> list[dict[str, Any]]:
    """Check the points of the minutes; raises ``Incomplete``."""
    agenda: dict[str, Issue] = {issue.ref: issue for issue in standing_of(move.record).issues}
    codes = {issue.code: issue for issue in agenda.values() if issue.code}
    cleaned = []
    for number, row in enumerate(rows or [], start=1):
        key = row.get("issue") or (next(iter(agenda)) if len(agenda) == 1 else "")
        issue = agenda.get(key) or codes.get(key)
        text = str(row.get("text") or "").strip()
        if issue is None or not text:
            raise Incomplete(
                {"points": _("Point %(number)s needs its issue and its text.") % {"number": number}}
            )
        cleaned.append(
            {
                "issue": issue.ref,
                "text": text,
                "agreed": bool(row.get("agreed")),
                "commitments": clean_commitments(row.get("commitments"), "points", required=False),
            }
        )
    if not cleaned:
        raise Incomplete({"points": _("Write the minutes: at least one point.")})
    covered = {row["issue"] for row in cleaned}
    left_out = [issue for ref, issue in agenda.items() if ref not in covered]
    if left_out:
        raise Incomplete(
            {
                "points": _("Every issue on the agenda needs a point: %(codes)s.")
                % {"codes": ", ".join(issue.key for issue in left_out)}
            }
        )
    return cleaned
