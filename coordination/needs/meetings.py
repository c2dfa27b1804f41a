"""What the steps of a meeting need: times, agenda, minutes, and the digest that all sides confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Issue, Meeting, MeetingSlot, Participant
from coordination.needs.lists import clean_commitments
from coordination.queries.agendas import draft_agenda
from coordination.queries.changes import Changes, changes_since
from coordination.standing import standing_of
from workflows import audit
from workflows.machines.base import Move
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete
from workflows.registry import need, option

# As the table of participants holds them.
_LONGEST = {"name": 150, "title": 200, "body": 200}


@need("agenda")
def agenda(move: Move, _word: str) -> str:
    """The agenda as given, else the one that stands on the meeting, else the open points of its issues."""
    meeting: Meeting = move.record
    return str(move.data.get("agenda") or meeting.agenda or draft_agenda(meeting)).strip()


@need("slots")
def slots(move: Move, _word: str) -> list[dict[str, str]]:
    """At least one time ahead, with its place; the same one twice counts once."""
    cleaned: list[dict[str, str]] = []
    for row in move.data.get("slots") or []:
        try:
            starts_at = datetime.fromisoformat(str(row.get("starts_at")))
        except ValueError:
            raise Incomplete({"slots": _("Give each time as a date and an hour.")}) from None
        if timezone.is_naive(starts_at):
            starts_at = timezone.make_aware(starts_at)
        if starts_at <= move.at:
            raise Incomplete({"slots": _("The proposed times must lie ahead.")})
        given = {"starts_at": starts_at.isoformat(), "place": str(row.get("place") or "").strip()}
        if given not in cleaned:
            cleaned.append(given)
    if not cleaned:
        raise Incomplete({"slots": _("Propose at least one time.")})
    return cleaned


@need("slot")
def slot(move: Move, _word: str) -> int:
    """One of the times that still stand; where a side has accepted one already, that same one."""
    meeting: Meeting = move.record
    if move.name == "accept_slot" and _has_accepted(meeting, move.by.locality_id):
        raise Forbidden("already_answered", gettext_lazy("Your locality has accepted already."))
    chosen = MeetingSlot.objects.filter(pk=move.data.get("slot") or 0, meeting=meeting, current=True).first()
    if chosen is None or chosen.starts_at < move.at:
        raise Incomplete({"slot": _("Choose one of the proposed times.")})
    if not meeting.may_still_be(chosen):
        raise Incomplete(
            {"slot": _("Another side accepted another time: accept that one or propose others.")}
        )
    return chosen.pk


def _has_accepted(meeting: Meeting, locality_id: int | None) -> bool:
    return bool(meeting.other_sides().filter(locality_id=locality_id, answer="accepted").exists())


@need("points")
def points(move: Move, _word: str) -> list[dict[str, Any]]:
    """Each point with its issue, its text, agreed or open, and what it promises."""
    meeting: Meeting = move.record
    rows = move.data.get("points")
    if not rows and meeting.points.exists():
        return [point.as_data() for point in meeting.points.select_related("issue")]
    return clean_points(move, rows)


def clean_points(move: Move, rows: Any) -> list[dict[str, Any]]:
    """Check the points of the minutes; raises ``Incomplete``."""
    on_agenda: dict[str, Issue] = {issue.ref: issue for issue in standing_of(move.record).issues}
    codes = {issue.code: issue for issue in on_agenda.values() if issue.code}
    cleaned = []
    for number, row in enumerate(rows or [], start=1):
        key = row.get("issue") or (next(iter(on_agenda)) if len(on_agenda) == 1 else "")
        issue = on_agenda.get(key) or codes.get(key)
        text = str(row.get("text") or "").strip()
        if issue is None or not text:
            raise Incomplete(
                {"points": _("Point %(number)s needs its issue and its text.") % {"number": number}}
            )
        cleaned.append(
            {
                "issue": issue.ref,
                "text": text,
                "agreed": bool(row.get("agreed")),
                "commitments": clean_commitments(
                    row.get("commitments"), "points", issue=issue, required=False
                ),
            }
        )
    if not cleaned:
        raise Incomplete({"points": _("Write the minutes: at least one point.")})
    covered = {row["issue"] for row in cleaned}
    left_out = [issue for ref, issue in on_agenda.items() if ref not in covered]
    if left_out:
        raise Incomplete(
            {
                "points": _("Every issue on the agenda needs a point: %(codes)s.")
                % {"codes": ", ".join(issue.key for issue in left_out)}
            }
        )
    return cleaned


@need("same_digest")
def same_digest(move: Move, _word: str) -> str:
    """All sides confirm the same minutes, to the letter, each side once.

    Who confirms older ones is told what changed since those.
    """
    meeting: Meeting = move.record
    given = move.data.get("same_digest")
    present = audit.digest(meeting.material())
    if given != present:
        raise Incomplete({"same_digest": _older_minutes(meeting, given)})
    side = meeting.side_of(move.by.locality_id)
    if side is None or side.confirmed_at:
        raise Forbidden("already_confirmed", gettext_lazy("Your side has confirmed these minutes already."))
    return present


def _older_minutes(meeting: Meeting, digest: Any) -> str:
    """The refusal, with what changed since the minutes that had this digest."""
    sentence = _("The minutes changed since you read them. Read them again.")
    read = Event.objects.filter(machine="meeting", record_id=meeting.pk, digest=digest or "").last()
    changes: Changes = changes_since(meeting, read.version) if read else []
    said = "; ".join(f"{change.field}: {change.old or '–'} → {change.new or '–'}" for change in changes)
    return f"{sentence} {said}".strip()


def clean_participants(rows: Any, name: str = "participants") -> list[dict[str, str]]:
    """Who comes, one by one: a name, and where known position and body. Raises ``Incomplete``."""
    cleaned: list[dict[str, str]] = []
    for row in rows or []:
        given = {key: str(row.get(key) or "").strip() for key in _LONGEST}
        if not given["name"]:
            raise Incomplete({name: _("Give each person's name.")})
        for key, value in given.items():
            if len(value) > _LONGEST[key]:
                raise Incomplete({name: _("“%(text)s” is too long.") % {"text": f"{value[:40]}…"}})
        if given not in cleaned:
            cleaned.append(given)
    return cleaned


@option("meeting", "record_held")
def presence(move: Move) -> dict[str, Any]:
    """Who of those named was there, and who came besides; nothing where nobody says so."""
    given = move.data.get("present")
    return {} if given is None else {"present": clean_presence(move.record, given)}


def clean_presence(meeting: Meeting, given: Any) -> dict[str, Any]:
    """``ids`` of the participants who were there; ``came`` the people of any side who were not announced."""
    known = Participant.objects.filter(side__meeting=meeting).values_list("pk", flat=True)
    ids = sorted({int(pk) for pk in given.get("ids") or []})
    if not set(ids) <= set(known):
        raise Incomplete({"present": _("Only participants of this meeting can be marked as present.")})
    return {"ids": ids, "came": _clean_came(meeting, given.get("came") or [])}


def _clean_came(meeting: Meeting, rows: Iterable[Any]) -> list[dict[str, Any]]:
    sides = set(meeting.sides.exclude(answer="declined").values_list("locality_id", flat=True))
    found = []
    for row in rows:
        if row.get("side") not in sides:
            raise Incomplete({"present": _("Say which locality each person came for.")})
        [person] = clean_participants([row], "present")
        found.append({"side": row["side"], **person})
    return found
