"""Who sees what (rulebook §5), once for one record and once as a query: both from the same words.

``full`` is the home's own view. ``shared`` is the part that has been shared: what a locality that
was brought in, a Council, a lead or a coordinating body may read. Everybody else gets 404.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from coordination.directory import day_of, substitutions_at
from coordination.matters import about
from coordination.models import (
    AgendaItem,
    Commitment,
    Dossier,
    Issue,
    IssueLocality,
    Meeting,
    MeetingSide,
    Opinion,
    Person,
    Seat,
    Share,
)
from coordination.roles import HeldSeat, acting_seats
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.remembering import recall

FULL, SHARED = "full", "shared"


class Sight:
    """What a person's seats of today let them see: the ids that the queries compare with.

    Those of the heads they replace included (TUQ.); ``lent`` holds the sights of those they replace
    for some kinds of matter only.
    """

    def __init__(self, person: Person, at: datetime) -> None:
        acting = acting_seats(person, at)
        self.lent = [LentSight(held) for held in acting if held.lent_kinds]
        self._look(held for held in acting if not held.lent_kinds)

    def _look(self, seats: Iterable[HeldSeat]) -> None:
        held = list(seats)
        self.auditor = any(seat.level == Seat.Level.AUDITOR for seat in held)
        self.bodies = {seat.seat.organisation_id for seat in held if seat.seat.organisation_id is not None}
        self.core = {
            locality
            for seat in held
            for kind, locality in seat.functions
            if kind in {"focal", "committee"} and locality
        }
        self.councils = {
            body_id
            for seat in held
            if seat.seat.organisation and any(kind == "council" for kind, _locality in seat.functions)
            for body_id in (seat.seat.organisation_id, seat.seat.organisation.parent_id)
            if body_id
        }

    @cached_property
    def key(self) -> Hashable:
        """Equal for people who see the same."""
        ids = (frozenset(self.bodies), frozenset(self.core), frozenset(self.councils))
        return self.auditor, ids, tuple((lent.kinds, lent.key) for lent in self.lent)


class LentSight(Sight):
    """What a replaced head sees, for the kinds of matter of the substitution."""

    def __init__(self, held: HeldSeat) -> None:
        self.lent, self.kinds = [], held.lent_kinds
        self._look([held])


Rule = Callable[[Sight], Any]


def lent_too(machine: str) -> Callable[[Rule], Rule]:
    """A rule about a machine's rows that holds for a substitute as well, for the kinds covered."""

    def widen(rule: Rule) -> Rule:
        @wraps(rule)
        def widened(sight: Sight) -> Any:
            found = rule(sight)
            for lent in sight.lent:
                found = found | (Q(rule(lent)) & Q(about(machine, lent.kinds)))
            return found

        return widened

    return widen


class Probe(Exists):
    """EXISTS that PostgreSQL asks row by row, and does not answer for all rows beforehand."""

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """The clause; OFFSET 0 changes nothing but keeps the planner from rewriting it."""
        sql, params = super().as_sql(compiler, connection, **context)
        return f"{sql.removesuffix(')')} OFFSET 0)", params


@dataclass(frozen=True)
class Way:
    """One way to issues: ``condition`` holds; a row is ``hanging`` on it; its ``key`` is one of ``ids``.

    The sum of the ways is the rule. They are kept apart so that a list of the latest can go along each
    by an index of its own (``queries.latest``).
    """

    ids: Collection[int]
    condition: Q = field(default_factory=Q)
    hanging: QuerySet[Any] | None = None
    key: str = ""

    def but_for_ids(self, exists: type[Exists] = Exists) -> Q:
        """What else has to hold than that the key is one of the ids."""
        return self.condition if self.hanging is None else self.condition & Q(exists(self.hanging))

    def rule(self, exists: type[Exists] = Exists) -> Q:
        """The way as a condition on issues."""
        found = self.but_for_ids(exists)
        return found & Q(**{f"{self.key}__in": self.ids}) if self.key else found


def any_of(ways: Iterable[Way], exists: type[Exists] = Exists) -> Q:
    """Issues that are reached in at least one of these ways."""
    found = Q(pk__in=[])
    for way in ways:
        found |= way.rule(exists)
    return found


def _open_ways(sight: Sight, ways_of: Callable[[Sight], list[Way]]) -> list[Way]:
    """The ways that lead somewhere, a substitute's for the kinds covered included."""
    lent = [
        replace(way, condition=way.condition & Q(about("issue", other.kinds)))
        for other in sight.lent
        for way in ways_of(other)
    ]
    return [way for way in (*ways_of(sight), *lent) if way.ids]


def _full_ways(sight: Sight) -> list[Way]:
    return [
        Way(sight.bodies, key="unit_id"),
        Way(sight.core, Q(code__isnull=False), key="home_id"),
    ]


def _shared_ways(sight: Sight) -> list[Way]:
    bodies, core, councils = sight.bodies, sight.core, sight.councils
    issue = OuterRef("pk")
    commitments = Commitment.objects.filter(issue=issue)
    brought_in = IssueLocality.objects.filter(issue=issue, brought_in_at__isnull=False)
    filed = Dossier.objects.filter(issue=issue, filed_at__isnull=False)
    asked = Opinion.objects.filter(consultation__issue=issue, body__locality_id=OuterRef("home_id"))
    return [
        Way(core, hanging=brought_in.filter(locality_id__in=core)),
        Way(councils, hanging=filed.filter(council_id__in=councils)),
        Way(bodies, hanging=commitments.filter(lead_id__in=bodies)),
        Way(bodies, hanging=commitments.filter(coordinators__in=bodies)),
        Way(bodies, hanging=Share.objects.filter(issue=issue, organisation_id__in=bodies)),
        Way(bodies, hanging=Issue.objects.filter(merged_into=issue, unit_id__in=bodies)),
        Way(bodies, hanging=asked.filter(body_id__in=bodies)),
    ]


def issues_full(sight: Sight) -> Q:
    """Own unit, always; home focal point and committee, once it was submitted."""
    return any_of(_open_ways(sight, _full_ways))


def issues_shared(sight: Sight) -> Q:
    """Brought-in localities, the Council it is before, leads, coordinators, bodies consulted here."""
    return any_of(_open_ways(sight, _shared_ways))


def ways_to_issues(sight: Sight) -> list[Way] | None:
    """Every way in which somebody sees issues; None for who sees all of them (auditors)."""
    if sight.auditor:
        return None
    return [*_open_ways(sight, _full_ways), *_open_ways(sight, _shared_ways)]


def visible_issues(person: Person, at: datetime) -> QuerySet[Issue]:
    """Every issue this person may see, in full or in part."""
    sight = Sight(person, at)
    if sight.auditor:
        return Issue.objects.all()
    return Issue.objects.filter(issues_full(sight) | issues_shared(sight))


def visible_meetings(person: Person, at: datetime) -> QuerySet[Meeting]:
    """Meetings of my home, or to which my locality was invited, or about an issue of my unit."""
    sight = Sight(person, at)
    if sight.auditor:
        return Meeting.objects.all()
    return Meeting.objects.filter(_meetings_full(sight) | _meetings_shared(sight))


@lent_too("meeting")
def _meetings_full(sight: Sight) -> Combinable | Q:
    return Q(home_id__in=sight.core) | Exists(
        AgendaItem.objects.filter(meeting=OuterRef("pk"), issue__unit_id__in=sight.bodies)
    )


@lent_too("meeting")
def _meetings_shared(sight: Sight) -> Q:
    return Q(Exists(MeetingSide.objects.filter(meeting=OuterRef("pk"), locality_id__in=sight.core)))


def visible_dossiers(person: Person, at: datetime) -> QuerySet[Dossier]:
    """Dossiers of my home or unit; of my Council once filed; of an issue shared with my locality."""
    sight = Sight(person, at)
    if sight.auditor:
        return Dossier.objects.all()
    return Dossier.objects.filter(_dossiers_full(sight) | _dossiers_shared(sight))


@lent_too("dossier")
def _dossiers_full(sight: Sight) -> Q:
    return Q(home_id__in=sight.core) | Q(issue__unit_id__in=sight.bodies)


@lent_too("dossier")
def _dossiers_shared(sight: Sight) -> Combinable | Q:
    return Q(council_id__in=sight.councils, filed_at__isnull=False) | (
        Q(
            Exists(
                IssueLocality.objects.filter(
                    issue=OuterRef("issue"),
                    locality_id__in=sight.core,
                    brought_in_at__isnull=False,
                )
            )
        )
        # From the first time it was put on an agenda on: the parties were told of that, and what
        # somebody was told of does not vanish when it is returned for a supplement.
        & Exists(Event.objects.filter(machine="dossier", record_id=OuterRef("pk"), name="schedule"))
    )


def visible_commitments(person: Person, at: datetime) -> QuerySet[Commitment]:
    """Commitments of my home or unit, led or coordinated by my body, or of a shared issue."""
    sight = Sight(person, at)
    if sight.auditor:
        return Commitment.objects.all()
    return Commitment.objects.filter(_commitments_full(sight) | _commitments_shared(sight)).distinct()


@lent_too("commitment")
def _commitments_full(sight: Sight) -> Q:
    return Q(home_id__in=sight.core) | Q(issue__unit_id__in=sight.bodies)


@lent_too("commitment")
def _commitments_shared(sight: Sight) -> Combinable | Q:
    through = Commitment.coordinators.through.objects
    return (
        Q(lead_id__in=sight.bodies)
        | Exists(through.filter(commitment_id=OuterRef("pk"), organisation_id__in=sight.bodies))
        | Exists(
            IssueLocality.objects.filter(
                issue=OuterRef("issue"), locality_id__in=sight.core, brought_in_at__isnull=False
            )
        )
        | Exists(
            Dossier.objects.filter(issue=OuterRef("issue"), council_id__in=sight.councils, state="decided")
        )
    )


@lent_too("opinion")
def _opinions_full(sight: Sight) -> Q:
    return Q(consultation__issue__home_id__in=sight.core) | Q(consultation__issue__unit_id__in=sight.bodies)


@lent_too("opinion")
def _opinions_shared(sight: Sight) -> Q:
    return Q(body_id__in=sight.bodies)


def visible_opinions(person: Person, at: datetime) -> QuerySet[Opinion]:
    """Opinions my body was asked for, and those asked for on the issues of my home or unit."""
    sight = Sight(person, at)
    if sight.auditor:
        return Opinion.objects.all()
    return Opinion.objects.filter(_opinions_full(sight) | _opinions_shared(sight))


_RULES: dict[str, tuple[Any, Any, Any]] = {
    "issue": (Issue, issues_full, issues_shared),
    "meeting": (Meeting, _meetings_full, _meetings_shared),
    "dossier": (Dossier, _dossiers_full, _dossiers_shared),
    "commitment": (Commitment, _commitments_full, _commitments_shared),
    "opinion": (Opinion, _opinions_full, _opinions_shared),
}


def seen_in_full(person: Person, machine: str, at: datetime) -> QuerySet[Any]:
    """The records of one machine that this person sees in full."""
    model, full, _shared = _RULES[machine]
    sight = Sight(person, at)
    rows: QuerySet[Any] = model.objects.all()
    return rows if sight.auditor else rows.filter(full(sight))


def visible(person: Any, record: Machine, at: datetime) -> str | None:
    """``full``, ``shared`` or None (404) for one record; the same rules as the queries."""
    if not getattr(person, "is_authenticated", False):
        return None
    return _level(Sight(person, at), record)


def levels(people: Iterable[Person], record: Machine, at: datetime) -> dict[int, str]:
    """Person id → ``full`` or ``shared``, of those who see the record; colleagues are asked for once."""
    asked: dict[Hashable, str | None] = {}
    found = {}
    for pk, sight in _sights({person.pk: person for person in people}, at).items():
        if sight.key not in asked:
            asked[sight.key] = _level(sight, record)
        level = asked[sight.key]
        if level is not None:
            found[pk] = level
    return found


def _sights(people: dict[int, Person], at: datetime) -> dict[int, Sight]:
    """Everybody's sight; that of who replaces nobody is the same all day, and remembered."""
    day = day_of(at)
    replacing = {row.substitute.person_id for row in substitutions_at(at)} & people.keys()
    own = recall(
        "own sight",
        ((pk, day) for pk in people.keys() - replacing),
        lambda missing: {(pk, day): Sight(people[pk], at) for pk, _day in missing},
    )
    return {pk: Sight(people[pk], at) if pk in replacing else own[pk, day] for pk in people}


def _level(sight: Sight, record: Machine) -> str | None:
    if sight.auditor:
        return FULL
    model, full, shared = _RULES[record.machine]
    row = model.objects.filter(pk=record.pk)
    if row.filter(full(sight)).exists():
        return FULL
    return SHARED if row.filter(shared(sight)).exists() else None
