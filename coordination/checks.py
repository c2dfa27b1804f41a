"""System checks: settings that would be unsafe in service are refused, with what to do instead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from workflows.flows.driver import FLOWS
from workflows.models import WorkItem


@register(Tags.security)
def service_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """With TRIAL=0 nothing may still be the trial's."""
    if settings.TRIAL:
        return []
    problems: list[CheckMessage] = []
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
