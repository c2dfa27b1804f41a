"""How things stand: the page of committees, focal points, Councils' offices and auditors."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination.queries.commitments import MARKS
from coordination.queries.overview import COMMITMENT_MARKS, overview_for, scope_for
from coordination.views.records import person_of


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of a locality, or of all that the reader may see; 404 for everybody else."""
    person, at = person_of(request), timezone.now()
    scope = scope_for(person, at, request.GET.get("of"))
    if scope is None:
        raise Http404
    context = {
        "overview": overview_for(person, at, scope),
        "marks": [MARKS[mark] for mark in COMMITMENT_MARKS],
    }
    return render(request, "coordination/overview/overview.html", context)
