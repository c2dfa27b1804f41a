"""My work: the first page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from coordination.actions.issues import reporting_seats
from coordination.models import Person
from coordination.queries.reach import to_tell
from coordination.queries.submissions import papers_among
from coordination.queries.substitutions import substitutions_at_hand
from coordination.queries.work import work_for


@require_GET
@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, what they wait for, what they follow."""
    person, at = request.user, timezone.now()
    assert isinstance(person, Person)
    work = work_for(person, at)
    context = {
        "work": work,
        "papers": papers_among(work.tasks),
        "may_report": bool(reporting_seats(person, at)),
        "substitutions": substitutions_at_hand(person, at),
        "to_tell": to_tell(person, at),
    }
    live = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "_lists.html" if live else "my_work.html"
    return render(request, f"coordination/work/{template}", context)
