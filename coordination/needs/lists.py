"""Needs that are lists: commitments."""

from __future__ import annotations

from typing import Any

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
    (issue,) = standing_of(move.record).issues
    return clean_commitments(move.data.get("commitments"), "commitments", issue=issue, required=True)


def clean_commitments(rows: Any, name: str, *, issue: Issue, required: bool) -> list[dict[str, Any]]:
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
        replaces = row.get("replaces") or None
        if replaces and not issue.commitments.left_unmet().filter(pk=replaces).exists():
            raise Incomplete(
                {
                    name: _("Commitment %(number)s can only replace an unmet one of the same issue.")
                    % {"number": number}
                }
            )
        cleaned.append(
            {
                "locality": locality.pk,
                "lead": lead.pk,
                "coordinators": sorted({int(pk) for pk in row.get("coordinators") or []}),
                "work": work,
                "due_on": due_on.isoformat(),
                "money": str(row.get("money") or "").strip(),
                "product": str(row.get("product") or "").strip(),
                "replaces": replaces,
            }
        )
    return cleaned
