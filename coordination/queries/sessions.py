"""The sessions of the Councils: who sees which, and what stands on the agenda for this reader.

The office of a Council sees its sessions whole. A locality sees a session only through its own
dossiers, or those it is a party to, and nothing of the others on it (rulebook §5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone, translation

from coordination.models import Conclusion, CouncilSession, CouncilTerm, Dossier, Locality, Person
from coordination.queries.councils import office_seats
from coordination.visibility import Sight, visible_dossiers
from workflows.models import AccessEntry, Event
from workflows.refusals import NotVisible


@dataclass(frozen=True)
class AgendaRow:
    """One dossier of a session, as far as the reader may see it."""

    dossier: Dossier
    conclusion: Conclusion | None


@dataclass(frozen=True)
class SessionRow:
    """One session on the list, with the dossiers on its agenda that the reader may see."""

    session: CouncilSession
    agenda: list[Dossier]


@dataclass(frozen=True)
class SessionPage:
    """A session as its page shows it to one reader.

    ``office`` is true for the officers of the Council's office: they may put dossiers on the agenda
    (``waiting``) and, while nothing was concluded, move the session.
    """

    session: CouncilSession
    term: CouncilTerm | None
    members: list[Locality]
    agenda: list[AgendaRow]
    left: list[Dossier]
    waiting: list[Dossier]
    office: bool
    may_move: bool


def visible_sessions(person: Person, at: datetime) -> QuerySet[CouncilSession]:
    """The sessions of my Council, and those with a dossier that I may see."""
    sight = Sight(person, at)
    if sight.auditor:
        return CouncilSession.objects.all()
    mine = visible_dossiers(person, at).filter(session=OuterRef("pk"))
    return CouncilSession.objects.filter(Q(council_id__in=sight.councils) | Exists(mine))


def get_session_for(person: Person, pk: int, at: datetime) -> CouncilSession:
    """The session; raises ``NotVisible`` where it is not there or has not reached this person."""
    rows = visible_sessions(person, at).select_related("council", "term__locality")
    session = rows.filter(pk=pk).first()
    if session is None:
        raise NotVisible
    if Sight(person, at).auditor:
        AccessEntry.objects.create(person_id=person.pk, machine="session", record_id=pk, what="read", at=at)
    return session


def sessions_for(person: Person, at: datetime) -> tuple[list[SessionRow], list[SessionRow]]:
    """Planned sessions, the next first, and held ones, the last first."""
    today = timezone.localtime(at).date()
    sessions = list(visible_sessions(person, at).select_related("council"))
    rows = visible_dossiers(person, at).filter(session__in=sessions, state__in=Dossier.ON_AGENDA)
    agendas: dict[int, list[Dossier]] = {}
    for dossier in _as_scheduled(rows.select_related("home", "issue")):
        agendas.setdefault(dossier.session_id or 0, []).append(dossier)
    found = [SessionRow(session, agendas.get(session.pk, [])) for session in sessions]
    planned = sorted(
        (row for row in found if row.session.held_on >= today), key=lambda row: row.session.held_on
    )
    held = [row for row in found if row.session.held_on < today]
    return planned, held


def session_page(session: CouncilSession, person: Person, at: datetime) -> SessionPage:
    """Everything on the page of a session, for this reader."""
    seen = visible_dossiers(person, at).filter(session=session)
    rows = _as_scheduled(seen.select_related("home", "issue", "concluded_by"))
    office = session.council_id in office_seats(person, at)
    return SessionPage(
        session=session,
        term=session.term_in_force,
        members=session.members(),
        agenda=[AgendaRow(row, row.concluded_by) for row in rows if row.on_agenda],
        left=[row for row in rows if not row.on_agenda],
        waiting=_waiting(session) if office and session.held_on >= timezone.localtime(at).date() else [],
        office=office,
        may_move=office and not session.conclusions.exists(),
    )


def _waiting(session: CouncilSession) -> list[Dossier]:
    """The dossiers of the Council that can be put on the agenda now."""
    states = [Dossier.State.SCREENED, Dossier.State.DEFERRED]
    rows = Dossier.objects.filter(council=session.council_id, state__in=states)
    return list(rows.select_related("home", "issue").order_by("moved_at", "pk"))


def _as_scheduled(dossiers: Iterable[Dossier]) -> list[Dossier]:
    """In the order in which they were put on the agenda: that of their last ``schedule``."""
    rows = list(dossiers)
    scheduled = Event.objects.filter(
        machine="dossier", name="schedule", kind=Event.Kind.STEP, record_id__in=[row.pk for row in rows]
    )
    order = dict(scheduled.values_list("record_id").annotate(last=Max("id")).values_list("record_id", "last"))
    return sorted(rows, key=lambda row: (order.get(row.pk, 0), row.pk))


def offered_sessions(council_id: int, earliest: date) -> list[CouncilSession]:
    """The sessions of a Council from a day on, the next first: a dossier can be put on these."""
    rows = CouncilSession.objects.filter(council=council_id, held_on__gte=earliest)
    return list(rows.order_by("held_on", "pk"))


def companions_of(dossier: Dossier, person: Person, at: datetime, *, same_home: bool) -> Sequence[Dossier]:
    """Other dossiers that wait for the same session and that this person may settle with this one.

    ``same_home`` where a home officer records the conclusion by document: for others' dossiers they
    may not speak.
    """
    if dossier.session is None:
        return []
    rows = visible_dossiers(person, at).filter(session=dossier.session, state=Dossier.State.SCHEDULED)
    if same_home:
        rows = rows.filter(home_id=dossier.home_id)
    return _as_scheduled(rows.exclude(pk=dossier.pk).select_related("issue__home"))


def name_to_propose(council_id: int) -> str:
    """The name of the next session: the highest number so far and one.

    Sessions are named on paper, so in Vietnamese whatever the reader's language.
    """
    with translation.override("vi"):
        words = translation.gettext("Session No. %(number)s")
    start = words.partition("%(number)s")[0]
    names = CouncilSession.objects.filter(council=council_id).values_list("name", flat=True)
    numbers = [name.removeprefix(start) for name in names if name.startswith(start)]
    return words % {"number": max((int(one) for one in numbers if one.isdecimal()), default=0) + 1}
