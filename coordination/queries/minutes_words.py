"""Two versions of the minutes side by side: which point, which commitment, which person changed.

Works on what events keep (``MinutePoint.as_material``, ``Participant.as_material``), so it can tell of
minutes that no table holds any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from coordination.models import Issue, Locality, Organisation
from workflows.registry import Change

# From how alike on two wordings are taken for the same point (0..1).
_SAME = 0.5


@dataclass(frozen=True)
class _Names:
    """Localities by mnemonic, bodies by slug and issues by reference, as the events name them."""

    places: dict[str, str]
    bodies: dict[str, str]
    issues: dict[str, str]

    @classmethod
    def of(cls, points: Sequence[Any]) -> _Names:
        promises = [row for point in points for row in point[3]]
        places = Locality.objects.filter(mnemonic__in={row[0] for row in promises})
        slugs = {slug for row in promises for slug in (row[1], *row[2])}
        bodies = Organisation.objects.filter(slug__in=slugs)
        refs = {point[0] for point in points}
        # Where all are about one issue, its code says nothing.
        issues = Issue.objects.filter(ref__in=refs if len(refs) > 1 else ())
        return cls(
            {row.mnemonic: str(row) for row in places},
            {row.slug: str(row) for row in bodies},
            {row.ref: row.key for row in issues},
        )


def point_changes(old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """The points that differ, and within each the words, the verdict and the commitments that do."""
    names = _Names.of([*old, *new])
    for before, after in _matched(old, new, lambda point: (point[0], point[1])):
        number, point = after or before  # type: ignore[misc]
        label = _("Point %(number)d") % {"number": number}
        if names.issues.get(point[0]):
            label = f"{label}, {names.issues[point[0]]}"
        if before is None or after is None:
            gone, come = (_whole_point(each[1], names) if each else "" for each in (before, after))
            yield Change(_new_or_gone(label, before, after), gone, come)
        else:
            yield from _within_point(label, before[1], after[1], names)


def _within_point(label: str, old: Any, new: Any, names: _Names) -> Iterator[Change]:
    if old[1] != new[1]:
        yield Change(label, old[1], new[1])
    if old[2] != new[2]:
        yield Change(label, _verdict(old[2]), _verdict(new[2]))
    for before, after in _matched(old[3], new[3], lambda row: (row[0], row[3])):
        number = (after or before)[0]  # type: ignore[index]
        words = _("%(point)s, commitment %(number)d") % {"point": label, "number": number}
        gone, come = (_promise(each[1], names) if each else "" for each in (before, after))
        if gone != come:
            yield Change(_new_or_gone(words, before, after), gone, come)


def _new_or_gone(label: str, before: Any, after: Any) -> str:
    if before is None:
        return _("%(part)s (new)") % {"part": label}
    return _("%(part)s (taken out)") % {"part": label} if after is None else label


def _whole_point(point: Any, names: _Names) -> str:
    promises = "".join(f"\n– {_promise(row, names)}" for row in point[3])
    return f"{point[1]} ({_verdict(point[2])}){promises}"


def _verdict(agreed: bool) -> str:
    return _("agreed") if agreed else _("left open")


def _promise(row: Any, names: _Names) -> str:
    place, lead, coordinators, work, due_on, money, product, *replaced = row
    parts = [
        f"{work} – {names.bodies.get(lead, lead)} ({names.places.get(place, place)})",
        _("by %(day)s") % {"day": f"{date.fromisoformat(due_on):%d/%m/%Y}"},
        _("with %(bodies)s") % {"bodies": ", ".join(names.bodies.get(slug, slug) for slug in coordinators)}
        if coordinators
        else "",
        money,
        product,
        *(_("in place of %(code)s") % {"code": code} for code in replaced if code),
    ]
    return "; ".join(part for part in parts if part)


def attendance_changes(old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """Who comes or came, side by side: the people of each side whose line differs."""
    sides = list(dict.fromkeys(row[0] for row in [*old, *new]))
    places = {row.mnemonic: str(row) for row in Locality.objects.filter(mnemonic__in=sides)}
    for side in sides:
        before, after = ("; ".join(_person(row) for row in rows if row[0] == side) for rows in (old, new))
        if before != after:
            yield Change(_("Who comes, %(place)s") % {"place": places.get(side, side)}, before, after)


def _person(row: Any) -> str:
    _side, *words, present = row
    said = {True: _("present"), False: _("absent")}.get(present, "")
    name = ", ".join(word for word in words if word)
    return f"{name} ({said})" if said else name


Numbered = tuple[int, Any]


def _matched(
    old: Sequence[Any], new: Sequence[Any], key: Callable[[Any], tuple[str, str]]
) -> Iterator[tuple[Numbered | None, Numbered | None]]:
    """Old and new rows in pairs, each with its number: the same one first, then the most alike.

    ``key`` gives what two rows must share (the issue, the side) and the words that are compared.
    What is new has no old one; what was taken out comes last and has no new one.
    """
    left = list(enumerate(old, start=1))
    partner: dict[int, Numbered] = {}
    for least in (1.0, _SAME):
        for number, row in enumerate(new, start=1):
            alike = [(_likeness(key(each), key(row)), -place, each) for place, each in left]
            best = max(alike, key=lambda found: found[:2], default=None)
            if number not in partner and best is not None and best[0] >= least:
                found = (-best[1], best[2])
                partner[number] = found
                left.remove(found)
    for number, row in enumerate(new, start=1):
        yield partner.get(number), (number, row)
    for gone in left:
        yield gone, None


def _likeness(one: tuple[str, str], other: tuple[str, str]) -> float:
    if one[0] != other[0]:
        return 0.0
    return 1.0 if one[1] == other[1] else SequenceMatcher(None, one[1], other[1]).ratio()
