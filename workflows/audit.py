"""The chain of events: how an event is sealed, and how the chain is proved.

An event's hash covers every column and the hash before it, per record. The record's own row holds
the head; a signed anchor outside the database holds all heads (``anchors``). So an altered event,
a cut tail and a chain rewritten from one event on are each seen for what they are.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workflows.machines.base import Machine
from workflows.models import Event

_SEALED = tuple(
    column.attname for column in Event._meta.concrete_fields if column.attname not in {"id", "hash"}
)


def canonical(value: Any) -> str:
    """One spelling for one value: sorted keys, no spaces, times in UTC, text in NFC."""
    return json.dumps(
        _plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def digest(material: Mapping[str, Any]) -> str:
    """The digest of what a decision is about, after NFC and white-space folding."""
    return hashlib.sha256(canonical(_folded(material)).encode()).hexdigest()


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {key: _folded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_folded(item) for item in value]
    return value


def seal(event: Event) -> str:
    """The hash of an event over all its columns (the previous hash among them)."""
    columns = {name: getattr(event, name) for name in _SEALED}
    return hashlib.sha256(canonical(columns).encode()).hexdigest()


@dataclass(frozen=True)
class Fault:
    """One broken link: which record, which event, and what is wrong with it."""

    code: str
    machine: str
    record_ref: str
    seq: int
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


def chain_faults(events: Iterable[Event]) -> Iterator[Fault]:
    """Walk events ordered by (machine, record, seq); name every link that does not hold."""
    current: tuple[str, int] | None = None
    expected, previous = 1, ""
    for event in events:
        if (event.machine, event.record_id) != current:
            current, expected, previous = (event.machine, event.record_id), 1, ""
        here = (event.machine, event.record_ref)
        if event.seq != expected:
            yield Fault("missing_event", *here, expected, f"found {event.seq}")
        elif event.previous_hash != previous:
            yield Fault("broken_link", *here, event.seq)
        if seal(event) != event.hash:
            yield Fault("altered_event", *here, event.seq)
        expected, previous = event.seq + 1, event.hash


def head_faults(records: Iterable[Machine], heads: Mapping[tuple[str, int], tuple[int, str, str]]):
    """Compare each record's own head with the end of its chain (cut tail, state without event)."""
    for record in records:
        count, last, target = heads.get((record.machine, record.pk), (0, "", ""))
        if count < record.event_count:
            yield Fault("cut_tail", record.machine, record.ref, count + 1)
        elif (count, last) != (record.event_count, record.head_hash):
            yield Fault("head_differs", record.machine, record.ref, count)
        elif target != record.state:
            yield Fault("state_without_event", record.machine, record.ref, count, target)
