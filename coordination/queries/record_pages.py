"""What the page of a record shows a person: only what has reached them (rulebook §5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from coordination.models import (
    Attachment,
    Commitment,
    Dossier,
    Issue,
    Locality,
    Meeting,
    Opinion,
    Person,
)
from coordination.queries.due import Due, due_words
from coordination.queries.offered import PLURALS, acts_open, recordable_steps, step_buttons
from coordination.queries.records import (
    children_of,
    clock_face,
    files_of,
    minutes_reached,
    pending_step,
    state_shown,
    turn_holders,
)
from coordination.queries.timelines import timeline
from coordination.visibility import FULL
from workflows.clocks import load_calendar
from workflows.machines.base import Machine
from workflows.registry import registry


@dataclass(frozen=True)
class SideOfWork:
    """The commitments of one side: who has not done what."""

    locality: Locality
    rows: list[CommitmentRow]

    @property
    def open(self) -> int:
        return sum(1 for row in self.rows if not row.commitment.is_terminal)

    @property
    def late(self) -> int:
        return sum(1 for row in self.rows if row.late)


@dataclass(frozen=True)
class CommitmentRow:
    """One commitment and how it stands against its date."""

    commitment: Commitment
    late: bool


def record_context(
    record: Machine, person: Person, level: str, at: datetime, *, beside: Sequence[Machine] = ()
) -> dict[str, Any]:
    """What every record's page shows: state, turn, clock, steps, acts, files, history."""
    state, label = state_shown(record, level)
    inside = level == FULL or record.machine != "issue"
    clock = clock_face(record, at) if inside else None
    return {
        "record": record,
        "machine": record.machine,
        "plural": PLURALS[record.machine],
        "level": level,
        "full": level == FULL,
        "state": state,
        "state_label": label,
        "clock": clock,
        "due": _due(record, clock.due_at if clock else None, at),
        "turns": turn_holders([record, *beside] if inside else list(beside), at),
        "steps": step_buttons(record, person, at),
        "acts": acts_open(record, person, at),
        "pending": pending_step(record) if level == FULL else None,
        "recordable": recordable_steps(record, person, at),
        "files": files_of(record, level),
        "timeline": timeline(record, person, level),
        "live_refs": " ".join([record.ref, *(row.ref for row in beside)]),
    }


def _due(record: Any, due_at: datetime | None, at: datetime) -> Due | None:
    if due_at is None:
        return None
    return due_words(due_at, now=at, calendar=load_calendar(record.home.mnemonic))


def issue_context(issue: Issue, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The issue's page: the records beside it as far as each has reached the reader."""
    assert registry.visible is not None
    visible = registry.visible
    beside = {
        machine: [row for row in rows if visible(person, row, at) is not None]
        for machine, rows in children_of(issue).items()
    }
    waiting = [row for rows in beside.values() for row in rows if not row.is_terminal]
    context = record_context(issue, person, level, at, beside=waiting)
    context |= {
        "sides": issue.sides.select_related("locality"),
        "meetings": [_meeting_row(row, visible(person, row, at)) for row in beside["meeting"]],
        "dossiers": beside["dossier"],
        "work": work_by_side(beside["commitment"], at),
        "files": context["files"] + _files_beside(beside, person, at),
    }
    if level == FULL:
        item = issue.open_item() or issue.submission_items.order_by("-id").first()
        context |= {
            "item": item,
            "together": item.submission.items.select_related("issue").exclude(issue=issue) if item else (),
            "consultations": issue.consultations.prefetch_related("opinions__body"),
            "following": issue.followers.filter(person=person).exists(),
            "shares": issue.shares.select_related("organisation"),
            "merged": issue.merged.all(),
        }
    else:
        context |= {
            "own_opinions": beside["opinion"],
            "following": issue.followers.filter(person=person).exists(),
        }
    return context


def _meeting_row(meeting: Meeting, level: str | None) -> dict[str, Any]:
    shown = minutes_reached(meeting, level)
    return {"record": meeting, "points": minutes_of(meeting) if shown else ()}


def minutes_of(meeting: Meeting) -> Any:
    """The minutes, point by point."""
    rows = meeting.points.select_related("issue")
    return rows.prefetch_related("planned__lead", "planned__locality")


def _files_beside(beside: dict[str, list[Any]], person: Person, at: datetime) -> list[Attachment]:
    assert registry.visible is not None
    found: list[Attachment] = []
    for rows in beside.values():
        for row in rows:
            level = registry.visible(person, row, at)
            if level:
                found += files_of(row, level)
    return found


def work_by_side(commitments: Sequence[Commitment], at: datetime) -> list[SideOfWork]:
    """Commitments grouped by the side that gave them, the late ones marked."""
    day = timezone.localtime(at).date()
    sides: dict[int, SideOfWork] = {}
    for row in commitments:
        side = sides.setdefault(row.locality_id, SideOfWork(row.locality, []))
        side.rows.append(CommitmentRow(row, not row.is_terminal and row.due_on < day))
    return list(sides.values())


def meeting_context(meeting: Meeting, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The meeting's page: sides, times, agenda, minutes, and what came of them."""
    rows = meeting.commitments.select_related("locality", "lead").prefetch_related("coordinators")
    return record_context(meeting, person, level, at) | {
        "sides": meeting.sides.select_related("locality"),
        "slots": meeting.slots.filter(current=True).select_related("proposed_by"),
        "agenda_items": meeting.agenda_items.select_related("issue"),
        "points": minutes_of(meeting) if minutes_reached(meeting, level) else (),
        "work": work_by_side(list(rows.order_by("locality__mnemonic", "due_on")), at),
    }


def dossier_context(dossier: Dossier, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The dossier's page. A Council reads the content, which was written for it."""
    assert registry.roles is not None
    capacities = registry.roles.capacities(person, dossier, at)
    rows = dossier.commitments.select_related("locality", "lead").prefetch_related("coordinators")
    return record_context(dossier, person, level, at) | {
        "reads_content": level == FULL
        or any(capacity.role.startswith("council.") for capacity in capacities),
        "sides": dossier.issue.sides.select_related("locality"),
        "work": work_by_side(list(rows.order_by("locality__mnemonic", "due_on")), at),
    }


def commitment_context(commitment: Commitment, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The commitment's page."""
    return record_context(commitment, person, level, at) | {
        "row": CommitmentRow(
            commitment,
            not commitment.is_terminal and commitment.due_on < timezone.localtime(at).date(),
        ),
    }


def opinion_context(opinion: Opinion, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The opinion's page: the question, the position, and this body's own answer."""
    assert registry.visible is not None
    return record_context(opinion, person, level, at) | {
        "issue_reached": registry.visible(person, opinion.issue, at) is not None,
    }


CONTEXTS: dict[str, Callable[..., dict[str, Any]]] = {
    "issue": issue_context,
    "meeting": meeting_context,
    "dossier": dossier_context,
    "commitment": commitment_context,
    "opinion": opinion_context,
}
