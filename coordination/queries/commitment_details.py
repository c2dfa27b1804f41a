"""One commitment in full, and what an issue's running ones are about to become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from coordination.models import Commitment, Issue, Person
from coordination.queries.commitments import CommitmentRow, Reckoning, commitment_rows
from coordination.queries.timelines import who_did
from workflows.deadlines import overdue
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import registry

State = Commitment.State
# Why a commitment stands as it does, by its state: the reason is that of the step which led there.
_REASONS: dict[str, str | Promise] = {
    State.ASSIGNED: gettext_lazy("Why it was assigned anew"),
    State.ACCEPTED: gettext_lazy("Why the report was not accepted"),
    State.DISPUTED: gettext_lazy("Why the assignment should be looked at again"),
    State.UNMET: gettext_lazy("Why it was declared unmet"),
    State.CANCELLED: gettext_lazy("Why it was cancelled"),
}


def details_of(commitment: Commitment, person: Person, at: datetime) -> dict[str, Any]:
    """What the page of one commitment shows besides what every record's page does."""
    assert registry.visible is not None
    (row,) = commitment_rows([commitment], Reckoning(at))
    beside = [commitment.replaces] if commitment.replaces else []
    replacing = [one for one in commitment.replaced_by.all() if one.state != State.CANCELLED]
    seen = {one.pk for one in (*beside, *replacing) if registry.visible(person, one, at) is not None}
    reports = Event.objects.filter(machine=commitment.machine, record_id=commitment.pk, name="report")
    report = reports.order_by("-seq").first() if commitment.evidence else None
    return {
        "row": row,
        "extensions": commitment.extensions.select_related("asked_by__person", "answered_by__person"),
        "replaces": [one for one in beside if one.pk in seen],
        "replaced_by": [one for one in replacing if one.pk in seen],
        "reason_heading": _reason_heading(commitment),
        "report": report,
        "reported_by": who_did(report) if report else "",
        "reported_late": bool(report and overdue(row.due.at, report.at)),
    }


def _reason_heading(commitment: Commitment) -> str | Promise:
    """The words above the reason; "" where the reason written last is past."""
    if not commitment.reason or (commitment.state == State.ACCEPTED and not commitment.evidence):
        return ""
    return _REASONS.get(commitment.state, "")


@dataclass(frozen=True)
class Running:
    """Commitments that run when a step is about to be taken on their issue, and what becomes of them."""

    rows: list[CommitmentRow]
    note: str | Promise


_BECOMES_OF_THEM: dict[str, str | Promise] = {
    **dict.fromkeys(
        ("reopen", "decline", "withdraw", "merge"),
        gettext_lazy("They go on: each is still to be carried out, reported and verified."),
    ),
    **dict.fromkeys(
        ("discontinue", "discontinue_decided"), gettext_lazy("They are cancelled together with the issue.")
    ),
}


def running_before(record: Machine, step: str, at: datetime) -> Running | None:
    """What a person reads before a step that ends or reopens an issue (effects.csv); None where none runs."""
    if not isinstance(record, Issue) or step not in _BECOMES_OF_THEM:
        return None
    running = record.running_commitments().select_related("locality", "lead").order_by("due_on", "pk")
    rows = commitment_rows(list(running), Reckoning(at))
    return Running(rows, _BECOMES_OF_THEM[step]) if rows else None
