"""The opinion table of an issue: the focal officer says what became of each opinion (rulebook §3)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coordination.forms.opinions import OpinionTableForm
from coordination.models import Issue
from coordination.presentation import title_for
from coordination.queries.opinions import body_of, may_write_table, opinion_of
from coordination.queries.records import get_record_for
from coordination.queries.timelines import path_of
from coordination.views.records import person_of
from workflows import engine
from workflows.refusals import Incomplete, NotYours, Refusal, Stale
from workflows.roles import who_label


@login_required
@require_http_methods(["GET", "POST"])
def opinion_table(request: HttpRequest, key: str) -> HttpResponse:
    """The table's page (GET) and its amendment (POST); what was typed stays when it is refused."""
    person, at = person_of(request), timezone.now()
    issue, _level = get_record_for(person, Issue.machine, key, at)
    if not may_write_table(issue, person, at):
        raise NotYours("not_amendable", who=who_label("focal.officer"))
    if request.method == "GET":
        return _page(request, issue, OpinionTableForm(issue))
    form = OpinionTableForm(issue, data=request.POST)
    if not form.is_valid():
        return _page(request, issue, form, status=Incomplete.status)
    try:
        event = engine.amend(
            issue,
            {"opinion_table": form.table()},
            by=person,
            at=at,
            expected_version=form.cleaned_data["expected_version"],
        )
    except (Incomplete, Stale) as refusal:
        return _page(request, issue, form, status=refusal.status, refusal=refusal)
    messages.success(request, _("The opinion table is saved.") if event else _("Nothing was changed."))
    return redirect(path_of(issue))


def _page(
    request: HttpRequest,
    issue: Issue,
    form: OpinionTableForm,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
) -> HttpResponse:
    fresh = Issue.objects.get(pk=issue.pk)
    if refusal is not None:
        form = form.read_again(fresh)
    context = {
        "record": fresh,
        "title": title_for(fresh, person_of(request), timezone.now()),
        "path": path_of(fresh),
        "form": form,
        "rows": [(row, body_of(row.row), opinion_of(row.row)) for row in form.rows],
        "refusal": refusal,
    }
    return render(request, "coordination/opinions/table.html", context, status=status)
