"""The latest rows of a long list, along each way by an index of its own, a page at a time.

Asked for "this way or that, last moved first, 25", PostgreSQL 15 reads every row of every way before it
sorts, and for "one of these five units" all rows of the five. So each way is asked for its own first
rows, each unit through a lateral query for its own, and the page is the first of all those (ADR 22).
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

from coordination.visibility import Way, any_of

After = tuple[datetime, int]
_NEWEST = ("-moved_at", "-pk")


def latest(
    rows: QuerySet[Any], ways: Iterable[Way] | None, *, size: int, after: After | None = None
) -> list[int]:
    """The ids of the ``size`` last moved of ``rows`` that are reached in one of ``ways``.

    ``ways`` None means every row; ``after`` is where the page before ended.
    """
    if after:
        rows = rows.filter(beyond(after))
    ways = None if ways is None else list(ways)
    if ways is None or connections[rows.db].vendor != "postgresql":
        found = rows if ways is None else rows.filter(any_of(ways))
        return list(found.order_by(*_NEWEST).values_list("pk", flat=True)[:size])
    return _along_each(rows, ways, size)


def latest_seen(rows: QuerySet[Any], ways: Iterable[Way], seen: QuerySet[Any], *, size: int) -> list[int]:
    """``latest`` of those rows that are among ``seen`` too, which nearly all of them are.

    Whether a row is seen is asked of a page of them, not on the way to it.
    """
    found: list[int] = []
    ways, after = list(ways), None
    while True:
        pks = latest(rows, ways, size=size, after=after)
        shown = dict(seen.filter(pk__in=pks).values_list("pk", "moved_at"))
        found += [pk for pk in pks if pk in shown]
        if len(pks) < size or len(found) >= size:
            return found[:size]
        after = rows.filter(pk=pks[-1]).values_list("moved_at", "pk").get()


def beyond(after: After) -> Q:
    """The rows after the end of a page, last moved first."""
    moved_at, pk = after
    # The first half alone is a range of the index; the second is looked at within it.
    return Q(moved_at__lte=moved_at) & (Q(moved_at__lt=moved_at) | Q(pk__lt=pk))


def _along_each(rows: QuerySet[Any], ways: list[Way], size: int) -> list[int]:
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
    rows = rows.filter(way.condition).order_by(*_NEWEST)
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
