"""Who has to act on a record now, as people."""

from __future__ import annotations

from datetime import datetime

from workflows.machines.base import Machine
from workflows.models import WorkItem
from workflows.registry import registry


def holders_of(record: Machine, at: datetime) -> set[int]:
    """The people who hold an open work item of the record."""
    items = WorkItem.objects.filter(
        machine=record.machine, record_id=record.pk, finished__isnull=True
    ).exclude(holder="")
    keys = set(items.values_list("holder", flat=True))
    assert registry.roles is not None
    return set(registry.roles.people(keys, at)) if keys else set()
