"""Twin files of two localities: shown on both once each has brought the other in (rulebook §2).

Until then the side that named one sees the code it typed, and nothing that depends on whether there
is such a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coordination.models import Issue, Person, Twin
from coordination.queries.aggregation import LOCALITIES, REASONS, focal_homes, marks_of
from coordination.visibility import FULL, visible_issues

MOST, SHOWN = 300, 5


@dataclass(frozen=True)
class TwinRow:
    """A twin as a reader may know it. ``issue`` is None where there is only the code that was typed.

    ``own`` says that this file's side named it, and may take it back.
    """

    code: str
    issue: Issue | None
    own: bool


@dataclass(frozen=True)
class TwinOffer:
    """A file of another locality that both sides see, and why it may be the same matter."""

    issue: Issue
    why: list[str]


def twins_of(issue: Issue, person: Person, level: str, at: datetime) -> list[TwinRow]:
    """The twins of a file: named here, and named there once both files are shared."""
    named = list(issue.twins.order_by("named_at", "pk").values_list("other_code", flat=True))
    linked = {twin.code: twin for twin in _linked(issue, named) if _sees(person, twin, at)}
    rows = [TwinRow(code, linked.get(code), own=True) for code in named if level == FULL or code in linked]
    return rows + [TwinRow(str(code), twin, own=False) for code, twin in linked.items() if code not in named]


def _linked(issue: Issue, named: list[str]) -> list[Issue]:
    """Files that one of the two named, each of which has brought the other's locality in."""
    naming = Twin.objects.filter(other_code=issue.code).values("issue_id") if issue.code else ()
    rows = Issue.objects.filter(code__in=named) | Issue.objects.filter(pk__in=naming)
    return [
        other
        for other in rows.select_related("home").prefetch_related("sides").order_by("code")
        if other.home_id in issue.brought_in() and issue.home_id in other.brought_in()
    ]


def _sees(person: Person, issue: Issue, at: datetime) -> bool:
    return visible_issues(person, at).filter(pk=issue.pk).exists()


def twin_offers(issue: Issue, person: Person, at: datetime) -> list[TwinOffer]:
    """Open files of other localities, each visible to the other side, on the same matter."""
    if issue.home_id not in focal_homes(person, at) or issue.is_terminal or not issue.brought_in():
        return []
    rows = (
        visible_issues(person, at)
        .filter(
            home__in=issue.brought_in(),
            sides__locality=issue.home_id,
            sides__brought_in_at__isnull=False,
        )
        .exclude(state__in=Issue.TERMINAL)
        .exclude(code__in=issue.twins.values("other_code"))
        .exclude(pk__in=Twin.objects.filter(other_code=issue.code).values("issue_id"))
        .select_related("home")
        .prefetch_related("sides")
    )
    marks = marks_of(issue)
    found = [(other, marks.shared_with(marks_of(other))) for other in rows.order_by("-moved_at")[:MOST]]
    # One project or text first: two localities have many files that are not the same matter.
    likely = sorted((row for row in found if row[1]), key=lambda row: row[1] == (LOCALITIES,))
    return [TwinOffer(other, [str(REASONS[one]) for one in why]) for other, why in likely[:SHOWN]]
