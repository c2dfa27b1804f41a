"""The machines as pictures: where records stand, whose step is next, what can be done from there."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from coordination.presentation import KINDS
from coordination.queries.machines import counts_per_state, position_of, states_in_words
from coordination.views.records import person_of
from workflows.charts import Chart
from workflows.drawing import bpmn
from workflows.registry import registry


@login_required
@require_safe
def machine(request: HttpRequest, machine: str = "issue") -> HttpResponse:
    """One machine drawn, with how many records stand where; ``?record=`` shows where one stands."""
    model = registry.machines.get(machine)
    if model is None:
        raise Http404
    person, at = person_of(request), timezone.now()
    record, here = None, ""
    visited: list[str] = []
    if key := request.GET.get("record", ""):
        record, here, visited = position_of(person, machine, key, at)
    counts = counts_per_state(person, machine, at)
    chart = Chart(model, counts=counts, here=here, visited=visited)
    context = {
        "machine": machine,
        "kinds": {name: KINDS[name] for name in registry.machines},
        "record": record,
        "here": here,
        # Made by a template that escapes every word in it.
        "drawing": mark_safe(chart.svg()),  # noqa: S308
        "states": states_in_words(model, counts),
    }
    return render(request, "coordination/machines/machine.html", context)


@login_required
@require_safe
def machine_bpmn(request: HttpRequest, machine: str) -> HttpResponse:
    """The flow as BPMN 2.0, for tools that read it."""
    if machine not in registry.machines:
        raise Http404
    name = f'attachment; filename="{machine}.bpmn"'
    return HttpResponse(
        bpmn(machine), content_type="application/xml; charset=utf-8", headers={"Content-Disposition": name}
    )
