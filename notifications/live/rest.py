"""The live notices over plain HTTP, for networks that block WebSocket: the same rows, the same counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notifications.inbox import BATCH, counts, mark_read, replay
from notifications.live.frames import frame_of
from notifications.live.reading import MAX_BEHIND
from notifications.messages import read

View = Callable[[HttpRequest], HttpResponse]


def signed_in_or_401(view: View) -> View:
    """A program asks: it gets a 401 it can read, not the page of the sign-in."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"code": "not_signed_in", "detail": gettext("Sign in first.")}, status=401)
        return view(request)

    return answer


@never_cache
@require_safe
@signed_in_or_401
def inbox(request: HttpRequest) -> HttpResponse:
    """One's notices after ``?after=<seq>``, oldest first, a batch at most, with the counts.

    ``cursor`` is up to where nothing is missing now: ask again from there, at once where ``more``.
    ``reset`` says that the asker is too far behind, or ahead of what there is: nothing is replayed.
    """
    person: Any = request.user
    after = _whole(request.GET.get("after"))
    now = counts(person)
    reset = not 0 <= now.cursor - after <= MAX_BEHIND
    rows = [] if reset else replay(person.pk, after, BATCH)
    frames = [frame_of(seen, caught_up=True) for seen in read(rows, at=timezone.now())]
    reached = frames[-1]["seq"] if frames else now.cursor if reset else after
    return JsonResponse(
        {
            "person": person.pk,
            "notices": frames,
            "cursor": reached,
            "more": len(frames) == BATCH,
            "reset": reset,
            "unread": now.unread,
            "actions": now.actions,
            "version": now.version,
        }
    )


@never_cache
@require_POST
@signed_in_or_401
def mark(request: HttpRequest) -> HttpResponse:
    """Mark as read up to ``up_to`` (form field); says how many were unread, and the counts after it."""
    marked = mark_read(request.user, _whole(request.POST.get("up_to")), at=timezone.now())
    now = counts(request.user)
    said = {"marked": marked, "unread": now.unread, "actions": now.actions, "version": now.version}
    return JsonResponse(said)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
