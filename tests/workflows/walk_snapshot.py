"""The whole database of one walk, read once per action; and who is who towards each record."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from coordination.models import (
    AgendaItem,
    Commitment,
    Consultation,
    Dossier,
    Extension,
    Follower,
    Issue,
    IssueKind,
    IssueLocality,
    Meeting,
    MeetingSide,
    Opinion,
    SubmissionItem,
)
from notifications.models import Notice
from tests.workflows.walk_cast import Facts
from workflows.models import Clock, Event, PendingStep, RecordProcess, WorkItem

Key = tuple[str, int]
MODELS = {
    "issue": Issue,
    "opinion": Opinion,
    "meeting": Meeting,
    "dossier": Dossier,
    "commitment": Commitment,
}
SETTLED = {"verified", "unmet", "cancelled"}


def grouped(rows: Any, *fields: str) -> dict[Any, list[Any]]:
    """Rows by one field, or by several as a tuple."""
    found = defaultdict(list)
    for row in rows:
        values = tuple(getattr(row, name) for name in fields)
        found[values if len(fields) > 1 else values[0]].append(row)
    return found


class Snapshot:
    """What stands in the database now. A walk starts from no record, so everything is its own."""

    def __init__(self, events_after: int = 0) -> None:
        self.records: dict[Key, Any] = {
            (name, row.pk): row
            for name, model in MODELS.items()
            for row in model._base_manager.order_by("pk")
        }
        self.events = list(Event.objects.filter(pk__gt=events_after).order_by("pk"))
        self.last_event = self.events[-1].pk if self.events else events_after
        items = WorkItem.objects.filter(finished__isnull=True).exclude(record_id=None)
        self.items = grouped(items.order_by("pk"), "machine", "record_id")
        self.clocks = grouped(Clock.objects.filter(stopped_at__isnull=True), "machine", "record_id")
        waiting = PendingStep.objects.filter(status="waiting")
        self.pending = grouped(waiting, "machine", "record_id")
        self.sides = grouped(IssueLocality.objects.all(), "issue_id")
        self.kinds = grouped(IssueKind.objects.all(), "issue_id")
        self.followers = grouped(Follower.objects.all(), "issue_id")
        self.meeting_sides = grouped(MeetingSide.objects.all(), "meeting_id")
        live = AgendaItem.objects.filter(left_at=None).order_by("pk")
        self.agenda = grouped(live, "meeting_id")
        self.consultations = {row.pk: row for row in Consultation.objects.all()}
        self.coordinators = grouped(Commitment.coordinators.through.objects.all(), "commitment_id")
        self.extensions = grouped(Extension.objects.filter(status="asked"), "commitment_id")
        self.submission_items = list(SubmissionItem.objects.order_by("pk"))

    @cached_property
    def processes(self) -> dict[Key, list[Any]]:
        """The runs of every record's flow."""
        return grouped(RecordProcess.objects.order_by("pk"), "machine", "record_id")

    @cached_property
    def asking(self) -> dict[Key, list[Any]]:
        """Notices that still require action, by record."""
        rows = Notice.objects.filter(requires_action=True, done_at__isnull=True)
        return grouped(rows, "machine", "record_id")

    def of(self, machine: str) -> list[Any]:
        """The records of one machine."""
        return [row for (name, _pk), row in self.records.items() if name == machine]

    def issue_of(self, record: Any) -> Any:
        """The issue a record hangs on; None for a meeting."""
        if record.machine == "opinion":
            return self.records["issue", self.consultations[record.consultation_id].issue_id]
        return record if record.machine == "issue" else self.records["issue", record.issue_id]

    def brought_in(self, issue: Any) -> set[int]:
        """The localities that are parties, home excluded."""
        return {
            side.locality_id
            for side in self.sides[issue.pk]
            if side.brought_in_at and side.locality_id != issue.home_id
        }

    def running(self, issue: Any) -> list[Any]:
        """An issue's commitments that have not settled."""
        return [row for row in self.of("commitment") if row.issue_id == issue.pk and row.state not in SETTLED]

    def all_settled(self, issue: Any) -> bool:
        """Implementing, with commitments, none of which runs."""
        given = any(row.issue_id == issue.pk for row in self.of("commitment"))
        return issue.state == "implementing" and given and not self.running(issue)

    def left_unmet(self, issue: Any) -> bool:
        """Whether this round has none verified, or one unmet."""
        states = {
            row.state
            for row in self.of("commitment")
            if row.issue_id == issue.pk and row.round == issue.round
        }
        return "verified" not in states or "unmet" in states

    def open_meetings(self, issue: Any) -> list[Any]:
        """Meetings before their end that have this issue on the agenda."""
        ended = {"concluded", "unconfirmed", "declined", "unanswered", "cancelled"}
        return [
            row
            for row in self.of("meeting")
            if row.state not in ended and any(item.issue_id == issue.pk for item in self.agenda[row.pk])
        ]

    def open_dossiers(self, issue: Any) -> list[Any]:
        """Dossiers before their end."""
        ended = {"decided", "referred", "rejected", "withdrawn"}
        return [row for row in self.of("dossier") if row.issue_id == issue.pk and row.state not in ended]

    def facts(self, record: Any) -> Facts:
        """Who is who towards a record (rulebook, legend of ``who``)."""
        if record.machine == "meeting":
            issues = [self.records["issue", item.issue_id] for item in self.agenda[record.pk]]
            sides = self.meeting_sides[record.pk]
            others = {s.locality_id for s in sides if not s.is_home and s.answer != "declined"}
            # Of its first issue: an officer who takes over an issue takes over its meeting.
            home = record.home_id
            accountable = (issues[0].accountable_id if issues else None) or record.accountable_id
        else:
            issue = self.issue_of(record)
            issues, home, others = [issue], issue.home_id, self.brought_in(issue)
            accountable = issue.accountable_id
        facts = Facts(
            home=home,
            units={issue.unit_id for issue in issues},
            others=others,
            brought_in={pk for issue in issues for pk in self.brought_in(issue)},
            kinds={row.kind for issue in issues for row in self.kinds[issue.pk]},
            issues=issues,
            accountable=accountable,
        )
        if record.machine != "meeting":
            facts.proposer, facts.decider = issues[0].proposer_id, issues[0].decider_id
        if record.machine == "opinion":
            facts.consulted = record.body_id
        if record.machine == "dossier":
            facts.council = record.council_id
            facts.accountable = accountable or record.accountable_id
        if record.machine == "commitment":
            facts.lead, facts.giver = record.lead_id, record.locality_id
            facts.coordinators = {row.organisation_id for row in self.coordinators[record.pk]}
        return facts
