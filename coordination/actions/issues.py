"""Writes around an issue that are more than one step: report, revise, attach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from coordination import attachments
from coordination.models import Attachment, Issue, IssueKind, IssueLocality, Person, Seat
from coordination.queries.search import fold
from coordination.roles import held_seats
from workflows import engine
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.refusals import NotYours
from workflows.roles import Capacity

CONTENT = (
    "title",
    "project",
    "amended_text",
    "tried",
    "proposal",
    "legal_bases",
    "urgency_asked",
)


def reporting_seats(person: Person, at: datetime) -> list[Seat]:
    """The seats from which this person may report: officer or head of a reporting unit."""
    return [
        held.seat
        for held in held_seats(person, at)
        if held.level in {Seat.Level.OFFICER, Seat.Level.HEAD}
        and any(kind == "reporting" for kind, _locality in held.functions)
    ]


def report_issue(
    *, by: Person, seat: Seat, at: datetime, data: dict[str, Any], files: Iterable[UploadedFile] = ()
) -> Issue:
    """Begin a draft in the unit of ``seat`` (rulebook §2: nothing leaves the unit yet).

    ``data`` holds the content fields, ``kinds`` (codes) and ``localities`` (``locality`` id,
    ``role``, ``situation``). Raises ``NotYours`` where the seat is not a reporting unit's.
    """
    if seat.pk not in {own.pk for own in reporting_seats(by, at)} or seat.organisation is None:
        raise NotYours(text=_("Only an officer or the head of a reporting unit reports an issue."))
    home = seat.organisation.locality
    issue = Issue(unit=seat.organisation, home=home, author=seat)
    level = "head" if seat.level == Seat.Level.HEAD else "officer"
    capacity = Capacity(
        role=f"reporting.{level}",
        person_id=by.pk,
        person_name=str(by),
        seat_id=seat.pk,
        title=seat.title,
        organisation_id=seat.organisation_id,
        organisation_name=seat.organisation.name,
        locality_id=seat.organisation.locality_id,
    )
    with transaction.atomic():
        for name in CONTENT:
            setattr(issue, name, data.get(name) or getattr(issue, name))
        engine.begin(issue, by=by, at=at, capacity=capacity, related=lambda: write_sides(issue, data))
        for uploaded in files:
            attach_file(issue, uploaded, by=by, at=at)
    return issue


def revise_issue(
    issue: Issue,
    *,
    by: Person,
    at: datetime,
    data: dict[str, Any],
    files: Iterable[UploadedFile] = (),
    expected_version: int | None = None,
) -> Event | None:
    """Change the content where the amend table allows it; None where nothing changed."""
    with transaction.atomic():
        event = engine.amend(issue, data, by=by, at=at, expected_version=expected_version)
        for uploaded in files:
            attach_file(issue, uploaded, by=by, at=at)
    return event


def attach_file(
    record: Machine, uploaded: UploadedFile, *, by: Person, at: datetime, shared: bool = False
) -> Attachment:
    """Attach a file through the door. Raises ``ValidationError`` for a file that is not allowed."""
    attachments.inspect(uploaded)
    engine.act(record, "attach", by=by, at=at, data={"file": uploaded, "shared": shared})
    return Attachment.objects.filter(machine=record.machine, record_id=record.pk).latest("id")


def write_content(issue: Issue, data: dict[str, Any]) -> None:
    """Lay content on an issue (inside the engine); keeps the search column in step."""
    for name in CONTENT:
        if name in data:
            setattr(issue, name, data[name])
    write_sides(issue, data)


def write_sides(issue: Issue, data: dict[str, Any]) -> None:
    """The rows that hang on an issue: its kinds and its sides."""
    if "kinds" in data:
        issue.kinds.all().delete()
        IssueKind.objects.bulk_create(
            IssueKind(issue=issue, kind=kind) for kind in sorted(set(data["kinds"]))
        )
    if "localities" in data:
        issue.sides.all().delete()
        IssueLocality.objects.bulk_create(
            IssueLocality(
                issue=issue,
                locality_id=row["locality"],
                role=row["role"],
                situation=row.get("situation", ""),
            )
            for row in data["localities"]
        )
    issue.forget_sides()
    places = " ".join(side.locality.name for side in issue.known_sides)
    words = (issue.code, issue.ref, issue.title, issue.project, issue.amended_text, places)
    issue.search_text = fold(" ".join(word for word in words if word))
