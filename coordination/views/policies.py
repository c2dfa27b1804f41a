"""Policies of the localities: for administrators, read before they are saved (rulebook §2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination.actions.policies import administering_seat, begins_at, clean_policy, set_policy
from coordination.forms.policies import PolicyForm
from coordination.models import Locality
from coordination.queries.policies import (
    localities_with_policies,
    moves_by_policy,
    policy_in_words,
    policy_of,
    versions_of,
)
from coordination.views.calendars import moved_words
from coordination.views.records import person_of
from workflows.policies import DEFAULTS, newest_policy, over_defaults
from workflows.refusals import Incomplete, Refusal, Stale


@login_required
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every locality with the version in force."""
    at = timezone.now()
    administering_seat(person_of(request), at)
    context = {"rows": localities_with_policies(at)}
    return render(request, "coordination/policies/list.html", context)


@login_required
@require_safe
def policy(request: HttpRequest, mnemonic: str) -> HttpResponse:
    """One locality: what holds beside the defaults, and every version."""
    at = timezone.now()
    administering_seat(person_of(request), at)
    locality = get_object_or_404(Locality, mnemonic=mnemonic)
    version, values = policy_of(locality, at)
    context = {
        "locality": locality,
        "version": version,
        "groups": policy_in_words(values),
        "versions": versions_of(locality, at),
    }
    return render(request, "coordination/policies/policy.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def policy_new(request: HttpRequest, mnemonic: str) -> HttpResponseBase:
    """A new version: what it moves is shown first, and saved is what was shown."""
    person, at = person_of(request), timezone.now()
    administering_seat(person, at)
    locality = get_object_or_404(Locality, mnemonic=mnemonic)
    newest = newest_policy(mnemonic)
    form = PolicyForm(
        values=over_defaults(newest.values) if newest else DEFAULTS,
        version=newest.version if newest else 0,
        data=request.POST if request.method == "POST" else None,
    )
    if request.method == "GET":
        return _page(request, locality, form)
    if not form.is_valid():
        return _page(request, locality, form, status=Incomplete.status)
    given = {"basis": form.cleaned_data["basis"], "begins_on": form.cleaned_data["begins_on"]}
    try:
        if request.POST.get("do") == "save" and form.was_previewed:
            saved, moved = set_policy(
                locality,
                form.values(),
                expected_version=form.cleaned_data["expected_version"],
                by=person,
                at=at,
                **given,
            )
            messages.success(request, _("Version %(version)d is kept.") % {"version": saved.version})
            messages.info(request, _moved_words(moved, begun=saved.valid_from <= at))
            return redirect("policy", mnemonic)
        values = clean_policy(form.values(), at=at, **given)
    except Incomplete as refusal:
        form.explain(refusal.problems)
        return _page(request, locality, form, status=refusal.status)
    except Stale as refusal:
        newest = newest_policy(mnemonic)
        form.overtaken(newest.version if newest else 0)
        return _page(request, locality, form, status=refusal.status, refusal=refusal)
    form.previewed()
    return _page(request, locality, form, preview=_preview(locality, values, form, at))


def _preview(locality: Locality, values: dict[str, Any], form: PolicyForm, at: datetime) -> dict[str, Any]:
    begins = begins_at(form.cleaned_data["begins_on"], at)
    version = form.cleaned_data["expected_version"] + 1
    return {
        "moves": moves_by_policy(locality, values, version=version, at=at),
        "begins": begins,
        "later": begins > at,
    }


def _moved_words(moved: int, *, begun: bool) -> str:
    if not begun:
        return _("Open records get their new due dates, each with an event, when it begins.")
    return moved_words(moved)


def _page(
    request: HttpRequest,
    locality: Locality,
    form: PolicyForm,
    *,
    status: int = 200,
    preview: dict[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context = {"locality": locality, "form": form, "preview": preview, "refusal": refusal}
    return render(request, "coordination/policies/new.html", context, status=status)
