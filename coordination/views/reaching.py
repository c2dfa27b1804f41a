"""The clerk says how a leader was told."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coordination.actions.reaching import close_reach_task
from coordination.views.records import person_of


@login_required
@require_POST
def reach_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one task of one's own body."""
    how = request.POST.get("how", "")
    task = close_reach_task(pk, how, by=person_of(request), at=timezone.now())
    messages.success(request, _("Noted: %(leader)s has been told.") % {"leader": task.notice.person})
    return redirect("my-work")
