"""What a form offers to choose from: people, bodies and issues in force on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from coordination import holding
from coordination.models import (
    Commitment,
    Function,
    Issue,
    Locality,
    Meeting,
    Organisation,
    Person,
    Seat,
    SubmissionItem,
)

Choice = tuple[int, str]
Group = tuple[str, list[Choice]]


def _named(seats: Iterable[Seat]) -> list[Choice]:
    return [(seat.pk, str(seat)) for seat in seats]


def focal_officers(locality: Locality, day: date) -> list[Choice]:
    """The officers of a locality's focal point: who can be accountable for an issue."""
    return _named(holding.focal_officers(locality, day))


def committee_leaders(locality: Locality, day: date) -> list[Choice]:
    """The Chairman and the Vice-chairmen of a locality's People's Committee."""
    return _named(holding.committee_leaders(locality, day))


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
    rows = Issue.objects.filter(home=issue.home_id, code__isnull=False).exclude(pk=issue.pk)
    return list(rows.exclude(state__in=Issue.TERMINAL).order_by("-moved_at")[:200])


def can_go_with(issue: Issue, person: Person) -> list[Issue]:
    """Other issues in triage that one submission may carry: those on the same draft, then those for
    which this person is accountable and that stand on no other draft."""
    draft = issue.draft()
    rows = Issue.objects.filter(home=issue.home_id, state=Issue.State.TRIAGE).exclude(pk=issue.pk)
    drafted = SubmissionItem.objects.filter(status=SubmissionItem.Status.DRAFTING)
    along = drafted.filter(submission=draft) if draft else drafted.none()
    mine = Q(accountable__person=person) & ~Q(pk__in=drafted.values("issue_id"))
    found = rows.filter(Q(pk__in=along.values("issue_id")) | mine).order_by("code")
    return sorted(found[:40], key=lambda other: other.pk not in set(along.values_list("issue_id", flat=True)))


def left_unmet(issues: Iterable[Issue]) -> list[Choice]:
    """Unmet commitments of these issues whose place another one may take (effects.csv, issue.reopen)."""
    rows = Commitment.objects.left_unmet().filter(issue__in=list(issues)).select_related("lead")
    words = [(row.pk, row.key, Truncator(row.work).chars(90), row.lead) for row in rows.order_by("pk")]
    return [(pk, f"{key} – {work} ({lead})") for pk, key, work, lead in words]


def open_meetings(issue: Issue) -> list[Meeting]:
    """Meetings of exactly the same localities, called by the home one and not held yet."""
    places = {side.locality_id for side in issue.sides.all()}
    rows = Meeting.objects.filter(
        home=issue.home_id, state__in=["proposed", "invited", "countered", "scheduled"]
    ).prefetch_related("sides")
    return [meeting for meeting in rows if {side.locality_id for side in meeting.sides.all()} == places]
