"""The sessions of the Councils: the list, one session with its agenda, a new one, another day."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination.actions.sessions import move_session, open_session
from coordination.forms.sessions import MoveSessionForm, SessionForm
from coordination.models import Organisation
from coordination.queries.councils import office_seats
from coordination.queries.sessions import get_session_for, session_page, sessions_for
from coordination.views.records import person_of
from workflows.refusals import Forbidden, Incomplete, NotYours, Refusal, Stale
from workflows.roles import who_label


@login_required
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """The sessions this person may see, planned and held."""
    person, at = person_of(request), timezone.now()
    planned, held = sessions_for(person, at)
    context = {"planned": planned, "held": held, "office": bool(office_seats(person, at))}
    return render(request, "coordination/sessions/list.html", context)


@login_required
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """A session: its chair, its members, and the agenda as far as the reader sees it."""
    person, at = person_of(request), timezone.now()
    page = session_page(get_session_for(person, pk, at), person, at)
    return render(request, "coordination/sessions/session.html", {"page": page, "session": page.session})


@login_required
@require_http_methods(["GET", "POST"])
def session_new(request: HttpRequest) -> HttpResponse:
    """The Council's office plans a session."""
    person, at = person_of(request), timezone.now()
    councils = list(Organisation.objects.filter(pk__in=office_seats(person, at)).order_by("slug"))
    if not councils:
        raise NotYours(who=who_label("council.officer"))
    form = SessionForm(councils, data=request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _form_page(request, form)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "held_on", "place")}
        try:
            opened = open_session(form.chosen, by=person, at=at, **given)
        except Incomplete as refusal:
            form.explain(refusal.problems)
        else:
            messages.success(request, _("The session is planned. Put dossiers on its agenda below."))
            return redirect("session", pk=opened.pk)
    return _form_page(request, form, status=Incomplete.status)


@login_required
@require_http_methods(["GET", "POST"])
def session_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day or place; everybody on the agenda is told."""
    person, at = person_of(request), timezone.now()
    page = session_page(get_session_for(person, pk, at), person, at)
    if not page.office:
        raise NotYours(who=who_label("council.officer"))
    form = MoveSessionForm(page.session, data=request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _form_page(request, form, page=page)
    if not form.is_valid():
        return _form_page(request, form, page=page, status=Incomplete.status)
    given = form.cleaned_data
    try:
        move_session(
            page.session,
            by=person,
            at=at,
            was=given["was"],
            held_on=given["held_on"],
            place=given["place"],
        )
    except Incomplete as refusal:
        form.explain(refusal.problems)
        return _form_page(request, form, page=page, status=refusal.status)
    except (Forbidden, Stale) as refusal:
        return _form_page(request, form, page=page, status=refusal.status, refusal=refusal)
    messages.success(request, _("The session has been moved; everybody on its agenda was told."))
    return redirect("session", pk=pk)


def _form_page(
    request: HttpRequest, form: Any, *, page: Any = None, status: int = 200, refusal: Refusal | None = None
) -> HttpResponse:
    context = {"form": form, "page": page, "refusal": refusal}
    return render(request, "coordination/sessions/form.html", context, status=status)
