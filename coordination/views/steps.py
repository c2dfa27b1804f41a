"""Taking a step: what it needs, what it shares, and what happens when somebody was first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coordination.actions.issues import attach_file
from coordination.forms.steps import StepForm, step_form
from coordination.models import Person
from coordination.presentation import facts_of, title_for
from coordination.queries.changes import changes_reached
from coordination.queries.commitment_details import running_before
from coordination.queries.offered import PLURALS
from coordination.queries.opinions import tables_of
from coordination.queries.records import get_record_for
from coordination.queries.timelines import path_of
from coordination.views.records import person_of
from coordination.visibility import FULL
from workflows import engine, permissions
from workflows.machines.base import Machine, StepInfo
from workflows.refusals import Forbidden, Incomplete, Refusal, Stale, WrongState
from workflows.registry import registry
from workflows.roles import Capacity

MACHINES = {plural: machine for machine, plural in PLURALS.items()}
# Fields that the page with the link may propose a value for.
PROPOSED_BY_LINK = ("session_existing",)


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, plural: str, key: str, step: str) -> HttpResponse:
    """The page of a step (GET) and the step itself (POST)."""
    person, at = person_of(request), timezone.now()
    record, level = get_record_for(person, MACHINES[plural], key, at)
    info = permissions.step_info(record, step)
    seats = seats_for(record, info, person, at)
    if request.method == "POST":
        form = step_form(record, info, person, at=at, data=request.POST, files=request.FILES)
        return _take(request, record, level, form, seats)
    permissions.check_step(record, step, _capacities(record, person, at))
    form = step_form(record, info, person, at=at)
    form.initial.update({name: request.GET[name] for name in PROPOSED_BY_LINK if name in request.GET})
    return step_page(request, record, level, form, seats)


def seats_for(record: Machine, info: StepInfo, person: Person, at: datetime) -> list[Capacity]:
    """One capacity for each seat of this person that may take the step: the one the engine would take."""
    found: dict[int | None, Capacity] = {}
    for capacity in permissions.matching(record, info, _capacities(record, person, at)):
        found.setdefault(capacity.seat_id, capacity)
    return list(found.values())


def _capacities(record: Machine, person: Person, at: datetime) -> Any:
    assert registry.roles is not None
    return registry.roles.capacities(person, record, at)


def _take(
    request: HttpRequest, record: Machine, level: str, form: StepForm, seats: list[Capacity]
) -> HttpResponse:
    """Perform the step. What was typed stays on the page whenever it is refused."""
    if not form.is_valid():
        # Whoever may not take the step at all learns that, not what they typed wrong.
        refusal = _barred(record, form)
        if refusal is not None:
            return _refused(request, record, level, form, seats, refusal)
        return step_page(request, record, level, form, seats, status=Incomplete.status)
    seat = request.POST.get("as_seat", "")
    try:
        with transaction.atomic():
            _store_files(record, form)
            engine.perform(
                record,
                form.info.name,
                by=form.person,
                at=form.at,
                data=form.step_data(),
                expected_version=form.version_read,
                as_seat=int(seat) if seat.isdigit() else None,
                channel="web",
            )
    except ValidationError as error:
        form.add_error("document", error.messages[0])
        return step_page(request, record, level, form, seats, status=Incomplete.status)
    except Refusal as refusal:
        return _refused(request, record, level, form, seats, refusal)
    messages.success(request, _("Done: %(step)s.") % {"step": form.info.label})
    return redirect(_after(record, form), permanent=False)


def _barred(record: Machine, form: StepForm) -> Refusal | None:
    try:
        permissions.check_step(record, form.info.name, _capacities(record, form.person, form.at))
    except Refusal as refusal:
        return refusal
    return None


def _store_files(record: Machine, form: StepForm) -> None:
    for uploaded in form.uploads:
        attach_file(record, uploaded, by=form.person, at=form.at, shared=True)
    part = form.document
    if part is not None:
        part.attachment = attach_file(record, part.upload, by=form.person, at=form.at).pk


def _refused(
    request: HttpRequest,
    record: Machine,
    level: str,
    form: StepForm,
    seats: list[Capacity],
    refusal: Refusal,
) -> HttpResponse:
    if isinstance(refusal, Incomplete):
        for need, sentence in refusal.problems.items():
            form.add_error(need, sentence)
    elif isinstance(refusal, Forbidden):
        form.add_error(None, refusal.sentence)
    elif not isinstance(refusal, Stale | WrongState):
        raise refusal
    return step_page(request, record, level, form, seats, status=refusal.status, refusal=refusal)


def _after(record: Machine, form: StepForm) -> str:
    """The record's page; an issue's once a record's own step closed what the reader came for."""
    assert registry.visible is not None
    fresh = type(record)._default_manager.get(pk=record.pk)
    seen = registry.visible(form.person, fresh, form.at)
    return path_of(fresh) if seen else "/"


def step_page(
    request: HttpRequest,
    record: Any,
    level: str,
    form: StepForm,
    seats: list[Capacity],
    *,
    status: int = 200,
    refusal: Refusal | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of a step; after a conflict it says who was first and keeps what was typed."""
    conflict = refusal if isinstance(refusal, Stale | WrongState) else None
    fresh = type(record)._default_manager.get(pk=record.pk)
    version_read = form.version_read if conflict else None
    if conflict:
        form.read_again(fresh)
    context = {
        "record": fresh,
        "title": title_for(fresh, form.person, form.at),
        "path": path_of(fresh),
        "form": form,
        "info": form.info,
        "seats": seats if len(seats) > 1 else [],
        "behalf": seats[0].behalf if len(seats) == 1 else None,
        "conflict": conflict,
        "changes": changes_reached(fresh, version_read, level) if conflict else (),
        "may_still": conflict is None or _barred(fresh, form) is None,
        "sharing": form.sharing,
        "tables": tables_of(fresh) if level == FULL else (),
        "facts": [fact for fact in facts_of(fresh, level) if fact[1]],
        "running": running_before(fresh, form.info.name, form.at),
        **more,
    }
    return render(request, "coordination/steps/step.html", context, status=status)
