"""Who must hear of an event, and why (rulebook §5, column ``told`` of the step table)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from coordination.models import Function, Issue, Seat
from coordination.roles import SeatRoles, day_of, seats_of
from coordination.standing import Standing, standing_of
from coordination.visibility import visible
from workflows.machines.base import Machine, Move
from workflows.models import Event
from workflows.registry import Hearing

People = Iterator[tuple[int, str]]


@dataclass
class Circle:
    """One record with everything an audience is asked of it, each read once per event."""

    record: Machine
    standing: Standing
    at: datetime
    holders: Iterable[str]

    @cached_property
    def took_part(self) -> list[tuple[int, int | None, int | None]]:
        """(person, body, locality) of everybody who acted on the record."""
        return _acted_on(self.record)

    @cached_property
    def took_part_in_issues(self) -> list[tuple[int, int | None, int | None]]:
        """The same for the record and the issues it belongs to."""
        others = [issue for issue in self.standing.issues if issue != self.record]
        return self.took_part + [row for issue in others for row in _acted_on(issue)]

    @cached_property
    def home_bodies(self) -> set[int]:
        """The home's focal point and committee."""
        held = Function.objects.at(day_of(self.at)).filter(
            kind__in=["focal", "committee"], locality_id=self.standing.home_id
        )
        return set(held.values_list("organisation_id", flat=True))

    def seats(self, key: str) -> list[Seat]:
        """The seats behind a holder key on the day of the event."""
        return seats_of(key, day_of(self.at))


def audience(event: Event, record: Machine, move: Move) -> list[Hearing]:
    """Everyone the rulebook names, once each, with the reason; never the person who acted.

    The next holders come first ("your turn", once per turn); consulted bodies, leads and a Council's
    office hear of *their* record (an opinion, a commitment, a dossier) when it is born or comes to them.
    """
    circle = Circle(record, standing_of(record), move.at, move.results["holders"])
    found: dict[int, Hearing] = {}
    asked = set(circle.holders)
    if event.kind != Event.Kind.BEGIN:
        # Who held the turn before and still does is not asked again: a link they are reading stays good.
        asked &= move.results["opened"]
    for person_id in _roles.people(asked, move.at):
        found.setdefault(person_id, Hearing(person_id, "your_turn", requires_action=True))
    for word in event.told.split("+"):
        for person_id, why in _WORDS.get(word, _nobody)(circle):
            found.setdefault(person_id, Hearing(person_id, why))
    found.pop(event.person_id or 0, None)
    return list(found.values())


def _acted_on(record: Machine) -> list[tuple[int, int | None, int | None]]:
    acted = Event.objects.filter(
        machine=record.machine, record_id=record.pk, person_id__isnull=False
    ).distinct()
    rows = acted.order_by("person_id").values_list("person_id", "organisation_id", "locality_id")
    return [(person or 0, body, side) for person, body, side in rows]


def _nobody(_circle: Circle) -> People:
    yield from ()


def _unit(circle: Circle) -> People:
    for issue in circle.standing.issues:
        yield issue.author.person_id, "unit"
    for person_id, body_id, _side in circle.took_part_in_issues:
        if body_id in circle.standing.unit_ids:
            yield person_id, "unit"


def _home(circle: Circle) -> People:
    yield from _unit(circle)
    for issue in circle.standing.issues:
        named = Seat.objects.filter(pk__in=[pk for pk in (issue.accountable_id, issue.decider_id) if pk])
        for person_id in named.values_list("person_id", flat=True):
            yield person_id, "home"
        yield from _followers(issue, circle.at)
    for person_id, body_id, _side in circle.took_part_in_issues:
        if body_id in circle.home_bodies:
            yield person_id, "home"


def _followers(issue: Issue, at: datetime) -> People:
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


def _own(circle: Circle) -> People:
    if circle.standing.consulted_id:
        for seat in circle.seats(f"body:{circle.standing.consulted_id}:officer+head"):
            yield seat.person_id, "consulted"


def _leads(circle: Circle) -> People:
    if circle.standing.lead_id:
        for seat in circle.seats(f"body:{circle.standing.lead_id}:officer+head"):
            yield seat.person_id, "lead"


def _council(circle: Circle) -> People:
    if circle.standing.council_id:
        for seat in circle.seats(f"council:{circle.standing.council_id}:officer"):
            yield seat.person_id, "council"


def _holders(circle: Circle) -> People:
    """The holders, and their heads (acts.csv: remind)."""
    for key in circle.holders:
        for seat in circle.seats(key):
            yield seat.person_id, "holder"
            for head in circle.seats(f"body:{seat.organisation_id}:head"):
                yield head.person_id, "holder"


_roles = SeatRoles()
_WORDS: dict[str, Callable[[Circle], People]] = {
    "unit": _unit,
    "home": _home,
    "parties": _parties,
    "own": _own,
    "leads": _leads,
    "consulted": _own,
    "council": _council,
    "holders": _holders,
}
