"""How one is told: the page of choices, one's devices, and what the service worker needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.delivery.devices import mark_of, report_shown, switch_off, switch_on
from notifications.delivery.push_keys import public_key
from notifications.forms import ChoicesForm
from notifications.kinds import Way
from notifications.models import ChatAddress, PushSubscription
from workflows.refusals import Incomplete

_WORKER = Path(__file__).parent / "static" / "notifications" / "push-worker.js"


@login_required
@require_http_methods(["GET", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Which kinds of notice reach one on which way, and when; devices and quiet hours."""
    person: Any = request.user
    posted = request.method == "POST"
    form = ChoicesForm(person, request.POST if posted else None)
    if posted and form.is_valid() and form.save(at=timezone.now()):
        messages.success(request, _("Your choices are kept."))
        return redirect("notification-settings")
    devices = PushSubscription.objects.filter(person=person)
    context = {
        "form": form,
        "reached": form.now.ways,
        "has_mail": Way.EMAIL in form.ways,
        "push_key": public_key(),
        "devices": [(device, mark_of(device.endpoint)) for device in devices],
        # The label only: the address holds a key and is never shown again.
        "chats": list(ChatAddress.objects.filter(person=person).values_list("label", flat=True)),
    }
    status = Incomplete.status if posted else 200
    return render(request, "notifications/settings.html", context, status=status)


@login_required
@require_POST
def device_on(request: HttpRequest) -> HttpResponse:
    """This browser takes pushes from now on."""
    said = request.POST
    try:
        switch_on(
            request.user,
            endpoint=said.get("endpoint", ""),
            p256dh=said.get("p256dh", ""),
            auth=said.get("auth", ""),
            user_agent=request.headers.get("User-Agent", ""),
            at=timezone.now(),
        )
    except Incomplete as refusal:
        for sentence in refusal.problems.values():
            messages.error(request, str(sentence))
    else:
        messages.success(request, _("This device is switched on."))
    return redirect("notification-settings")


@login_required
@require_POST
def device_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is pushed to one of one's devices any more."""
    if not switch_off(request.user, pk):
        raise Http404
    messages.success(request, _("The device is switched off."))
    return redirect("notification-settings")


@require_safe
def push_worker(_request: HttpRequest) -> HttpResponse:
    """The service worker, from the root: its scope is the whole site."""
    content = _WORKER.read_bytes()
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    # The browser asks again at each visit: a worker that stays would outlive its mistakes.
    response.headers["Cache-Control"] = "no-cache"
    return response


@csrf_exempt
@require_POST
def push_shown(request: HttpRequest) -> HttpResponse:
    """A device says that it showed a message; its token alone says which. It needs no session."""
    known = report_shown(request.POST.get("token", ""), at=timezone.now())
    return HttpResponse(status=204 if known else 400)
