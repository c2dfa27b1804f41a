"""Who has to act on a record now, as people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflows.machines.base import Machine
from workflows.models import WorkItem
from workflows.registry import registry


def work_of(people: Iterable[int], at: datetime) -> dict[int, int]:
    """How many records wait for each of these people now: person id → number."""
    assert registry.roles is not None
    held = registry.roles.items_of(people, at)
    return {person: len({(item.machine, item.record_id) for item in items}) for person, items in held.items()}


def holders_of(record: Machine, at: datetime) -> set[int]:
    """The people who hold an open work item of the record."""
    items = WorkItem.objects.filter(
        machine=record.machine, record_id=record.pk, finished__isnull=True
    ).exclude(holder="")
    keys = set(items.values_list("holder", flat=True))
    assert registry.roles is not None
    return set(registry.roles.people(keys, record, at)) if keys else set()
