"""The unit is asked whether it is resolved; five working days of silence are agreement (effects.csv)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models import Issue
from coordination.needs.conditions import unit_silence_ends
from workflows import engine
from workflows.clock_sweeps import NotDue, holders_of
from workflows.machines.base import Machine
from workflows.models import Clock
from workflows.registry import Planned
from workflows.roles import SYSTEM_CAPACITY

SILENCE = {"silence": True}


class UnitSilence:
    """``unit_agrees`` by the system once the unit's five working days have passed without a word."""

    name = "unit_silence"
    label = _("Silence of the unit that counts as agreement")
    why = _("five working days without a word of the unit")

    def plan(self, now: datetime, until: datetime, *, among: Q | None = None) -> Iterator[Planned]:
        """The issues whose unit was asked and has not answered by ``until``."""
        # A unit is asked while the clock of the focal head runs, who confirms then: few rows, by index.
        settled = Clock.objects.filter(
            among or Q(),
            stopped_at__isnull=True,
            machine=Issue.machine,
            key__startswith=f"{Issue.State.IMPLEMENTING}:",
        )
        asked = Issue.objects.filter(
            pk__in=settled.values("record_id"), unit_asked_at__lt=until, unit_answer=""
        )
        silent = list(asked.select_related("home").order_by("unit_asked_at", "pk"))
        held = holders_of((issue.machine, issue.pk) for issue in silent)
        for issue in silent:
            ends = unit_silence_ends(issue)
            if issue.unit_is_asked and ends is not None and ends < until:
                holders = held.get((issue.machine, issue.pk), ())
                yield Planned(issue, "unit_agrees", ends, holders, self.why, SILENCE)

    def take(self, planned: Planned, *, at: datetime) -> None:
        """Take the silence as agreement, if it lasts."""
        engine.through_door(planned.record, {}, partial(self._agree, at=at), by=None, at=at)

    @staticmethod
    def _agree(record: Machine, *, at: datetime) -> None:
        assert isinstance(record, Issue)
        ends = unit_silence_ends(record)
        if not record.unit_is_asked or ends is None or ends >= at:
            raise NotDue
        engine.act(record, "unit_agrees", by=None, at=at, data=SILENCE, capacity=SYSTEM_CAPACITY)
