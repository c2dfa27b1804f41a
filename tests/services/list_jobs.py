"""Jobs of a process: the lists of PostgreSQL beside what the rule says of every row."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from coordination.filters import IssueFilter
from coordination.models import Issue, Kind, Locality, Person
from coordination.queries import latest
from coordination.queries.issues import issue_page, seen_issues, told_apart
from coordination.visibility import Sight, ways_to_issues

BARRIER: Any = None
PAGE, MOST = 2, 500
# Window, units and homes from which on the dates are read, whether few are left: each makes another way.
MANNERS = ((2_000, 20, False), (3, 0, False), (3, 999, False), (3, 0, True))


def questions() -> list[dict[str, str]]:
    """The answers of every filter, and some together."""
    places = Locality.objects.order_by("pk").values_list("pk", flat=True)[:4]
    return [
        {},
        *({"state": state} for state in ("open", "ended", *sorted(Issue.State.values)[::4])),
        *({"turn": turn} for turn in ("me", "unit", "focal", "committee", "localities", "council", "leads")),
        *({"locality": str(pk)} for pk in places),
        *({"kind": kind} for kind in Kind.values),
        {"urgency": "urgent"},
        {"overdue": "on"},
        *({"q": words} for words in ("cau", "quoc lo 13", "ma da", "100%", "a_b", "không có ở đâu cả")),
        {"state": "open", "kind": Kind.values[0], "q": "duong"},
    ]


def lists_both_ways() -> dict[str, int]:
    """Every list of one person of each kind of sight, compared with the rule; counts of what was seen."""
    at, counted = timezone.now(), {"people": 0, "lists": 0, "rows": 0}
    sights = {Sight(person, at).key: person for person in Person.objects.filter(is_active=True)}
    for person in sights.values():
        counted["people"] += 1
        for asked in questions():
            narrow = IssueFilter(asked, person=person, at=at).narrow
            rule = list(
                narrow(seen_issues(person, at)).order_by("-moved_at", "-pk").values_list("pk", flat=True)
            )
            for window, many, few in MANNERS:
                latest.WINDOW, latest.MANY = window, many
                rows, ways = narrow(told_apart(person, at)), ways_to_issues(Sight(person, at))
                listed = latest.latest(rows, ways, size=MOST, few=few)
                assert listed == rule, (person.username, asked, window, many, few)
            counted["lists"] += 1
            counted["rows"] += len(rule)
        latest.WINDOW, latest.MANY = 3, 20
        seen = seen_issues(person, at).order_by("-moved_at", "-pk")
        assert _read_to_the_end(person, at) == list(seen.values_list("pk", "is_full")), person.username
    return counted


def _read_to_the_end(person: Person, at: Any) -> list[tuple[int, bool]]:
    listed: list[tuple[int, bool]] = []
    cursor = ""
    while True:
        page = issue_page(person=person, at=at, cursor=cursor, size=PAGE)
        listed += [(row.issue.pk, row.issue.is_full) for row in page.rows]  # type: ignore[attr-defined]
        cursor = page.next_cursor
        if not cursor:
            return listed
