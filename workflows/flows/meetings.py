"""Whose turn it is with a meeting: one node per state that is not an end."""

from __future__ import annotations

from workflows.flows.turns import Finish, RecordFlow, Start, StateNode
from workflows.machines.meetings import MeetingMachine


class MeetingFlow(RecordFlow):
    """Meeting."""

    process_title = "Meeting"
    machine_class = MeetingMachine
    begins_in = ("proposed",)

    start = Start()
    proposed = StateNode()
    invited = StateNode()
    countered = StateNode()
    scheduled = StateNode()
    held = StateNode()
    minutes_shared = StateNode()
    end = Finish()
