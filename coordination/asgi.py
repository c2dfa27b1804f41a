"""The product as an ASGI application: pages over HTTP, live notices over WebSocket."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from typing import Any

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coordination.settings")
if not settings.configured:
    # A page is served in a thread that lives as long as the page: it borrows its connection (docs/adr/0019).
    os.environ.setdefault("DATABASE_POOL_MAX", "8")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 (needs the apps, as everything below)
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from sentry_sdk.integrations.asgi import SentryAsgiMiddleware  # noqa: E402

from coordination.checks import refuse_what_is_unsafe  # noqa: E402
from notifications.live.reader import reader  # noqa: E402
from notifications.live.routing import websocket_urlpatterns  # noqa: E402

refuse_what_is_unsafe()
if multiprocessing.parent_process() is not None and not settings.REDIS_URL:
    # `uvicorn --workers 2`: each would tell its own sockets only.
    raise ImproperlyConfigured("Set REDIS_URL: several web processes must hear each other.")

# WhiteNoise hands its small files over as an ordinary iterator; Django would warn once per process.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    """The server starts and stops; what sockets are left then are told to connect again (1012)."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await reader().close_all()
            await send({"type": "lifespan.shutdown.complete"})
            return


# Whose a socket is, the reader finds out for all that come together (docs/adr/0021).
sockets = AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns))
if settings.SENTRY_DSN:
    sockets = SentryAsgiMiddleware(sockets)

application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": sockets, "lifespan": lifespan})
