"""Whose turn it is with a dossier: one node per state that is not an end."""

from __future__ import annotations

from workflows.flows.turns import Finish, RecordFlow, Start, StateNode
from workflows.machines.dossiers import DossierMachine


class DossierFlow(RecordFlow):
    """Dossier."""

    process_title = "Dossier"
    machine_class = DossierMachine
    begins_in = ("drafting",)

    start = Start()
    drafting = StateNode()
    filed = StateNode()
    returned = StateNode()
    screened = StateNode()
    scheduled = StateNode()
    deferred = StateNode()
    end = Finish()
