"""The issues a person may see, as rows of a list: whose turn, until when (rulebook §4, §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.http import Http404

from coordination.models import AgendaItem, Commitment, Dossier, Issue, Opinion, Person
from coordination.queries.due import Calendars, Due, Key, due_of, earliest, records_filter, running_clocks
from coordination.queries.holders import holder_words
from coordination.queries.latest import latest, read_cursor, write_cursor
from coordination.roles import items_held
from coordination.visibility import Sight, issues_full, visible_issues, ways_to_issues
from workflows.clocks import chases
from workflows.models import Clock, WorkItem

PAGE = 25
Narrowing = Callable[[QuerySet[Issue]], QuerySet[Issue]]


@dataclass(frozen=True)
class IssueRow:
    """One issue on a list. ``turns`` says who holds the turn, ``mine`` whether the reader does."""

    issue: Issue
    localities: tuple[str, ...]
    turns: tuple[str, ...]
    mine: bool
    due: Due | None

    @property
    def more(self) -> int:
        """How many holders besides the two a list shows."""
        return len(self.turns) - 2


@dataclass(frozen=True)
class IssuePage:
    """One page of a list and where the next one begins ("" at the end)."""

    rows: list[IssueRow]
    next_cursor: str


def seen_issues(person: Person, at: datetime) -> QuerySet[Issue]:
    """Every issue this person may see; ``is_full`` says whether the home's own view of it."""
    return _with_is_full(visible_issues(person, at), Sight(person, at))


def told_apart(person: Person, at: datetime) -> QuerySet[Issue]:
    """All issues there are, with ``is_full``: what a page narrows before it asks who sees what."""
    return _with_is_full(Issue.objects.all(), Sight(person, at))


def _with_is_full(rows: QuerySet[Issue], sight: Sight) -> QuerySet[Issue]:
    full = (
        Value(True)
        if sight.auditor
        else Case(
            When(issues_full(sight), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )
    return rows.annotate(is_full=full)


def get_issue_for(person: Person, key: str, at: datetime) -> Issue:
    """The issue by code or reference; raises ``Http404`` where the person may not see it."""
    found = seen_issues(person, at).filter(Q(ref=key) | Q(code=key)).first()
    if found is None:
        raise Http404
    return found


def issue_page(
    narrow: Narrowing = lambda rows: rows,
    *,
    person: Person,
    at: datetime,
    cursor: str = "",
    size: int = PAGE,
    few: bool = False,
) -> IssuePage:
    """The page after ``cursor`` of the issues this person may see and ``narrow`` leaves, last moved first.

    ``few`` says that it leaves few.
    """
    rows, after = narrow(told_apart(person, at)), read_cursor(cursor)
    pks = latest(rows, ways_to_issues(Sight(person, at)), size=size + 1, after=after, few=few)
    found = issue_rows(pks[:size], person=person, at=at)
    return IssuePage(
        rows=found, next_cursor=write_cursor(found[-1].issue) if len(pks) > size and found else ""
    )


def issue_rows(pks: Sequence[int], *, person: Person, at: datetime) -> list[IssueRow]:
    """Rows for these issues, all of which the person may see, in this order; a fixed number of queries."""
    issues = _issues_of(pks, Sight(person, at))
    hanging = records_hanging_on(issues)
    shown = {issue.pk: _shown_keys(issue, hanging.get(issue.pk, [])) for issue in issues}
    every = {key for keys in shown.values() for key in keys}
    holders = open_holders(every)
    clocks = running_clocks(every)
    words = holder_words({holder for held in holders.values() for holder in held}, at)
    own = {(item.machine, item.record_id) for item in items_held(person, at)}
    calendars = Calendars()
    return [_row(issue, shown[issue.pk], holders, clocks, words, own, at, calendars) for issue in issues]


def _row(
    issue: Issue,
    keys: list[Key],
    holders: dict[Key, list[str]],
    clocks: dict[Key, Clock],
    words: dict[str, str],
    own: set[tuple[str, int | None]],
    at: datetime,
    calendars: Calendars,
) -> IssueRow:
    # Bodies before named seats.
    held = sorted(
        (holder for key in keys for holder in holders.get(key, ())),
        key=lambda holder: holder.startswith("seat:"),
    )
    clock = earliest(clocks[key] for key in keys if key in clocks)
    return IssueRow(
        issue=issue,
        localities=tuple(str(side.locality) for side in issue.sides.all()),
        turns=tuple(dict.fromkeys(words[holder] for holder in held if words.get(holder))),
        mine=any(key in own for key in keys),
        due=due_of(clock, now=at, calendar=calendars.of(issue.home.mnemonic)) if clock else None,
    )


def _issues_of(pks: Sequence[int], sight: Sight) -> list[Issue]:
    """These issues in this order, each with home, unit and sides at hand, and ``is_full``."""
    if not pks:
        return []
    rows = _with_is_full(Issue.objects.filter(pk__in=pks), sight).select_related("home", "unit")
    by_pk = {issue.pk: issue for issue in rows.prefetch_related("sides__locality")}
    return [by_pk[pk] for pk in pks if pk in by_pk]


def _shown_keys(issue: Issue, hanging: list[Key]) -> list[Key]:
    """The records whose turn and clock this reader may know of.

    Who holds the turn inside the home, and whom it consults, is the home's own business (rulebook
    §5): a locality that was brought in sees the meetings, dossiers and commitments only.
    """
    if issue.is_full:  # type: ignore[attr-defined]
        return [("issue", issue.pk), *hanging]
    return [key for key in hanging if key[0] != "opinion"]


def records_hanging_on(issues: Iterable[Issue]) -> dict[int, list[Key]]:
    """Issue id → its meetings, dossiers, commitments and opinions, as (machine, id)."""
    ids = [issue.pk for issue in issues]
    found: dict[int, list[Key]] = {}
    pairs: list[tuple[str, QuerySet[Any, Any]]] = [
        (
            "meeting",
            AgendaItem.objects.filter(issue__in=ids, left_at=None).values_list("issue", "meeting"),
        ),
        ("dossier", Dossier.objects.filter(issue__in=ids).values_list("issue", "pk")),
        ("commitment", Commitment.objects.filter(issue__in=ids).values_list("issue", "pk")),
        (
            "opinion",
            Opinion.objects.filter(consultation__issue__in=ids).values_list("consultation__issue", "pk"),
        ),
    ]
    for machine, rows in pairs:
        for issue_id, pk in rows:
            found.setdefault(issue_id, []).append((machine, pk))
    return found


def open_holders(keys: Iterable[Key]) -> dict[Key, list[str]]:
    """(machine, record id) → the holders of its open work items, in one query."""
    wanted = records_filter(keys)
    if wanted is None:
        return {}
    found: dict[Key, list[str]] = {}
    rows = WorkItem.objects.filter(wanted, finished__isnull=True).exclude(holder="")
    for machine, record_id, holder in rows.order_by("id").values_list("machine", "record_id", "holder"):
        if record_id is not None:
            found.setdefault((machine, record_id), []).append(holder)
    return found


def turn_is_held_by(person: Person, at: datetime) -> Q:
    """Issues on which this person holds an open item, on the issue or a record beside it."""
    records: dict[str, set[int]] = {}
    for item in items_held(person, at):
        if item.record_id is not None:
            records.setdefault(item.machine, set()).add(item.record_id)
    issues = records.pop("issue", set())
    for machine, of in records.items():
        issues.update(_BESIDE[machine].filter(**{f"{_RECORD[machine]}__in": of}).values_list("of", flat=True))
    return Q(pk__in=issues)


def runs_late(at: datetime) -> Q:
    """Issues with a clock past its due date, their own or that of a record beside them.

    For rows with ``is_full``: of a shared issue the reader learns no more than its row shows. Asked row
    by row, for a page ends long before all clocks of the country have been gathered.
    """
    late = Clock.objects.filter(stopped_at__isnull=True, due_at__lt=at).exclude(chases())
    own = Exists(late.filter(machine="issue", record_id=OuterRef("pk")))
    beside = {
        machine: Exists(
            rows.filter(
                Exists(late.filter(machine=machine, record_id=OuterRef(_RECORD[machine]))), of=OuterRef("pk")
            )
        )
        for machine, rows in _BESIDE.items()
    }
    shared = beside["meeting"] | beside["dossier"] | beside["commitment"]
    return shared | (Q(is_full=True) & (own | beside["opinion"]))


# What hangs on issues: rows that name the issue (``of``), and their field that is the record's id.
_BESIDE: dict[str, QuerySet[Any]] = {
    "meeting": AgendaItem.objects.filter(left_at=None).annotate(of=F("issue_id")),
    "dossier": Dossier.objects.annotate(of=F("issue_id")),
    "commitment": Commitment.objects.annotate(of=F("issue_id")),
    "opinion": Opinion.objects.annotate(of=F("consultation__issue_id")),
}
_RECORD = {"meeting": "meeting_id", "dossier": "pk", "commitment": "pk", "opinion": "pk"}
