"""What the page of a record shows a person: only what has reached them (rulebook §5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from coordination.models import (
    Attachment,
    Commitment,
    Dossier,
    Issue,
    Meeting,
    Opinion,
    Person,
)
from coordination.queries.aggregation import offers_for
from coordination.queries.clocks import clock_face
from coordination.queries.commitment_details import details_of
from coordination.queries.commitments import work_by_side
from coordination.queries.dossiers import evidence_of, ground_words
from coordination.queries.meetings import standing_of_meeting
from coordination.queries.merged import merged_files
from coordination.queries.offered import PLURALS, acts_open, recordable_steps, step_buttons
from coordination.queries.opinions import beside_the_issue, reads_drafts
from coordination.queries.reach import reach_for
from coordination.queries.records import (
    children_of,
    files_of,
    minutes_reached,
    state_shown,
    turn_holders,
)
from coordination.queries.sharing import Sharing, about_to_share, readers_of
from coordination.queries.submissions import place_of
from coordination.queries.timelines import timeline
from coordination.queries.twins import twin_offers, twins_of
from coordination.visibility import FULL
from workflows.machines.base import Machine
from workflows.pending import pending_step
from workflows.registry import registry


def record_context(
    record: Machine,
    person: Person,
    level: str,
    at: datetime,
    *,
    beside: Sequence[Machine] = (),
    timed: Sequence[Machine] = (),
) -> dict[str, Any]:
    """What every record's page shows: state, turn, clock, steps, acts, files, history."""
    state, label = state_shown(record, level)
    inside = level == FULL or record.machine != "issue"
    clock = clock_face(record, level, at, beside=timed)
    acts = acts_open(record, person, at)
    return {
        "record": record,
        "machine": record.machine,
        "plural": PLURALS[record.machine],
        "level": level,
        "full": level == FULL,
        "state": state,
        "state_label": label,
        "clock": clock,
        "due": clock.due if clock else None,
        "turns": turn_holders([record, *beside] if inside else list(beside), at),
        "steps": step_buttons(record, person, at),
        "acts": acts,
        "pending": pending_step(record) if level == FULL else None,
        "recordable": recordable_steps(record, person, at),
        "files": files_of(record, level, person, at),
        "timeline": timeline(record, person, level),
        "note_sharing": _note_sharing(record, person, at) if "note_shared" in acts else None,
        "readers": [str(reader) for reader in readers_of(record)] if level == FULL else [],
        "reach": reach_for(record, person, at) if level == FULL else [],
        "live_refs": " ".join([record.ref, *(row.ref for row in beside)]),
    }


def _note_sharing(record: Machine, person: Person, at: datetime) -> Sharing | None:
    return about_to_share(record, "note_shared", person=person, at=at)


def issue_context(issue: Issue, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The issue's page: the records beside it as far as each has reached the reader."""
    assert registry.visible is not None
    visible = registry.visible
    beside = {
        machine: [row for row in rows if visible(person, row, at) is not None]
        for machine, rows in children_of(issue).items()
    }
    every = [row for rows in beside.values() for row in rows]
    waiting = [row for row in every if not row.is_terminal]
    context = record_context(issue, person, level, at, beside=waiting, timed=every)
    context |= {
        "sides": issue.sides.select_related("locality"),
        "meetings": [_meeting_row(row, visible(person, row, at)) for row in beside["meeting"]],
        "dossiers": beside["dossier"],
        "work": work_by_side(beside["commitment"], at),
        "files": context["files"] + _files_beside(beside, person, at),
        "twins": twins_of(issue, person, level, at),
    }
    if level == FULL:
        context |= place_of(issue, person, at)
        context |= offers_for(issue, person, at)
        context |= beside_the_issue(issue, person, at)
        context |= {
            "following": issue.followers.filter(person=person).exists(),
            "shares": issue.shares.select_related("organisation"),
            "merged": merged_files(issue, person, at),
            "twin_offers": twin_offers(issue, person, at),
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
    return rows.prefetch_related("planned__lead", "planned__locality", "planned__replaces")


def _files_beside(beside: dict[str, list[Any]], person: Person, at: datetime) -> list[Attachment]:
    assert registry.visible is not None
    found: list[Attachment] = []
    for rows in beside.values():
        for row in rows:
            level = registry.visible(person, row, at)
            if level:
                found += files_of(row, level, person, at)
    return found


def meeting_context(meeting: Meeting, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The meeting's page: sides, times, agenda, minutes, and what came of them."""
    rows = meeting.commitments.select_related("locality", "lead").prefetch_related("coordinators")
    return record_context(meeting, person, level, at) | {
        **standing_of_meeting(meeting, person, level, at),
        "points": minutes_of(meeting) if minutes_reached(meeting, level) else (),
        "work": work_by_side(list(rows.order_by("locality__mnemonic", "due_on")), at),
    }


def dossier_context(dossier: Dossier, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The dossier's page. A Council reads the content, which was written for it."""
    assert registry.roles is not None
    capacities = registry.roles.capacities(person, dossier, at)
    office = any(capacity.role.startswith("council.") for capacity in capacities)
    rows = dossier.commitments.select_related("locality", "lead").prefetch_related("coordinators")
    return record_context(dossier, person, level, at) | {
        "reads_content": level == FULL or office,
        "ground": ground_words(dossier),
        "evidence": evidence_of(dossier, person, level, at, office=office),
        "session": dossier.session,
        "sides": dossier.issue.sides.select_related("locality"),
        "work": work_by_side(list(rows.order_by("locality__mnemonic", "due_on")), at),
    }


def commitment_context(commitment: Commitment, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The commitment's page; its files stand beside what was delivered."""
    context = record_context(commitment, person, level, at)
    return context | details_of(commitment, person, at) | {"files": (), "delivered": context["files"]}


def opinion_context(opinion: Opinion, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """The opinion's page: the question, the position, and this body's own answer."""
    assert registry.visible is not None
    return record_context(opinion, person, level, at) | {
        "reads_drafts": not opinion.is_given and reads_drafts(opinion, person, at),
        "issue_reached": registry.visible(person, opinion.issue, at) is not None,
    }


CONTEXTS: dict[str, Callable[..., dict[str, Any]]] = {
    "issue": issue_context,
    "meeting": meeting_context,
    "dossier": dossier_context,
    "commitment": commitment_context,
    "opinion": opinion_context,
}
