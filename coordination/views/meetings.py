"""The list of meetings, and meetings for people's calendars."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination.queries.appointments import entry_to_fetch, feed_for
from coordination.queries.lists import meetings_for
from coordination.queries.meetings import with_sides
from coordination.queries.records import get_record_for
from coordination.views.records import person_of


@login_required
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The meetings this person may see."""
    found = meetings_for(person_of(request), timezone.now(), request.GET.get("cursor", ""))
    context = {"rows": with_sides(found.rows), "next_cursor": found.next_cursor}
    return render(request, "coordination/meetings/list.html", context)


@login_required
@require_safe
def calendar_entry(request: HttpRequest, key: str) -> HttpResponse:
    """The appointment of a meeting, for the calendar of who sees it; called off where it was."""
    person = person_of(request)
    meeting, _level = get_record_for(person, "meeting", key, timezone.now())
    entry = entry_to_fetch(meeting, person)
    return _calendar(entry.content, f"{meeting.key}.ics", method=entry.method)


@login_required
@require_safe
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Every appointment of this person's meetings."""
    return _calendar(feed_for(person_of(request), timezone.now()), "lien-tinh.ics", method="PUBLISH")


def _calendar(content: bytes, name: str, *, method: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=f"text/calendar; charset=utf-8; method={method}")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
