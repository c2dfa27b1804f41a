"""Error reports (Sentry, or anything that speaks its protocol): started once for every kind of process.

Pages, sockets, workers and commands all report; what a report says is scrubbed on its way out, and
an error that the engine did not expect names the machine, the step and the state. The id of the
request is that of the log lines.
"""

from __future__ import annotations

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration

from notifications.secrecy import scrub
from workflows.doing import doing_of
from workflows.tracing import request_id


def start() -> None:
    """Report errors where ``SENTRY_DSN`` says; without it nothing is reported, and nothing is asked."""
    if not settings.SENTRY_DSN:
        return
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        # What people write and who they are belongs to the localities, not to an error report.
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=before_send,
        before_send_transaction=scrub,
        before_breadcrumb=scrub,
    )


def before_send(event: Any, hint: dict[str, Any]) -> Any:
    """Scrub an error, and say what the engine was doing."""
    doing = doing_of((hint.get("exc_info") or (None, None, None))[1])
    scrubbed = scrub(event)
    tags = {"request_id": request_id()} if request_id() else {}
    if doing is not None:
        tags |= {"machine": doing.machine, "step": doing.step, "state": doing.state}
    if tags:
        scrubbed["tags"] = {**dict(scrubbed.get("tags") or {}), **tags}
    return scrubbed
