"""The page on which people see and change what proves who they are, and end their other sessions.

Every change asks for a proof of the last ten minutes first (``settings``); one page asks for all kinds.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.internal.flows import activate_totp
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.internal.flows import add_authenticator, rename_authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination.demo.loading import PASSWORD
from coordination.forms.accounts import AuthenticatorAppForm, NewPasswordForm, PasskeyForm, PasskeyNameForm
from notifications.links import proof, revoking
from notifications.models import DecisionLink

View = Callable[..., HttpResponse]


def recently_proved(view: View) -> View:
    """Lead to the page that asks for a proof, and back, where the last one is not of just now."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **keywords: Any) -> HttpResponse:
        if did_recently_reauthenticate(request):
            return view(request, *args, **keywords)
        back = urlencode({"next": request.path})
        return HttpResponseRedirect(f"{reverse('security-confirm')}?{back}")

    return guarded


@never_cache
@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """What the person has set up, and the ways on."""
    found = Authenticator.objects.filter(user=request.user).order_by("pk")
    kind = Authenticator.Type
    passkeys = [one for one in found if one.type == kind.WEBAUTHN]
    app = next((one for one in found if one.type == kind.TOTP), None)
    codes = next((one for one in found if one.type == kind.RECOVERY_CODES), None)
    context = {
        "passkeys": passkeys,
        "app": app,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "strong": bool(passkeys or app),
    }
    return render(request, "coordination/accounts/security.html", context)


@sensitive_post_parameters(*proof.FIELDS)
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask once more who it is, by the strongest that the person has."""
    problem = None
    if request.method == "POST":
        try:
            proof.prove(request, recovery=True)
            return HttpResponseRedirect(_next(request))
        except proof.WrongProof as refusal:
            problem = refusal
    context = {
        "ways": proof.ways(request.user),
        "next": _next(request),
        "problem": problem,
        "demo_password": PASSWORD if settings.TRIAL else "",
    }
    return render(
        request, "coordination/accounts/confirm.html", context, status=problem.status if problem else 200
    )


@sensitive_post_parameters("credential")
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Make a passkey in the browser, and keep its public half."""
    form = PasskeyForm(request.POST or None, user=request.user, initial={"name": ""})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _kept, codes = add_authenticator(
                request, form.cleaned_data["name"], form.cleaned_data["credential"]
            )
        proof.note_new(request, Authenticator.Type.WEBAUTHN)
        messages.success(request, _("The passkey is set up. From now on you sign in and decide with it."))
        return redirect("security-codes" if codes else "security")
    status = 422 if form.is_bound else 200
    context = {"form": form, "by_name": _by_name(request)}
    return render(request, "coordination/accounts/passkey_new.html", context, status=status)


@require_POST
@recently_proved
def passkey_new_options(request: HttpRequest) -> JsonResponse:
    """What the browser needs to make a passkey: bound to the person, and to a device that asks who it is."""
    return JsonResponse(begin_registration(request.user, passwordless=True))


@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename one of the person's passkeys, or remove it."""
    found = get_object_or_404(Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN)
    name = found.wrap().name
    form = PasskeyNameForm(request.POST if "name" in request.POST else None, initial={"name": name})
    if request.method == "POST" and "remove" in request.POST:
        delete_and_cleanup(request, found)
        messages.success(request, _("The passkey “%(name)s” is removed.") % {"name": name})
        return redirect("security")
    if form.is_bound and form.is_valid():
        rename_authenticator(request, found, form.cleaned_data["name"])
        return redirect("security")
    status = 422 if form.is_bound else 200
    context = {"form": form, "name": name}
    return render(request, "coordination/accounts/passkey.html", context, status=status)


@sensitive_post_parameters("code")
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app (TOTP, RFC 6238) by a picture, or remove it."""
    found = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).first()
    if found is not None:
        if request.method == "POST" and "remove" in request.POST:
            delete_and_cleanup(request, found)
            messages.success(request, _("The authenticator app is removed."))
            return redirect("security")
        return render(request, "coordination/accounts/app_remove.html")
    form = AuthenticatorAppForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            kept, codes = activate_totp(request, form)
        # The code that was just shown is used up with it.
        proof.check_code(request.user, form.cleaned_data["code"], recovery=False)
        proof.note_new(request, kept.type)
        messages.success(request, _("The authenticator app is set up. From now on its codes are asked for."))
        return redirect("security-codes" if codes else "security")
    context = {"form": form, "secret": form.secret, "picture": _picture(request, form.secret)}
    return render(
        request, "coordination/accounts/app_new.html", context, status=422 if form.is_bound else 200
    )


@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes: each signs in once, where passkey and telephone are lost."""
    kinds = {one.type: one for one in Authenticator.objects.filter(user=request.user)}
    found = kinds.pop(Authenticator.Type.RECOVERY_CODES, None)
    if not kinds:
        # They stand beside a passkey or the app, never alone.
        return redirect("security")
    if request.method == "POST":
        generate_recovery_codes(request)
        messages.success(request, _("These are your new codes. The old ones are not valid any more."))
        return redirect("security-codes")
    left = found.wrap().get_unused_codes() if found else []
    return render(request, "coordination/accounts/codes.html", {"codes": left})


@sensitive_post_parameters("new_password1", "new_password2")
@recently_proved
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Another password. The other sessions end with it, for a session is bound to the password."""
    form = NewPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, _("The password is changed. You are signed out everywhere else."))
        return redirect("security")
    status = 422 if form.is_bound else 200
    return render(request, "coordination/accounts/password.html", {"form": form}, status=status)


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every other session of the person, and their decision links (decision-links.md §8).

    No proof is asked for: it takes power away and gives none, and whoever presses is in a hurry.
    """
    person: Any = request.user
    with transaction.atomic():
        person.sessions_ended += 1
        person.save(update_fields=["sessions_ended"])
        revoking.revoke_all(person, DecisionLink.Why.SIGNED_OUT, timezone.now())
        update_session_auth_hash(request, person)
    messages.success(
        request,
        _("You are signed out everywhere else. Links in messages of before no longer decide anything."),
    )
    return redirect("security")


def _by_name(request: HttpRequest) -> str:
    """Where the trial was reached by a number: the same page by a name, for passkeys know no numbers."""
    host, _colon, port = request.get_host().rpartition(":")
    if not settings.TRIAL or host not in ("127.0.0.1", "[::1]"):
        return ""
    return f"http://localhost:{port}{request.path}"


def _picture(request: HttpRequest, secret: str) -> str:
    """The QR code of the app's secret as an address that an image shows (no request carries the secret)."""
    adapter = get_adapter()
    person: Any = request.user
    drawn = adapter.build_totp_svg(adapter.build_totp_url(person, secret))
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


def _next(request: HttpRequest) -> str:
    """Where the proof was asked for, else the page of security."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("security")
