"""Issues counted by state, by accountable officer and by pair of localities, all in one statement.

Beside the ORM: whether an issue runs late hangs on its own clock and on those of four kinds of record
beside it, and to find that out takes most of the time. So it is asked once for each issue, not once for
each table.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import connections
from django.db.models import Case, IntegerField, QuerySet, Value, When

from coordination.models import Issue
from coordination.queries.issues import runs_late


class Count(NamedTuple):
    """How many issues, and how many of them are overdue."""

    open: int
    late: int


@dataclass
class OpenCounts:
    """Counts by state, by the accountable seat's id (None: nobody yet), by the ids of home and other side.

    An issue between three localities stands in two pairs.
    """

    states: dict[str, Count] = field(default_factory=dict)
    officers: dict[int | None, Count] = field(default_factory=dict)
    pairs: dict[tuple[int, int], Count] = field(default_factory=dict)


Key = TypeVar("Key", bound=Hashable)

# The part with both ids comes first: PostgreSQL takes the types of the columns from it.
_STATEMENT = """
WITH found (id, home_id, state, accountable_id, late) AS ({issues})
SELECT 'pair', NULL, home_id, side.locality_id, COUNT(*), SUM(late)
  FROM found JOIN coordination_issuelocality side ON side.issue_id = found.id
 WHERE side.locality_id <> home_id GROUP BY home_id, side.locality_id
UNION ALL
SELECT 'officer', NULL, accountable_id, NULL, COUNT(*), SUM(late) FROM found GROUP BY accountable_id
UNION ALL
SELECT 'state', state, NULL, NULL, COUNT(*), SUM(late) FROM found GROUP BY state
"""


def count_open(rows: QuerySet[Issue], at: datetime) -> OpenCounts:
    """Count these issues (of ``seen_issues``, not none by their very condition)."""
    late = Case(When(runs_late(at), then=Value(1)), default=Value(0), output_field=IntegerField())
    issues = rows.order_by().annotate(late=late)
    sql, values = issues.values_list("id", "home", "state", "accountable", "late").query.sql_with_params()
    found = OpenCounts()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(_STATEMENT.format(issues=sql), values)
        for what, state, one, other, number, number_late in cursor.fetchall():
            count = Count(number, number_late)
            if what == "state":
                found.states[state] = count
            elif what == "officer":
                found.officers[one] = count
            else:
                found.pairs[one, other] = count
    return found


def most_first(counts: Mapping[Key, Count]) -> list[Key]:
    """The keys with the most issues first, of equals the one with the most overdue."""
    return sorted(counts, key=lambda key: (*(-number for number in counts[key]), str(key)))
