"""Whose turn it is with an issue: one node per state that is not an end."""

from __future__ import annotations

from workflows.flows.turns import Finish, RecordFlow, Start, StateNode
from workflows.machines.issues import IssueMachine


class IssueFlow(RecordFlow):
    """Issue."""

    process_title = "Issue"
    machine_class = IssueMachine
    begins_in = ("draft",)

    start = Start()
    draft = StateNode()
    awaiting_unit_head = StateNode()
    submitted = StateNode()
    returned = StateNode()
    triage = StateNode()
    consulting = StateNode()
    awaiting_focal_head = StateNode()
    committee_office = StateNode()
    awaiting_committee = StateNode()
    bilateral = StateNode()
    council = StateNode()
    central = StateNode()
    implementing = StateNode()
    resolved = StateNode()
    end = Finish()
