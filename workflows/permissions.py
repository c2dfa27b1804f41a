"""May this person take this step, here and now: the user's rule, apart from the machine's.

``check_step`` raises the refusal that names the rule; ``open_steps`` lists what a person may do, so
that a page shows exactly the buttons that would work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from workflows import audit
from workflows.machines.acts import ACTS, ActInfo
from workflows.machines.base import Machine, Move, StepInfo
from workflows.needs import base_name, need_for
from workflows.participation import took_part
from workflows.policies import flag
from workflows.refusals import Forbidden, Incomplete, NotYours, SeparationOfDuties, WrongState
from workflows.registry import registry
from workflows.roles import AUDITOR, SYSTEM, Capacity, split_who, who_label

# Exactly the pairs of rulebook §1: who did one of the earlier steps or acts may not do the later one,
# nor may who acted for them, nor for whom they acted.
SEPARATED: dict[tuple[str, str], tuple[str, ...]] = {
    ("issue", "endorse"): ("propose",),
    ("issue", "settle"): ("propose",),
    ("issue", "decline"): ("propose",),
    ("issue", "approve_bilateral"): ("endorse",),
    ("issue", "approve_council"): ("endorse",),
    ("issue", "approve_central"): ("endorse",),
    ("issue", "direct"): ("endorse",),
    ("commitment", "verify"): ("report",),
    ("commitment", "grant_extension"): ("ask_extension",),
    ("commitment", "refuse_extension"): ("ask_extension",),
    ("meeting", "confirm_minutes"): ("share_minutes",),
}
# What a person gives, but only where a rule about the record lets them: a side accepts a time once.
_GIVEN_UNDER_A_RULE = frozenset({"slot"})
_POLICY_FLAGS = {("issue", "submit"): "unit_officer_may_submit"}

# Step or act → who did it last: the person, and the head for whom they did it.
Actors = dict[str, tuple[int | None, int | None]]

_DONE_FOR_YOU = gettext_lazy(
    "“%(earlier)s” on this record was done on your behalf, so somebody else has to take “%(step)s”."
)
_DONE_BY_YOUR_HEAD = gettext_lazy(
    "“%(earlier)s” on this record was done by the head you act for, or on their behalf, so somebody else "
    "has to take “%(step)s”."
)


@dataclass(frozen=True)
class OpenStep:
    """A step this person may take now, and the capacity they would take it in."""

    info: StepInfo
    capacity: Capacity


def step_info(record: Machine, step: str) -> StepInfo:
    """The declaration of a step, or ``WrongState`` for a word the machine does not know."""
    info = record.steps().get(step)
    if info is None:
        raise WrongState("unknown_step", step=step, state=record.State(record.state).label)
    return info


def matching(record: Machine, info: StepInfo, capacities: Sequence[Capacity]) -> list[Capacity]:
    """The capacities that the step's ``who`` names, policy flags considered."""
    found = []
    for role, by_policy in split_who(info.who):
        if by_policy and not flag(record, _POLICY_FLAGS[record.machine, info.name]):
            continue
        found += [capacity for capacity in capacities if capacity.role == role]
    return found


def check_step(
    record: Machine,
    step: str,
    capacities: Sequence[Capacity],
    *,
    as_seat: int | None = None,
    acted: Actors | None = None,
) -> Capacity:
    """The capacity in which the step may be taken: the person's own seats come before a head they replace.

    ``acted`` says who did what last on this record (``last_actors``); it is read from the events when
    not given. Raises ``WrongState``, ``NotYours`` or ``SeparationOfDuties``.
    """
    info = step_info(record, step)
    if record.state not in info.source:
        raise WrongState(step=info.label, state=record.State(record.state).label)
    fitting = matching(record, info, capacities)
    if as_seat is not None:
        fitting = [capacity for capacity in fitting if capacity.seat_id == as_seat]
    if not fitting:
        raise NotYours(who=who_label(info.who))
    return _separated(record, step, fitting, acted)


def _separated(
    record: Machine, name: str, fitting: Sequence[Capacity], acted: Actors | None = None
) -> Capacity:
    """The first capacity that the separation of duties lets through; raises its refusal of the first."""
    refused: list[SeparationOfDuties] = []
    for capacity in fitting:
        try:
            check_separation(record, name, capacity, acted=acted)
        except SeparationOfDuties as refusal:
            refused.append(refusal)
        else:
            return capacity
    raise refused[0]


def check_separation(record: Machine, name: str, capacity: Capacity, *, acted: Actors | None = None) -> None:
    """Raise ``SeparationOfDuties`` where the other half of a pair (rulebook §1) was done by the same hand.

    Substitution included, both ways: neither the substitute nor the replaced head does one half where
    one of them did the other, in whatever capacity.
    """
    earlier = SEPARATED.get((record.machine, name), ())
    if not earlier or capacity.person_id is None:
        return
    acted = last_actors(record) if acted is None else acted
    for half in earlier:
        person, replaced = acted.get(half, (None, None))
        labels: dict[str, Any] = {"earlier": _label(record, half), "step": _label(record, name)}
        if person == capacity.person_id:
            raise SeparationOfDuties(**labels)
        if replaced == capacity.person_id:
            raise SeparationOfDuties(text=_DONE_FOR_YOU, **labels)
        if capacity.people & {person, replaced}:
            raise SeparationOfDuties(text=_DONE_BY_YOUR_HEAD, **labels)


def _label(record: Machine, name: str) -> str | Promise:
    info = record.steps().get(name)
    return info.label if info else ACTS[name].label


def may_step(record: Machine, step: str, capacities: Sequence[Capacity]) -> bool:
    """``check_step`` as a yes or no."""
    try:
        check_step(record, step, capacities)
    except (NotYours, SeparationOfDuties, WrongState):
        return False
    return True


def last_actors(record: Machine) -> Actors:
    """Who did the earlier half of each pair last, for the separation of duties."""
    watched = {
        name for (machine, _), names in SEPARATED.items() for name in names if machine == record.machine
    }
    if not watched:
        return {}
    rows = took_part(record)
    return {row.name: (row.person_id, row.replaced_id) for row in rows if row.name in watched}


def open_steps(record: Machine, person: Any, at: datetime) -> list[OpenStep]:
    """Every step ``person`` may take on ``record`` now, in the order of the machine.

    A step that a rule about the record forbids is left out; one that only lacks something is not.
    """
    assert registry.roles is not None
    capacities = registry.roles.capacities(person, record, at)
    acted: Actors | None = None
    found = []
    for name, info in record.steps_from(record.state).items():
        if acted is None:
            acted = last_actors(record)
        try:
            step = OpenStep(info, check_step(record, name, capacities, acted=acted))
        except (NotYours, SeparationOfDuties):
            continue
        if not _ruled_out(record, step, at):
            found.append(step)
    return found


def _ruled_out(record: Machine, step: OpenStep, at: datetime) -> bool:
    """Whether a rule about the record itself says no, whatever a person would give."""
    read = {"same_digest": audit.digest(record.material())} if "same_digest" in step.info.needs else {}
    probe = Move(record, step.info.name, step.capacity, at, read, "web", info=step.info)
    for word in step.info.needs:
        rule = need_for(word).is_condition or word.startswith("route:") or word in _GIVEN_UNDER_A_RULE
        if not (rule or word in read):
            continue
        try:
            registry.needs[base_name(word)](probe, word)
        except Forbidden:
            return True
        except Incomplete:
            continue
    return False


def check_act(record: Machine, act: str, capacities: Sequence[Capacity]) -> tuple[ActInfo, Capacity]:
    """The act's declaration and the capacity it is done in.

    Raises ``WrongState`` for an act the machine does not know, ``NotYours`` or ``SeparationOfDuties``.
    """
    info = ACTS.get(act)
    if info is None or record.machine not in info.machines:
        raise WrongState("unknown_step", step=act, state=record.State(record.state).label)
    if "anyone" in info.who:
        # An auditor reads all and writes nothing, not even that they follow (rulebook §1).
        capacities = [capacity for capacity in capacities if capacity.role != AUDITOR]
        if capacities:
            return info, capacities[0]
    fitting = [capacity for role in info.who for capacity in capacities if capacity.role == role]
    if not fitting:
        raise NotYours(who=who_label("|".join(role for role in info.who if "." in role) or SYSTEM))
    return info, _separated(record, act, fitting)


def amendable(record: Machine, capacities: Sequence[Capacity]) -> tuple[Capacity | None, set[str]]:
    """Which fields these capacities may change in the record's state (the machine's amend table)."""
    table = record.AMENDABLE.get(record.state, {})
    for role, fields in table.items():
        for capacity in capacities:
            if capacity.role == role:
                return capacity, set(fields)
    return None, set()
