"""What a person gives with a step, field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import (
    Attachment,
    Ground,
    Issue,
    MeetingSlot,
    Organisation,
    Route,
    Stance,
)
from coordination.roles import committee_leaders, day_of, focal_officers
from workflows.machines.base import Machine, Move
from workflows.models import PendingStep
from workflows.needs import need_for
from workflows.refusals import Forbidden, Incomplete
from workflows.registry import need


def _text(name: str) -> Callable[[Move, str], str]:
    def clean(move: Move, word: str) -> str:
        value = str(move.data.get(name) or "").strip()
        if not value:
            label = str(need_for(word).label)
            raise Incomplete({name: _("Fill in: %(field)s.") % {"field": label}})
        return value

    return clean


for _name in (
    "reason",
    "missing",
    "question",
    "position",
    "authority",
    "directive",
    "outcome",
    "archive",
    "attendance",
    "conclusion",
    "evidence",
):
    need(_name)(_text(_name))


@need("agenda")
def agenda(move: Move, _word: str) -> str:
    """The agenda as given, else the one that stands on the meeting."""
    value = str(move.data.get("agenda") or move.record.agenda).strip()
    if not value:
        raise Incomplete({"agenda": _("Write the agenda.")})
    return value


def parse_date(value: Any, name: str) -> date:
    """An ISO date; raises ``Incomplete`` under the need's name."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Incomplete({name: _("Give a date.")}) from None


@need("due")
def due(move: Move, _word: str) -> str:
    """A day after today."""
    value = parse_date(move.data.get("due"), "due")
    if value <= day_of(move.at):
        raise Incomplete({"due": _("The date must lie ahead.")})
    return value.isoformat()


@need("accountable")
def accountable(move: Move, _word: str) -> int:
    """An officer of the home focal point; whoever accepts, where nobody is named."""
    chosen = move.data.get("accountable") or move.by.seat_id
    seats = {seat.pk for seat in focal_officers(move.record.home, day_of(move.at))}
    if chosen not in seats:
        raise Incomplete({"accountable": _("Choose an officer of the focal point.")})
    return int(chosen)


@need("decider")
def decider(move: Move, _word: str) -> int:
    """The Chairman or a Vice-chairman of the home locality."""
    chosen = move.data.get("decider")
    if chosen not in {seat.pk for seat in committee_leaders(move.record.home, day_of(move.at))}:
        raise Incomplete({"decider": _("Choose the leader who decides.")})
    return int(chosen)


@need("target")
def target(move: Move, _word: str) -> str:
    """Another open issue of the same home locality; never in a circle."""
    key = str(move.data.get("target") or "").strip()
    found = Issue.objects.filter(Q(code=key) | Q(ref=key), home=move.record.home).first()
    if found is None or found.pk == move.record.pk or found.is_terminal or found.code is None:
        raise Incomplete({"target": _("Name another open issue of your locality by its code.")})
    return found.ref


@need("bodies")
def bodies(move: Move, _word: str) -> list[int]:
    """At least one body, each of them there today."""
    chosen = [int(pk) for pk in move.data.get("bodies") or []]
    known = Organisation.objects.at(day_of(move.at)).filter(pk__in=chosen)
    if not chosen or known.count() != len(set(chosen)):
        raise Incomplete({"bodies": _("Choose at least one body to consult.")})
    return sorted(set(chosen))


@need("route")
def route(move: Move, word: str) -> str | None:
    """``route``: chosen now. ``route:a|b``: the route proposed must be one of these."""
    if word == "route":
        value = move.data.get("route")
        if value not in Route.values:
            raise Incomplete({"route": _("Choose a route.")})
        return str(value)
    allowed = word.partition(":")[2].split("|")
    if move.record.route not in allowed:
        proposed = Route(move.record.route).label if move.record.route else "–"
        raise Forbidden(
            "route",
            gettext_lazy("The route proposed is “%(route)s”; this step does not go with it."),
            route=proposed,
        )
    return None


@need("ground")
def ground(move: Move, word: str) -> str | None:
    """The legal test for going above; as proposed, where the leader names none."""
    asked = move.data.get("route")
    if word != "ground" and asked not in {Route.COUNCIL, Route.CENTRAL}:
        return None
    value = move.data.get("ground") or getattr(move.record, "ground", "")
    if value not in Ground.values:
        raise Incomplete({"ground": _("Name the ground for going above.")})
    return str(value)


@need("submission")
def submission(move: Move, _word: str) -> dict[str, Any]:
    """Subject and content of the tờ trình; other issues on it, each with route and ground."""
    given = move.data.get("submission") or {}
    cleaned = {name: str(given.get(name) or "").strip() for name in ("subject", "content")}
    if not all(cleaned.values()):
        raise Incomplete({"submission": _("Write the submission: its subject and its content.")})
    others = []
    for row in given.get("with") or []:
        other = Issue.objects.filter(ref=row.get("issue"), home=move.record.home).first()
        if other is None or other.state != Issue.State.TRIAGE or row.get("route") not in Route.values:
            raise Incomplete({"submission": _("Each issue added needs a route, and must be in triage.")})
        if row["route"] in {Route.COUNCIL, Route.CENTRAL} and row.get("ground") not in Ground.values:
            raise Incomplete({"submission": _("Name the ground for going above.")})
        others.append({"issue": other.ref, "route": row["route"], "ground": row.get("ground") or ""})
    return {**cleaned, "with": others, **({"ref": given["ref"]} if given.get("ref") else {})}


@need("council")
def council(move: Move, _word: str) -> int:
    """A Council of which the home locality is a member on that day."""
    chosen = move.data.get("council")
    member = (
        Organisation.objects.filter(pk=chosen, council_memberships__locality=move.record.home)
        if chosen
        else Organisation.objects.none()
    )
    day = day_of(move.at)
    holds = any(
        row.holds_on(day)
        for body in member
        for row in body.council_memberships.filter(locality=move.record.home)
    )
    if not holds:
        raise Incomplete({"council": _("Choose the Regional Council your locality is a member of.")})
    return int(chosen)  # type: ignore[arg-type]


@need("lead")
def lead(move: Move, _word: str) -> int:
    """A body that is there today."""
    chosen = move.data.get("lead")
    if not chosen or not Organisation.objects.at(day_of(move.at)).filter(pk=chosen).exists():
        raise Incomplete({"lead": _("Choose the lead body.")})
    return int(chosen)


@need("opinion")
def opinion(move: Move, _word: str) -> dict[str, str]:
    """A stance and a text."""
    given = move.data.get("opinion") or {}
    stance, content = given.get("stance"), str(given.get("content") or "").strip()
    if stance not in Stance.values or not content:
        raise Incomplete({"opinion": _("Choose a stance and write the opinion.")})
    return {"stance": stance, "content": content}


@need("slot")
def slot(move: Move, _word: str) -> int:
    """One of the times that the other side proposed and that still stand."""
    chosen = MeetingSlot.objects.filter(
        pk=move.data.get("slot") or 0, meeting=move.record, current=True
    ).first()
    if chosen is None or chosen.starts_at < move.at:
        raise Incomplete({"slot": _("Choose one of the proposed times.")})
    return chosen.pk


@need("session")
def session(move: Move, _word: str) -> dict[str, str]:
    """The session: its name, its day, its place."""
    given = move.data.get("session") or {}
    name = str(given.get("name") or "").strip()
    on = parse_date(given.get("on"), "session")
    if not name or on < day_of(move.at):
        raise Incomplete({"session": _("Name the session and its day; the day must lie ahead.")})
    return {"name": name, "on": on.isoformat(), "place": str(given.get("place") or "").strip()}


def clean_document(record: Machine, given: Any, *, at: datetime) -> dict[str, Any]:
    """An outside paper: number, date, issuer, and the file attached to this record."""
    given = given or {}
    number, issuer = (str(given.get(name) or "").strip() for name in ("number", "issuer"))
    if not number or not issuer:
        raise Incomplete({"document": _("Give the document's number, date and issuer.")})
    dated = parse_date(given.get("dated"), "document")
    if dated > day_of(at):
        raise Incomplete({"document": _("The document cannot be dated in the future.")})
    attached = Attachment.objects.filter(
        pk=given.get("attachment") or 0, machine=record.machine, record_id=record.pk
    )
    if not attached.exists():
        raise Incomplete({"document": _("Attach the document itself.")})
    return {
        "number": number,
        "dated": dated.isoformat(),
        "issuer": issuer,
        "attachment": int(given["attachment"]),
    }


@need("document")
def document(move: Move, _word: str) -> dict[str, Any]:
    """The paper that this step rests on."""
    return clean_document(move.record, move.data.get("document"), at=move.at)


@need("countersign")
def countersign(move: Move, _word: str) -> bool | None:
    """Hold the step until the home focal head countersigns; then it comes by ``document``."""
    if move.channel == "document":
        return None
    cleaned = move.results["cleaned"]
    paper = cleaned.get("document")
    if paper is None:
        return None
    hold_for_countersignature(move, move.name, cleaned, paper, side="")
    return True


def hold_for_countersignature(
    move: Move, step: str, data: dict[str, Any], paper: dict[str, Any], *, side: str
) -> PendingStep:
    """Keep a step recorded "theo văn bản số …" until the head countersigns (rulebook §1)."""
    waiting = PendingStep.objects.filter(
        machine=move.record.machine,
        record_id=move.record.pk,
        status=PendingStep.Status.WAITING,
    )
    if waiting.exists():
        raise Forbidden(
            "already_pending",
            gettext_lazy("An outside document already waits for the focal head's countersignature."),
        )
    return PendingStep.objects.create(
        machine=move.record.machine,
        record_id=move.record.pk,
        step=step,
        side=side,
        data=data,
        number=paper["number"],
        dated=paper["dated"],
        issuer=paper["issuer"],
        attachment_id=paper["attachment"],
        recorded_by={
            "person_id": move.by.person_id,
            "person_name": move.by.person_name,
            "seat_id": move.by.seat_id,
            "title": move.by.title,
            "organisation_id": move.by.organisation_id,
            "organisation_name": move.by.organisation_name,
        },
        recorded_at=move.at,
    )
