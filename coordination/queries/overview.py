"""How the issues of a locality stand: by stage, by whose turn, by pair of localities, by officer.

Everything is counted by the database, over what the reader may see, narrowed just as the lists behind
the numbers are, so that a number and its list cannot differ. Only open issues are read, but for the year's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db import models
from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from coordination.directory import day_of, locality_of
from coordination.models import Commitment, Dossier, Issue, Locality, Organisation, Person, Seat
from coordination.numbering import numbered_in
from coordination.queries.commitments import Reckoning, concerning
from coordination.queries.issues import seen_issues
from coordination.queries.open_counts import Count, count_open, most_first
from coordination.queries.seats import seat_words
from coordination.queries.turn_sides import TURN_SIDES, states_of
from coordination.visibility import Sight, visible_commitments
from workflows.clocks import load_calendar

State = Issue.State
OPEN_STATES = tuple(state for state in State if state not in Issue.TERMINAL)
PAIRS, OFFICERS = 10, 20
NOBODY = "none"
# What a side still owes, or has failed to do: what is verified or cancelled asks for nothing more.
COMMITMENT_MARKS = ("running", "overdue", "unmet")
_ASKS_NOTHING = (Commitment.State.VERIFIED, Commitment.State.CANCELLED)
# What has become of the year's reports; "open" counts the resolved ones, which wait to be closed.
_OUTCOMES: dict[str, str | Promise] = {
    "open": pgettext_lazy("overview", "Still open"),
    State.RESOLVED: pgettext_lazy("overview", "of which resolved"),
    **{state: state.label for state in (State.CLOSED, State.DECLINED, State.WITHDRAWN, State.MERGED)},
}


@dataclass(frozen=True)
class Scope:
    """Whose issues are counted: those of one ``home``, those before one ``council``, else all there are.

    ``homes`` and ``councils`` are what the reader may choose from; only an auditor may count everything.
    """

    homes: tuple[Locality, ...]
    councils: tuple[Organisation, ...]
    may_see_all: bool
    home: Locality | None = None
    council: Organisation | None = None

    @property
    def narrowed(self) -> dict[str, str]:
        """What narrows a list of issues to the scope."""
        if self.council:
            return {"council": self.council.slug}
        return {"home": self.home.mnemonic} if self.home else {}

    @property
    def has_choice(self) -> bool:
        return len(self.homes) + len(self.councils) + self.may_see_all > 1

    @property
    def shows_officers(self) -> bool:
        """Whether the reader sees who is accountable: before a Council that is the home's own business."""
        return self.council is None


@dataclass(frozen=True)
class Line:
    """One line of a table: issues that are open, those of them that are overdue, and their lists."""

    label: str | Promise
    open: int
    late: int
    narrowed: Mapping[str, str]
    detail: str = ""

    @property
    def path(self) -> str:
        """The list of the open ones."""
        return _list_of_issues(self.narrowed)

    @property
    def late_path(self) -> str:
        """The list of the overdue ones."""
        return _list_of_issues({**self.narrowed, "overdue": "on"})


@dataclass(frozen=True)
class Stage(Line):
    """The issues in one state; ``days`` are the working days since ``oldest``, a key, last took a step."""

    state: str = ""
    days: int = 0
    oldest: str = ""


@dataclass(frozen=True)
class Turn(Line):
    """The issues that wait for one side; ``share`` is what part of all open ones they are, in per cent."""

    share: int = 0


@dataclass(frozen=True)
class Outcome:
    """How many of the year's reports have come to one state, and the list of them."""

    label: str | Promise
    number: int
    narrowed: Mapping[str, str]

    @property
    def path(self) -> str:
        return _list_of_issues(self.narrowed)


@dataclass(frozen=True)
class Figure:
    """How many commitments stand in one way, and the list of them; ``mark`` as in ``COMMITMENT_MARKS``."""

    mark: str
    number: int
    narrowed: Mapping[str, str]

    @property
    def path(self) -> str:
        return f"{reverse('commitment-list')}?{urlencode({**self.narrowed, 'standing': self.mark})}"


@dataclass(frozen=True)
class Side:
    """The commitments of one side, a figure for each of ``COMMITMENT_MARKS``."""

    locality: Locality
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Overview:
    """The whole page, as of ``at``. ``officers_left`` says that there are more than are shown."""

    at: datetime
    scope: Scope
    whole: Line
    stages: list[Stage]
    turns: list[Turn]
    pairs: list[Line]
    officers: list[Line]
    officers_left: bool
    sides: list[Side]
    year: int
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def late_share(self) -> int:
        """What part of the open ones is overdue, in per cent."""
        return _per_cent(self.whole.late, self.whole.open)


def may_read(person: Person, at: datetime) -> bool:
    """Focal points and committees, Councils' offices, auditors; their substitutes, too."""
    return any(_reads(sight) for sight in _sights(person, at))


def scope_for(person: Person, at: datetime, asked: str | None) -> Scope | None:
    """Whose issues this person has before them; None for who has no overview.

    ``asked`` is a locality's mnemonic, a Council's slug, or "" for everything. Who asks for nothing, or
    for what is no choice of theirs, has their own locality, else their Council, else everything.
    """
    sights = [sight for sight in _sights(person, at) if _reads(sight)]
    if not sights:
        return None
    auditor = any(sight.auditor for sight in sights)
    core = {home for sight in sights for home in sight.core}
    rows = Locality.objects.all() if auditor else Locality.objects.filter(pk__in=core)
    scope = Scope(tuple(rows), _councils(sights), auditor)
    home = next((one for one in scope.homes if one.mnemonic == asked), None)
    council = next((one for one in scope.councils if one.slug == asked), None)
    if home or council or (auditor and asked == ""):
        return replace(scope, home=home, council=council)
    own = next((one for one in scope.homes if one.pk in core), None)
    if own or auditor:
        return replace(scope, home=own)
    return replace(scope, council=scope.councils[0])


def _councils(sights: Iterable[Sight]) -> tuple[Organisation, ...]:
    """The Councils themselves, without their offices."""
    ids = {council for sight in sights for council in sight.councils}
    return tuple(Organisation.objects.filter(pk__in=ids).exclude(parent__in=ids)) if ids else ()


def _sights(person: Person, at: datetime) -> list[Sight]:
    sight = Sight(person, at)
    return [sight, *sight.lent]


def _reads(sight: Sight) -> bool:
    return sight.auditor or bool(sight.core or sight.councils)


def before_council(council: Organisation) -> Q:
    """Issues of which a dossier has been filed with the Council."""
    filed = Dossier.objects.filter(council=council, filed_at__isnull=False)
    return Q(pk__in=filed.values("issue"))


def overview_for(person: Person, at: datetime, scope: Scope) -> Overview:
    """The figures of a scope, as this person may see them; a fixed number of statements."""
    seen = seen_issues(person, at)
    if scope.council is not None:
        seen = seen.filter(before_council(scope.council))
    elif scope.home is not None:
        seen = seen.filter(home=scope.home)
    rows = seen.filter(state__in=OPEN_STATES).order_by()
    counts = count_open(rows, at)
    stages = _stages(rows, counts.states, scope, at)
    total = sum(stage.open for stage in stages)
    year = day_of(at).year
    return Overview(
        at=at,
        scope=scope,
        whole=Line(
            pgettext_lazy("filter", "All that are open"),
            total,
            sum(stage.late for stage in stages),
            {**scope.narrowed, "state": "open"},
        ),
        stages=stages,
        turns=_turns(stages, scope, total),
        pairs=_pairs(counts.pairs, scope),
        officers=_officers(counts.officers, scope) if scope.shows_officers else [],
        officers_left=len(counts.officers) > OFFICERS,
        sides=_sides(person, at, scope),
        year=year,
        outcomes=_outcomes(seen.order_by(), scope, year),
    )


def _stages(rows: QuerySet[Issue], counts: Mapping[str, Count], scope: Scope, at: datetime) -> list[Stage]:
    since = dict(rows.values("state").annotate(since=Min("moved_at")).values_list("state", "since"))
    oldest = _oldest(rows, since)
    calendar = load_calendar(scope.home.mnemonic if scope.home else "")
    today = calendar.local(at).date()
    return [
        Stage(
            state.label,
            *counts[state],
            narrowed={**scope.narrowed, "state": state.value},
            state=state.value,
            days=calendar.working_days_between(calendar.local(since[state]).date(), today),
            oldest=oldest.get(state, ""),
        )
        for state in OPEN_STATES
        if state in counts and state in since
    ]


def _oldest(rows: QuerySet[Issue], since: Mapping[str, datetime]) -> dict[str, str]:
    """State → the key of an issue that has stood in it for longest."""
    if not since:
        return {}
    wanted = reduce(or_, (Q(state=state, moved_at=moment) for state, moment in since.items()))
    found = rows.filter(wanted).order_by("-pk").values_list("state", "code", "ref")
    return {state: code or ref for state, code, ref in found}


def _turns(stages: list[Stage], scope: Scope, total: int) -> list[Turn]:
    found = []
    for side, label in TURN_SIDES.items():
        theirs = [stage for stage in stages if stage.state in states_of(side)]
        number = sum(stage.open for stage in theirs)
        if number:
            narrowed = {**scope.narrowed, "state": "open", "turn": side}
            late = sum(stage.late for stage in theirs)
            found.append(Turn(label, number, late, narrowed, share=_per_cent(number, total)))
    return found


def _pairs(counts: Mapping[tuple[int, int], Count], scope: Scope) -> list[Line]:
    """Home and another side, the pairs with the most open issues first."""
    return [
        Line(
            f"{locality_of(home)} – {locality_of(other)}",
            *counts[home, other],
            narrowed={
                **scope.narrowed,
                "home": locality_of(home).mnemonic,
                "locality": str(other),
                "state": "open",
            },
        )
        for home, other in most_first(counts)[:PAIRS]
    ]


def _officers(counts: Mapping[int | None, Count], scope: Scope) -> list[Line]:
    """Who is accountable for how much, the most first."""
    shown = most_first(counts)[:OFFICERS]
    rows = Seat.objects.select_related("person", "organisation__locality")
    seats = rows.in_bulk([seat for seat in shown if seat])
    return [_officer_line(seats.get(seat or 0), counts[seat], scope) for seat in shown]


def _officer_line(seat: Seat | None, count: Count, scope: Scope) -> Line:
    return Line(
        str(seat.person) if seat else pgettext_lazy("overview", "Nobody yet"),
        *count,
        narrowed={**scope.narrowed, "state": "open", "officer": str(seat.pk) if seat else NOBODY},
        detail=seat_words(seat) if seat else "",
    )


def _sides(person: Person, at: datetime, scope: Scope) -> list[Side]:
    """Who has not done what: the commitments of each side that run, are overdue or were left unmet.

    Those of the locality's issues and its own anywhere; for a Council those that it concluded on.
    """
    reckoning = Reckoning(at)
    rows = visible_commitments(person, at).exclude(state__in=_ASKS_NOTHING)
    narrowed = {}
    if scope.council is not None:
        rows = rows.filter(dossier__council=scope.council)
        narrowed = {"council": scope.council.slug}
    elif scope.home is not None:
        rows = rows.filter(concerning(scope.home))
        narrowed = {"concerning": scope.home.mnemonic}
    wanted = {mark: models.Count("pk", filter=reckoning.marked(mark)) for mark in COMMITMENT_MARKS}
    grouped = rows.order_by().values("locality").annotate(**wanted)
    found = [
        _side(locality_of(row["locality"]), row, narrowed)
        for row in grouped
        if any(row[mark] for mark in COMMITMENT_MARKS)
    ]
    return sorted(found, key=lambda side: side.locality.mnemonic)


def _side(locality: Locality, row: Mapping[str, int], narrowed: Mapping[str, str]) -> Side:
    narrowed = {**narrowed, "side": locality.mnemonic}
    return Side(locality, tuple(Figure(mark, row[mark], narrowed) for mark in COMMITMENT_MARKS))


def _outcomes(seen: QuerySet[Issue], scope: Scope, year: int) -> list[Outcome]:
    """What was reported in a year, and what has become of it until now."""
    mnemonic = scope.home.mnemonic if scope.home else ""
    reported = seen.filter(numbered_in("issue", year, mnemonic))
    found = dict(reported.values("state").annotate(number=models.Count("pk")).values_list("state", "number"))
    found["open"] = sum(number for state, number in found.items() if state not in Issue.TERMINAL)
    narrowed = {**scope.narrowed, "year": str(year)}
    total = found["open"] + sum(found.get(state, 0) for state in Issue.TERMINAL)
    return [
        Outcome(pgettext_lazy("overview", "Reported"), total, narrowed),
        *(
            Outcome(label, found.get(state, 0), {**narrowed, "state": str(state)})
            for state, label in _OUTCOMES.items()
        ),
    ]


def _per_cent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _list_of_issues(narrowed: Mapping[str, str]) -> str:
    return f"{reverse('issue-list')}?{urlencode(narrowed)}"
