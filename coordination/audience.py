"""Who must hear of an event, and why (rulebook §5, column ``told`` of the step table)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from coordination.directory import day_of, home_bodies, people_of
from coordination.hanging import hanging_on
from coordination.holding import Behind, Holder
from coordination.models import Issue
from coordination.standing import Standing, standing_of
from coordination.visibility import visible
from workflows.machines.base import Machine, Move
from workflows.models import Event
from workflows.participation import took_part
from workflows.registry import Hearing
from workflows.reminders import HEADS_FROM

People = Iterator[tuple[int, str]]


@dataclass
class Circle:
    """One record with everything an audience is asked of it, each read once per event."""

    record: Machine
    standing: Standing
    at: datetime
    holders: Iterable[str]
    heads_too: bool = True

    @cached_property
    def took_part(self) -> list[tuple[int, int | None, int | None]]:
        """(person, body, locality) of everybody who acted on the record."""
        return _acted_on(self.record)

    @cached_property
    def took_part_in_issues(self) -> list[tuple[int, int | None, int | None]]:
        """The same for the record and the issues it belongs to."""
        others = [issue for issue in self.standing.issues if issue != self.record]
        return self.took_part + [row for issue in others for row in _acted_on(issue)]

    @property
    def home_bodies(self) -> frozenset[int]:
        """The home's focal point and committee."""
        return home_bodies(self.standing.home_id, day_of(self.at))

    @cached_property
    def behind(self) -> Behind:
        """Who stands behind a holder key: deputies in charge and substitutes included."""
        return Behind(self.standing.kinds, self.at)

    def seats(self, key: str) -> list[Holder]:
        """The people behind a holder key when the event is heard of."""
        return self.behind.key(key)

    def holding(self, keys: Iterable[str]) -> list[int]:
        """The people behind several keys."""
        return [holder.person_id for key in keys for holder in self.seats(key)]


# What a turn is for, where "your turn" alone would not say it.
_SAID_APART = frozenset({"reopen", "extension"})


def audience(event: Event, record: Machine, move: Move) -> list[Hearing]:
    """Everyone the rulebook names, once each, with the reason; never the person who acted.

    The next holders come first ("your turn", once per turn); consulted bodies, leads and a Council's
    office hear of *their* record (an opinion, a commitment, a dossier) when it is born or comes to them.
    """
    heads_too = event.data.get("reminder", {}).get("number", HEADS_FROM) >= HEADS_FROM
    at = move.results["heard_at"]
    circle = Circle(record, standing_of(record), at, move.results["holders"], heads_too)
    found: dict[int, Hearing] = {}
    asked = set(circle.holders)
    if event.kind != Event.Kind.BEGIN:
        # Who held the turn before and still does is not asked again: a link they are reading stays good.
        asked &= move.results["opened"]
    for key in sorted(asked):
        purpose = move.results["holders"][key]
        why = purpose if purpose in _SAID_APART else "your_turn"
        for person_id in circle.holding([key]):
            found.setdefault(person_id, Hearing(person_id, why, requires_action=True))
    # A reminder asks the holders again: its mail carries a new link, and the old one is revoked.
    again = set(circle.holding(circle.holders)) if event.name == "remind" else set()
    words = event.told.split("+")
    if event.kind == Event.Kind.BEGIN:
        # Born by another record's step: the tables have no word of its own for it.
        words.append("coordinators")
    for word in words:
        for person_id, why in _WORDS.get(word, _nobody)(circle):
            found.setdefault(person_id, Hearing(person_id, why, requires_action=person_id in again))
    for person_id, why in _substitutes(circle, found):
        found.setdefault(person_id, Hearing(person_id, why, requires_action=person_id in again))
    found.pop(event.person_id or 0, None)
    return list(found.values())


def _substitutes(circle: Circle, found: dict[int, Hearing]) -> list[tuple[int, str]]:
    """Whoever replaces a head hears what the head hears, as long as they do (rulebook §5)."""
    return [
        (row.substitute.person_id, found[row.replaced.person_id].why)
        for row in circle.behind.lent
        if row.replaced.person_id in found and visible(row.substitute.person, circle.record, circle.at)
    ]


def _acted_on(record: Machine) -> list[tuple[int, int | None, int | None]]:
    """Who acted; and for whom: of a body that is not their own a substitute only acts while they are one."""
    found: dict[tuple[int, int | None, int | None], None] = {}
    for row in took_part(record):
        if row.person_id is None:
            continue
        body, side, of_body = row.organisation_id, row.locality_id, row.replaced_body_id
        found[row.person_id, body, side if of_body in {None, body} else None] = None
        if row.replaced_id is not None:
            found[row.replaced_id, of_body, side] = None
    return list(found)


def _nobody(_circle: Circle) -> People:
    yield from ()


def _unit(circle: Circle) -> People:
    for issue in circle.standing.issues:
        yield from ((person_id, "unit") for person_id in people_of([issue.author_id]).values())
    for person_id, body_id, _side in circle.took_part_in_issues:
        if body_id in circle.standing.unit_ids:
            yield person_id, "unit"


def _home(circle: Circle) -> People:
    yield from _unit(circle)
    for issue in circle.standing.issues:
        named = people_of(pk for pk in (issue.accountable_id, issue.decider_id) if pk)
        for seat_id in sorted(named):
            yield named[seat_id], "home"
        yield from _followers(issue, circle.at)
    for person_id, body_id, _side in circle.took_part_in_issues:
        if body_id in circle.home_bodies:
            yield person_id, "home"


def _followers(issue: Issue, at: datetime) -> People:
    if not hanging_on([issue.pk])[issue.pk].followers:
        return
    for follower in issue.followers.select_related("person"):
        if visible(follower.person, issue, at):
            yield follower.person_id, "follower"


def _parties(circle: Circle) -> People:
    yield from _home(circle)
    standing = circle.standing
    sides = standing.others | {pk for issue in standing.issues for pk in issue.brought_in()}
    for locality_id in sorted(sides):
        for seat in circle.seats(f"focal:{locality_id}:officer+head"):
            yield seat.person_id, "party"
    for person_id, _body, side in circle.took_part:
        if side in sides:
            yield person_id, "party"
    if circle.record.machine == "commitment":
        yield from _leads(circle)
        yield from _coordinators(circle)


def _own(circle: Circle) -> People:
    if circle.standing.consulted_id:
        for seat in circle.seats(f"body:{circle.standing.consulted_id}:officer+head"):
            yield seat.person_id, "consulted"


def _leads(circle: Circle) -> People:
    if circle.standing.lead_id:
        for seat in circle.seats(f"body:{circle.standing.lead_id}:officer+head"):
            yield seat.person_id, "lead"


def _coordinators(circle: Circle) -> People:
    for body_id in sorted(circle.standing.coordinator_ids):
        for seat in circle.seats(f"body:{body_id}:officer+head"):
            yield seat.person_id, "coordinator"


def _council(circle: Circle) -> People:
    if circle.standing.council_id:
        for seat in circle.seats(f"council:{circle.standing.council_id}:officer"):
            yield seat.person_id, "council"


def _holders(circle: Circle) -> People:
    """The holders, and their heads: not from the first reminder of a clock (acts.csv: remind)."""
    for key in circle.holders:
        for seat in circle.seats(key):
            yield seat.person_id, "holder"
            heads = circle.seats(f"body:{seat.organisation_id}:head") if circle.heads_too else []
            for head in heads:
                yield head.person_id, "holder"


_WORDS: dict[str, Callable[[Circle], People]] = {
    "unit": _unit,
    "home": _home,
    "parties": _parties,
    "own": _own,
    "leads": _leads,
    "coordinators": _coordinators,
    "consulted": _own,
    "council": _council,
    "holders": _holders,
}
