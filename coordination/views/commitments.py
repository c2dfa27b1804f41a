"""Who has not done what: the commitments a person may see, counted per side and body, and listed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination.filters import CommitmentFilter
from coordination.queries.commitments import Reckoning, commitment_page, seen_commitments, tallies
from coordination.views.records import person_of


@login_required
@require_safe
def commitment_list(request: HttpRequest) -> HttpResponse:
    """The counts of each side and body, and the commitments behind them, page by page."""
    person, reckoning = person_of(request), Reckoning(timezone.now())
    found = CommitmentFilter(
        request.GET, queryset=seen_commitments(person, reckoning.at), reckoning=reckoning
    )
    page = commitment_page(found.qs, reckoning, request.GET.get("cursor", ""))
    context = {
        "filter": found,
        "sides": tallies(found.counted, reckoning),
        "rows": page.rows,
        "next_cursor": page.next_cursor,
    }
    return render(request, "coordination/commitments/list.html", context)
