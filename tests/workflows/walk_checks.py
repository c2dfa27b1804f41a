"""What must hold after every action of a walk (rulebook §6, states.csv, effects.csv)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from viewflow.workflow.status import STATUS

from notifications.models import Notice
from tests.workflows.walk_cast import Cast
from tests.workflows.walk_oracle import Audience, expected_clock, expected_holders
from tests.workflows.walk_snapshot import MODELS, SETTLED, Snapshot
from tests.workflows.walk_tables import ACT_BUMPS, STATES

IN_SUBMISSION = {"awaiting_focal_head", "committee_office", "awaiting_committee"}


@dataclass
class Checks:
    """The invariants, with what has to be remembered from one action to the next."""

    cast: Cast
    audience: Audience = field(init=False)
    last_event: int = 0
    last_notice: int = 0
    ids: dict[str, set[int]] = field(default_factory=dict)
    versions: dict[tuple[str, int], int] = field(default_factory=dict)
    seqs: Counter[int] = field(default_factory=Counter)
    parties: dict[int, set[int]] = field(default_factory=dict)
    commitments: dict[int, str] = field(default_factory=dict)
    hearing: set[int] = field(default_factory=set)
    item_told: dict[int, set[int | None]] = field(default_factory=dict)
    acted_since: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.audience = Audience(self.cast)

    def after_action(self, by: int | None) -> Snapshot:
        """Check everything; ``by`` is who acted. Returns what stands now."""
        s = Snapshot(self.last_event)
        for event in s.events:
            self.audience.note_actor(event)
        holders = {}
        for key, record in s.records.items():
            facts = s.facts(record)
            holders[key] = expected_holders(s, record, facts)
            self._items(s, record, holders[key])
            self._clock(s, record)
            self._flow(s, record)
        for issue in s.of("issue"):
            self._issue(s, issue)
        self._submissions(s)
        self._events(s)
        self._notices(s, holders)
        self._open_notices(s, holders, by)
        self._nothing_lost(s)
        self.last_event = s.last_event
        self.parties = {issue.pk: s.brought_in(issue) for issue in s.of("issue")}
        return s

    def _items(self, s: Snapshot, record: Any, wanted: dict[str, str]) -> None:
        """Open work items are what states.csv asks for, one per holder."""
        items = [item for item in s.items[record.machine, record.pk] if item.holder]
        have = {item.holder: item.purpose for item in items}
        assert len(have) == len(items), ("a holder has two items", record.machine, items)
        if record.machine == "opinion":
            # The body's own branch of the consultation; a countersignature is asked beside it.
            wanted = {key: "requested" if why == "turn" else why for key, why in wanted.items()}
        assert have == wanted, (record.machine, record.ref, record.state, have, wanted)

    def _clock(self, s: Snapshot, record: Any) -> None:
        """One running clock where states.csv names one, on the side it names."""
        clocks = s.clocks[record.machine, record.pk]
        wanted = expected_clock(s, record)
        have = [clock.side for clock in clocks]
        assert have == ([wanted] if wanted else []), (record.machine, record.state, have, wanted)
        assert all(clock.due_at for clock in clocks), (record.machine, record.state)

    def _flow(self, s: Snapshot, record: Any) -> None:
        """viewflow agrees: an open run with an open task, or every run at its end."""
        if record.machine == "opinion":
            consultation = s.consultations[record.consultation_id]
            (process,) = s.processes["consultation", consultation.pk]
            assert (process.status == STATUS.DONE) == bool(consultation.concluded_at)
            runs = s.processes["opinion", record.pk]
            open_runs = [run for run in runs if run.status != STATUS.DONE]
            assert len(open_runs) == bool(s.pending["opinion", record.pk])
            return
        key = (record.machine, record.pk)
        open_runs = [run for run in s.processes[key] if run.status != STATUS.DONE]
        ended = STATES[record.machine, record.state].terminal
        if ended and not s.items[key]:
            assert open_runs == [], (key, record.state)
        else:
            assert len(open_runs) == 1, (key, record.state, open_runs)
            assert s.items[key], (key, record.state)

    def _issue(self, s: Snapshot, issue: Any) -> None:
        """What hangs on an issue is what its state says (effects.csv)."""
        meetings, dossiers = s.open_meetings(issue), s.open_dossiers(issue)
        where = (issue.ref, issue.state)
        assert len(meetings) == (issue.state == "bilateral"), (where, meetings)
        assert len(dossiers) == (issue.state == "council"), (where, dossiers)
        asked = [row for row in s.consultations.values() if row.issue_id == issue.pk]
        unfinished = [row.pk for row in asked if row.concluded_at is None]
        assert len(unfinished) == (issue.state == "consulting"), (where, unfinished)
        requested = [row for row in s.of("opinion") if row.state == "requested" and s.issue_of(row) == issue]
        assert bool(requested) == (issue.state == "consulting"), (where, requested)
        assert {row.consultation_id for row in requested} <= set(unfinished)
        own = [row for row in s.of("commitment") if row.issue_id == issue.pk]
        if issue.state == "implementing":
            assert own, where
            assert not s.all_settled(issue) or issue.unit_asked_at, where
        if issue.state == "resolved":
            in_round = {row.state for row in own if row.round == issue.round}
            assert "verified" in in_round, (where, in_round)
            assert "unmet" not in in_round, (where, in_round)
        # Commitments of an earlier round run on while the issue is declined, withdrawn or merged.
        if issue.state in {"closed", "resolved"}:
            assert not s.running(issue), (where, s.running(issue))
        assert (issue.state == "merged") == bool(issue.merged_into_id), where
        decided = {"bilateral", "council", "central"}
        assert issue.committee_decided or issue.state not in decided, where
        assert (issue.code is None) <= (issue.state in {"draft", "awaiting_unit_head", "withdrawn"}), where

    def _submissions(self, s: Snapshot) -> None:
        """An issue is on one open submission exactly while it is before head, office or leader."""
        open_of = Counter(item.issue_id for item in s.submission_items if item.status == "open")
        for issue in s.of("issue"):
            assert open_of[issue.pk] == (issue.state in IN_SUBMISSION), (issue.state, open_of)
        by_submission: dict[int, list[Any]] = {}
        for item in s.submission_items:
            by_submission.setdefault(item.submission_id, []).append(item)
        for items in by_submission.values():
            statuses = {item.status for item in items}
            wanted = "proposed" if "open" in statuses else "decided" if "decided" in statuses else "recalled"
            assert items[0].submission.state == wanted, (statuses, wanted)

    def _events(self, s: Snapshot) -> None:
        """Versions grow by one with steps and amendments, with acts as acts.csv says."""
        for event in s.events:
            key = (event.machine, event.record_id)
            before = self.versions.get(key, 0)
            grown = event.version - before
            if event.kind in {"begin", "step", "amend"}:
                assert grown == 1, (key, event.name, before, event.version)
            elif event.kind == "act" and event.name != "attach":
                assert grown == int(ACT_BUMPS[event.name]), (key, event.name, grown)
            else:
                assert grown in {0, 1}
            self.versions[key] = event.version
        for key, record in s.records.items():
            assert record.version == self.versions[key], key

    def _notices(self, s: Snapshot, holders: dict[Any, dict[str, str]]) -> None:
        """Everyone the tables name has one notice of each event, nobody else, never the actor."""
        fresh: dict[int, list[Notice]] = {}
        self.hearing = set()
        rows = list(Notice.objects.filter(pk__gt=self.last_notice).order_by("person_id", "seq"))
        self.last_notice = max([notice.pk for notice in rows], default=self.last_notice)
        for notice in rows:
            self.seqs[notice.person_id] += 1
            assert notice.seq == self.seqs[notice.person_id], ("a gap", notice)
            self.hearing.add(notice.person_id)
            if notice.event_id <= self.last_event:
                # A substitute is asked for what the head was asked before.
                assert notice.requires_action, notice
                continue
            fresh.setdefault(notice.event_id, []).append(notice)
        last = {(event.machine, event.record_id): event.pk for event in s.events}
        asked_earlier: dict[Any, set[int]] = {}
        for event in s.events:
            key = (event.machine, event.record_id)
            record, notices = s.records[key], fresh.pop(event.pk, [])
            people = [notice.person_id for notice in notices]
            assert len(people) == len(set(people)), ("told twice", event)
            assert event.person_id not in people, ("the actor is told", event)
            if event.kind == "trail":
                assert not people, event
                continue
            if last[key] != event.pk:
                asking = {notice.person_id for notice in notices if notice.requires_action}
                asked_earlier.setdefault(key, set()).update(asking)
                continue  # a later event of the same action moved the turn on
            facts = s.facts(record)
            told = self.audience.told(s, self.parties, event, record, facts)
            # Asked are those whose item was opened just now; who held it before is not asked again.
            opened = {item.holder for item in s.items[key] if item.holder and item.pk not in self.item_told}
            turn = {pk for held in opened & set(holders[key]) for pk in self.cast.at(held, facts.kinds)}
            turn -= asked_earlier.get(key, set())
            wanted = (set(told) | turn) - {event.person_id}
            names = {"told": set(people) - wanted, "missed": wanted - set(people)}
            names = {k: {self.cast.by_person[pk] for pk in v} for k, v in names.items()}
            why = {self.cast.by_person[notice.person_id]: notice.why for notice in notices}
            assert set(people) == wanted, (event, record.state, names, why)
            # A reminder asks every holder again.
            again = {pk for held in holders[key] for pk in self.cast.at(held, facts.kinds)}
            for notice in notices:
                yours = notice.person_id in turn
                asked = yours or (event.name == "remind" and notice.person_id in again)
                assert notice.requires_action == asked, (event, notice, asked)
                reasons = {"your_turn", "reopen", "extension"} if yours else told[notice.person_id]
                assert notice.why in reasons, (event, notice.why, reasons)
        assert not fresh, ("notices of no event", fresh)

    def _open_notices(self, s: Snapshot, holders: dict[Any, dict[str, str]], by: int | None) -> None:
        """A notice asks for action as long as its person holds an item of the record, once."""
        for event in s.events:
            if event.person_id:
                self.acted_since[event.machine, event.record_id, event.person_id] = event.pk
        for key, record in s.records.items():
            held: dict[int, Any] = {}
            kinds = s.facts(record).kinds
            for item in s.items[key]:
                # A turn that moves along with another record's is told by that record's notice.
                self.item_told.setdefault(item.pk, {by} | self.hearing)
                for pk in self.cast.at(item.holder, kinds) if item.holder else ():
                    held[pk] = item
            asked = Counter(notice.person_id for notice in s.asking[key])
            assert set(asked) <= set(held), (record.machine, record.state, asked, held)
            assert set(asked.values()) <= {1}, (record.machine, record.state, asked)
            for pk in set(held) - set(asked):
                # Who acted knows: they opened the item themselves, or have begun to work on it.
                began = (*key, pk) in self.acted_since
                assert pk in self.item_told[held[pk].pk] or began, (
                    "holds an item and was never told",
                    self.cast.by_person[pk],
                    record.machine,
                    record.state,
                )

    def _nothing_lost(self, s: Snapshot) -> None:
        """No record disappears, and no commitment that has settled runs again."""
        for name in MODELS:
            ids = {row.pk for row in s.of(name)}
            assert self.ids.get(name, set()) <= ids, name
            self.ids[name] = ids
        for row in s.of("commitment"):
            if self.commitments.get(row.pk) in SETTLED:
                assert row.state == self.commitments[row.pk], row
            self.commitments[row.pk] = row.state
