"""Acts: what is not a step, through the same door (docs/rulebook/acts.csv)."""

from __future__ import annotations

import dataclasses
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
from coordination.counterparts import recorded_info
from coordination.forms.acts import ELSEWHERE, act_form
from coordination.forms.steps import StepForm, step_form
from coordination.models import Locality, Person
from coordination.presentation import facts_of, title_for
from coordination.queries.changes import Changes, changes_reached
from coordination.queries.offered import acts_open
from coordination.queries.records import get_record_for
from coordination.queries.sharing import about_to_share
from coordination.queries.timelines import path_of
from coordination.views.records import person_of
from coordination.views.steps import MACHINES, step_page
from coordination.visibility import SHARED
from workflows import engine, permissions
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine, StepInfo
from workflows.refusals import Forbidden, Incomplete, NotYours, Refusal, Stale, WrongState
from workflows.registry import registry


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, plural: str, key: str, act: str) -> HttpResponse:
    """The page of an act (GET) and the act itself (POST)."""
    person, at = person_of(request), timezone.now()
    record, level = get_record_for(person, MACHINES[plural], key, at)
    _check(record, act, person, at)
    if request.method == "GET":
        return _act_page(request, record, act, act_form(record, act, person, at=at), level=level)
    form = act_form(record, act, person, at=at, data=request.POST, files=request.FILES)
    if not form.is_valid():
        return _act_page(request, record, act, form, level=level, status=Incomplete.status)
    try:
        _do(record, act, form, by=person, at=at, level=level)
    except Incomplete as refusal:
        form.explain(refusal.problems)
        return _act_page(request, record, act, form, level=level, status=refusal.status)
    except (Stale, WrongState, Forbidden) as refusal:
        return _act_page(request, record, act, form, level=level, status=refusal.status, refusal=refusal)
    messages.success(request, _("Done: %(step)s.") % {"step": ACTS[act].label})
    return redirect(path_of(record))


def _check(record: Machine, act: str, person: Person, at: Any) -> None:
    """Raise what the engine would, before a form is shown."""
    assert registry.roles is not None
    capacities = registry.roles.capacities(person, record, at)
    if act in ELSEWHERE:
        raise WrongState("unknown_step", step=act, state=record.get_state_display())
    if act != "amend":
        permissions.check_act(record, act, capacities)
        return
    # A session is moved on its own page.
    fields = permissions.amendable(record, capacities)[1] - {"session"}
    if not fields or record.machine not in {"meeting", "dossier", "opinion"}:
        raise NotYours(who=ACTS["amend"].label)


def _do(record: Machine, act: str, form: Any, *, by: Person, at: Any, level: str) -> None:
    data = form.act_data()
    if act == "attach":
        # What a side hands in from outside the home is for everyone who reads the shared part.
        shared = data["shared"] or level == SHARED
        attach_file(record, data["file"], by=by, at=at, shared=shared)
    elif act == "amend":
        version = form.cleaned_data.get("expected_version")
        engine.amend(record, data, by=by, at=at, expected_version=version)
    else:
        engine.act(record, act, by=by, at=at, data=data)


def _act_page(
    request: HttpRequest,
    record: Machine,
    act: str,
    form: Any,
    *,
    level: str,
    status: int = 200,
    refusal: Refusal | None = None,
) -> HttpResponse:
    person, at = person_of(request), timezone.now()
    shows_record = getattr(form, "shows_record", False)
    changes: Changes = []
    if isinstance(refusal, Stale) and isinstance(form, StepForm):
        # What was typed stays, bound to the record as it stands now; what changed meanwhile is told.
        fresh = type(record)._default_manager.get(pk=record.pk)
        changes = changes_reached(fresh, form.version_read, level)
        form.read_again(fresh)
    context = {
        "changes": changes,
        "facts": [fact for fact in facts_of(record, level) if fact[1]] if shows_record else [],
        "record": record,
        "title": title_for(record, person, at),
        "path": path_of(record),
        "form": form,
        "label": getattr(form, "label", ACTS[act].label),
        "refusal": refusal,
        "sharing": about_to_share(record, act, person=person, at=at),
        "by_parts": isinstance(form, StepForm),
    }
    return render(request, "coordination/acts/act.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def record_document(request: HttpRequest, plural: str, key: str, act: str) -> HttpResponse:
    """A counterpart's step recorded "theo văn bản số …" (rulebook §1); the head countersigns."""
    person, at = person_of(request), timezone.now()
    record, level = get_record_for(person, MACHINES[plural], key, at)
    if act not in acts_open(record, person, at):
        raise NotYours(who=ACTS[act].label)
    wanted = request.POST if request.method == "POST" else request.GET
    info = recorded_info(record, wanted.get("step", ""))
    side = wanted.get("side", "")
    asked = dataclasses.replace(info, needs=tuple(dict.fromkeys((*info.needs, "document"))))
    posted = request.method == "POST"
    form = step_form(
        record,
        asked,
        person,
        at=at,
        data=request.POST if posted else None,
        files=request.FILES if posted else None,
    )
    status, refusal = 200, None
    if posted:
        status = Incomplete.status
        if form.is_valid():
            try:
                _record(record, form, side, by=person, at=at)
            except ValidationError as error:
                form.add_error("document", error.messages[0])
            except Incomplete as found:
                for need, sentence in found.problems.items():
                    form.add_error(need, sentence)
            except (Forbidden, WrongState) as found:
                status, refusal = found.status, found
                form.add_error(None, found.sentence)
            else:
                messages.success(request, _("Recorded. It takes effect when the focal head countersigns."))
                return redirect(path_of(record))
    return step_page(
        request,
        record,
        level,
        form,
        [],
        status=status,
        refusal=refusal,
        recording={"step": info.name, "side": side, "who": _side_words(record, info, side)},
    )


def _record(record: Machine, form: StepForm, side: str, *, by: Person, at: Any) -> None:
    part = form.document
    assert part is not None
    with transaction.atomic():
        for uploaded in form.uploads:
            attach_file(record, uploaded, by=by, at=at, shared=True)
        part.attachment = attach_file(record, part.upload, by=by, at=at).pk
        data = form.step_data()
        paper = data.pop("document")
        engine.act(
            record,
            "record_document",
            by=by,
            at=at,
            data={"step": form.info.name, "side": side, "data": data, **paper},
        )


def _side_words(record: Any, info: StepInfo, side: str) -> str:
    place = Locality.objects.filter(pk=int(side)).first() if side.isdigit() else None
    if record.machine == "dossier":
        return str(record.council)
    if record.machine == "commitment":
        return str(record.locality if "giver.head" in info.who else record.lead)
    if record.machine == "opinion":
        return str(record.body)
    return place.full_name if place else ""
