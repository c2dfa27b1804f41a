"""Log lines: JSON in service, for people in the trial; each says for whom and at what it was written.

Secrets are masked in both (``notifications.secrecy``). Statements that take too long are logged
without their parameters, which hold what people wrote.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from prometheus_client import Counter
from pythonjsonlogger.json import JsonFormatter

from notifications.secrecy import scrub
from workflows import tracing

log = logging.getLogger(__name__)

LONGEST_STATEMENT = 2000
SLOW = Counter("lien_tinh_slow_statements", "Statements over SLOW_QUERY_MS.")


class Context(logging.Filter):
    """Adds the request, the person, and what the engine is at, where they are known and not said."""

    def filter(self, record: logging.LogRecord) -> bool:
        doing = tracing.doing_now()
        known = {
            "request_id": tracing.request_id() or None,
            "person_id": tracing.person_id(),
            "machine": doing.machine if doing else None,
            "step": doing.step if doing else None,
        }
        for name, value in known.items():
            if value is not None and not hasattr(record, name):
                setattr(record, name, value)
        return True


class JsonLines(JsonFormatter):
    """A line is one JSON object; whatever was added to it is masked as the words are."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        # Django hands its request over, whose words are the whole address.
        masked: dict[str, Any] = scrub(_plain({**log_data, "request": None}))
        del masked["request"]
        return masked


def _plain(value: Any) -> Any:
    """Whatever is no JSON by itself as its words, so that they are masked, too."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def watch_statements() -> None:
    """Log slow statements of every connection of this process from now on; no limit, no watching."""
    if settings.SLOW_QUERY_MS:
        connection_created.connect(_watched, dispatch_uid="slow-statements")


def _watched(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    # The wrapper stays when the connection behind it is made anew.
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.perf_counter() - began) * 1000
        if took >= settings.SLOW_QUERY_MS:
            SLOW.inc()
            words = " ".join(str(sql).split())[:LONGEST_STATEMENT]
            log.warning("a statement took %.0f ms: %s", took, words, extra={"ms": round(took, 1)})
