"""Where the sockets are."""

from __future__ import annotations

from typing import Any

from django.urls import path

from notifications.live.consumers import NoticesConsumer

sockets: Any = NoticesConsumer.as_asgi()
websocket_urlpatterns = [path("ws/notifications/", sockets)]
