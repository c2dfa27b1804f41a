"""What the system will do tonight."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination.queries.tonight import may_read, tonight_for
from coordination.views.records import person_of


@login_required
@require_safe
def tonight(request: HttpRequest) -> HttpResponse:
    """For administrators and focal points: the plan of the sweeps, of which nothing is done here."""
    person, at = person_of(request), timezone.now()
    if not may_read(person, at):
        raise Http404
    return render(request, "coordination/tonight/tonight.html", {"tonight": tonight_for(person, at)})
