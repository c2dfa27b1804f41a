"""Where the three packages are joined: the sockets of ``workflows.registry``, filled once."""

from __future__ import annotations

from coordination import effects, needs
from coordination.actions.clocks import NewDueDates
from coordination.actions.consultations import CONCLUSIONS, LAPSES
from coordination.actions.handovers import Handovers
from coordination.actions.unit_silence import UnitSilence
from coordination.audience import audience
from coordination.forms.steps import step_form
from coordination.locking import lock_set
from coordination.models import Commitment, Dossier, Issue, Meeting, Opinion
from coordination.presentation import present, records_of, subject_of
from coordination.queries.appointments import calendar_entry
from coordination.queries.changes import changes_since
from coordination.roles import SeatRoles
from coordination.visibility import visible
from notifications.inbox import sink
from workflows.clock_sweeps import Reminders
from workflows.machines.base import Machine
from workflows.registry import registry

MODULES_THAT_FILL = (effects, needs)


def scope(record: Machine) -> str:
    """Whose calendar and policy hold: the record's home locality's."""
    return str(record.home.mnemonic)


def urgency(record: Machine) -> str:
    """Only an issue's own steps are shortened (rulebook §4)."""
    return record.urgency if isinstance(record, Issue) else "normal"


def fill() -> None:
    """Fill the sockets; importing ``effects`` and ``needs`` has filled the tables by step."""
    registry.machines = {model.machine: model for model in (Issue, Opinion, Meeting, Dossier, Commitment)}
    registry.roles = SeatRoles()
    registry.visible = visible
    registry.audience = audience
    registry.sink = sink
    registry.lock_set = lock_set
    registry.lock_model = Issue
    registry.scope = scope
    registry.urgency = urgency
    registry.subject_of = subject_of
    registry.records_of = records_of
    registry.present = present
    registry.changes = changes_since
    registry.calendar = calendar_entry
    registry.step_form = step_form
    # Who acts for whom comes first; due dates next, so that nothing lapses by a date that moved;
    # reminders last, so that nothing is reminded of that ends just now.
    registry.sweeps = (Handovers(), NewDueDates(), LAPSES, CONCLUSIONS, UnitSilence(), Reminders())


__all__ = ["MODULES_THAT_FILL", "fill"]
