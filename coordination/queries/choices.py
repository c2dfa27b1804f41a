"""What a form offers to choose from: people, bodies, councils and issues in force on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from coordination import roles
from coordination.models import (
    CouncilMembership,
    Function,
    Issue,
    Locality,
    Meeting,
    Organisation,
    Person,
    Seat,
)

Choice = tuple[int, str]
Group = tuple[str, list[Choice]]

OPEN_TO_MERGE = (
    Issue.State.SUBMITTED,
    Issue.State.RETURNED,
    Issue.State.TRIAGE,
    Issue.State.CONSULTING,
    Issue.State.BILATERAL,
    Issue.State.COUNCIL,
    Issue.State.CENTRAL,
    Issue.State.IMPLEMENTING,
)


def _named(seats: Iterable[Seat]) -> list[Choice]:
    return [(seat.pk, str(seat)) for seat in seats]


def focal_officers(locality: Locality, day: date) -> list[Choice]:
    """The officers of a locality's focal point: who can be accountable for an issue."""
    return _named(roles.focal_officers(locality, day))


def committee_leaders(locality: Locality, day: date) -> list[Choice]:
    """The Chairman and the Vice-chairmen of a locality's People's Committee."""
    return _named(roles.committee_leaders(locality, day))


def councils_of(locality: Locality, day: date) -> list[Choice]:
    """The Regional Councils of which a locality is a member."""
    rows = CouncilMembership.objects.at(day).filter(locality=locality).select_related("council")
    return [(row.council_id, str(row.council)) for row in rows.order_by("council__slug")]


def bodies_by_place(
    localities: Iterable[Locality],
    day: date,
    *,
    central: bool = True,
    without: Iterable[int] = (),
) -> list[Group]:
    """Bodies in force, grouped by locality in the order given, ministries last."""
    wanted = Q(locality__in=list(localities))
    if central:
        wanted |= Q(functions__kind=Function.Kind.CENTRAL)
    rows = (
        Organisation.objects.at(day)
        .filter(wanted)
        .exclude(pk__in=list(without))
        .select_related("locality")
        .distinct()
        .order_by("name")
    )
    groups: dict[int, Group] = {place.pk: (str(place), []) for place in localities}
    ministries: list[Choice] = []
    for body in rows:
        choice = (body.pk, str(body))
        if body.locality_id in groups:
            groups[body.locality_id][1].append(choice)
        else:
            ministries.append(choice)
    found = [group for group in groups.values() if group[1]]
    return [*found, (_("Central authorities"), ministries)] if ministries else found


def places_of(issues: Iterable[Issue]) -> list[Locality]:
    """The localities concerned by these issues, the home ones first."""
    found: dict[int, Locality] = {}
    for issue in issues:
        found.setdefault(issue.home_id, issue.home)
    for issue in issues:
        for side in issue.sides.select_related("locality"):
            found.setdefault(side.locality_id, side.locality)
    return list(found.values())


def merge_targets(issue: Issue) -> list[Issue]:
    """Open issues of the same home locality into which this one can be merged."""
    rows = Issue.objects.filter(home=issue.home_id, state__in=OPEN_TO_MERGE).exclude(pk=issue.pk)
    return list(rows.order_by("-moved_at")[:200])


def can_go_with(issue: Issue, person: Person) -> list[Issue]:
    """Other issues in triage for which this person is accountable: one submission may carry them."""
    rows = Issue.objects.filter(
        home=issue.home_id, state=Issue.State.TRIAGE, accountable__person=person
    ).exclude(pk=issue.pk)
    return list(rows.order_by("code")[:20])


def open_meetings(issue: Issue) -> list[Meeting]:
    """Meetings of exactly the same localities, called by the home one and not held yet."""
    places = {side.locality_id for side in issue.sides.all()}
    rows = Meeting.objects.filter(
        home=issue.home_id, state__in=["proposed", "invited", "countered", "scheduled"]
    ).prefetch_related("sides")
    return [meeting for meeting in rows if {side.locality_id for side in meeting.sides.all()} == places]
