"""Secrets of decision links stay out of logs and error reports (decision-links.md §12)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

_LINK = re.compile(r"(/d/[A-Za-z0-9_-]{4,64}/)[A-Za-z0-9_~.%-]+")
_MASKED = r"\1***"


def mask(text: str) -> str:
    """The text with the secret of every decision link masked."""
    return _LINK.sub(_MASKED, text)


class MaskSecrets(logging.Filter):
    """Masks decision links in a log line, its arguments and its traceback, the access log's too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _masked(record.msg)
        if isinstance(record.args, Mapping):
            record.args = {key: _masked(value) for key, value in record.args.items()}
        elif record.args:
            record.args = tuple(_masked(value) for value in record.args)
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        return True


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, int | float | bool) or value is None:
        return value
    words = str(value)
    return mask(words) if _LINK.search(words) else value


def scrub(event: Any, _hint: Any = None) -> Any:
    """For Sentry's hooks (events, transactions, breadcrumbs): every string masked, however deep."""
    return _deep(event)


def _deep(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: "***" if key == "secret" else _deep(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_deep(item) for item in value]
    return value
