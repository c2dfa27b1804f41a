"""Who must hear of an event, and why (rulebook §5, column ``told`` of the step table)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from coordination.models import Issue, Seat
from coordination.roles import SeatRoles, day_of, seats_of
from coordination.standing import Standing, standing_of
from coordination.visibility import visible
from workflows.machines.base import Machine, Move
from workflows.models import Event
from workflows.registry import Hearing

_roles = SeatRoles()
People = Iterator[tuple[int, str]]


def audience(event: Event, record: Machine, move: Move) -> list[Hearing]:
    """Everyone the rulebook names, once each, with the reason; never the person who acted.

    The next holders come first ("your turn", once per turn); consulted bodies, leads and a Council's
    office hear of *their* record (an opinion, a commitment, a dossier) when it is born or comes to them.
    """
    standing = standing_of(record)
    found: dict[int, Hearing] = {}
    holders = set(_roles.holders(record, move.at))
    if event.kind != Event.Kind.BEGIN:
        # Who held the turn before and still does is not asked again: a link they are reading stays good.
        holders &= move.results.get("opened", set())
    if holders:
        for person_id in _roles.people(holders, move.at):
            found.setdefault(person_id, Hearing(person_id, "your_turn", requires_action=True))
    for word in event.told.split("+"):
        for person_id, why in _WORDS.get(word, _nobody)(record, standing, move.at):
            found.setdefault(person_id, Hearing(person_id, why))
    found.pop(event.person_id or 0, None)
    return list(found.values())


def _nobody(_record: Machine, _standing: Standing, _at: datetime) -> People:
    yield from ()


def _took_part(records: Iterable[Machine]) -> list[tuple[int, int | None, int | None]]:
    """(person, body, locality) of everybody who acted on these records."""
    found = []
    for record in records:
        acted = Event.objects.filter(
            machine=record.machine, record_id=record.pk, person_id__isnull=False
        ).distinct()
        rows = acted.order_by("person_id").values_list("person_id", "organisation_id", "locality_id")
        found += [(person or 0, body, side) for person, body, side in rows]
    return found


def _seat_holders(ids: Iterable[int | None]) -> People:
    for seat in Seat.objects.filter(pk__in=[pk for pk in ids if pk]):
        yield seat.person_id, "home"


def _unit(record: Machine, standing: Standing, at: datetime) -> People:
    for issue in standing.issues:
        yield issue.author.person_id, "unit"
    for person_id, body_id, _side in _took_part({record, *standing.issues}):
        if body_id in standing.unit_ids:
            yield person_id, "unit"


def _home(record: Machine, standing: Standing, at: datetime) -> People:
    yield from _unit(record, standing, at)
    for issue in standing.issues:
        yield from _seat_holders([issue.accountable_id, issue.decider_id])
        yield from _followers(issue, at)
    home_bodies = {
        seat.organisation_id
        for kind in ("focal", "committee")
        for level in ("officer", "head", "deputy")
        for seat in seats_of(f"{kind}:{standing.home_id}:{level}", day_of(at))
    }
    for person_id, body_id, _side in _took_part({record, *standing.issues}):
        if body_id in home_bodies:
            yield person_id, "home"


def _followers(issue: Issue, at: datetime) -> People:
    for follower in issue.followers.select_related("person"):
        if visible(follower.person, issue, at):
            yield follower.person_id, "follower"


def _parties(record: Machine, standing: Standing, at: datetime) -> People:
    yield from _home(record, standing, at)
    sides = standing.others | {pk for issue in standing.issues for pk in issue.brought_in()}
    for locality_id in sorted(sides):
        for level in ("officer", "head"):
            for seat in seats_of(f"focal:{locality_id}:{level}", day_of(at)):
                yield seat.person_id, "party"
    for person_id, _body, side in _took_part({record}):
        if side in sides:
            yield person_id, "party"
    if record.machine == "commitment":
        yield from _leads(record, standing, at)


def _own(record: Machine, standing: Standing, at: datetime) -> People:
    if standing.consulted_id:
        for seat in seats_of(f"body:{standing.consulted_id}:officer+head", day_of(at)):
            yield seat.person_id, "consulted"


def _leads(_record: Machine, standing: Standing, at: datetime) -> People:
    if standing.lead_id:
        for seat in seats_of(f"body:{standing.lead_id}:officer+head", day_of(at)):
            yield seat.person_id, "lead"


def _council(_record: Machine, standing: Standing, at: datetime) -> People:
    if standing.council_id:
        for seat in seats_of(f"council:{standing.council_id}:officer", day_of(at)):
            yield seat.person_id, "council"


def _holders(record: Machine, _standing: Standing, at: datetime) -> People:
    """The holders, and their heads (acts.csv: remind)."""
    keys = list(_roles.holders(record, at))
    for key in keys:
        for seat in seats_of(key, day_of(at)):
            yield seat.person_id, "holder"
            for head in seats_of(f"body:{seat.organisation_id}:head", day_of(at)):
                yield head.person_id, "holder"


_WORDS: dict[str, Callable[[Any, Standing, datetime], People]] = {
    "unit": _unit,
    "home": _home,
    "parties": _parties,
    "own": _own,
    "leads": _leads,
    "consulted": _own,
    "council": _council,
    "holders": _holders,
}
