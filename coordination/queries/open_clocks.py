"""The running clocks of localities, and how they would move under another policy or calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from coordination.models import Locality
from workflows.clocks import Terms, count_again
from workflows.deadlines import overdue, render_explanation
from workflows.machines.base import Machine
from workflows.models import Calendar, Clock
from workflows.registry import registry

# Where each machine's record has its home locality, whose calendar and policy hold.
HOMES = {
    "issue": "home",
    "opinion": "consultation__issue__home",
    "meeting": "home",
    "dossier": "home",
    "commitment": "home",
}
OpenClock = tuple[Clock, Machine]


@dataclass(frozen=True)
class DueMove:
    """A running clock that would be due at another moment. ``late`` says that this moment is past."""

    record: Machine
    clock: Clock
    new: datetime
    lines: tuple[str, ...]
    late: bool


def open_clocks(
    localities: Iterable[str], *, but: Terms | None = None, among: Q | None = None
) -> list[OpenClock]:
    """The running clocks of these localities' records (by mnemonic), the earliest due first.

    Those that were counted by the versions of ``but`` are left out; ``among`` narrows them down.
    """
    wanted = set(localities)
    running = Clock.objects.filter(among or Q(), stopped_at__isnull=True)
    if but is not None:
        running = running.exclude(policy_version=but.policy_version, calendar_version=but.calendar.version)
    clocks: dict[str, dict[int, Clock]] = {}
    for clock in running.filter(_at_home_in(wanted)):
        clocks.setdefault(clock.machine, {})[clock.record_id] = clock
    found = [
        (by_id[record.pk], record)
        for machine, by_id in clocks.items()
        for record in registry.machines[machine]
        ._base_manager.filter(pk__in=by_id)
        .select_related(HOMES[machine])
    ]
    return sorted(found, key=lambda pair: (pair[0].due_at is None, pair[0].due_at or 0, pair[0].pk))


def _at_home_in(localities: set[str]) -> Q:
    there = Q(pk__in=[])
    for machine, home in HOMES.items():
        model = registry.machines[machine]
        records = model._base_manager.filter(**{f"{home}__mnemonic__in": localities})
        there |= Q(machine=machine, record_id__in=records.values("pk"))
    return there


def moves_under(clocks: Iterable[OpenClock], terms: Terms, *, at: datetime) -> Iterator[DueMove]:
    """Those of the clocks that would move; nothing is written."""
    for clock, record in clocks:
        deadline = count_again(record, clock, terms)
        if deadline is None or deadline.due_at == clock.due_at:
            continue
        yield DueMove(
            record=record,
            clock=clock,
            new=deadline.due_at,
            lines=tuple(render_explanation(deadline.explanation)),
            late=overdue(deadline.due_at, at),
        )


def localities_by_calendar(scope: str) -> list[str]:
    """The localities that work by a calendar; by the country's, those without one of their own."""
    every = set(Locality.objects.values_list("mnemonic", flat=True))
    if scope:
        return [scope]
    return sorted(every - set(Calendar.objects.values_list("scope", flat=True)))
