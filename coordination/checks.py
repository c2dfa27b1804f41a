"""System checks: settings that would be unsafe in service are refused, with what to do instead."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from notifications.delivery.push_keys import public_key
from workflows.flows.driver import FLOWS
from workflows.models import WorkItem


@register(Tags.security)
def service_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """With TRIAL=0 nothing may still be the trial's."""
    if settings.TRIAL:
        return []
    problems: list[CheckMessage] = []
    if settings.DEBUG:
        problems.append(
            Error(
                "DEBUG shows everybody what only the log may say.",
                hint="Leave DEBUG = False in coordination/settings.py.",
                id="coordination.E008",
            )
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        problems.append(
            Error(
                "SQLite serves one process only: web processes and workers would wait for one file.",
                hint="Set DATABASE_URL to a PostgreSQL: postgres://user:password@host/name.",
                id="coordination.E009",
            )
        )
    if "InMemory" in settings.CHANNEL_LAYERS["default"]["BACKEND"]:
        problems.append(
            Error(
                "The in-memory channel layer serves one process only.",
                hint="Set REDIS_URL.",
                id="coordination.E001",
            )
        )
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        problems.append(
            Error(
                "No mail server is set: decision links would reach nobody.",
                hint="Set EMAIL_URL, for instance smtp+tls://user:password@mail.example.vn:587.",
                id="coordination.E002",
            )
        )
    if not settings.ALLOWED_HOSTS:
        problems.append(Error("ALLOWED_HOSTS is empty.", hint="Set ALLOWED_HOSTS.", id="coordination.E003"))
    if min(map(len, [settings.SECRET_KEY, *settings.LINK_PEPPERS, settings.AUDIT_ANCHOR_KEY])) < 32:
        problems.append(
            Error(
                "A secret is shorter than 32 characters.",
                hint="Give SECRET_KEY, LINK_PEPPERS and AUDIT_ANCHOR_KEY long random values.",
                id="coordination.E004",
            )
        )
    return [*problems, *_trial_values(), *_push_settings(), *_metrics_settings()]


def refuse_what_is_unsafe() -> None:
    """For a process that starts without ``manage.py``, which runs no checks by itself.

    Raises ``ImproperlyConfigured`` with the first thing to set.
    """
    for problem in service_settings(None):
        if problem.level >= ERROR:
            raise ImproperlyConfigured(f"{problem.msg} {problem.hint} ({problem.id})")


def _trial_values() -> list[CheckMessage]:
    """The secrets that everybody can read in the source."""
    given = {settings.SECRET_KEY, settings.AUDIT_ANCHOR_KEY, *settings.LINK_PEPPERS}
    if not any(secret.startswith("trial-only-") for secret in given):
        return []
    return [
        Error(
            "A secret is the trial's, which everybody can read in the source.",
            hint="Give SECRET_KEY, LINK_PEPPERS and AUDIT_ANCHOR_KEY long random values of your own.",
            id="coordination.E010",
        )
    ]


def _push_settings() -> list[CheckMessage]:
    if not settings.VAPID_PRIVATE_KEY:
        return []
    problems: list[CheckMessage] = []
    try:
        public_key()
    except ValueError:
        problems.append(
            Error(
                "VAPID_PRIVATE_KEY is not a key for web push.",
                hint="Give the 32 bytes of a P-256 private key in base64url, or leave it out.",
                id="coordination.E006",
            )
        )
    if not settings.VAPID_SUBJECT.startswith(("mailto:", "https://")):
        problems.append(
            Error(
                "VAPID_SUBJECT does not say whom a push service may write to.",
                hint="Set VAPID_SUBJECT, for instance mailto:quan-tri@example.vn.",
                id="coordination.E007",
            )
        )
    return problems


def _metrics_settings() -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if 0 < len(settings.METRICS_TOKEN) < 32:
        problems.append(
            Error(
                "METRICS_TOKEN is shorter than 32 characters.",
                hint="Give it a long random value, or leave it out.",
                id="coordination.E011",
            )
        )
    for network in settings.METRICS_ADDRESSES:
        try:
            ip_network(network)
        except ValueError:
            problems.append(
                Error(
                    f"“{network}” in METRICS_ADDRESSES is no address and no network.",
                    hint="Set METRICS_ADDRESSES, for instance 10.1.2.3,10.8.0.0/16.",
                    id="coordination.E012",
                )
            )
    return problems


@register(Tags.database)
def stored_flows_still_exist(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A node that was removed loads as Obsolete, a flow that moved as None: say so at start."""
    if not databases or WorkItem._meta.db_table not in connection.introspection.table_names():
        return []
    known = {
        f"workflows/{flow.__module__.removeprefix('workflows.')}.{flow.__name__}.{node.name}"
        for flow in FLOWS.values()
        for node in flow.instance.nodes()
    }
    open_rows = WorkItem.objects.filter(finished__isnull=True)
    stored = set(open_rows.order_by().values_list("flow_task", flat=True).distinct())
    names = {value if isinstance(value, str) else _reference(value) for value in stored}
    return [
        Error(
            f"Open work items stand on “{name}”, which no flow has any more.",
            hint="Bring the node back, or move the items with a migration.",
            id="coordination.E005",
        )
        for name in sorted(names - known)
    ]


def _reference(node: Any) -> str:
    if node is None or node.flow_class is None:
        return "a flow that no longer loads"
    module = node.flow_class.__module__.removeprefix("workflows.")
    return f"workflows/{module}.{node.flow_class.__name__}.{node.name}"
