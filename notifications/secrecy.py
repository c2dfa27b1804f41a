"""Secrets stay out of logs and error reports: those of decision links first (decision-links.md §12)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

# A decision link, as it is and as it stands in another address.
_LINK = re.compile(r"((?:/|%2[Ff])d(?:/|%2[Ff])[A-Za-z0-9_-]{4,64}(?:/|%2[Ff]))(?!report\b)[A-Za-z0-9_~.%-]+")
# Where pushes go (RFC 8030): whoever has the address may send to the device.
_PUSH = re.compile(r"(https://[^\s/\"']+/(?:fcm/send|wpush/v\d+|wp|push|w)/)[^\s\"'<>]+")
# Addresses of chats, databases and brokers hold a key or a password; those of pages do not.
_KEYED = re.compile(r"\b((?!https?:|wss?:|file:)[a-z][a-z0-9+.-]{1,20}://)[^\s\"'<>]+")
_HIDDEN_KEYS = frozenset(
    {"secret", "password", "totp_secret", "recovery_code", "endpoint", "p256dh", "auth", "chat_address"}
)


def mask(text: str) -> str:
    """The text with every decision link's secret masked, and what follows keyed addresses' schemes."""
    for pattern in (_LINK, _PUSH, _KEYED):
        text = pattern.sub(r"\1***", text)
    return text


class MaskSecrets(logging.Filter):
    """Masks decision links in a log line, its arguments and its traceback, the access log's too."""

    def filter(self, record: logging.LogRecord) -> bool:
        self._mask_line(record)
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        return True

    def _mask_line(self, record: logging.LogRecord) -> None:
        """Part by part where that is enough (the access log's form reads the parts), else as a whole."""
        if not record.args:
            record.msg = _masked(record.msg)
            return
        whole = record.getMessage()
        if isinstance(record.args, Mapping):
            record.args = {key: _masked(value) for key, value in record.args.items()}
        else:
            record.args = tuple(_masked(value) for value in record.args)
        if record.getMessage() != mask(whole):
            # An address put together from message and arguments.
            record.msg, record.args = mask(whole), None


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, int | float | bool) or value is None:
        return value
    words = str(value)
    masked = mask(words)
    return masked if masked != words else value


def scrub(event: Any, _hint: Any = None) -> Any:
    """For Sentry's hooks (events, transactions, breadcrumbs): every string masked, however deep."""
    return _deep(event)


def _deep(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: "***" if key in _HIDDEN_KEYS else _deep(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_deep(item) for item in value]
    return value
