"""The issues a person may see, as rows of a list: whose turn, until when (rulebook §4, §5)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import Http404

from coordination.models import AgendaItem, Commitment, Dossier, Issue, Opinion, Person
from coordination.queries.due import Calendars, Due, Key, due_of, earliest, records_filter, running_clocks
from coordination.queries.holders import holder_words
from coordination.roles import items_held
from coordination.visibility import Sight, issues_full, visible_issues
from workflows.clocks import chases
from workflows.models import Clock, WorkItem

PAGE = 25
HANGING = ("meeting", "dossier", "commitment", "opinion")


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
    sight = Sight(person, at)
    full = (
        Value(True)
        if sight.auditor
        else Case(
            When(issues_full(sight), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )
    return visible_issues(person, at).annotate(is_full=full)


def get_issue_for(person: Person, key: str, at: datetime) -> Issue:
    """The issue by code or reference; raises ``Http404`` where the person may not see it."""
    found = seen_issues(person, at).filter(Q(ref=key) | Q(code=key)).first()
    if found is None:
        raise Http404
    return found


def issue_page(
    rows: QuerySet[Issue], *, person: Person, at: datetime, cursor: str = "", size: int = PAGE
) -> IssuePage:
    """The page of ``rows`` after ``cursor``, last moved first."""
    after = read_cursor(cursor)
    if after:
        moved_at, pk = after
        rows = rows.filter(Q(moved_at__lt=moved_at) | Q(moved_at=moved_at, pk__lt=pk))
    found = list(rows.order_by("-moved_at", "-id")[: size + 1])
    more = len(found) > size
    found = found[:size]
    return IssuePage(
        rows=issue_rows(found, person=person, at=at),
        next_cursor=write_cursor(found[-1]) if more else "",
    )


def write_cursor(issue: Issue) -> str:
    """Where the page ends: opaque, so that nobody builds on what is in it."""
    plain = f"{issue.moved_at.isoformat()} {issue.pk}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int] | None:
    """What ``write_cursor`` wrote; None for anything else, which is the first page."""
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moved_at, pk = plain.split(" ")
        when = datetime.fromisoformat(moved_at)
        return (when, int(pk)) if when.tzinfo else None
    except (ValueError, binascii.Error):
        return None


def issue_rows(issues: Sequence[Issue], *, person: Person, at: datetime) -> list[IssueRow]:
    """Rows for these issues (from ``seen_issues``), with a fixed number of queries."""
    prefetched = _with_sides(issues)
    hanging = records_hanging_on(issues)
    shown = {issue.pk: _shown_keys(issue, hanging.get(issue.pk, [])) for issue in prefetched}
    every = {key for keys in shown.values() for key in keys}
    holders = open_holders(every)
    clocks = running_clocks(every)
    words = holder_words({holder for held in holders.values() for holder in held}, at)
    own = {(item.machine, item.record_id) for item in items_held(person, at)}
    calendars = Calendars()
    return [_row(issue, shown[issue.pk], holders, clocks, words, own, at, calendars) for issue in prefetched]


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


def _with_sides(issues: Sequence[Issue]) -> list[Issue]:
    """The same issues with their localities at hand, in two more queries."""
    rows = Issue.objects.filter(pk__in=[issue.pk for issue in issues])
    ready = {
        issue.pk: issue for issue in rows.select_related("home", "unit").prefetch_related("sides__locality")
    }
    for issue in issues:
        ready[issue.pk].is_full = getattr(issue, "is_full", False)  # type: ignore[attr-defined]
    return [ready[issue.pk] for issue in issues]


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
    held = WorkItem.objects.filter(pk__in=[item.id for item in items_held(person, at)])
    return _on_issue_or_beside(held)


def runs_late(at: datetime) -> Q:
    """Issues with a clock past its due date, their own or that of a record beside them.

    For rows of ``seen_issues``: of a shared issue the reader learns no more than its row shows.
    """
    late = Clock.objects.filter(stopped_at__isnull=True, due_at__lt=at).exclude(chases())
    return _beside(late, ("meeting", "dossier", "commitment")) | (
        Q(is_full=True) & (_on_issue(late) | _beside(late, ("opinion",)))
    )


def _on_issue_or_beside(rows: QuerySet[Any]) -> Q:
    return _on_issue(rows) | _beside(rows, HANGING)


def _on_issue(rows: QuerySet[Any]) -> Q:
    return Q(pk__in=rows.filter(machine="issue").values("record_id"))


def _beside(rows: QuerySet[Any], machines: Iterable[str]) -> Q:
    """Issues beside which a record of these machines is among ``rows``."""
    found = Q()
    for machine in machines:
        of = rows.filter(machine=machine).values("record_id")
        found |= Q(Exists(_BESIDE[machine](of)))
    return found


_BESIDE: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "meeting": lambda of: AgendaItem.objects.filter(issue=OuterRef("pk"), left_at=None, meeting__in=of),
    "dossier": lambda of: Dossier.objects.filter(issue=OuterRef("pk"), pk__in=of),
    "commitment": lambda of: Commitment.objects.filter(issue=OuterRef("pk"), pk__in=of),
    "opinion": lambda of: Opinion.objects.filter(consultation__issue=OuterRef("pk"), pk__in=of),
}
