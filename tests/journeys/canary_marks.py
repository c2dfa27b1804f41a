"""Marks in everything that anybody writes, and what rulebook §5 says of each: the oracle of the leak test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coordination.models import AgendaItem, Issue, MeetingSide
from tests.workflows.walk_data import Givens
from tests.workflows.walk_snapshot import Snapshot
from tests.workflows.walk_tables import STEPS

# What a mark is to somebody outside the home locality.
NEVER, MAY, MUST = "never", "may", "must"
# Of the words a step carries, these are what the parties themselves exchange; the rest stays at home.
EXCHANGED = {
    "reason", "outcome", "authority", "place", "agenda", "attendance", "points", "session", "conclusion",
    "work", "product", "evidence", "directive",
}  # fmt: skip
# The reason goes on to what hangs on the record, and the parties are told of that (effects.csv).
CARRIED_ON = {"reject_dossier", "withdraw_dossier", "discontinue", "discontinue_decided"}
# The shared part of an issue, in the words of rulebook §5.
SHARED_FIELDS = {"title", "project", "proposal", "situation"}


@dataclass(frozen=True)
class Mark:
    """One word that stands in one place only: where it was written, by which step or act, and when."""

    word: str
    field: str
    machine: str = ""
    record_id: int = 0
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Reader:
    """Somebody outside the home locality: the ids by which the rulebook lets them read.

    ``speaks`` where they sit in their locality's focal point or committee; its other bodies read by
    what they were asked or given alone.
    """

    username: str
    locality_id: int | None
    body_id: int
    speaks: bool


class Marks:
    """Every mark that was planted in one walk."""

    def __init__(self) -> None:
        self.planted: list[Mark] = []

    def word(self, field: str, **where: Any) -> str:
        """A new word, never used before, for one field."""
        word = f"kz{len(self.planted):04d}{field[:4]}vq"
        self.planted.append(Mark(word, field, **where))
        return word

    def mark_all(self, given: dict[str, Any], **where: Any) -> dict[str, Any]:
        """The same values with every free text of them marked."""
        return {key: self._marked(key, value, where) for key, value in given.items()}

    def _marked(self, key: str, value: Any, where: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            inner = _FIELDS | ({"content": key} if key == "conclusion" else {})
            return {name: self._marked(inner.get(name, name), item, where) for name, item in value.items()}
        if isinstance(value, list):
            return [self._marked(key, item, where) for item in value]
        if isinstance(value, str) and value and key in _FREE_TEXT:
            return f"{value} {self.word(key, **where)}"
        return value


# Names of inner fields that say the same as an outer one.
_FIELDS = {"name": "session", "text": "points", "content": "content"}
_FREE_TEXT = {
    "title", "project", "tried", "proposal", "legal_bases", "situation", "reason", "missing", "question",
    "position", "authority", "directive", "outcome", "archive", "content", "subject", "agenda",
    "attendance", "conclusion", "evidence", "place", "points", "session", "work", "product",
}  # fmt: skip


class MarkedGivens(Givens):
    """The values a person could give, each with its mark."""

    def __init__(self, sides: Sequence[str], marks: Marks) -> None:
        super().__init__(sides)
        self.marks = marks

    def content(self, sides: Sequence[str], kinds: Sequence[str], title: str) -> dict[str, Any]:
        given = super().content(sides, kinds, title) | {"legal_bases": "Căn cứ"}
        return self.marks.mark_all(given, machine="issue")

    def for_step(
        self,
        step: str,
        record: Any,
        s: Snapshot,
        at: datetime,
        pick: Callable[[Sequence[Any]], Any],
        attachment: int = 0,
    ) -> dict[str, Any]:
        given = super().for_step(step, record, s, at, pick, attachment)
        needed = {word.split(":")[0].split(" ")[0] for word in STEPS[record.machine, step].needs.split("|")}
        given = {key: value for key, value in given.items() if key in needed or key in {"meeting", "with"}}
        taken_at = at + timedelta(hours=1)  # the world moves on by an hour with every action
        return self.marks.mark_all(given, machine=record.machine, record_id=record.pk, name=step, at=taken_at)


class Verdicts:
    """What each mark is to one reader, as things stand now (rulebook §5)."""

    def __init__(self, reader: Reader, s: Snapshot) -> None:
        self.reader, self.s = reader, s
        self.since: dict[int, datetime] = {}
        for issue in s.of("issue"):
            for side in s.sides[issue.pk]:
                if side.locality_id == reader.locality_id and side.brought_in_at and issue.home_id:
                    self.since[issue.pk] = side.brought_in_at

    def of(self, mark: Mark) -> str:
        """``never``, ``may`` or ``must``."""
        if mark.machine == "meeting":
            return self._at_meeting(mark)
        issues = self._issues(mark)
        party = [issue for issue in issues if issue.pk in self.since]
        if mark.machine == "issue" and not mark.name:
            return self._content(mark, issues, bool(party))
        if mark.name == "consult" and mark.field in {"question", "position"}:
            return MUST if self._asked(mark) else NEVER
        if mark.machine == "opinion":
            opinion = self.s.records["opinion", mark.record_id]
            own = opinion.body_id == self.reader.body_id
            return MUST if own and mark.field == "content" else MAY if own else NEVER
        if mark.field == "shared file":
            return NEVER if not party else MUST if self.reader.speaks else MAY
        if mark.name == "note_shared":
            return MAY if party else NEVER
        if mark.machine == "commitment" and self._works_on(mark.record_id):
            return MAY
        if mark.field in {"work", "product"}:
            return MAY if party or self._works_on_any(issues) else NEVER
        if not party or mark.field not in EXCHANGED:
            return NEVER
        return self._told(mark, party)

    def _content(self, mark: Mark, issues: list[Issue], party: bool) -> str:
        if mark.field not in SHARED_FIELDS:
            return NEVER
        if party:
            return MUST if self.reader.speaks else MAY
        return MAY if self._works_on_any(issues) else NEVER

    def _began(self, mark: Mark, party: list[Issue]) -> datetime:
        """An issue's events: since the reader's own side joined; what hangs on it: since any side did."""
        if mark.machine == "issue" and mark.name not in CARRIED_ON:
            return min(self.since[issue.pk] for issue in party)
        joined = [side.brought_in_at for issue in party for side in self.s.sides[issue.pk]]
        return min(at for at in joined if at)

    def _at_meeting(self, mark: Mark) -> str:
        """A meeting belongs to who was invited to it, and to the parties of what was on its agenda."""
        invited = MeetingSide.objects.filter(meeting_id=mark.record_id, locality_id=self.reader.locality_id)
        about = set(AgendaItem.objects.filter(meeting_id=mark.record_id).values_list("issue_id", flat=True))
        works = self._works_on_any([self.s.records["issue", pk] for pk in about])
        return MAY if invited.exists() or about & set(self.since) or works else NEVER

    def _told(self, mark: Mark, party: list[Issue]) -> str:
        """What the parties exchange: from the moment the reader's locality was one of them."""
        row = STEPS.get((mark.machine, mark.name))
        to_parties = row is not None and ("parties" in row.told or mark.name in CARRIED_ON)
        # A conclusion is shared whoever was told of the step; "leads" are told of a directive.
        concluding = mark.name in {"direct", "settle"} and mark.field == "directive"
        began = self._began(mark, party)
        if (to_parties or concluding) and mark.at is not None and mark.at >= began:
            return MAY
        return NEVER

    def _issues(self, mark: Mark) -> list[Issue]:
        if mark.machine == "issue" and not mark.record_id:
            return [
                issue
                for issue in self.s.of("issue")
                if mark.word
                in f"{issue.title} {issue.project} {issue.tried} {issue.proposal} {issue.legal_bases}"
                or any(mark.word in side.situation for side in self.s.sides[issue.pk])
            ]
        return [self.s.issue_of(self.s.records[mark.machine, mark.record_id])]

    def _asked(self, mark: Mark) -> bool:
        return any(
            opinion.body_id == self.reader.body_id
            and self.s.consultations[opinion.consultation_id].issue_id == mark.record_id
            and mark.word in f"{opinion.consultation.question} {opinion.consultation.position}"
            for opinion in self.s.of("opinion")
        )

    def _works_on(self, commitment_id: int) -> bool:
        commitment = self.s.records["commitment", commitment_id]
        coordinating = commitment.coordinators.values_list("pk", flat=True)
        return self.reader.body_id in {commitment.lead_id, *coordinating}

    def _works_on_any(self, issues: list[Issue]) -> bool:
        wanted = {issue.pk for issue in issues}
        return any(self._works_on(row.pk) for row in self.s.of("commitment") if row.issue_id in wanted)
