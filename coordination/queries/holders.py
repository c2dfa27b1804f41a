"""Who holds a turn, as words, for many holder keys at once (a list must not ask row by row)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from coordination.directory import day_of
from coordination.models import Function, Organisation, Seat
from coordination.queries.seats import seat_words


def holder_words(keys: Iterable[str], at: datetime) -> dict[str, str]:
    """Holder key → who that is today; three queries, however many keys."""
    parsed = {key: _parts(key) for key in keys if key}
    ids: dict[str, set[int]] = {}
    for kind, where, _level in parsed.values():
        ids.setdefault(kind, set()).add(where)
    seats = _seats(ids.get("seat", set()))
    bodies = _bodies(ids.get("body", set()) | ids.get("council", set()))
    functions = _functions(
        set().union(*(ids.get(kind, set()) for kind in ("focal", "committee", "side"))), at
    )
    words = {}
    for key, (kind, where, level) in parsed.items():
        if kind == "seat":
            words[key] = seats.get(where, "")
        elif kind in {"body", "council"}:
            words[key] = _worded(level, [bodies.get(where, "")])
        else:
            wanted = ("focal", "committee") if kind == "side" else (kind,)
            words[key] = _worded(
                level, [functions[kind, where] for kind in wanted if (kind, where) in functions]
            )
    return words


def _parts(key: str) -> tuple[str, int, str]:
    kind, where, *level = key.split(":")
    return kind, int(where), level[0] if level else ""


def _seats(ids: set[int]) -> dict[int, str]:
    rows = Seat.objects.filter(pk__in=ids).select_related("person", "organisation__locality") if ids else ()
    return {seat.pk: f"{seat.person}, {seat_words(seat)}" for seat in rows}


def _bodies(ids: set[int]) -> dict[int, str]:
    rows = Organisation.objects.filter(pk__in=ids) if ids else ()
    return {body.pk: str(body) for body in rows}


def _functions(localities: set[int], at: datetime) -> dict[tuple[str, int], str]:
    rows = (
        Function.objects.at(day_of(at))
        .filter(kind__in=["focal", "committee"], locality_id__in=localities)
        .select_related("organisation")
        if localities
        else ()
    )
    return {(row.kind, row.locality_id): str(row.organisation) for row in rows}


def _worded(level: str, names: list[str]) -> str:
    body = " / ".join(name for name in names if name)
    if level == "head":
        return _("Head of %(body)s") % {"body": body}
    if level == "clerk":
        return _("Clerk of %(body)s") % {"body": body}
    if level == "officer":
        return _("Officers of %(body)s") % {"body": body}
    return body
