"""What the steps around a Regional Council need: the Council, the session, the conclusion."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from coordination.actions.sessions import check_number
from coordination.directory import day_of
from coordination.models import Conclusion, CouncilSession, Dossier, Organisation
from coordination.needs.given import parse_date
from coordination.needs.lists import clean_commitments
from coordination.queries.councils import councils_for
from workflows.machines.base import Move
from workflows.refusals import Incomplete
from workflows.registry import need


@need("council")
def council(move: Move, _word: str) -> int:
    """A Council of which the home locality is a member on that day; which one, the leader chooses."""
    day = day_of(move.at)
    chosen = move.data.get("council")
    if chosen in {offer.council.pk for offer in councils_for(move.record, day)}:
        return int(chosen)
    named = Organisation.objects.filter(pk=chosen, kind=Organisation.Kind.COUNCIL).first() if chosen else None
    if named is None:
        raise Incomplete({"council": _("Choose the Regional Council your locality is a member of.")})
    raise Incomplete(
        {
            "council": _(
                "%(place)s is not a member of %(council)s on %(day)s. Choose a Council of which it is one."
            )
            % {"place": move.record.home, "council": named, "day": f"{day:%d/%m/%Y}"}
        }
    )


@need("session")
def session(move: Move, _word: str) -> dict[str, Any]:
    """A session of the dossier's Council: one that is planned, or a new one by name, day and place.

    A session that stands under this name on this day is meant, not another. By document it may be
    past: the paper tells what happened, though never before the dossier was filed.
    """
    given = move.data.get("session") or {}
    sessions = CouncilSession.objects.filter(council_id=move.record.council_id)
    earliest = first_session_day(move)
    if given.get("id"):
        chosen = sessions.filter(pk=given["id"], held_on__gte=earliest).first()
        if chosen is None:
            raise Incomplete({"session": _("Choose a session of this Council that still lies ahead.")})
        return chosen.as_data()
    name = " ".join(str(given.get("name") or "").split())
    place = str(given.get("place") or "").strip()
    on = parse_date(given.get("on"), "session")
    if not name or on < earliest:
        raise Incomplete({"session": _("Name the session and its day; the day must lie ahead.")})
    found = sessions.filter(name=name, held_on=on).first()
    if found is None:
        return {"name": name, "on": on.isoformat(), "place": place}
    if place and place != found.place:
        raise Incomplete(
            {"session": _("“%(name)s” is planned already, in another place: choose it.") % {"name": name}}
        )
    return found.as_data()


def first_session_day(move: Move) -> date:
    """The first day a session may be on: today; by document the day the dossier was filed."""
    dossier: Dossier = move.record
    if move.channel == "document" and dossier.filed_at:
        return day_of(dossier.filed_at)
    return day_of(move.at)


@need("conclusion")
def conclusion(move: Move, _word: str) -> dict[str, Any]:
    """Number, day and content of what the Chairman concluded, or one that the session has already.

    ``with`` are other dossiers of the same session that the conclusion settles, each with its own
    commitments (rulebook §3); only ``record_conclusion`` takes them along.
    """
    given = move.data.get("conclusion") or {}
    dossier: Dossier = move.record
    along = _taken_along(move, given.get("with") or []) if move.name == "record_conclusion" else []
    if given.get("id"):
        recorded = Conclusion.objects.filter(pk=given["id"], session_id=dossier.session_id).first()
        if recorded is None:
            raise Incomplete({"conclusion": _("Choose a conclusion of this dossier's session.")})
        return {**recorded.as_data(), "with": along}
    number = " ".join(str(given.get("number") or "").split())
    content = str(given.get("content") or "").strip()
    if not number or not content:
        raise Incomplete({"conclusion": _("Give the number of the conclusion, its date and its content.")})
    dated = parse_date(given.get("dated"), "conclusion")
    if dated > day_of(move.at):
        raise Incomplete({"conclusion": _("The conclusion cannot be dated in the future.")})
    assert dossier.session is not None
    check_number(dossier.session, number)
    return {"number": number, "dated": dated.isoformat(), "content": content, "with": along}


def _taken_along(move: Move, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dossiers of the same session that wait for it as well; by document those of the same home only."""
    scheduled = Dossier.objects.filter(session_id=move.record.session_id, state=Dossier.State.SCHEDULED)
    if move.channel == "document":
        scheduled = scheduled.filter(home_id=move.record.home_id)
    offered = {other.ref: other for other in scheduled.exclude(pk=move.record.pk)}
    cleaned = []
    for row in rows:
        other = offered.pop(str(row.get("dossier")), None)
        if other is None:
            raise Incomplete(
                {"conclusion": _("Only dossiers that wait for the same session can be taken along.")}
            )
        given = clean_commitments(row.get("commitments"), "conclusion", required=True, issue=other.issue)
        cleaned.append({"dossier": other.ref, "version": row.get("version"), "commitments": given})
    return cleaned
