"""Which steps and acts could be taken now, by whom: the rulebook's conditions, from the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coordination.models import Issue
from tests.workflows.walk_cast import Cast, Facts, Player
from tests.workflows.walk_data import Givens
from tests.workflows.walk_snapshot import Snapshot
from tests.workflows.walk_tables import STEPS, StepRow
from workflows.models import Event

# How often a step is drawn where it is possible; what ends a record early is drawn seldom.
RARE = {
    "withdraw", "merge", "discontinue", "discontinue_decided", "cancel_meeting", "withdraw_dossier",
    "reject_dossier", "decline_invitation", "return_file", "recall_file", "recall_proposal",
    "request_supplement", "cancel_commitment", "send_back", "return_to_focal", "reopen",
}  # fmt: skip
COUNTERPART = {
    "other.focal", "each.head", "any.head", "council.officer", "consulted.head", "lead.officer",
    "lead.head", "giver.head",
}  # fmt: skip
ROUTES_TO_COMMITTEE = {"bilateral", "council", "directive", "central"}


@dataclass(frozen=True)
class Possible:
    """One step that could be taken on a record, and everybody who could."""

    record: Any
    row: StepRow
    players: tuple[Player, ...]

    @property
    def weight(self) -> int:
        return 1 if self.row.name in RARE else 4

    def __repr__(self) -> str:
        return f"{self.row.machine}.{self.row.name} on {self.record.code or self.record.pk}"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What hypothesis prints of a draw."""
        printer.text(repr(self))


class Moves:
    """The rulebook read as: what is possible now."""

    def __init__(self, cast: Cast, givens: Givens, officer_may_submit: bool) -> None:
        self.cast, self.givens, self.officer_may_submit = cast, givens, officer_may_submit
        places = {givens.localities[slug].pk for slug in (*givens.sides, "tayninh")}
        self.players = cast.among({*places, None})

    def possible(self, s: Snapshot, at: datetime) -> Iterator[Possible]:
        """Every step that is legal now; ``players`` is empty where only time takes it."""
        for record in s.records.values():
            facts = s.facts(record)
            roles: dict[Player, set[str]] | None = None
            for row in STEPS.values():
                if row.machine != record.machine or record.state not in row.source:
                    continue
                if not self.holds(row, record, facts, s, at):
                    continue
                if roles is None:
                    roles = {player: self.cast.roles(player, facts) for player in self.players}
                players = tuple(
                    player
                    for player, own in roles.items()
                    if row.may(own, officer_may_submit=self.officer_may_submit)
                    and self.personal(row, record, player, s)
                )
                if players or (row.machine, row.name) == ("opinion", "lapse"):
                    yield Possible(record, row, players)

    def holds(self, row: StepRow, record: Any, facts: Facts, s: Snapshot, at: datetime) -> bool:
        """The column ``needs``, where it speaks of the record."""
        check = getattr(self, f"_{row.name}", None)
        if "nobody_brought_in" in row.needs and facts.brought_in:
            return False
        if "no_committee_decision" in row.needs and record.committee_decided:
            return False
        if "after_reminders" in row.needs and not self._given_up(record, s, at):
            return False
        return check is None or check(record, s, at)

    def personal(self, row: StepRow, record: Any, player: Player, s: Snapshot) -> bool:
        """What depends on the side of who acts."""
        if row.name == "accept_slot":
            return any(
                player.locality == side.locality_id and side.answer == ""
                for side in s.meeting_sides[record.pk]
            )
        if row.name == "confirm_minutes":
            return any(
                player.locality == side.locality_id and side.confirmed_at is None
                for side in s.meeting_sides[record.pk]
            )
        return True

    def _given_up(self, record: Any, s: Snapshot, at: datetime) -> bool:
        (clock,) = s.clocks[record.machine, record.pk]
        reminders = Event.objects.filter(
            machine=record.machine, record_id=record.pk, name="remind", at__gte=clock.started_at
        )
        return clock.due_at < at and reminders.count() >= 2

    def _endorse(self, record: Any, s: Snapshot, at: datetime) -> bool:
        return record.route in ROUTES_TO_COMMITTEE

    def _settle(self, record: Any, s: Snapshot, at: datetime) -> bool:
        return record.route == "settle"

    def _decline(self, record: Any, s: Snapshot, at: datetime) -> bool:
        return record.route == "decline"

    def _merge(self, record: Any, s: Snapshot, at: datetime) -> bool:
        return bool(self.givens.targets(record, s))

    def _slot(self, record: Any, s: Snapshot, at: datetime) -> bool:
        return bool(self.givens.slot_choices(record, at))

    _accept_slot = _accept_counter = _slot

    def _lapse(self, record: Any, s: Snapshot, at: datetime) -> bool:
        return s.clocks["opinion", record.pk][0].due_at < at

    def _confirm_resolved(self, record: Any, s: Snapshot, at: datetime) -> bool:
        states = {
            row.state for row in s.of("commitment") if row.issue_id == record.pk and row.round == record.round
        }
        # Five working days and the weekends between them; a holiday may make it longer.
        silent = record.unit_asked_at and at > record.unit_asked_at + timedelta(days=12)
        heard = bool(record.unit_answer) or silent
        return bool(s.all_settled(record) and heard and "verified" in states and "unmet" not in states)

    def central_waits(self, record: Any, s: Snapshot) -> bool:
        """A document already waits for the countersignature."""
        return bool(s.pending[record.machine, record.pk])

    def acts(self, s: Snapshot) -> Iterator[tuple[str, Any, Player, dict[str, Any]]]:
        """Acts with who may do them and what they give."""
        note = {"text": "Đã trao đổi qua điện thoại."}
        for record in s.records.values():
            facts = s.facts(record)
            for player in self.players:
                own = self.cast.roles(player, facts)
                for name, data in self._acts_of(own, record, player, s, note):
                    yield name, record, player, data

    def _acts_of(
        self, own: set[str], record: Any, player: Player, s: Snapshot, note: dict[str, str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if not own or not self._sees(own, record):
            return
        if own & {"focal.officer", "focal.head", "committee.officer"}:
            yield "remind", {}
        if any(role.startswith(("focal", "committee", "reporting")) for role in own):
            yield "note_internal", note
        if record.machine != "opinion" and own & {"focal.officer", "focal.head", "other.focal"}:
            yield "note_shared", note
        if s.pending[record.machine, record.pk] and "focal.head" in own:
            pending = s.pending[record.machine, record.pk][0].pk
            yield "countersign", {"pending": pending}
            yield "refuse_record", {"pending": pending, "reason": "Văn bản không đúng thẩm quyền."}
        if record.machine == "issue":
            yield from self._issue_acts(own, record, player)
        if record.machine == "commitment":
            yield from self._extension_acts(own, record, player, s)

    def _extension_acts(
        self, own: set[str], record: Any, player: Player, s: Snapshot
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """More time: asked while the work is to be done, answered in another body than the lead."""
        asked = s.extensions[record.pk]
        if "lead.head" in own and record.state in {"assigned", "accepted"} and not asked:
            until = record.due_on + timedelta(days=800)
            yield "ask_extension", {"until": until.isoformat(), "reason": "Chưa bố trí được vốn."}
        if "giver.head" in own and asked and record.lead_id != player.body:
            answer = {"extension": asked[0].pk, "answer": "Theo đề nghị của cơ quan chủ trì."}
            yield "grant_extension", answer
            yield "refuse_extension", answer

    def _issue_acts(
        self, own: set[str], record: Issue, player: Player
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "follow", {}
        yield "unfollow", {}
        officers = [p.seat for p in self.players if p.level == "officer" and p.has("focal", record.home_id)]
        if "focal.head" in own:
            yield from (("assign", {"accountable": seat}) for seat in officers)
        if "focal.officer" in own:
            yield "reassign", {"accountable": player.seat}
        if "focal.officer" in own:
            body = self.givens.bodies[f"{self.givens.home}.tnmt"]
            yield "share", {"bodies": [body]}
            yield "confirm_urgency", {"urgency": "very_urgent"}
        if "reporting.head" in own:
            yield "raise_urgency", {"urgency": "urgent"}
            if record.state == "implementing" and record.unit_asked_at and not record.unit_answer:
                yield "unit_agrees", {}
                yield "unit_objects", {}

    def _sees(self, own: set[str], record: Any) -> bool:
        """Before it was submitted only the unit sees an issue; before any agenda the home its dossier."""
        at_home = any(role.startswith(("focal", "committee", "reporting")) for role in own)
        if record.machine == "dossier" and not at_home:
            rows = Event.objects.filter(machine="dossier", record_id=record.pk, name="schedule")
            return rows.exists()
        if record.machine != "issue" or record.code:
            return True
        return any(role.startswith("reporting") for role in own)
