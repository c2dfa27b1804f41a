"""What an event's data says: each value as words, in the reader's language (rulebook §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from coordination.models import (
    Ground,
    Issue,
    MeetingSlot,
    Organisation,
    Route,
    Seat,
    Stance,
    Urgency,
)
from coordination.queries.minutes_words import attendance_changes, point_changes
from coordination.queries.opinions import table_changes
from coordination.visibility import FULL
from workflows import reminders
from workflows.models import Event
from workflows.needs import NEEDS

# What an event's data may say outside the home locality: what the parties themselves exchange.
SHARED_DETAILS = frozenset(
    {
        "reason",
        "outcome",
        "council",
        "authority",
        "slots",
        "slot",
        "agenda",
        "attendance",
        "points",
        "session",
        "conclusion",
        "commitments",
        "lead",
        "evidence",
        "until",
        "due_on",
        "answer",
        "text",
        "opinion",
        "document",
    }
)

# What of an amendment the parties are told: a session that moves.
SHARED_CHANGES = frozenset({"session"})


# What of the minutes is told part by part.
_MINUTES = {"points": point_changes, "participants": attendance_changes}


class EventNames:
    """Names of the seats, bodies and slots that events speak of, read once for all of them."""

    def __init__(self, events: Iterable[Event]) -> None:
        seats: set[int] = set()
        bodies: set[int] = set()
        slots: set[int] = set()
        for event in events:
            data = event.data
            seats |= {data[name] for name in ("accountable", "decider") if _is_id(data.get(name))}
            bodies |= {data[name] for name in ("council", "lead") if _is_id(data.get(name))}
            for name in ("bodies", "organisations", "withheld", "not_asked"):
                if isinstance(data.get(name), list):
                    bodies |= {pk for pk in data[name] if _is_id(pk)}
            slots |= {data["slot"]} if _is_id(data.get("slot")) else set()
        rows = Seat.objects.filter(pk__in=seats).select_related("person")
        self.seats = {seat.pk: str(seat) for seat in rows}
        self.bodies = {body.pk: str(body) for body in Organisation.objects.filter(pk__in=bodies)}
        self.slots = {slot.pk: str(slot) for slot in MeetingSlot.objects.filter(pk__in=slots)}


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def details_of(event: Event, names: EventNames, level: str) -> Iterable[tuple[str, str]]:
    """(label, words) pairs, as far as ``level`` goes."""
    if event.kind == Event.Kind.AMEND:
        changed = event.data.get("changed", {})
        if level != FULL:
            changed = {name: pair for name, pair in changed.items() if name in SHARED_CHANGES}
        yield from _changes(changed, names)
        return
    if event.kind == Event.Kind.TRAIL:
        return
    for name, value in event.data.items():
        if level != FULL and name not in SHARED_DETAILS:
            continue
        text = _text(name, value, names)
        if text:
            yield _label(name), text


def _changes(changed: dict[str, Any], names: EventNames) -> Iterable[tuple[str, str]]:
    for name, pair in changed.items():
        if name == "opinion_table":
            yield from table_changes(*pair)
            continue
        if name == "submission":
            yield from _draft_changes(*pair)
            continue
        if name in _MINUTES:
            yield from ((row.field, f"{row.old or '–'} → {row.new or '–'}") for row in _MINUTES[name](*pair))
            continue
        old, new = (_said(name, part, names) for part in pair)
        field = Issue._meta.get_field(name) if hasattr(Issue, name) and name != "state" else None
        label = str(getattr(field, "verbose_name", _label(name).replace("_", " ")))
        yield label, f"{old or '–'} → {new or '–'}" if old or new else _("changed")


def _said(name: str, value: Any, names: EventNames) -> str:
    written = isinstance(value, dict) or name in {"route", "ground", "urgency"}
    return _text(name, value, names) if written else _plain(value, names)


def _draft_changes(old: list[str], new: list[str]) -> Iterable[tuple[str, str]]:
    """What became of the issue's place on a draft submission: [subject, content] before and after.

    Not the words themselves: the unit reads this history, and a draft is the focal point's.
    """
    label = str(NEEDS["submission"].label)
    if not new:
        yield label, _("taken off the draft")
    elif not old:
        yield label, _("put on a draft")
    else:
        yield label, _("the words of the draft were changed")


def _label(name: str) -> str:
    if name in NEEDS:
        return str(NEEDS[name].label)
    return {
        "text": "",
        "reminder": "",
        "silence": "",
        "due_on": str(pgettext_lazy("commitment", "Due")),
        "organisations": _("Shared with"),
        "withheld": _("Waiting for the head's word, not sent yet"),
        "not_asked": _("Not asked"),
        "urgency": _("Urgency"),
        "name": _("File"),
        "seat": _("Accountable officer"),
        "twin": _("Twin file"),
        "due_before": _("Due before"),
        "due_after": _("New due date"),
        "why": _("Because of"),
        "basis": _("Decision"),
    }.get(name, name)


def _text(name: str, value: Any, names: EventNames) -> str:
    write = _WRITERS.get(name)
    if write is not None and value not in (None, "", [], {}):
        return write(value, names)
    return ""


def _plain(value: Any, _names: EventNames) -> str:
    return value if isinstance(value, str) else ""


def _choice(words: Any) -> Callable[[Any, EventNames], str]:
    def write(value: Any, _names: EventNames) -> str:
        return str(words(value).label) if value in words.values else ""

    return write


def _day(value: Any, _names: EventNames) -> str:
    return f"{date.fromisoformat(value):%d/%m/%Y}"


def _dates(value: Any, names: EventNames) -> str:
    """One date, or the one before and the one after."""
    return " → ".join(_day(day, names) for day in ([value] if isinstance(value, str) else value))


def _moment(value: Any, _names: EventNames) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(value)):%H:%M %d/%m/%Y}"


def _why_moved(value: Any, _names: EventNames) -> str:
    """What moved a due date (``workflows.recounting.Occasion``)."""
    if value["of"] == "policy":
        return _("the locality's policy, version %(version)d") % value
    return _("the working calendar, version %(version)d") % value


def _bodies(value: Any, names: EventNames) -> str:
    return ", ".join(names.bodies.get(pk, "") for pk in value)


def _slots(value: Any, _names: EventNames) -> str:
    moments = [
        (timezone.localtime(datetime.fromisoformat(row["starts_at"])), row.get("place", "")) for row in value
    ]
    return "; ".join(f"{moment:%H:%M %d/%m/%Y} {place}".strip() for moment, place in moments)


def _commitments(value: Any, _names: EventNames) -> str:
    return ngettext("%(number)d commitment", "%(number)d commitments", len(value)) % {"number": len(value)}


def _points(value: Any, _names: EventNames) -> str:
    agreed = sum(1 for point in value if point.get("agreed"))
    return _("%(agreed)d agreed, %(open)d open") % {"agreed": agreed, "open": len(value) - agreed}


def _session(value: Any, _names: EventNames) -> str:
    parts = [value.get("name", ""), _day(value["on"], _names), value.get("place", "")]
    return ", ".join(part for part in parts if part)


def _conclusion(value: Any, names: EventNames) -> str:
    """With its number; events from before conclusions were numbered have the text alone."""
    if isinstance(value, str):
        return value
    paper = _("No. %(number)s of %(dated)s") % {
        "number": value["number"],
        "dated": _day(value["dated"], names),
    }
    return f"{paper}. {value['content']}"


def _document(value: Any, _names: EventNames) -> str:
    return _("No. %(number)s of %(dated)s, %(issuer)s") % {
        "number": value.get("number", ""),
        "dated": _day(value["dated"], _names),
        "issuer": value.get("issuer", ""),
    }


def _opinion(value: Any, names: EventNames) -> str:
    return f"{_choice(Stance)(value.get('stance'), names)}. {value.get('content', '')}"


_PLAIN = (
    "reason",
    "missing",
    "question",
    "position",
    "authority",
    "directive",
    "outcome",
    "archive",
    "agenda",
    "attendance",
    "evidence",
    "answer",
    "text",
    "name",
    "basis",
    "twin",
)
_WRITERS: dict[str, Callable[[Any, EventNames], str]] = {
    **dict.fromkeys(_PLAIN, _plain),
    "route": _choice(Route),
    "ground": _choice(Ground),
    "urgency": _choice(Urgency),
    "due": _day,
    "until": _day,
    "due_on": _dates,
    "due_before": _moment,
    "due_after": _moment,
    "why": _why_moved,
    "accountable": lambda value, names: names.seats.get(value, ""),
    "decider": lambda value, names: names.seats.get(value, ""),
    "council": lambda value, names: names.bodies.get(value, ""),
    "lead": lambda value, names: names.bodies.get(value, ""),
    **dict.fromkeys(("bodies", "organisations", "withheld", "not_asked"), _bodies),
    "slot": lambda value, names: names.slots.get(value, ""),
    "slots": _slots,
    "commitments": _commitments,
    "points": _points,
    "session": _session,
    "conclusion": _conclusion,
    "document": _document,
    "submission": lambda value, _names: str(value.get("subject", "")),
    "reminder": lambda value, _names: reminders.words(value),
    "silence": lambda _value, _names: _("Five working days without a word are agreement."),
    "opinion": _opinion,
}
