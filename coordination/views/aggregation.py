"""What belongs together, for the focal point: suggestions, and the way to one submission."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination.queries.aggregation import focal_homes, groups_for
from coordination.queries.submissions import drafts_at
from coordination.views.records import person_of
from workflows.refusals import NotYours


@login_required
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Groups of issues that one submission could carry, and the drafts there are."""
    person, at = person_of(request), timezone.now()
    homes = focal_homes(person, at)
    if not homes:
        raise NotYours(text=_("This page is for the focal point of a locality."))
    context = {
        "groups": groups_for(person, at),
        "drafts": drafts_at(homes),
        "drafts_too": bool(focal_homes(person, at, ("officer",))),
    }
    return render(request, "coordination/aggregation/suggestions.html", context)
