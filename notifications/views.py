"""The inbox, and the trial's mailbox."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import urlize
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from notifications.inbox import counts, mark_read
from notifications.messages import read
from notifications.models import Notice, TrialMail

PAGE = 50

# A mail's own styles stand inline, as mail programs need them; it runs nothing and loads nothing.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One's own notices, newest first, a page at a time; looking marks nothing as read."""
    person: Any = request.user
    rows = Notice.objects.filter(person_id=person.pk).order_by("-seq")
    cursor = _whole(request.GET.get("cursor"))
    if cursor:
        rows = rows.filter(seq__lt=cursor)
    if request.GET.get("show") == "actions":
        rows = rows.awaiting_action()
    notices = list(rows[: PAGE + 1])
    shown = notices[:PAGE]
    context = {
        "notices": read(shown, at=timezone.now()),
        "next_cursor": shown[-1].seq if len(notices) > PAGE else None,
        "newest": counts(person).cursor,
        "only_actions": request.GET.get("show") == "actions",
    }
    return render(request, "notifications/inbox.html", context)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page showed: up to its newest notice, not what came since."""
    mark_read(request.user, _whole(request.POST.get("up_to")), at=timezone.now())
    return redirect("inbox")


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


# Trial only (``settings.TRIAL_MAILBOX``): anybody may read these mails, as in a shared office.


@require_safe
def trial_mail(request: HttpRequest) -> HttpResponse:
    """The mails that went out, newest first, of everybody or of one person."""
    mails = TrialMail.objects.select_related("person").order_by("-pk")
    username = request.GET.get("to", "").strip()
    if username:
        mails = mails.filter(person__username=username)
    cursor = _whole(request.GET.get("cursor"))
    if cursor:
        mails = mails.filter(pk__lt=cursor)
    rows = list(mails.defer("text", "html")[: PAGE + 1])
    shown = rows[:PAGE]
    people = get_user_model()._default_manager.filter(trial_mails__isnull=False).distinct()
    context = {
        "mails": shown,
        "next_cursor": shown[-1].pk if len(rows) > PAGE else None,
        "people": people.order_by("username"),
        "to": username,
    }
    return _private(render(request, "notifications/trial_mail.html", context))


@require_safe
def trial_mail_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as its recipient sees it: both parts, the link to be followed."""
    mail = get_object_or_404(TrialMail.objects.select_related("person"), pk=pk)
    context = {"mail": mail, "text": mark_safe(urlize(mail.text, nofollow=True, autoescape=True))}  # noqa: S308
    return _private(render(request, "notifications/trial_mail_page.html", context))


@require_safe
def trial_mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's HTML part as it was sent, under a policy of its own, for the frame beside."""
    return html_of_mail(get_object_or_404(TrialMail, pk=pk).html)


def html_of_mail(html: str) -> HttpResponse:
    """The HTML part of a mail, to be framed by a page of ours: it runs nothing and loads nothing."""
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
