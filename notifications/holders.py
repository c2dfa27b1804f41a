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
    keys = registry.roles.keys_of(people, at)
    held: dict[str, set[tuple[str, int | None]]] = {}
    items = WorkItem.objects.filter(finished__isnull=True, holder__in=set().union(*keys.values()))
    for holder, machine, record_id in items.values_list("holder", "machine", "record_id"):
        held.setdefault(holder, set()).add((machine, record_id))
    return {person: len(set().union(*(held.get(key, set()) for key in own))) for person, own in keys.items()}


def holders_of(record: Machine, at: datetime) -> set[int]:
    """The people who hold an open work item of the record."""
    items = WorkItem.objects.filter(
        machine=record.machine, record_id=record.pk, finished__isnull=True
    ).exclude(holder="")
    keys = set(items.values_list("holder", flat=True))
    assert registry.roles is not None
    return set(registry.roles.people(keys, at)) if keys else set()
