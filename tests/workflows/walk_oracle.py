"""What the rulebook's tables ask for: open work items, the clock, who hears. Nothing of the product
is asked here but the rows it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.workflows.walk_cast import Cast, Facts
from tests.workflows.walk_snapshot import Snapshot
from tests.workflows.walk_tables import ACT_TOLD, STATES, STEPS

Keys = Iterator[str]
# A conclusion that names a locality brings it in after these events; their own telling is before.
TOLD_BEFORE_NAMING = {("dossier", "record_conclusion"), ("meeting", "confirm_minutes")}


def _accountable(_s: Snapshot, _record: Any, facts: Facts) -> Keys:
    yield f"seat:{facts.accountable}" if facts.accountable else f"focal:{facts.home}:officer"


def _unit(level: str) -> Callable[[Snapshot, Any, Facts], Keys]:
    return lambda _s, _record, facts: (f"body:{unit}:{level}" for unit in facts.units)


def _home(function: str, level: str) -> Callable[[Snapshot, Any, Facts], Keys]:
    return lambda _s, _record, facts: iter([f"{function}:{facts.home}:{level}"])


def _nobody(*_args: Any) -> Keys:
    return iter(())


def _settled(s: Snapshot, record: Any, facts: Facts) -> Keys:
    if s.all_settled(record):
        yield f"focal:{facts.home}:head"


def _unanswered(s: Snapshot, record: Any, _facts: Facts) -> Keys:
    for side in s.meeting_sides[record.pk]:
        if not side.is_home and not side.answer:
            yield f"focal:{side.locality_id}:officer+head"


def _unconfirmed(s: Snapshot, record: Any, _facts: Facts) -> Keys:
    for side in s.meeting_sides[record.pk]:
        if side.confirmed_at is None and side.answer != "declined":
            yield f"side:{side.locality_id}:head"


_PHRASES: dict[str, Callable[[Snapshot, Any, Facts], Keys]] = {
    "reporting.officer": _unit("officer"),
    "reporting.head": _unit("head"),
    "focal.officer": _home("focal", "officer"),
    "focal.head": _home("focal", "head"),
    "committee.officer": _home("committee", "officer"),
    "accountable": _accountable,
    "opinions": _nobody,  # on the opinions' own rows
    "decider": lambda _s, _record, facts: iter([f"seat:{facts.decider}"]),
    "meeting": _nobody,
    "dossier": _nobody,
    "commitments": _nobody,
    "focal.head when all have settled": _settled,
    "other.focal who has not answered": _unanswered,
    "each.head who has not confirmed": _unconfirmed,
    "council.officer": lambda _s, _record, facts: iter([f"council:{facts.council}:officer"]),
    "focal.head of the side that gave it": lambda _s, _record, facts: iter([f"focal:{facts.giver}:head"]),
    # One item, held by the officers and the head of the body together.
    "lead.officer+lead.head": lambda _s, _record, facts: iter([f"body:{facts.lead}:officer+head"]),
    "consulted.officer+consulted.head": lambda _s, _record, facts: iter(
        [f"body:{facts.consulted}:officer+head"]
    ),
}


def expected_holders(s: Snapshot, record: Any, facts: Facts) -> dict[str, str]:
    """Holder key → purpose, from the column ``turn`` of states.csv.

    Plus what acts.csv and effects.csv add: the unit asked, the extension asked for, the countersignature.
    """
    turn = STATES[record.machine, record.state].turn
    phrases = (
        [turn]
        if turn in _PHRASES
        else [part for phrase in turn.split("; ") for part in phrase.split("+") if part]
    )
    answered = record.machine == "issue" and record.state == "implementing" and record.unit_answer
    purpose = "confirm" if answered else "turn"
    if record.machine == "issue" and record.state == "implementing" and s.left_unmet(record):
        purpose = "reopen"
    wanted = {key: purpose for phrase in phrases for key in _PHRASES[phrase](s, record, facts)}
    asked = record.machine == "issue" and record.unit_asked_at and not record.unit_answer
    if asked and record.state == "implementing":
        wanted |= dict.fromkeys(_unit("head")(s, record, facts), "unit_answer")
    if record.machine == "commitment" and s.extensions[record.pk]:
        wanted[f"focal:{facts.giver}:head"] = "extension"
    if s.pending[record.machine, record.pk]:
        wanted[f"focal:{facts.home}:head"] = "countersign"
    return wanted


def expected_clock(s: Snapshot, record: Any) -> str | None:
    """The side whose clock runs, from states.csv; None where none runs."""
    row = STATES[record.machine, record.state]
    if not row.clock:
        return None
    if record.machine == "issue" and record.state == "implementing" and not s.all_settled(record):
        return None
    return row.side


class Audience:
    """Who must hear of an event: the words of ``told`` as people, with every reason that holds."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.acted: dict[tuple[str, int], set[int]] = {}

    def note_actor(self, event: Any) -> None:
        """Remember who took part in a record."""
        if event.person_id:
            behalf = event.data.get("behalf") or {}
            acted = {event.person_id, behalf.get("person_id")} - {None}
            self.acted.setdefault((event.machine, event.record_id), set()).update(acted)

    def told(
        self, s: Snapshot, before: dict[int, set[int]], event: Any, record: Any, facts: Facts
    ) -> dict[int, set[str]]:
        """Person → the reasons why they hear of it, besides that it is their turn."""
        words: tuple[str, ...] = ()
        if event.kind == "step":
            words = STEPS[event.machine, event.name].told
        elif event.kind in {"act", "amend"}:
            words = ACT_TOLD[event.name]
        elif event.kind == "begin":
            words = ("coordinators",)
        parties = facts.brought_in | facts.others
        if (event.machine, event.name) in TOLD_BEFORE_NAMING:
            parties = facts.others if event.machine == "meeting" else set()
            parties = parties | {pk for i in facts.issues for pk in before.get(i.pk, ())}
        found: dict[int, set[str]] = {}
        for word in words:
            for person, why in self._word(word, s, event, record, facts, parties):
                found.setdefault(person, set()).add(why)
        # Whoever replaces a head hears what the head hears.
        for row in self.cast.stand_ins:
            if row.covers(facts.kinds) and row.replaced.pk in found:
                found.setdefault(row.substitute.pk, set()).update(found[row.replaced.pk])
        return found

    def _word(
        self, word: str, s: Snapshot, event: Any, record: Any, facts: Facts, parties: set[int]
    ) -> Iterator[tuple[int, str]]:
        if word in {"unit", "home", "parties"}:
            yield from self._unit(s, record, facts)
        if word in {"home", "parties"}:
            yield from self._home(s, record, facts)
        if word == "parties":
            yield from self._parties(record, facts, parties)
        if word in {"leads", "parties"} and facts.lead:
            yield from ((pk, "lead") for pk in self.cast.at(f"body:{facts.lead}:officer+head", facts.kinds))
        if word in {"coordinators", "parties"}:
            for body in facts.coordinators:
                people = self.cast.at(f"body:{body}:officer+head", facts.kinds)
                yield from ((pk, "coordinator") for pk in people)
        if word in {"consulted", "own"} and facts.consulted:
            key = f"body:{facts.consulted}:officer+head"
            yield from ((pk, "consulted") for pk in self.cast.at(key, facts.kinds))
        if word == "council" and facts.council:
            yield from ((pk, "council") for pk in self.cast.at(f"council:{facts.council}:officer"))
        if word == "holders":
            # The clock reminds the heads from the second time on; a person's reminder reaches them at once.
            heads = event.data.get("reminder", {}).get("number", 2) >= 2
            yield from self._holders(s, record, facts, heads=heads)

    def _holders(self, s: Snapshot, record: Any, facts: Facts, *, heads: bool) -> Iterator[tuple[int, str]]:
        """The holders and their heads."""
        for key in expected_holders(s, record, facts):
            for pk in self.cast.at(key, facts.kinds):
                yield pk, "holder"
                for head in self._heads_of(pk, facts) if heads else ():
                    yield head, "holder"

    def _heads_of(self, person: int, facts: Facts) -> set[int]:
        return set(self.cast.at(f"body:{self.cast.by_person[person].body}:head", facts.kinds))

    def _took_part(self, record: Any, facts: Facts) -> set[int]:
        found = set(self.acted.get((record.machine, record.pk), ()))
        for issue in facts.issues:
            found |= self.acted.get(("issue", issue.pk), set())
        return found

    def _unit(self, s: Snapshot, record: Any, facts: Facts) -> Iterator[tuple[int, str]]:
        authors = {issue.author_id for issue in facts.issues}
        for player in self.cast.players:
            if player.seat in authors:
                yield player.pk, "unit"
        for pk in self._took_part(record, facts):
            if self.cast.by_person[pk].body in facts.units:
                yield pk, "unit"

    def _home(self, s: Snapshot, record: Any, facts: Facts) -> Iterator[tuple[int, str]]:
        """Focal point's and committee's people who have or had it; followers."""
        named = {seat for i in facts.issues for seat in (i.accountable_id, i.decider_id) if seat}
        for player in self.cast.players:
            if player.seat in named:
                yield player.pk, "home"
        for pk in self._took_part(record, facts):
            player = self.cast.by_person[pk]
            if player.has("focal", facts.home) or player.has("committee", facts.home):
                yield pk, "home"
        for issue in facts.issues:
            for follower in s.followers[issue.pk]:
                yield follower.person_id, "follower"

    def _parties(self, record: Any, facts: Facts, parties: set[int]) -> Iterator[tuple[int, str]]:
        for side in parties:
            for pk in self.cast.at(f"focal:{side}:officer+head", facts.kinds):
                yield pk, "party"
        for pk in self.acted.get((record.machine, record.pk), ()):
            if self.cast.by_person[pk].locality in parties:
                yield pk, "party"
