"""What time alone brings about, through the engine, as the system; safe to run any number of times.

Running is executing the plan: the dry run, the page of tonight and the workers read the same sweeps
(``registry.Sweep``). Several workers may run at once: each thing is asked again under its record's
lock, so it is done by one of them, or not at all where a person was first.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from workflows.machines.acts import ACTS
from workflows.refusals import Refusal
from workflows.registry import Planned, Sweep, registry

log = logging.getLogger(__name__)

# How much of one kind is done in one run; the next run goes on.
BATCH = 200


@dataclass(frozen=True)
class Failure:
    """One thing that could not be done; the others were not kept waiting."""

    sweep: str
    machine: str
    record: str
    what: str
    reason: str


@dataclass
class Report:
    """What a run did; ``overtaken`` counts what somebody else had done in the meantime."""

    taken: dict[str, int] = field(default_factory=dict)
    overtaken: int = 0
    failed: list[Failure] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many steps and acts were done."""
        return sum(self.taken.values())


def sweep(now: datetime) -> int:
    """Do what is due by now, at most ``BATCH`` of each kind; returns how much was done."""
    return run(now, batch=BATCH).total


def run(now: datetime, *, batch: int | None = None) -> Report:
    """Do what is due by now, kind after kind, at most ``batch`` of each; one failing record never
    stops the others.

    What fails is logged with its record and reason, stands in the report, and is tried again by the
    next run.
    """
    report = Report()
    for one in registry.sweeps or ():
        try:
            for planned in one.plan(now, now):
                if batch is not None and report.taken.get(one.name, 0) >= batch:
                    break
                _take(one, planned, now, report)
        except Exception as error:
            log.exception("sweep %s could not be planned", one.name)
            report.failed.append(Failure(one.name, "", "", "", _reason(error)))
    return report


def plan(now: datetime, until: datetime, *, among: Q | None = None) -> list[tuple[Sweep, Planned]]:
    """What the runs between ``now`` and ``until`` will do, each with its sweep; writes nothing.

    In the order of time. A record that takes a step first is not reminded afterwards.
    """
    found: list[tuple[Sweep, Planned]] = []
    steps: dict[tuple[str, int], datetime] = {}
    for one in registry.sweeps or ():
        for planned in one.plan(now, until, among=among):
            moved = steps.get(planned.key)
            if moved is not None and moved <= planned.when:
                continue
            if planned.what in planned.record.steps():
                steps[planned.key] = planned.when
            found.append((one, planned))
    return sorted(found, key=lambda row: row[1].when)


def label_of(planned: Planned) -> str:
    """The words of the step or the act; where neither happens (who holds a turn changes), the sweep's."""
    known = ACTS | planned.record.steps()
    if planned.what in known:
        return str(known[planned.what].label)
    return next(str(one.label) for one in registry.sweeps or () if one.name == planned.what)


def _take(one: Sweep, planned: Planned, now: datetime, report: Report) -> None:
    try:
        one.take(planned, at=now)
    except Refusal:
        report.overtaken += 1
    except Exception as error:
        machine, record = planned.record.machine, planned.record.key
        log.exception("sweep %s: %s on %s %s failed", one.name, planned.what, machine, record)
        report.failed.append(Failure(one.name, machine, record, planned.what, _reason(error)))
    else:
        report.taken[one.name] = report.taken.get(one.name, 0) + 1


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
