"""What a counterpart without an account may have done "theo văn bản số …" (rulebook §1).

Its steps are declared by the machines. Acts that decide on something are recorded in the same way: here
they are told as steps that lead nowhere, so that one form and one countersignature serve both.
"""

from __future__ import annotations

from workflows.machines.acts import ACTS
from workflows.machines.base import Machine, StepInfo
from workflows.permissions import step_info

_ACTS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    # (machine, act) → the states in which it is done, and what it needs
    ("commitment", "ask_extension"): (("assigned", "accepted"), ("until", "reason")),
    ("commitment", "grant_extension"): (("assigned", "accepted"), ()),
    ("commitment", "refuse_extension"): (("assigned", "accepted"), ("answer",)),
}


def recorded_info(record: Machine, name: str) -> StepInfo:
    """The declaration of a step, or of an act that is recorded like one; raises ``WrongState``."""
    found = _ACTS.get((record.machine, name))
    if found is None:
        return step_info(record, name)
    act, (source, needs) = ACTS[name], found
    return StepInfo(name, act.label, source, (), "|".join(act.who), needs, by_link=False, told=(act.told,))


def recorded_acts(record: Machine) -> dict[str, StepInfo]:
    """The acts that may be recorded in the record's present state."""
    names = (name for machine, name in _ACTS if machine == record.machine)
    infos = {name: recorded_info(record, name) for name in names}
    return {name: info for name, info in infos.items() if record.state in info.source}
