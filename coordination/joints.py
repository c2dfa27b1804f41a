"""Where the three packages are joined: the sockets of ``workflows.registry``, filled once."""

from __future__ import annotations

from coordination import effects, needs
from coordination.actions.clocks import NewDueDates
from coordination.actions.consultations import CONCLUSIONS, LAPSES
from coordination.actions.handovers import Handovers
from coordination.actions.reaching import Unreached
from coordination.actions.unit_silence import UnitSilence
from coordination.audience import audience
from coordination.directory import locality_of, workplaces
from coordination.forms.steps import step_form
from coordination.locking import lock_set
from coordination.models import (
    Commitment,
    DeputyMatter,
    Dossier,
    Function,
    Issue,
    Locality,
    Meeting,
    Opinion,
    Organisation,
    Person,
    Seat,
    Substitution,
)
from coordination.presentation import heading, present, records_of, subject_of
from coordination.queries.appointments import calendar_entry
from coordination.queries.changes import changes_since
from coordination.roles import SeatRoles
from coordination.visibility import levels, visible
from notifications.inbox import sink
from notifications.models import ChatAddress, Preference, PushSubscription, QuietHours
from workflows.clock_sweeps import Reminders
from workflows.machines.base import Machine
from workflows.models import Calendar, CalendarChange, CalendarDay, Policy
from workflows.registry import registry
from workflows.stamping import watch

MODULES_THAT_FILL = (effects, needs)
REFERENCE = (
    Locality,
    Organisation,
    Function,
    Seat,
    DeputyMatter,
    Substitution,
    Policy,
    Calendar,
    CalendarDay,
    CalendarChange,
    Preference,
    QuietHours,
    ChatAddress,
)


def scope(record: Machine) -> str:
    """Whose calendar and policy hold: the record's home locality's."""
    return locality_of(record.home_id).mnemonic


def urgency(record: Machine) -> str:
    """Only an issue's own steps are shortened (rulebook §4)."""
    return record.urgency if isinstance(record, Issue) else "normal"


def fill() -> None:
    """Fill the sockets; importing ``effects`` and ``needs`` has filled the tables by step."""
    registry.machines = {model.machine: model for model in (Issue, Opinion, Meeting, Dossier, Commitment)}
    registry.roles = SeatRoles()
    registry.visible = visible
    registry.levels = levels
    registry.audience = audience
    registry.sink = sink
    registry.lock_set = lock_set
    registry.lock_model = Issue
    registry.scope = scope
    registry.urgency = urgency
    registry.workplaces = workplaces
    registry.subject_of = subject_of
    registry.records_of = records_of
    registry.present = present
    registry.heading = heading
    registry.changes = changes_since
    registry.calendar = calendar_entry
    registry.step_form = step_form
    registry.reference = {
        # A person's row changes with every sign-in: only these columns of it are reference data.
        **watch(Person, "username", "full_name", "email", "language", "is_active"),
        # Of a subscription only that it is there: what its device showed is written with every push.
        **watch(PushSubscription, "person"),
        **dict.fromkeys(REFERENCE, ()),
    }
    # Who acts for whom comes first; due dates next, so that nothing lapses by a date that moved;
    # reminders last, so that nothing is reminded of that ends just now.
    registry.sweeps = (
        Handovers(),
        NewDueDates(),
        LAPSES,
        CONCLUSIONS,
        UnitSilence(),
        Reminders(),
        Unreached(),
    )


__all__ = ["MODULES_THAT_FILL", "fill"]
