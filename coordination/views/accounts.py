"""Signing in and out, and the switch of language."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.decorators import login_stage_required
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.views import LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coordination.demo.tour import MAIN_PATH
from coordination.forms.accounts import PasskeySignInForm, SecondFactorForm, SignInForm
from coordination.models import Person
from coordination.queries.people import by_locality, seats_on, suggested_way
from notifications.links import proof

YEAR_SECONDS = 365 * 24 * 3600


class SignIn(LoginView):
    """With a password or a passkey; in the trial also as any of its people, with one click."""

    template_name = "coordination/accounts/sign_in.html"
    form_class = SignInForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """In the trial the way through the demo comes first: the focus must not jump past it, unasked."""
        asked = not settings.TRIAL or self.request.method == "POST"
        return {**super().get_form_kwargs(), "autofocus": asked}

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever was signed in before leaves; a second factor is asked for where there is one."""
        if self.request.user.is_authenticated:
            logout(self.request)
        return cast(HttpResponse, super().form_valid(form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["next"] = self.request.POST.get("next") or self.request.GET.get("next", "")
        if settings.TRIAL:
            seats = seats_on(timezone.now())
            context["way"] = suggested_way(seats, MAIN_PATH)
            context["groups"] = by_locality(seats)
        return context


class PasskeySignIn(LoginWebAuthnView):
    """With a passkey alone: it knows whose it is."""

    form_class = PasskeySignInForm
    http_method_names = ["post"]

    def form_invalid(self, form: Any) -> HttpResponse:
        """Back to the page, which says so."""
        messages.error(
            self.request, _("This passkey was not accepted. Press once more, or use your password.")
        )
        wanted = urlencode({"next": self.request.POST.get("next", "")})
        return HttpResponseRedirect(f"{reverse('sign-in')}?{wanted}")

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever was signed in before leaves."""
        if self.request.user.is_authenticated:
            logout(self.request)
        return cast(HttpResponse, super().form_valid(form))


@require_POST
def passkey_sign_in_options(request: HttpRequest) -> JsonResponse:
    """A challenge for whichever passkey the visitor has for this site."""
    return JsonResponse(begin_authentication())


class SecondFactor(AuthenticateView):
    """After the password: a passkey, a code of the app or a recovery code, where the person has them."""

    template_name = "coordination/accounts/second_factor.html"
    form_class = SecondFactorForm
    webauthn_form_class = proof.PasskeyProof

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "form": self.auth_form,
            "passkey_form": self.webauthn_form,
            "ways": proof.ways(self.stage.login.user),
        }


@require_POST
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="sign-in")
def second_factor_options(request: HttpRequest) -> JsonResponse:
    """A challenge for the passkeys of the person whose password was right."""
    return JsonResponse(begin_authentication(request._login_stage.login.user))  # type: ignore[attr-defined]


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
