"""Who did what on a record: read once per passage through the door, the new event added to it.

The separation of duties asks who did a step last, the audience who took part at all: one question to
the events, with an answer of one row per person and step however long the history is.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Max

from workflows.lean import Kept
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.remembering import assume, known, once
from workflows.roles import BEHALF


class Participation(NamedTuple):
    """A person who took a step, the body and side they took it for, and on whose behalf (ids).

    ``seq`` is that of the last time. ``person_id`` is None for the system and for a document.
    """

    name: str
    person_id: int | None
    organisation_id: int | None
    locality_id: int | None
    replaced_id: int | None
    replaced_body_id: int | None
    seq: int


def took_part(record: Machine) -> list[Participation]:
    """Everybody who did something on the record, in the order of the last time."""

    def read() -> list[Participation]:
        rows = _grouped(record.machine, record.pk)
        return sorted((Participation(*row) for row in rows), key=lambda row: row.seq)

    return once(_key(record.machine, record.pk), read)


_grouped = Kept(
    lambda machine, pk: (
        Event.objects.filter(machine=machine, record_id=pk)
        .order_by()
        .values_list(
            "name",
            "person_id",
            "organisation_id",
            "locality_id",
            f"data__{BEHALF}__person_id",
            f"data__{BEHALF}__organisation_id",
        )
        .annotate(Max("seq"))
    )
)


def takes_part(event: Event) -> None:
    """An event has been written: what was read of its record's grows by it."""
    key = _key(event.machine, event.record_id)
    before = known(key)
    if before is not None:
        behalf = event.data.get(BEHALF) or {}
        row = Participation(
            event.name,
            event.person_id,
            event.organisation_id,
            event.locality_id,
            behalf.get("person_id"),
            behalf.get("organisation_id"),
            event.seq,
        )
        assume(key, [*before, row])


def _key(machine: str, record_id: int) -> tuple[str, str, int]:
    return "participation", machine, record_id
