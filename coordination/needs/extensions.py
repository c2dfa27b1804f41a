"""What asking for more time needs: a later day (its reason is a need like any other's)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from coordination.directory import day_of
from coordination.models import Commitment
from coordination.needs.given import parse_date
from workflows.machines.base import Move
from workflows.refusals import Incomplete
from workflows.registry import need


@need("until")
def until(move: Move, _word: str) -> str:
    """A day after the commitment's present one, and ahead."""
    commitment: Commitment = move.record
    value = parse_date(move.data.get("until"), "until")
    if value <= commitment.due_on:
        raise Incomplete(
            {
                "until": _("The new date must be later than the present one, %(date)s.")
                % {"date": f"{commitment.due_on:%d/%m/%Y}"}
            }
        )
    if value <= day_of(move.at):
        raise Incomplete({"until": _("The date must lie ahead.")})
    return value.isoformat()
