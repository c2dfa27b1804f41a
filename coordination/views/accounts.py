"""Signing in and out, and the switch of language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from coordination.demo.tour import MAIN_PATH
from coordination.models import Person
from coordination.queries.people import by_locality, seats_on, suggested_way

YEAR_SECONDS = 365 * 24 * 3600


class SignIn(LoginView):
    """With a password; in the trial also as any of its people, with one click."""

    template_name = "coordination/accounts/sign_in.html"

    def get_form(self, form_class: Any = None) -> Any:
        """In the trial the way through the demo comes first: the focus must not jump past it."""
        form = super().get_form(form_class)
        if settings.TRIAL:
            form.fields["username"].widget.attrs.pop("autofocus", None)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.TRIAL:
            seats = seats_on(timezone.now())
            context["way"] = suggested_way(seats, MAIN_PATH)
            context["groups"] = by_locality(seats)
        return context


class SignOut(LogoutView):
    """POST only: a link that signs out could be put anywhere."""

    next_page = "sign-in"


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """One click to be somebody of the trial; there is no such address in service."""
    if not settings.TRIAL:
        raise Http404
    person = get_object_or_404(Person, username=request.POST.get("person", ""), is_active=True)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(_next(request))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The switch: kept in a cookie, and for somebody who is signed in on the person."""
    answer = HttpResponseRedirect(_next(request))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return answer
    if request.user.is_authenticated:
        request.user.language = language
        request.user.save(update_fields=["language"])
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _next(request: HttpRequest) -> str:
    """Where to go on: an address of ours that was asked for, else the first page.

    For ``HttpResponseRedirect``: ``redirect`` would take a word for the name of a view.
    """
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else resolve_url(settings.LOGIN_REDIRECT_URL)
