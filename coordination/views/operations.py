"""Operations, for administrators: how the outbox stands, what is dead, and what messages look like.

They see whom a message is for and which file it names, not what the file says (rulebook §1).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import redis
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from coordination.measuring import REQUEST_SECONDS, totals, within
from coordination.queries.seats import administrator_seat
from coordination.queries.standing import records_by_state, tasks
from coordination.views.records import person_of
from notifications.alerts import close_alert, in_words
from notifications.delivery.outbox import give_up, try_again
from notifications.delivery.queue import queue_at
from notifications.delivery.samples import SAMPLES, preview
from notifications.live.reader import SOCKETS
from notifications.views import html_of_mail
from workflows.doing import REFUSALS, SECONDS, STEP_SECONDS, TRANSITIONS

log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """Everybody else is answered as if there were no such page."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **keywords: Any) -> HttpResponse:
        if administrator_seat(person_of(request), timezone.now()) is None:
            raise Http404
        return view(request, *args, **keywords)

    return guarded


@for_administrators
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """What waits to be sent and since when, what is dead, which workers live, what is to be looked at.

    Then the figures of /metrics that tell how it goes: of the installation, and of this process.
    """
    now = timezone.now()
    queue = queue_at(now)
    alerts = [(alert, in_words(alert)) for alert in queue.alerts]
    context = {
        "queue": queue,
        "now": now,
        "alerts": alerts,
        "figures": _figures(),
        "records": records_by_state(),
    }
    return render(request, "coordination/operations/operations.html", context)


def _figures() -> list[tuple[str, str | int]]:
    waits = _("Tasks that no worker has taken")
    try:
        held = tasks()
        of_broker: list[tuple[str, str | int]] = [(waits, held.waiting)] if held else []
    except redis.RedisError:
        of_broker = [(waits, _("Redis does not answer"))]
    return [
        *of_broker,
        (_("Pages connected live"), sum(totals(SOCKETS).values())),
        (_("Steps"), sum(totals(TRANSITIONS).values())),
        (_("Refusals"), sum(totals(REFUSALS).values())),
        (_("Time in which 95% of steps are taken"), _duration(within(STEP_SECONDS, 0.95))),
        (_("Time in which 95% of pages open"), _duration(within(REQUEST_SECONDS, 0.95))),
    ]


def _duration(seconds: float | None) -> str:
    """A bucket's end as words."""
    if seconds is None:
        return "–"
    if seconds > SECONDS[-1]:
        return _("more than %(n)s s") % {"n": number_format(SECONDS[-1])}
    return f"{number_format(round(seconds * 1000))} ms"


@for_administrators
@require_POST
def dead_letters(request: HttpRequest) -> HttpResponse:
    """Send the chosen dead letters again, or let them rest."""
    now = timezone.now()
    chosen = [int(pk) for pk in request.POST.getlist("message") if pk.isdecimal() and len(pk) < 19]
    if request.POST.get("do") == "again":
        number = try_again(chosen, at=now)
        said = ngettext("%(n)d message will be sent again.", "%(n)d messages will be sent again.", number)
    elif request.POST.get("do") == "give_up":
        number = give_up(chosen)
        said = ngettext("%(n)d message was given up.", "%(n)d messages were given up.", number)
    else:
        raise Http404
    log.info("%s: %s dead letters by person %s", request.POST["do"], number, person_of(request).pk)
    messages.success(request, said % {"n": number})
    return redirect("operations")


@for_administrators
@require_POST
def alert_close(request: HttpRequest, pk: int) -> HttpResponse:
    """It has been seen to."""
    if close_alert(pk, by=person_of(request), at=timezone.now()):
        messages.success(request, _("The alert is closed."))
    return redirect("operations")


@for_administrators
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """Every kind of message that goes out."""
    return render(request, "coordination/operations/messages.html", {"samples": SAMPLES.items()})


@for_administrators
@require_safe
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One kind of message in both languages, about a record that does not exist."""
    if name not in SAMPLES:
        raise Http404
    now = timezone.now()
    shown = [(word, preview(name, code, at=now)) for code, word in settings.LANGUAGES]
    context = {"name": name, "sample": SAMPLES[name], "shown": shown}
    return render(request, "coordination/operations/message.html", context)


@for_administrators
@require_safe
def message_html(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """The HTML part of a sample, for the frame beside."""
    if name not in SAMPLES or language not in dict(settings.LANGUAGES):
        raise Http404
    return html_of_mail(preview(name, language, at=timezone.now()).html)
