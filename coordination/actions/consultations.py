"""What time does to a consultation."""

from __future__ import annotations

from datetime import datetime

from coordination.models import Opinion
from workflows import engine
from workflows.models import Clock
from workflows.refusals import Refusal


def lapse_due(now: datetime) -> int:
    """Opinions that nobody gave by their due date lapse, which concludes a consultation that has
    no open one left (docs/rulebook/effects.csv). Returns how many lapsed."""
    overdue = Clock.objects.filter(machine="opinion", stopped_at__isnull=True, due_at__lt=now)
    lapsed = 0
    for opinion in Opinion.objects.filter(pk__in=overdue.values("record_id"), state="requested"):
        try:
            engine.perform(opinion, "lapse", by=None, at=now)
        except Refusal:
            continue  # answered in this very moment, or lapsed by another sweeper
        lapsed += 1
    return lapsed
