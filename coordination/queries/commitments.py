"""Who has done what by when: commitments as rows, and counted per side and per body (rulebook §3).

Overdue is computed each time it is asked for, by the calendar of the commitment's home, and never
stored. A commitment is overdue while its result is still owed; once it was reported the time is that of
the home, which verifies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import ngettext, pgettext_lazy

from coordination.models import Commitment, Extension, Locality, Organisation, Person
from coordination.queries.due import Due, due_words
from coordination.queries.holders import holder_words
from coordination.queries.issues import open_holders
from coordination.queries.lists import keyset_page
from coordination.visibility import visible_commitments
from workflows.calendar import WorkingCalendar
from workflows.clocks import load_calendar
from workflows.deadlines import due_on_date, overdue
from workflows.models import Calendar

State = Commitment.State
DUE_SOON_DAYS = 5  # working days
# The result is still owed.
OWED = (State.ASSIGNED, State.ACCEPTED, State.DISPUTED)
# The questions that are asked of the list, in the order in which the counts stand side by side.
MARKS: dict[str, str | Promise] = {
    "running": pgettext_lazy("commitments", "Running"),
    "soon": pgettext_lazy("commitments", "Due soon"),
    "overdue": pgettext_lazy("commitments", "Overdue"),
    "asked": pgettext_lazy("commitments", "Extension asked for"),
    "reported": pgettext_lazy("commitments", "To be verified"),
    "unmet": pgettext_lazy("commitments", "Unmet"),
    "verified": pgettext_lazy("commitments", "Verified"),
}


@dataclass(frozen=True)
class Horizon:
    """By one calendar: own dates up to ``late`` have passed, those after it up to ``soon`` come soon."""

    calendar: WorkingCalendar
    late: date
    soon: date

    @classmethod
    def of(cls, calendar: WorkingCalendar, at: datetime) -> Horizon:
        """As they stand at a moment; a date on a rest day passes with the next working day."""
        today = late = calendar.local(at).date()
        while not overdue(calendar.end_of_day(calendar.next_working_day(late)), at):
            late -= timedelta(days=1)
        return cls(calendar, late, calendar.add_working_days(today, DUE_SOON_DAYS))


class Reckoning:
    """How own dates stand at one moment, each by its home's calendar; a fixed number of queries."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        scopes = ["", *Calendar.objects.exclude(scope="").values_list("scope", flat=True)]
        self._horizons = {scope: Horizon.of(load_calendar(scope), at) for scope in scopes}

    def due(self, commitment: Commitment) -> Due:
        """The commitment's own date as a reader meets it."""
        horizon = self._horizons.get(commitment.home.mnemonic, self._horizons[""])
        due_at = due_on_date(horizon.calendar, on=commitment.due_on).due_at
        found = due_words(due_at, now=self.at, calendar=horizon.calendar)
        return replace(found, soon=not found.late and commitment.due_on <= horizon.soon)

    def marked(self, mark: str) -> Q:
        """The condition for one of ``MARKS``.

        "replaced" are the unmet ones whose place another took; "given" is what a side has to answer for:
        all but these and the cancelled.
        """
        replaced = Q(pk__in=Commitment.objects.replaced().values("pk"))
        unmet = Q(state=State.UNMET) & ~replaced
        conditions = {
            "running": ~Q(state__in=Commitment.TERMINAL),
            "soon": Q(state__in=OWED) & self._between(late=False),
            "overdue": Q(state__in=OWED) & self._between(late=True),
            "asked": Q(pk__in=Extension.objects.filter(status=Extension.Status.ASKED).values("commitment")),
            "reported": Q(state=State.REPORTED),
            "unmet": unmet,
            "verified": Q(state=State.VERIFIED),
            "replaced": replaced,
            "given": ~Q(state__in=[State.CANCELLED, State.UNMET]) | unmet,
        }
        return conditions[mark]

    def _between(self, *, late: bool) -> Q:
        """Own dates that have passed, or that come soon, by each home's calendar."""
        own = {scope: horizon for scope, horizon in self._horizons.items() if scope}
        found = ~Q(home__mnemonic__in=own) & _dates(self._horizons[""], late=late)
        for scope, horizon in own.items():
            found |= Q(home__mnemonic=scope) & _dates(horizon, late=late)
        return found


def _dates(horizon: Horizon, *, late: bool) -> Q:
    if late:
        return Q(due_on__lte=horizon.late)
    return Q(due_on__gt=horizon.late, due_on__lte=horizon.soon)


@dataclass(frozen=True)
class CommitmentRow:
    """One commitment: how it stands against its own date, and who holds the turn.

    ``replaces`` and ``replaced_by`` name only commitments that stand beside it.
    """

    commitment: Commitment
    due: Due
    turns: tuple[str, ...] = ()
    replaces: Commitment | None = None
    replaced_by: tuple[Commitment, ...] = ()

    @property
    def owed(self) -> bool:
        """Whether its result is still owed."""
        return self.commitment.state in OWED

    @property
    def late(self) -> bool:
        return self.owed and self.due.late

    @property
    def soon(self) -> bool:
        return self.owed and self.due.soon

    @property
    def asked(self) -> Extension | None:
        """The extension asked for that waits for its answer."""
        return self.commitment.asked_extension

    @property
    def extended(self) -> str:
        """How often its date was moved, and which it was at first; "" where it never was."""
        earlier = self.commitment.earlier_due_dates()
        return extended_words(len(earlier), earlier[0]) if earlier else ""


@dataclass(frozen=True)
class Tally:
    """How many commitments of a side or a body stand where: one number for each of ``MARKS``."""

    given: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def late(self) -> int:
        return self.counts.get("overdue", 0)

    @property
    def running(self) -> int:
        return self.counts.get("running", 0)

    @property
    def done(self) -> int:
        return self.counts.get("verified", 0)

    @property
    def marks(self) -> list[tuple[str, str | Promise, int]]:
        """(mark, label, number) in the order of ``MARKS``."""
        return [(mark, label, self.counts.get(mark, 0)) for mark, label in MARKS.items()]

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.given + other.given,
            {mark: self.counts.get(mark, 0) + other.counts.get(mark, 0) for mark in MARKS},
        )


@dataclass(frozen=True)
class BodyTally:
    """What one lead body owes and has done."""

    body: Organisation
    tally: Tally


@dataclass(frozen=True)
class SideTally:
    """What one side owes and has done, with its lead bodies."""

    locality: Locality
    bodies: list[BodyTally]

    @property
    def tally(self) -> Tally:
        return sum((row.tally for row in self.bodies), Tally())


@dataclass(frozen=True)
class SideOfWork:
    """The commitments of one side on one record, with their sum."""

    locality: Locality
    rows: list[CommitmentRow]
    tally: Tally

    @property
    def late(self) -> int:
        return self.tally.late


@dataclass(frozen=True)
class CommitmentPage:
    """One page of commitments and where the next one begins ("" at the end)."""

    rows: list[CommitmentRow]
    next_cursor: str


def extended_words(times: int, first_due: date) -> str:
    """How often a date was moved, and which it was at first: so that years of slipping show."""
    return ngettext(
        "Extended %(times)d time, first due %(date)s", "Extended %(times)d times, first due %(date)s", times
    ) % {"times": times, "date": f"{first_due:%d/%m/%Y}"}


def seen_commitments(person: Person, at: datetime) -> QuerySet[Commitment]:
    """Every commitment this person may see, for lists and counts."""
    ids = visible_commitments(person, at).order_by().values("pk")
    return Commitment.objects.filter(pk__in=ids)


def concerning(locality: Locality) -> Q:
    """Commitments given on a locality's own issues, and those that it has to carry out anywhere."""
    return Q(home=locality) | Q(locality=locality)


def commitment_page(rows: QuerySet[Commitment], reckoning: Reckoning, cursor: str = "") -> CommitmentPage:
    """The page of ``rows`` after ``cursor``, the last moved first."""
    ready = rows.select_related("home", "locality", "lead", "issue").prefetch_related("extensions")
    found, next_cursor = keyset_page(ready, cursor)
    keys = [(row.machine, row.pk) for row in found]
    holders = open_holders(keys)
    words = holder_words({holder for held in holders.values() for holder in held}, reckoning.at)
    turns = {
        key: tuple(dict.fromkeys(words[holder] for holder in held if words.get(holder)))
        for key, held in holders.items()
    }
    return CommitmentPage(
        [CommitmentRow(row, reckoning.due(row), turns.get((row.machine, row.pk), ())) for row in found],
        next_cursor,
    )


def tallies(rows: QuerySet[Commitment], reckoning: Reckoning) -> list[SideTally]:
    """Who has not done what: each side's commitments counted, body by body; three queries."""
    wanted = {mark: Count("pk", filter=reckoning.marked(mark)) for mark in (*MARKS, "given")}
    counted = list(rows.order_by("locality", "lead").values("locality", "lead").annotate(**wanted))
    bodies = Organisation.objects.in_bulk({row["lead"] for row in counted})
    sides: dict[int, list[BodyTally]] = {}
    for row in counted:
        tally = Tally(row["given"], {mark: row[mark] for mark in MARKS})
        sides.setdefault(row["locality"], []).append(BodyTally(bodies[row["lead"]], tally))
    return [SideTally(place, sides[place.pk]) for place in Locality.objects.filter(pk__in=sides)]


def commitment_rows(commitments: Sequence[Commitment], reckoning: Reckoning) -> list[CommitmentRow]:
    """Rows for commitments that are at hand already."""
    prefetch_related_objects(commitments, "home", "locality", "lead", "extensions", "replaces", "replaced_by")
    beside = {row.pk for row in commitments}
    return [
        CommitmentRow(
            row,
            reckoning.due(row),
            replaces=row.replaces if row.replaces_id in beside else None,
            replaced_by=tuple(
                other
                for other in row.replaced_by.all()
                if other.pk in beside and other.state != State.CANCELLED
            ),
        )
        for row in commitments
    ]


def work_by_side(commitments: Iterable[Commitment], at: datetime) -> list[SideOfWork]:
    """Commitments grouped by the side whose they are, each with its sum."""
    reckoning = Reckoning(at)
    sides: dict[int, list[CommitmentRow]] = {}
    for row in commitment_rows(list(commitments), reckoning):
        sides.setdefault(row.commitment.locality_id, []).append(row)
    ids = [row.commitment.pk for rows in sides.values() for row in rows]
    sums = {
        side.locality.pk: side.tally for side in tallies(Commitment.objects.filter(pk__in=ids), reckoning)
    }
    return [SideOfWork(rows[0].commitment.locality, rows, sums[place]) for place, rows in sides.items()]
