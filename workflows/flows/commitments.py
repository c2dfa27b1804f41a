"""Whose turn it is with a commitment: one node per state that is not an end."""

from __future__ import annotations

from workflows.flows.turns import Finish, RecordFlow, Start, StateNode
from workflows.machines.commitments import CommitmentMachine


class CommitmentFlow(RecordFlow):
    """Commitment."""

    process_title = "Commitment"
    machine_class = CommitmentMachine
    begins_in = ("assigned",)

    start = Start()
    assigned = StateNode()
    accepted = StateNode()
    disputed = StateNode()
    reported = StateNode()
    end = Finish()
