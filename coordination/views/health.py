"""Whether the process lives, and whether the product can work: two questions, two addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.watching import WAITS_TOO_LONG, work_at

PATIENCE_SECONDS = 2.0


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answers without asking the database: a slow one must not get the process killed."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Each part that the product needs, and whether it answers; 503 where one does not.

    It tells no address and no error text: anybody may ask.
    """
    now = timezone.now()
    parts = {name: _asked(check, now) for name, check in CHECKS.items()}
    ready = all(part["ok"] for part in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _asked(check: Callable[[datetime], dict[str, Any]], now: datetime) -> dict[str, Any]:
    try:
        return {"ok": True, **check(now)}
    except Exception as error:
        return {"ok": False, "error": type(error).__name__}


def _database(_now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def _broker(_now: datetime) -> dict[str, Any]:
    if not settings.REDIS_URL:
        return {"kind": "none, one process"}
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
    ) as client:
        client.ping()
    return {}


def _layer(_now: datetime) -> dict[str, Any]:
    async_to_sync(_through_the_layer)()
    return {}


async def _through_the_layer() -> None:
    """A message goes in and comes out again."""
    layer = get_channel_layer()
    async with asyncio.timeout(PATIENCE_SECONDS):
        channel = await layer.new_channel()
        await layer.send(channel, {"type": "ready"})
        await layer.receive(channel)


def _workers(now: datetime) -> dict[str, Any]:
    work = work_at(now)
    return {"ok": bool(work.alive), "alive": len(work.alive), "silent": len(work.silent)}


def _outbox(now: datetime) -> dict[str, Any]:
    work = work_at(now)
    waits = (now - work.waiting_since).total_seconds() if work.waiting_since else 0
    in_time = waits <= WAITS_TOO_LONG.total_seconds()
    return {"ok": in_time, "oldest_seconds": round(waits), "dead": work.dead}


CHECKS: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "database": _database,
    "broker": _broker,
    "layer": _layer,
    "workers": _workers,
    "outbox": _outbox,
}
