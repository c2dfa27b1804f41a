"""Where the sockets are."""

from __future__ import annotations

from django.urls import path

from notifications.live.consumers import NoticesConsumer

websocket_urlpatterns = [path("ws/notifications/", NoticesConsumer.as_asgi())]
