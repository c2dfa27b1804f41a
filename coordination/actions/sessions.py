"""What the office of a Council writes of a session besides the steps of its dossiers.

A session is no record: what happens to its agenda goes through the engine, dossier by dossier. Whoever
writes a session or a conclusion locks the session's row first, after the issues (``locking``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.directory import day_of
from coordination.models import Conclusion, CouncilSession, Dossier, Organisation, Person
from coordination.models.dossiers import term_on
from coordination.queries.councils import office_seats
from workflows import engine
from workflows.refusals import Forbidden, Incomplete, NotYours
from workflows.roles import who_label


def open_session(
    council: Organisation, *, by: Person, at: datetime, name: str, held_on: date, place: str
) -> CouncilSession:
    """A new session of a Council, planned by an officer of its office; nobody is told yet.

    Raises ``NotYours``, and ``Incomplete`` for a day that is past or a name and day used already.
    """
    seat = office_seats(by, at).get(council.pk)
    if seat is None:
        raise NotYours(who=who_label("council.officer"))
    _check_day(held_on, at)
    try:
        with transaction.atomic():
            return CouncilSession.objects.create(
                council=council,
                term=term_on(council.pk, held_on),
                name=name,
                held_on=held_on,
                place=place,
                opened_by=seat,
                opened_at=at,
            )
    except IntegrityError:
        raise _named_twice(name, held_on) from None


def session_named(
    dossier: Dossier, given: dict[str, Any], *, seat: int | None, at: datetime
) -> CouncilSession:
    """The session a dossier is put on, locked: an existing one, or one opened with the step itself.

    ``given`` is the cleaned need ``session``. Another dossier may have opened the same one meanwhile.
    """
    sessions = CouncilSession.objects.select_for_update()
    if given.get("id"):
        return sessions.get(pk=given["id"])
    day = date.fromisoformat(given["on"])
    opened, _created = CouncilSession.objects.get_or_create(
        council_id=dossier.council_id,
        name=given["name"],
        held_on=day,
        defaults={
            "term": term_on(dossier.council_id, day),
            "place": given["place"],
            "opened_by_id": seat,
            "opened_at": at,
        },
    )
    return sessions.get(pk=opened.pk)


def move_session(
    session: CouncilSession, *, by: Person, at: datetime, was: date, held_on: date, place: str
) -> None:
    """Another day or place for a session, and so for every dossier that waits for it.

    ``was`` is the day that the person had read. The first dossier takes the others along (effects of
    ``amend``), each with an event of its own; a session without any just moves. Raises ``NotYours``,
    ``Incomplete`` and ``Forbidden``; then nothing was written.
    """
    if session.council_id not in office_seats(by, at):
        raise NotYours(who=who_label("council.officer"))
    given = {"id": session.pk, "was": was.isoformat(), "on": held_on.isoformat(), "place": place}
    first = session.scheduled().order_by("pk").first()
    if first is not None:
        engine.amend(first, {"session": given}, by=by, at=at)
        return
    with transaction.atomic():
        locked = CouncilSession.objects.select_for_update().get(pk=session.pk)
        if locked.scheduled().exists():
            raise _moved_meanwhile(locked)
        write_move(locked, given, at=at)


def write_move(locked: CouncilSession, given: dict[str, Any], *, at: datetime) -> None:
    """Write the new day and place on a locked session, after every check."""
    day = date.fromisoformat(given["on"])
    if locked.held_on.isoformat() != given["was"]:
        raise _moved_meanwhile(locked)
    if locked.conclusions.exists():
        raise Forbidden(
            "session_was_held",
            gettext_lazy("A conclusion has been recorded in this session: it was held and is not moved."),
        )
    if day != locked.held_on:
        _check_day(day, at)
    locked.held_on, locked.place = day, given["place"]
    locked.term = term_on(locked.council_id, day)
    try:
        with transaction.atomic():
            locked.save(update_fields=["held_on", "place", "term"])
    except IntegrityError:
        raise _named_twice(locked.name, day) from None


def conclusion_of(dossier: Dossier, given: dict[str, Any], *, at: datetime) -> Conclusion:
    """The conclusion that settles a dossier: one recorded already in its session, or a new row.

    ``given`` is the cleaned need ``conclusion``. Raises ``Incomplete`` for a number used already.
    """
    assert dossier.session_id is not None
    session = CouncilSession.objects.select_for_update().get(pk=dossier.session_id)
    if given.get("id"):
        return session.conclusions.get(pk=given["id"])
    check_number(session, given["number"])
    return Conclusion.objects.create(
        session=session,
        number=given["number"],
        dated=date.fromisoformat(given["dated"]),
        content=given["content"],
        recorded_at=at,
    )


def check_number(session: CouncilSession, number: str) -> None:
    """A number stands for one conclusion of a session; capital and small letters do not differ."""
    taken = {used.casefold() for used in session.conclusions.values_list("number", flat=True)}
    if number.casefold() in taken:
        raise Incomplete(
            {
                "conclusion": _(
                    "Number %(number)s has been recorded in this session already: choose that conclusion, "
                    "or give another number."
                )
                % {"number": number}
            }
        )


def _check_day(day: date, at: datetime) -> None:
    if day < day_of(at):
        raise Incomplete({"held_on": _("The day of a session must not be past.")})


def _named_twice(name: str, day: date) -> Incomplete:
    return Incomplete(
        {
            "name": _("This Council already has “%(name)s” on %(day)s.")
            % {"name": name, "day": f"{day:%d/%m/%Y}"}
        }
    )


def _moved_meanwhile(session: CouncilSession) -> Forbidden:
    return Forbidden(
        "session_moved",
        gettext_lazy(
            "The session has changed since you opened this page: it is now on %(day)s. Read it again."
        ),
        day=f"{session.held_on:%d/%m/%Y}",
    )
