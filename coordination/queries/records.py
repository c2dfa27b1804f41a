"""One record for one person: found by ref or code, shown as far as it has reached them (rulebook §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from coordination.models import Attachment, Issue, Meeting, Opinion, Person, Seat
from coordination.queries.holders import holder_words
from coordination.queries.opinions import reads_drafts
from coordination.roles import held_seats
from coordination.visibility import FULL, SHARED
from workflows.machines.base import Machine
from workflows.models import AccessEntry, Event, WorkItem
from workflows.refusals import NotVisible
from workflows.registry import registry

SIDE_LABELS: dict[str, str | Promise] = {
    "unit": _("the reporting unit"),
    "focal": _("the focal point"),
    "committee": _("the People's Committee"),
    "consulted": _("the consulted bodies"),
    "central": _("the competent authority"),
    "home": _("the home locality"),
    "other": _("the invited locality"),
    "both": _("both sides"),
    "each": _("each side"),
    "council": _("the Regional Council"),
    "lead": _("the lead body"),
    "that side": _("the side that gave it"),
}
PURPOSES: dict[str, str | Promise] = {
    "unit_answer": _("says whether it is resolved"),
    "countersign": _("countersigns the outside document"),
    "send_outside": _("decides whether the outside bodies are asked"),
    "extension": _("answers the request for an extension"),
    "reopen": _("reopens the file: a commitment was not met, or none was verified"),
}


@dataclass(frozen=True)
class TurnHolder:
    """Who holds a turn, and what for where it is not the record's own step."""

    label: str
    purpose: str
    record: Machine


def get_record_for(person: Person, machine: str, key: str, at: datetime) -> tuple[Any, str]:
    """The record and how much of it this person sees (``full`` or ``shared``).

    What an auditor reads is logged. Raises ``NotVisible`` for a record that is not there or has not
    reached this person: the answer is the same.
    """
    assert registry.visible is not None
    model = registry.machines.get(machine)
    if model is None:
        raise NotVisible
    record = model._default_manager.filter(Q(ref=key) | Q(code=key)).first()
    level = registry.visible(person, record, at) if record is not None else None
    if record is None or level is None:
        raise NotVisible
    if any(held.level == Seat.Level.AUDITOR for held in held_seats(person, at)):
        AccessEntry.objects.create(
            person_id=person.pk, machine=machine, record_id=record.pk, what="read", at=at
        )
    return record, level


def children_of(issue: Issue) -> dict[str, list[Any]]:
    """The records beside an issue, the oldest first."""
    meetings = [
        item.meeting for item in issue.agenda_items.select_related("meeting__home").order_by("meeting_id")
    ]
    return {
        "opinion": list(
            Opinion.objects.filter(consultation__issue=issue)
            .select_related("body", "consultation__issue")
            .order_by("pk")
        ),
        "meeting": meetings,
        "dossier": list(issue.dossiers.select_related("council").order_by("pk")),
        "commitment": list(
            issue.commitments.select_related("locality", "lead")
            .prefetch_related("coordinators")
            .order_by("locality__mnemonic", "due_on", "pk")
        ),
    }


def turn_holders(records: Sequence[Machine], at: datetime) -> list[TurnHolder]:
    """Whose turn it is on any of these records: the open work items as names and titles."""
    wanted = Q(pk__in=[])
    for record in records:
        wanted |= Q(machine=record.machine, record_id=record.pk)
    by_key = {(record.machine, record.pk): record for record in records}
    rows = WorkItem.objects.filter(wanted, finished__isnull=True).exclude(holder="")
    items = list(rows.order_by("pk"))
    words = holder_words({item.holder for item in items}, at)
    return [
        TurnHolder(
            label=words[item.holder],
            purpose=str(PURPOSES.get(item.purpose, "")),
            record=by_key[item.machine, item.record_id],
        )
        for item in items
    ]


def files_of(record: Machine, level: str, person: Person, at: datetime) -> list[Attachment]:
    """The files of a record this reader may open: all at home, else the shared ones.

    What a consulted body attaches before it answers is its own draft, as its words are.
    """
    rows = Attachment.objects.filter(machine=record.machine, record_id=record.pk)
    if level != FULL:
        rows = rows.filter(shared=True)
    if isinstance(record, Opinion) and not record.is_given and not reads_drafts(record, person, at):
        rows = rows.exclude(uploaded_by__organisation_id=record.body_id)
    return list(rows)


def state_shown(record: Machine, level: str) -> tuple[str, str]:
    """State and its label; outside the home, the last state that the parties were told of."""
    if level == FULL or record.machine != "issue":
        return record.state, record.get_state_display()
    told = (
        Event.objects.filter(
            machine=record.machine,
            record_id=record.pk,
            kind=Event.Kind.STEP,
            told__contains="parties",
        )
        .order_by("-seq")
        .values_list("target", flat=True)
        .first()
    )
    state = told or Issue.State.TRIAGE
    return state, str(Issue.State(state).label)


def may_read_title(person: Person, opinion: Opinion, at: datetime) -> bool:
    """A consulted outside body reads the question and the position, not the issue (rulebook §5)."""
    assert registry.visible is not None
    return registry.visible(person, opinion.issue, at) in {FULL, SHARED}


def opinion_title(opinion: Opinion, *, knows_issue: bool) -> str:
    """What a request for an opinion is called: by its issue only to who may know the issue."""
    return opinion.title if knows_issue else Truncator(opinion.consultation.question).chars(160)


def minutes_reached(meeting: Meeting, level: str | None) -> bool:
    """Whether the reader may see the minutes: at home always, elsewhere once they were shared.

    What the home was still writing when it closed the meeting was shared with nobody.
    """
    if level == FULL or meeting.state in {Meeting.State.MINUTES_SHARED, Meeting.State.CONCLUDED}:
        return True
    closed = Event.objects.filter(machine="meeting", record_id=meeting.pk, name="close_unconfirmed")
    return closed.filter(source=Meeting.State.MINUTES_SHARED).exists()


def agenda_reached(meeting: Meeting, level: str | None) -> bool:
    """Whether the reader may see the agenda: at home always, elsewhere once it was sent."""
    sent = Event.objects.filter(machine="meeting", record_id=meeting.pk, name="invite")
    return level == FULL or sent.exists()
