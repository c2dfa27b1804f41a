"""The latest rows of a long list, a page at a time, each asked for the way that finds it soonest.

Asked for "this way or that, last moved first, 25", PostgreSQL 15 gathers all rows of every way before it
sorts them, and for "one of these five units" all rows of the five. So (ADR 22):

1. the last moved rows of all are looked at one by one, up to ``WINDOW``: who sees much is served at once;
2. what is missing is asked of each way by itself, of each unit through a lateral query, by an index that
   goes on with the date; the page is the first of all those;
3. where few rows can be meant anyhow (a word, my turn), or the reader sees so much that a way by itself
   finds nothing sooner, the planner is left its choice.

SQLite knows no lateral query, and a trial holds few rows: there it is one condition.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL

from coordination.visibility import Probe, Way, any_of

After = tuple[datetime, int]
# Rows looked at one by one: some hundredths of a second where hardly any is the reader's.
WINDOW = 2_000
# Units and homes of a reader beyond which a lateral query for each is no shorter than the dates.
MANY = 20
_NEWEST = ("-moved_at", "-pk")


def latest(
    rows: QuerySet[Any],
    ways: Iterable[Way] | None,
    *,
    size: int,
    after: After | None = None,
    few: bool = False,
) -> list[int]:
    """The ids of the ``size`` last moved of ``rows`` that are reached in one of ``ways``.

    ``ways`` None means every row; ``after`` is where the page before ended; ``few`` says that what
    narrows ``rows`` leaves few of them.
    """
    if ways is None:
        return _first(rows, after, size)
    ways = list(ways)
    rule = rows.filter(any_of(ways, Probe))
    edge = None if few or not _is_postgresql(rows) else _edge(rows, after)
    if edge is None:
        return _first(rule, after, size)
    found = _first(rule.filter(_up_to(edge)), after, size)
    rest = size - len(found)
    if not rest:
        return found
    if sum(len(way.ids) for way in ways if way.key) > MANY:
        return found + _first(rule, edge, rest)
    return found + _along_each(rows, ways, edge, rest)


def _is_postgresql(rows: QuerySet[Any]) -> bool:
    return connections[rows.db].vendor == "postgresql"


def _first(rows: QuerySet[Any], after: After | None, size: int) -> list[int]:
    rows = rows if after is None else rows.filter(beyond(after))
    return list(rows.order_by(*_NEWEST).values_list("pk", flat=True)[:size])


def _edge(rows: QuerySet[Any], after: After | None) -> After | None:
    """The last row of the window of all rows, whoever may see them; None where it reaches the end."""
    every = rows.model._default_manager.all()
    every = every if after is None else every.filter(beyond(after))
    return every.order_by(*_NEWEST).values_list("moved_at", "pk")[WINDOW - 1 : WINDOW].first()


def _up_to(edge: After) -> Q:
    moved_at, pk = edge
    return Q(moved_at__gte=moved_at) & (Q(moved_at__gt=moved_at) | Q(pk__gte=pk))


def latest_seen(rows: QuerySet[Any], ways: Iterable[Way], seen: QuerySet[Any], *, size: int) -> list[int]:
    """The ids of the last moved of ``rows`` on one of ``ways`` and among ``seen``, as nearly all of them are.

    Of the many rows few are on these ways. Whether one is seen is asked of a page of them at a time.
    """
    found: list[int] = []
    ways, after = list(ways), None
    while True:
        if _is_postgresql(rows):
            pks = _along_each(rows, ways, after, size)
        else:
            pks = _first(rows.filter(any_of(ways)), after, size)
        shown = set(seen.filter(pk__in=pks).values_list("pk", flat=True)).difference(found)
        found += [pk for pk in pks if pk in shown]
        if len(pks) < size or len(found) >= size:
            return found[:size]
        # Of all rows: this one may have left ``rows`` a moment ago.
        after = rows.model._default_manager.values_list("moved_at", "pk").get(pk=pks[-1])


def beyond(after: After) -> Q:
    """The rows after the end of a page, last moved first."""
    moved_at, pk = after
    # The first half alone is a range of the index; the second is looked at within it.
    return Q(moved_at__lte=moved_at) & (Q(moved_at__lt=moved_at) | Q(pk__lt=pk))


def _along_each(rows: QuerySet[Any], ways: list[Way], after: After | None, size: int) -> list[int]:
    rows = rows if after is None else rows.filter(beyond(after))
    parts, params = [], []
    for way in ways:
        with suppress(EmptyResultSet):  # a way on which the questions leave nothing
            sql, values = _first_of(rows, way, size)
            parts.append(f"({sql})")
            params += values
    if not parts:
        return []
    every = " UNION ".join(parts)
    # Every word of the statement is the compiler's or ours; what people typed is a parameter.
    statement = (
        f"SELECT id FROM ({every}) AS found (moved_at, id) "  # noqa: S608
        "ORDER BY moved_at DESC, id DESC LIMIT %s"
    )
    with connections[rows.db].cursor() as cursor:
        cursor.execute(statement, [*params, size])
        return [pk for (pk,) in cursor.fetchall()]


def _first_of(rows: QuerySet[Any], way: Way, size: int) -> tuple[str, list[Any]]:
    """The first rows along one way: where it has a key, those of each of its ids."""
    rows = rows.filter(way.but_for_ids()).order_by(*_NEWEST)
    if not way.key:
        sql, values = rows.values_list("moved_at", "pk")[:size].query.sql_with_params()
        return sql, list(values)
    one = RawSQL("way.id", (), output_field=BigIntegerField())
    each = rows.filter(**{way.key: one}).values_list("moved_at", "pk")[:size]
    sql, values = each.query.sql_with_params()
    every_id = "SELECT own.* FROM unnest(%s::bigint[]) AS way (id)"
    return f"{every_id} CROSS JOIN LATERAL ({sql}) AS own (moved_at, id)", [sorted(way.ids), *values]


def write_cursor(record: Any) -> str:
    """Where a page ends: opaque, so that nobody builds on what is in it."""
    plain = f"{record.moved_at.isoformat()} {record.pk}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> After | None:
    """What ``write_cursor`` wrote; None for anything else, which is the first page."""
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moved_at, pk = plain.split(" ")
        when = datetime.fromisoformat(moved_at)
        return (when, int(pk)) if when.tzinfo else None
    except (ValueError, binascii.Error):
        return None
