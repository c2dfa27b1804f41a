"""Which flow a record follows, and the one call by which the engine drives it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflows.flows import consultations
from workflows.flows.commitments import CommitmentFlow
from workflows.flows.dossiers import DossierFlow
from workflows.flows.issues import IssueFlow
from workflows.flows.meetings import MeetingFlow
from workflows.flows.turns import RecordFlow, move_turns
from workflows.machines.base import Machine

FLOWS: dict[str, type[RecordFlow]] = {
    "issue": IssueFlow,
    "opinion": consultations.ConsultationFlow,
    "meeting": MeetingFlow,
    "dossier": DossierFlow,
    "commitment": CommitmentFlow,
}


def follow(
    record: Machine,
    holders: Iterable[tuple[str, str]],
    *,
    at: datetime,
    actor_keys: frozenset[str] = frozenset(),
    restart: bool = False,
) -> set[str]:
    """Make the open work items what the record's state asks for; the holder keys of the opened."""
    if record.machine == "opinion":
        consultations.follow_opinion(record)
        return consultations.follow_countersign(record, holders, at=at, actor_keys=actor_keys)
    return move_turns(record, FLOWS[record.machine], holders, at=at, actor_keys=actor_keys, restart=restart)
