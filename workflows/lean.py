"""Statements that every step sends, built once per process and run many times.

Building a statement costs Django more than the database needs to run it: half of a step's time went
there (docs/adr/0018). The ORM still says what is asked for and makes the objects; what it built is kept.
Only what a measurement named stands on this; everything else is plain ORM.

- ``Kept``: a query of the ORM's with places for values.
- ``insert``, ``update`` and ``LeanModel``: rows written with all their columns. No signal is sent, so no
  receiver may listen to a lean model.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connection, models

Row = TypeVar("Row")
Model = TypeVar("Model", bound=models.Model)
Value = int | str
# A statement has room for some 30,000 values.
MOST_ROWS = 500
# What a kept query is made of: queryset, compiler, SQL, parameters, what becomes of the columns.
_Made = tuple[Any, Any, str, tuple[Any, ...], dict[int, Any]]


class Kept(Generic[Row]):
    """A query that is built at its first use: called with values, it reads the rows.

    ``build`` makes the queryset of one value (an id or a word) for each of its places; values may stand
    only where the database takes a parameter, so not in a slice or in a list of changing length.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self._build = build
        self._made: dict[tuple[type, ...], _Made] = {}

    def __call__(self, *values: Value) -> list[Row]:
        """The rows for these values, one for each place, in the order of ``build``."""
        kinds = tuple(map(type, values))
        made = self._made.get(kinds)
        if made is None:
            made = self._made[kinds] = self._make(kinds)
        queryset, compiler, sql, params, converters = made
        run = copy.copy(compiler)
        run.connection = connection
        given = tuple(values[one.place] if type(one) is _Place else one for one in params)
        run.as_sql = lambda *_args, **_options: (sql, given)
        run.get_converters = lambda _expressions: converters
        # An iterable asks its queryset for no more than this.
        asked = SimpleNamespace(
            db=connection.alias,
            model=queryset.model,
            query=SimpleNamespace(get_compiler=lambda *_args, **_options: run),
            _known_related_objects={},
        )
        return list(queryset._iterable_class(asked))

    def _make(self, kinds: tuple[type, ...]) -> _Made:
        marks = [_mark(kind, place) for place, kind in enumerate(kinds)]
        queryset = self._build(*marks)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        places = [_Place(marks.index(one)) if one in marks else one for one in params]
        if {one.place for one in places if type(one) is _Place} != set(range(len(kinds))):
            raise ValueError("every value needs a place among the parameters")
        read = [expression for expression, _sql, _alias in compiler.select[: compiler.col_count]]
        return queryset, compiler, sql, tuple(places), compiler.get_converters(read)


class _Place:
    """Where a value goes."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place


def _mark(kind: type, place: int) -> Value:
    """Something that no query means: what stands for a value while the statement is built."""
    return 9_100_000_000_000_000_000 + place if kind is int else f"\ue000{place}"


@cache
def _writable(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _insert_sql(model: type[models.Model], count: int) -> str:
    quote, meta = connection.ops.quote_name, model._meta
    names = ", ".join(quote(str(field.column)) for field in _writable(model))
    one = f"({', '.join(['%s'] * len(_writable(model)))})"
    values = ", ".join([one] * count)
    key = quote(str(meta.pk.column))
    return f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES {values} RETURNING {key}"  # noqa: S608


@cache
def _update_sql(model: type[models.Model], names: tuple[str, ...]) -> str:
    quote, meta = connection.ops.quote_name, model._meta
    columns = (quote(str(meta.get_field(name).column)) for name in names)  # type: ignore[union-attr]
    sets = ", ".join(f"{column} = %s" for column in columns)
    return f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(str(meta.pk.column))} = %s"  # noqa: S608


def insert(rows: Sequence[Model]) -> list[Model]:
    """Write new rows of one model, up to 500 in one statement; each learns its id. Returns them."""
    for start in range(0, len(rows), MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        model = type(some[0])
        for row in some:
            # A related row may have got its id since it was laid on this one.
            row._prepare_related_fields_for_save(operation_name="insert")  # type: ignore[attr-defined]
        values = [_stored(field, row, adding=True) for row in some for field in _writable(model)]
        with connection.cursor() as cursor:
            cursor.execute(_insert_sql(model, len(some)), values)
            keys = cursor.fetchall()
        for row, (key,) in zip(some, keys, strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias
    return list(rows)


def update(row: models.Model, names: Collection[str] | None = None) -> None:
    """Write these fields of a row, or all; raises ``DatabaseError`` where the row is not there."""
    model = type(row)
    fields = _writable(model) if names is None else [model._meta.get_field(name) for name in names]
    values = [_stored(field, row, adding=False) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_update_sql(model, tuple(field.name for field in fields)), [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{model.__name__} {row.pk} is not there to be written")


def set_all(model: type[models.Model], keys: Collection[int], name: str, value: Any) -> None:
    """Give one field of some rows the same value."""
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    quote, meta = connection.ops.quote_name, model._meta
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} SET {quote(str(field.column))} = %s "  # noqa: S608
            f"WHERE {quote(str(meta.pk.column))} IN ({marks})",
            [field.get_db_prep_save(value, connection), *keys],
        )


# Kinds of field that give the database a value of this type as it is.
_AS_IT_IS = {
    "BigIntegerField": int,
    "BooleanField": bool,
    "CharField": str,
    "IntegerField": int,
    "PositiveBigIntegerField": int,
    "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int,
    "SmallIntegerField": int,
    "TextField": str,
}


@cache
def _plain(field: Any) -> type | None:
    """The type whose values the field stores unchanged, if there is one."""
    base = type(field)
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    ordinary = base.pre_save is models.Field.pre_save and base.__module__.startswith("django.db.models")
    known = {"BigAutoField": int, "AutoField": int, **_AS_IT_IS}
    return known.get(kind.get_internal_type()) if ordinary else None


def _stored(field: Any, row: models.Model, *, adding: bool) -> Any:
    plain = _plain(field)
    if plain is not None:
        value = getattr(row, field.attname)
        if value is None or type(value) is plain:
            return value
    return field.get_db_prep_save(field.pre_save(row, adding), connection)


class LeanModel(models.Model):
    """A model whose rows are written by ``insert`` and ``update``."""

    class Meta:
        abstract = True

    def save(  # type: ignore[override]
        self,
        *,
        force_insert: bool = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Collection[str] | None = None,
    ) -> None:
        """Write the row: a new one is inserted, one that was read is updated."""
        if using not in {None, connection.alias}:
            raise ValueError("lean rows are written to the one database")
        if force_insert or (self._state.adding and not force_update):
            insert([self])
        else:
            update(self, update_fields)


__all__ = ["Kept", "LeanModel", "insert", "set_all", "update"]
