"""Whose turn it is, state by state: the words of docs/rulebook/states.csv as holder keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from coordination.models import Commitment, Issue
from coordination.standing import Standing
from workflows.machines.base import Machine
from workflows.pending import pending_step

Keys = Iterator[str]


def _accountable(_record: Any, standing: Standing) -> Keys:
    if standing.accountable_id:
        yield f"seat:{standing.accountable_id}"
    else:
        yield f"focal:{standing.home_id}:officer"


def _unit(level: str) -> Callable[[Any, Standing], Keys]:
    def keys(_record: Any, standing: Standing) -> Keys:
        for unit_id in sorted(standing.unit_ids):
            yield f"body:{unit_id}:{level}"

    return keys


def _home(function: str, level: str) -> Callable[[Any, Standing], Keys]:
    def keys(_record: Any, standing: Standing) -> Keys:
        yield f"{function}:{standing.home_id}:{level}"

    return keys


def _nobody(_record: Any, _standing: Standing) -> Keys:
    yield from ()


def _decider(_record: Any, standing: Standing) -> Keys:
    yield f"seat:{standing.decider_id}"


def _accountable_and_head(record: Any, standing: Standing) -> Keys:
    yield from _accountable(record, standing)
    yield f"focal:{standing.home_id}:head"


def _when_settled(record: Any, standing: Standing) -> Keys:
    if record.settled():
        yield f"focal:{standing.home_id}:head"


def _invited(record: Any, _standing: Standing) -> Keys:
    for side in record.other_sides().filter(answer=""):
        yield f"focal:{side.locality_id}:officer+head"


def _unconfirmed(record: Any, _standing: Standing) -> Keys:
    for side in record.sides.filter(confirmed_at__isnull=True).exclude(answer="declined"):
        yield f"side:{side.locality_id}:head"


def _council(_record: Any, standing: Standing) -> Keys:
    yield f"council:{standing.council_id}:officer"


def _lead(_record: Any, standing: Standing) -> Keys:
    yield f"body:{standing.lead_id}:officer+head"


def _giver(_record: Any, standing: Standing) -> Keys:
    yield f"focal:{standing.giver_id}:head"


def _consulted(_record: Any, standing: Standing) -> Keys:
    yield f"body:{standing.consulted_id}:officer+head"


_WORDS: dict[str, Callable[[Any, Standing], Keys]] = {
    "reporting.officer": _unit("officer"),
    "reporting.head": _unit("head"),
    "focal.officer": _home("focal", "officer"),
    "focal.head": _home("focal", "head"),
    "committee.officer": _home("committee", "officer"),
    "accountable": _accountable,
    "accountable+opinions": _accountable,
    "accountable+focal.head": _accountable_and_head,
    "decider": _decider,
    "meeting": _nobody,
    "dossier": _nobody,
    "commitments; focal.head when all have settled": _when_settled,
    "other.focal who has not answered": _invited,
    "each.head who has not confirmed": _unconfirmed,
    "council.officer": _council,
    "lead.officer+lead.head": _lead,
    "focal.head of the side that gave it": _giver,
    "consulted.officer+consulted.head": _consulted,
}


def _purpose(record: Machine) -> str:
    """What the turn of the state is for, where it is more than the state's own steps."""
    if isinstance(record, Issue) and record.state == Issue.State.IMPLEMENTING:
        if not record.may_be_resolved():
            return "reopen"
        # The unit's answer opens a new question to the focal head: now the decision can be taken.
        if record.unit_has_answered:
            return "confirm"
    return "turn"


def turns_of(record: Machine, standing: Standing) -> Iterator[tuple[str, str]]:
    """Holder keys and what each is for.

    ``turn``, ``confirm`` or ``reopen`` (what is left once all commitments have settled),
    ``unit_answer``, ``send_outside``, ``extension`` or ``countersign``.
    """
    word = record.TURNS.get(record.state)
    if word:
        for key in _WORDS[word](record, standing):
            yield key, _purpose(record)
    if isinstance(record, Issue) and record.unit_is_asked:
        for key in _unit("head")(record, standing):
            yield key, "unit_answer"
    if isinstance(record, Issue) and record.outside_is_undecided:
        yield f"focal:{standing.home_id}:head", "send_outside"
    if isinstance(record, Commitment) and record.asked_extension is not None:
        for key in _giver(record, standing):
            yield key, "extension"
    if pending_step(record) is not None:
        yield f"focal:{standing.home_id}:head", "countersign"
