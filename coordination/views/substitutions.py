"""Substitutions: the list, a new one, one of them with what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination.actions.substitutions import (
    DRAFTERS,
    confirm_substitution,
    draft_substitution,
    end_substitution,
)
from coordination.directory import day_of
from coordination.forms.substitutions import ReplacedForm, SubstitutionForm
from coordination.models import Seat, Substitution
from coordination.queries.substitutions import (
    get_substitution_for,
    heads_to_replace,
    in_words,
    substitution_list,
    substitution_page,
)
from coordination.views.records import person_of
from workflows.refusals import Forbidden, Incomplete, NotYours, Refusal


@login_required
@require_safe
def substitutions(request: HttpRequest) -> HttpResponse:
    """The substitutions this person may read."""
    person, at = person_of(request), timezone.now()
    context = {"list": substitution_list(person, at), "may_draft": bool(heads_to_replace(person, at))}
    return render(request, "coordination/substitutions/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def substitution_new(request: HttpRequest) -> HttpResponse:
    """Draft one: first which head, where there are several to choose from, then what the decision says."""
    person, at = person_of(request), timezone.now()
    heads = heads_to_replace(person, at)
    if not heads:
        raise NotYours(text=DRAFTERS)
    replaced = _chosen(request, heads)
    if replaced is None:
        form = ReplacedForm(heads, request.GET if "replaced" in request.GET else None)
        return render(request, "coordination/substitutions/choose.html", {"form": form})
    posted = request.method == "POST"
    drafting = SubstitutionForm(replaced, day=day_of(at), data=request.POST if posted else None)
    if posted and drafting.is_valid():
        try:
            row = draft_substitution(by=person, at=at, replaced=replaced, **drafting.given())
        except Incomplete as refusal:
            drafting.explain(refusal.problems)
        else:
            messages.success(request, _("The draft is kept. Nothing follows until it is confirmed."))
            return redirect("substitution", pk=row.pk)
    context = {"form": drafting, "replaced": in_words(replaced), "several": len(heads) > 1}
    status = Incomplete.status if posted else 200
    return render(request, "coordination/substitutions/form.html", context, status=status)


def _chosen(request: HttpRequest, heads: list[Seat]) -> Seat | None:
    if len(heads) == 1:
        return heads[0]
    wanted = request.GET.get("replaced", "")
    return next((seat for seat in heads if str(seat.pk) == wanted), None)


@login_required
@require_safe
def substitution(request: HttpRequest, pk: int) -> HttpResponse:
    """One substitution: what the decision says, and who drafted, confirmed and ended it."""
    return _page(request, pk)


@login_required
@require_POST
def substitution_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The replaced head, or an administrator, confirms."""
    return _change(request, pk, confirm_substitution, _("The substitution is confirmed."))


@login_required
@require_POST
def substitution_end(request: HttpRequest, pk: int) -> HttpResponse:
    """It ends early, or its draft is put aside."""
    return _change(request, pk, end_substitution, _("The substitution has ended."))


def _change(request: HttpRequest, pk: int, change: Callable[..., None], done: str) -> HttpResponse:
    person, at = person_of(request), timezone.now()
    row: Substitution = get_substitution_for(person, pk, at)
    try:
        change(row, by=person, at=at)
    except (Forbidden, Incomplete) as refusal:
        return _page(request, pk, refusal=refusal)
    messages.success(request, done)
    return redirect("substitution", pk=pk)


def _page(request: HttpRequest, pk: int, *, refusal: Refusal | None = None) -> HttpResponse:
    person, at = person_of(request), timezone.now()
    row = get_substitution_for(person, pk, at)
    context: dict[str, Any] = {"page": substitution_page(row, person, at), "row": row, "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "coordination/substitutions/substitution.html", context, status=status)
