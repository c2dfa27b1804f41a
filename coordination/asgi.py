"""The product as an ASGI application: pages over HTTP, live notices over WebSocket."""

from __future__ import annotations

import os
import warnings

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coordination.settings")
django.setup()

import sentry_sdk  # noqa: E402 (needs the apps, as everything below)
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from sentry_sdk.integrations.asgi import SentryAsgiMiddleware  # noqa: E402

from notifications.routing import websocket_urlpatterns  # noqa: E402
from notifications.secrecy import scrub  # noqa: E402

# WhiteNoise hands its small files over as an ordinary iterator; Django would warn once per process.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))

if settings.SENTRY_DSN:
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        send_default_pii=False,
        include_local_variables=False,
        before_send=scrub,
        before_send_transaction=scrub,
        before_breadcrumb=scrub,
    )
    sockets = SentryAsgiMiddleware(sockets)

application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": sockets})
