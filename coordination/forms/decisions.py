"""The issues of a submission as cards, each with the steps that the reader can take on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from coordination.forms.steps import StepForm, step_form
from coordination.models import Attachment, Issue, Person, SubmissionItem
from coordination.presentation import facts_of
from coordination.queries.changes import changes_reached
from coordination.queries.offered import TURNING_BACK
from coordination.queries.opinions import tables_of
from coordination.queries.records import files_of
from coordination.queries.submissions import Place
from coordination.visibility import FULL
from workflows.machines.base import StepInfo
from workflows.permissions import open_steps
from workflows.refusals import Refusal
from workflows.registry import Change, Table

# Ending an issue for good is no answer to a submission: that is done on the issue's own page.
_NOT_HERE = frozenset({"discontinue", "discontinue_decided"})


@dataclass(frozen=True)
class Bound:
    """A step that was sent and not taken: its form with what was typed, and why.

    ``version_read`` is the version of the issue that the person had before them.
    """

    issue_id: int
    form: StepForm
    refusal: Refusal | None = None
    version_read: int | None = None


@dataclass(frozen=True)
class StepCard:
    """One step with its form; ``open`` where it was sent and came back."""

    info: StepInfo
    form: StepForm
    open: bool

    @property
    def unfolds(self) -> bool:
        """Whether there is something to fill in, or to read before it is taken."""
        return self.form.asks or self.form.sharing is not None


@dataclass(frozen=True)
class IssueCard:
    """One issue of the submission: what it says, what became of it, what the reader can do."""

    place: Place
    facts: list[tuple[str, str]]
    tables: Sequence[Table]
    files: list[Attachment]
    refusal: Refusal | None = None
    changes: Sequence[Change] = ()
    steps: list[StepCard] = field(default_factory=list)


def prefix_of(issue: Issue, step: str) -> str:
    """The prefix that keeps the forms of the page apart."""
    return f"{issue.ref}-{step}"


def issue_cards(
    places: Iterable[Place], person: Person, at: datetime, bound: Bound | None = None
) -> list[IssueCard]:
    """One card per issue; steps only where the issue still waits for its decision."""
    found = []
    for place in places:
        issue = place.issue
        mine = bound if bound is not None and bound.issue_id == issue.pk else None
        card = IssueCard(
            place=place,
            facts=[fact for fact in facts_of(issue, FULL) if fact[1]],
            tables=tables_of(issue),
            files=files_of(issue, FULL, person, at),
            refusal=mine.refusal if mine else None,
            changes=changes_reached(issue, mine.version_read, FULL) if mine and mine.refusal else (),
        )
        if place.item.status == SubmissionItem.Status.OPEN:
            # What carries the file on comes first, what turns it back after it.
            steps = _steps(issue, person, at, mine)
            card.steps.extend(sorted(steps, key=lambda step: step.info.name in TURNING_BACK))
        found.append(card)
    return found


def _steps(issue: Issue, person: Person, at: datetime, bound: Bound | None) -> Iterable[StepCard]:
    for step in open_steps(issue, person, at):
        info: Any = step.info
        if info.name in _NOT_HERE:
            continue
        sent = bound.form if bound is not None and bound.form.info.name == info.name else None
        form = sent or step_form(issue, info, person, at=at, prefix=prefix_of(issue, info.name))
        yield StepCard(info, form, open=sent is not None)
