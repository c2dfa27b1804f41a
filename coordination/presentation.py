"""A record as words, for mails and the decision page: fills ``registry.present`` and its kin.

Everything is made in the language active now, and only as much as has reached the reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from coordination.models import (
    Commitment,
    Dossier,
    Ground,
    Issue,
    Meeting,
    MeetingSide,
    Opinion,
    Person,
    Route,
    Submission,
    Urgency,
)
from coordination.queries.commitments import extended_words
from coordination.queries.meetings import changes_for
from coordination.queries.opinions import tables_of
from coordination.queries.records import (
    agenda_reached,
    files_of,
    may_read_title,
    minutes_reached,
    opinion_title,
    state_shown,
)
from coordination.visibility import FULL
from workflows.machines.base import Machine
from workflows.refusals import NotVisible
from workflows.registry import Heading, Presentation, registry

Facts = Iterator[tuple[str, str]]

DECIDED_ON_PAPER = frozenset(
    {
        Issue.State.AWAITING_FOCAL_HEAD,
        Issue.State.COMMITTEE_OFFICE,
        Issue.State.AWAITING_COMMITTEE,
    }
)


def heading(record: Machine, person: Person, level: str) -> Heading:
    """The record in one line for a reader who sees it, at that level."""
    now = timezone.now()
    return Heading(
        code=record.key,
        kind=str(KINDS[record.machine]),
        title=title_for(record, person, now),
        path=reverse(record.machine, args=[record.key]),
        changes=changes_for(record, person, level, now) if isinstance(record, Meeting) else (),
    )


def present(record: Machine, person: Person) -> Presentation:
    """The record for this reader; raises ``NotVisible`` where it has not reached them."""
    assert registry.visible is not None
    now = timezone.now()
    level = registry.visible(person, record, now)
    if level is None:
        raise NotVisible
    item = record.proposed_item() if isinstance(record, Issue) and level == FULL else None
    return Presentation(
        **vars(heading(record, person, level)),
        state=state_shown(record, level)[1],
        facts=tuple((label, text) for label, text in facts_of(record, level) if text),
        paper=(item.submission.subject, item.submission.content) if item else None,
        tables=tables_of(record) if item else (),
        files=tuple(
            (row.name, reverse("file", args=[row.pk])) for row in files_of(record, level, person, now)
        ),
    )


KINDS: dict[str, str | Promise] = {
    "issue": gettext_lazy("Issue between localities"),
    "opinion": gettext_lazy("Request for an opinion"),
    "meeting": gettext_lazy("Meeting of the localities"),
    "dossier": gettext_lazy("Dossier before the Regional Council"),
    "commitment": gettext_lazy("Commitment after a conclusion"),
}


def subject_of(_person: Person, record: Machine) -> tuple[str, int]:
    """What a decision link is about: the submission, while its issue waits for a head or leader."""
    if isinstance(record, Issue) and record.state in DECIDED_ON_PAPER:
        item = record.proposed_item()
        if item is not None:
            return "submission", item.submission_id
    return record.machine, record.pk


def records_of(kind: str, pk: int) -> list[Machine]:
    """The records to decide on, one by one: a submission's issues in order, else the record."""
    if kind == "submission":
        rows = Submission.objects.get(pk=pk).items.select_related("issue").order_by("id")
        return [item.issue for item in rows]
    return [registry.machines[kind]._default_manager.get(pk=pk)]


def title_for(record: Machine, person: Person, at: datetime) -> str:
    """The title this reader may know: a consulted outside body knows the question only."""
    if isinstance(record, Opinion):
        return opinion_title(record, knows_issue=may_read_title(person, record, at))
    return record.title


def urgency_label(issue: Issue) -> str:
    """The urgency where it is more than normal."""
    return "" if issue.urgency == Urgency.NORMAL else str(issue.get_urgency_display())


@singledispatch
def facts_of(_record: Machine, _level: str) -> Facts:
    """(label, text) pairs, the most important first, as far as ``level`` goes."""
    yield from ()


@facts_of.register
def _issue_facts(issue: Issue, level: str) -> Facts:
    sides = list(issue.sides.select_related("locality"))
    yield _("Project"), issue.project or issue.amended_text
    yield _("Localities"), ", ".join(str(side.locality) for side in sides)
    yield _("Kinds"), ", ".join(str(row) for row in issue.kinds.all())
    yield _("Proposal"), issue.proposal
    if level == FULL:
        item = issue.proposed_item()
        route = item.route if item else issue.route
        ground = item.ground if item else issue.ground
        yield _("Route proposed"), str(Route(route).label) if route else ""
        yield _("Ground for going above"), str(Ground(ground).label) if ground else ""
        yield _("Urgency"), urgency_label(issue)
        yield _("What is missing"), issue.missing if issue.state == issue.State.RETURNED else ""
        given = [
            f"– {row.work} ({row.lead}, {row.due_on:%d/%m/%Y}): {row.get_state_display()}"
            for row in issue.commitments.select_related("lead").order_by("due_on", "pk")
        ]
        yield _("Commitments"), "\n".join(given)
    for side in sides:
        yield _("State of things, %(place)s") % {"place": side.locality}, side.situation
    if level == FULL:
        yield _("What was tried"), issue.tried
        yield _("Legal bases"), issue.legal_bases
        yield _("Reporting unit"), str(issue.unit)


@facts_of.register
def _opinion_facts(opinion: Opinion, _level: str) -> Facts:
    consultation = opinion.consultation
    yield _("Question"), consultation.question
    yield _("Our position"), consultation.position
    yield _("Answer by"), f"{consultation.due_on:%d/%m/%Y}"
    yield _("Asked by"), str(opinion.home.full_name)
    yield _("Body"), str(opinion.body)
    yield _("Answer"), opinion.get_silence_display() if opinion.silence else ""
    if opinion.is_given:
        yield _("Stance"), opinion.get_stance_display()
        yield _("Opinion"), opinion.content


@facts_of.register
def _meeting_facts(meeting: Meeting, level: str) -> Facts:
    if meeting.starts_at:
        when = f"{timezone.localtime(meeting.starts_at):%H:%M %d/%m/%Y}"
        yield _("Time and place"), f"{when}, {meeting.place}".rstrip(", ")
    else:
        slots = meeting.slots.filter(current=True)
        yield _("Proposed times"), "; ".join(str(slot) for slot in slots)
    yield _("Localities"), ", ".join(str(side.locality) for side in meeting.sides.select_related("locality"))
    yield _("Agenda"), meeting.agenda if agenda_reached(meeting, level) else ""
    for side in meeting.sides.select_related("locality").prefetch_related("participants"):
        yield _("Who comes, %(place)s") % {"place": side.locality}, _people(side)
    yield _("Who attended"), meeting.attendance
    points = meeting.points.all() if minutes_reached(meeting, level) else ()
    for number, point in enumerate(points, start=1):
        verdict = _("agreed") if point.agreed else _("left open")
        promised = "".join(
            f"\n– {row.work} ({row.lead}, {row.due_on:%d/%m/%Y})"
            for row in point.planned.select_related("lead").order_by("id")
        )
        label = _("Point %(number)d (%(verdict)s)") % {"number": number, "verdict": verdict}
        yield label, f"{point.text}{promised}"


def _people(side: MeetingSide) -> str:
    marks = {None: "", True: _("present"), False: _("absent")}
    people = [(str(row), marks[row.present]) for row in side.participants.all()]
    return "\n".join(f"{person} ({mark})" if mark else person for person, mark in people)


@facts_of.register
def _dossier_facts(dossier: Dossier, level: str) -> Facts:
    yield _("Regional Council"), str(dossier.council)
    yield _("Ground for going above"), dossier.get_ground_display()
    if session := dossier.on_agenda:
        yield _("Session"), f"{session}, {session.place}" if session.place else str(session)
    if concluded := dossier.concluded_by:
        yield _("Notice of conclusion"), concluded.paper
    yield _("Conclusion"), dossier.conclusion
    yield _("Competent authority"), dossier.authority
    if level == FULL:
        yield _("Content"), dossier.content


@facts_of.register
def _commitment_facts(commitment: Commitment, _level: str) -> Facts:
    yield _("Side"), str(commitment.locality)
    yield _("Accountable lead body"), str(commitment.lead)
    yield pgettext("commitment", "Due"), f"{commitment.due_on:%d/%m/%Y}"
    extended = commitment.earlier_due_dates()
    if extended:
        yield _("Extended"), extended_words(len(extended), extended[0])
    if asked := commitment.asked_extension:
        yield _("Extension asked for"), f"{asked.until:%d/%m/%Y} – {asked.reason}"
    yield _("Coordinating bodies"), ", ".join(str(body) for body in commitment.coordinators.all())
    yield _("Expected product"), commitment.product
    yield _("Money"), commitment.money
    yield _("Result and evidence"), commitment.evidence


@dataclass(frozen=True)
class Stage:
    """One stage of an issue's way; ``standing`` is past, current or ahead."""

    label: str
    standing: str


_BETWEEN = {
    Issue.State.BILATERAL: gettext_lazy("The localities meet"),
    Issue.State.COUNCIL: gettext_lazy("Regional Council"),
    Issue.State.CENTRAL: gettext_lazy("Competent authority"),
}
_BY_ROUTE = {
    Route.BILATERAL: Issue.State.BILATERAL,
    Route.COUNCIL: Issue.State.COUNCIL,
    Route.CENTRAL: Issue.State.CENTRAL,
}
_STAGE_STATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("unit", ("draft", "awaiting_unit_head", "returned")),
    ("focal", ("submitted", "triage", "consulting", "awaiting_focal_head")),
    ("committee", ("committee_office", "awaiting_committee")),
    ("between", ("bilateral", "council", "central")),
    ("implementing", ("implementing",)),
    ("resolved", ("resolved", "closed")),
)
_STAGE_LABELS: dict[str, str | Promise] = {
    "unit": gettext_lazy("The unit reports"),
    "focal": gettext_lazy("The focal point"),
    "committee": gettext_lazy("The People's Committee decides"),
    "implementing": gettext_lazy("Carrying out"),
    "resolved": gettext_lazy("Resolved"),
}


def stepper(issue: Issue, state: str = "") -> list[Stage]:
    """An issue's way as people see it; ``state`` where the reader knows an earlier one only.

    Where the focal point or the committee settles the matter itself, nothing lies between; an
    issue that ended elsewhere (declined, withdrawn, merged) stays at the stage where it ended.
    """
    state = state or issue.state
    current = next(
        (name for name, states in _STAGE_STATES if state in states),
        "unit" if state == Issue.State.WITHDRAWN and issue.code is None else "focal",
    )
    skipped = set(_skipped(issue, state)) - {current}
    names = [name for name, _states in _STAGE_STATES if name not in skipped]
    place = names.index(current)
    done = state == Issue.State.CLOSED
    stages = []
    for number, name in enumerate(names):
        standing = "past" if number < place or done else "current" if number == place else "ahead"
        label = _between_label(issue, state) if name == "between" else _STAGE_LABELS[name]
        stages.append(Stage(str(label), standing))
    return stages


def _skipped(issue: Issue, state: str) -> Iterable[str]:
    if issue.route == Route.SETTLE:
        return ("committee", "between")
    if issue.route == Route.DIRECTIVE:
        return ("between",)
    return ("resolved",) if state in {"declined", "withdrawn", "merged"} else ()


def _between_label(issue: Issue, state: str) -> Any:
    named: Any = state if state in _BETWEEN else _BY_ROUTE.get(issue.route)  # type: ignore[call-overload]
    return _BETWEEN.get(named, gettext_lazy("Localities, Council or higher authority"))
