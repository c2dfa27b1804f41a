"""Who sees what (rulebook §5), once for one record and once as a query: both from the same words.

``full`` is the home's own view. ``shared`` is the part that has been shared: what a locality that
was brought in, a Council, a lead or a coordinating body may read. Everybody else gets 404.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from coordination.models import (
    AgendaItem,
    Commitment,
    Dossier,
    Issue,
    IssueLocality,
    Meeting,
    MeetingSide,
    Opinion,
    Person,
    Seat,
    Share,
)
from coordination.roles import held_seats
from workflows.machines.base import Machine

FULL, SHARED = "full", "shared"


class Sight:
    """What a person's seats of today let them see: the ids that the queries compare with."""

    def __init__(self, person: Person, at: datetime) -> None:
        held = list(held_seats(person, at))
        self.auditor = any(seat.level == Seat.Level.AUDITOR for seat in held)
        self.bodies = {seat.seat.organisation_id for seat in held if seat.seat.organisation_id is not None}
        self.core = {
            locality
            for seat in held
            for kind, locality in seat.functions
            if kind in {"focal", "committee"} and locality
        }
        self.councils = {
            body_id
            for seat in held
            if seat.seat.organisation and any(kind == "council" for kind, _locality in seat.functions)
            for body_id in (seat.seat.organisation_id, seat.seat.organisation.parent_id)
            if body_id
        }


def issues_full(sight: Sight) -> Q:
    """Own unit, always; home focal point and committee, once it was submitted."""
    return Q(unit_id__in=sight.bodies) | Q(home_id__in=sight.core, code__isnull=False)


def issues_shared(sight: Sight) -> Combinable | Q:
    """Brought-in localities, the Council it is before, leads, coordinators, bodies consulted here."""
    commitments = Commitment.objects.filter(issue=OuterRef("pk"))
    return (
        Exists(
            IssueLocality.objects.filter(
                issue=OuterRef("pk"), locality_id__in=sight.core, brought_in_at__isnull=False
            )
        )
        | Exists(
            Dossier.objects.filter(
                issue=OuterRef("pk"), council_id__in=sight.councils, filed_at__isnull=False
            )
        )
        | Exists(commitments.filter(Q(lead_id__in=sight.bodies)))
        | Exists(commitments.filter(coordinators__in=sight.bodies))
        | Exists(Share.objects.filter(issue=OuterRef("pk"), organisation_id__in=sight.bodies))
        | Exists(Issue.objects.filter(merged_into=OuterRef("pk"), unit_id__in=sight.bodies))
        | Exists(
            Opinion.objects.filter(consultation__issue=OuterRef("pk"), body_id__in=sight.bodies).filter(
                body__locality_id=OuterRef("home_id")
            )
        )
    )


def visible_issues(person: Person, at: datetime) -> QuerySet[Issue]:
    """Every issue this person may see, in full or in part."""
    sight = Sight(person, at)
    if sight.auditor:
        return Issue.objects.all()
    return Issue.objects.filter(issues_full(sight) | issues_shared(sight))


def visible_meetings(person: Person, at: datetime) -> QuerySet[Meeting]:
    """Meetings of my home, or to which my locality was invited, or about an issue of my unit."""
    sight = Sight(person, at)
    if sight.auditor:
        return Meeting.objects.all()
    return Meeting.objects.filter(_meetings_full(sight) | _meetings_shared(sight))


def _meetings_full(sight: Sight) -> Combinable | Q:
    return Q(home_id__in=sight.core) | Exists(
        AgendaItem.objects.filter(meeting=OuterRef("pk"), issue__unit_id__in=sight.bodies)
    )


def _meetings_shared(sight: Sight) -> Q:
    return Q(Exists(MeetingSide.objects.filter(meeting=OuterRef("pk"), locality_id__in=sight.core)))


def visible_dossiers(person: Person, at: datetime) -> QuerySet[Dossier]:
    """Dossiers of my home or unit; of my Council once filed; of an issue shared with my locality."""
    sight = Sight(person, at)
    if sight.auditor:
        return Dossier.objects.all()
    return Dossier.objects.filter(_dossiers_full(sight) | _dossiers_shared(sight))


def _dossiers_full(sight: Sight) -> Q:
    return Q(home_id__in=sight.core) | Q(issue__unit_id__in=sight.bodies)


def _dossiers_shared(sight: Sight) -> Combinable | Q:
    return Q(council_id__in=sight.councils, filed_at__isnull=False) | (
        Q(
            Exists(
                IssueLocality.objects.filter(
                    issue=OuterRef("issue"),
                    locality_id__in=sight.core,
                    brought_in_at__isnull=False,
                )
            )
        )
        & Q(state__in=["scheduled", "deferred", "decided", "referred"])
    )


def visible_commitments(person: Person, at: datetime) -> QuerySet[Commitment]:
    """Commitments of my home or unit, led or coordinated by my body, or of a shared issue."""
    sight = Sight(person, at)
    if sight.auditor:
        return Commitment.objects.all()
    return Commitment.objects.filter(_commitments_full(sight) | _commitments_shared(sight)).distinct()


def _commitments_full(sight: Sight) -> Q:
    return Q(home_id__in=sight.core) | Q(issue__unit_id__in=sight.bodies)


def _commitments_shared(sight: Sight) -> Combinable | Q:
    through = Commitment.coordinators.through.objects
    return (
        Q(lead_id__in=sight.bodies)
        | Exists(through.filter(commitment_id=OuterRef("pk"), organisation_id__in=sight.bodies))
        | Exists(
            IssueLocality.objects.filter(
                issue=OuterRef("issue"), locality_id__in=sight.core, brought_in_at__isnull=False
            )
        )
        | Exists(
            Dossier.objects.filter(issue=OuterRef("issue"), council_id__in=sight.councils, state="decided")
        )
    )


def _opinions_full(sight: Sight) -> Q:
    return Q(consultation__issue__home_id__in=sight.core) | Q(consultation__issue__unit_id__in=sight.bodies)


def _opinions_shared(sight: Sight) -> Q:
    return Q(body_id__in=sight.bodies)


_RULES: dict[str, tuple[Any, Any, Any]] = {
    "issue": (Issue, issues_full, issues_shared),
    "meeting": (Meeting, _meetings_full, _meetings_shared),
    "dossier": (Dossier, _dossiers_full, _dossiers_shared),
    "commitment": (Commitment, _commitments_full, _commitments_shared),
    "opinion": (Opinion, _opinions_full, _opinions_shared),
}


def visible(person: Any, record: Machine, at: datetime) -> str | None:
    """``full``, ``shared`` or None (404) for one record; the same rules as the queries."""
    if not getattr(person, "is_authenticated", False):
        return None
    sight = Sight(person, at)
    if sight.auditor:
        return FULL
    model, full, shared = _RULES[record.machine]
    row = model.objects.filter(pk=record.pk)
    if row.filter(full(sight)).exists():
        return FULL
    return SHARED if row.filter(shared(sight)).exists() else None
