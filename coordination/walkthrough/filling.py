"""From the words of a case to the fields of a rendered form: what the person types and chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from coordination.demo.cases import Case
from coordination.demo.organisations import COUNCILS, LOCALITIES, ORGANISATIONS
from coordination.demo.people import PEOPLE
from coordination.demo.playing import demo_pdf
from coordination.walkthrough.pages import Form

_PEOPLE = {person.username: person.full_name for person in PEOPLE}
_BODIES = {body.slug: body.label for body in ORGANISATIONS} | {
    council.slug: council.name for council in COUNCILS
}
_PLACES = {place.slug: place.name for place in LOCALITIES}
_URGENCY = {
    "thường": "normal",
    "khẩn": "urgent",
    "thượng khẩn": "very_urgent",
    "hỏa tốc": "express",
}
# Needs with several fields: need → (key of the case, field of the form).
_GROUPS = {
    "submission": ("subject", "content"),
    "opinion": ("stance", "content"),
    "session": ("name", "place"),
    "conclusion": ("number", "content"),
}


def fill_issue(form: Form, case: Case) -> None:
    """The issue form, whole (rulebook §2)."""
    history = "\n".join(f"- {line}" for line in case.timeline)
    form.fill("secrecy", "none")
    form.fill("title", case.title)
    form.fill("kinds", list(case.kinds))
    form.fill("project", case.project)
    form.fill("amended_text", case.amended_text)
    form.fill("tried", f"{case.tried}\n\nDiễn biến:\n{history}" if history else case.tried)
    form.fill("proposal", case.proposal)
    form.fill("legal_bases", "\n".join(case.legal_bases))
    form.fill("urgency_asked", _URGENCY[case.urgency])
    for place, side in enumerate(case.sides):
        form.row("sides", place)
        form.fill(f"sides-{place}-locality", _PLACES[side.locality])
        form.fill(f"sides-{place}-role", side.role)
        form.fill(f"sides-{place}-situation", side.situation)
    form.attach("bao-cao.pdf", "application/pdf", demo_pdf("1067"))


def fill_step(form: Form, data: Mapping[str, Any]) -> None:
    """The form of a step; everything that is not named here is text."""
    for name, value in data.items():
        fill_one = _SPECIAL.get(name, _fill_text)
        fill_one(form, name, value)


def day_in(days: int) -> date:
    """The day so many days from now, where the product is used."""
    return timezone.localdate() + timedelta(days=days)


def _fill_text(form: Form, name: str, value: Any) -> None:
    form.fill(form.prefix + name, str(value))


def _fill_person(form: Form, name: str, username: Any) -> None:
    form.fill(form.prefix + name, _PEOPLE[username])


def _fill_body(form: Form, name: str, slug: Any) -> None:
    form.fill(form.prefix + name, _BODIES[slug])


def _fill_bodies(form: Form, name: str, slugs: Any) -> None:
    form.fill(form.prefix + name, [_BODIES[slug] for slug in slugs])


def _fill_day(form: Form, name: str, days: Any) -> None:
    form.fill(form.prefix + name, day_in(days).isoformat())


def _fill_group(form: Form, name: str, value: Any) -> None:
    for key in _GROUPS[name]:
        form.fill(f"{form.prefix}{name}_{key}", str(value.get(key, "")))
    if name == "session":
        form.fill(f"{form.prefix}session_on", day_in(value["in_days"]).isoformat())
    elif name == "conclusion":
        form.fill(f"{form.prefix}conclusion_dated", day_in(0).isoformat())


def _fill_dossier(form: Form, _name: str, value: Any) -> None:
    form.fill(f"{form.prefix}content", "\n\n".join(value.values()))


def _fill_slot(form: Form, name: str, place: Any) -> None:
    control = form.control(form.prefix + name)
    form.fill(form.prefix + name, control.options[place].value)


def _fill_slots(form: Form, name: str, slots: Sequence[Mapping[str, Any]]) -> None:
    for place, slot in enumerate(slots):
        rows = form.prefix + name
        form.row(rows, place)
        form.fill(f"{rows}-{place}-starts_at", _moment(slot))
        form.fill(f"{rows}-{place}-place", slot.get("place", ""))


def _moment(slot: Mapping[str, Any]) -> str:
    if "starts_at" in slot:
        return timezone.localtime(slot["starts_at"]).strftime("%Y-%m-%dT%H:%M:%S")
    at = datetime.combine(day_in(slot["days"]), time.fromisoformat(slot["hour"]))
    return at.strftime("%Y-%m-%dT%H:%M")


def _fill_commitments(form: Form, name: str, rows: Any) -> None:
    _fill_rows_of_commitments(form, form.prefix + name, rows)


def _fill_rows_of_commitments(form: Form, rows: str, given: Sequence[Mapping[str, Any]]) -> None:
    for place, row in enumerate(given):
        form.row(rows, place)
        start = f"{rows}-{place}-"
        form.fill(f"{start}work", row["work"])
        form.fill(f"{start}locality", _PLACES[row["locality"]])
        form.fill(f"{start}lead", _BODIES[row["lead"]])
        form.fill(f"{start}due_on", day_in(row["due_in_days"]).isoformat())
        form.fill(f"{start}money", row.get("money", ""))
        form.fill(f"{start}product", row.get("product", ""))
        if row.get("replaces"):
            unmet = next(option for option in form.control(f"{start}replaces").options if option.value)
            form.fill(f"{start}replaces", unmet.value)
        # Minutes do not ask who coordinates.
        if f"{start}coordinators" in form.controls:
            helpers = [_BODIES[slug] for slug in row.get("coordinators", ())]
            form.fill(f"{start}coordinators", helpers)


def _fill_points(form: Form, name: str, points: Sequence[Mapping[str, Any]]) -> None:
    """A point with more commitments than its row has room for goes on in a row of its own."""
    rows, place = form.prefix + name, 0
    for point in points:
        waiting = list(point.get("commitments", ()))
        while True:
            form.row(rows, place)
            form.fill(f"{rows}-{place}-text", point["text"])
            if point["agreed"]:
                form.fill(f"{rows}-{place}-agreed", "on")
            inner = f"{rows}-{place}-commitments"
            room = sum(form.has_row(inner, index) for index in range(len(waiting)))
            _fill_rows_of_commitments(form, inner, waiting[:room])
            waiting, place = waiting[room:], place + 1
            if not waiting:
                break
    # The form begins with the points of the agenda; those that were not minuted are taken out.
    while f"{rows}-{place}-text" in form.controls:
        form.fill(f"{rows}-{place}-text", "")
        place += 1


def _fill_opinion_table(form: Form, _name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows in the order of the page's: each is named by an opinion that the case does not know."""
    named = [name.removesuffix("-uptake") for name in form.controls if name.endswith("-uptake")]
    for opinion, row in zip(named, rows, strict=False):
        form.fill(f"{opinion}-uptake", row["uptake"])
        form.fill(f"{opinion}-explanation", row["explanation"])


_SPECIAL = {
    "accountable": _fill_person,
    "decider": _fill_person,
    "council": _fill_body,
    "lead": _fill_body,
    "bodies": _fill_bodies,
    "due": _fill_day,
    "submission": _fill_group,
    "opinion": _fill_group,
    "opinion_table": _fill_opinion_table,
    "session": _fill_group,
    "conclusion": _fill_group,
    "dossier": _fill_dossier,
    "slot": _fill_slot,
    "slots": _fill_slots,
    "commitments": _fill_commitments,
    "points": _fill_points,
}
