"""What a person gives with a step, field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.directory import day_of
from coordination.holding import committee_leaders, focal_officers
from coordination.models import (
    Attachment,
    Issue,
    Organisation,
    Stance,
)
from workflows.machines.base import Machine, Move
from workflows.models import PendingStep
from workflows.needs import need_for
from workflows.pending import forget_pending, pending_step
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
    "evidence",
    "answer",
):
    need(_name)(_text(_name))


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
    if pending_step(move.record) is not None:
        raise Forbidden(
            "already_pending",
            gettext_lazy("An outside document already waits for the focal head's countersignature."),
        )
    pending = PendingStep.objects.create(
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
    forget_pending(pending)
    return pending
