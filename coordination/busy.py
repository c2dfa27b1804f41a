"""The database had no time, or went away: the person is told which, and goes on with what they typed.

A statement or a lock that took too long (``DATABASE_…_TIMEOUT``), a deadlock, or no free connection
undoes the whole transaction: nothing was written, and the same form may simply be sent again. Where
the connection was lost nobody can say whether the commit arrived, so the person is asked to look first.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from enum import Enum
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.defaults import server_error
from psycopg import OperationalError, errors
from psycopg_pool import PoolTimeout

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
_UNDONE = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
    PoolTimeout,
)
_LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)
_SQLITE_UNDONE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Why(Enum):
    """What happened to what the person did."""

    UNDONE = "undone"
    LOST = "lost"


def why_busy(error: BaseException | None) -> Why | None:
    """What a failure of the database means for the person; None where it is a fault of ours."""
    while error is not None and not isinstance(error, Error):
        error = error.__cause__ or error.__context__
    cause = error.__cause__ if error is not None else None
    if isinstance(cause, _UNDONE) or getattr(cause, "sqlite_errorcode", None) in _SQLITE_UNDONE:
        return Why.UNDONE
    # A failure that the server put into no code is one of the line to it.
    if isinstance(cause, _LOST) or (isinstance(cause, OperationalError) and cause.sqlstate is None):
        return Why.LOST
    return None


def busy_page(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The page that says so (503), without asking the database again; None for any other failure."""
    why = why_busy(error)
    if why is None:
        return None
    log.warning("%s %s was %s: %s", request.method, request.path, why.value, _first_line(error))
    context: dict[str, Any] = {"why": why.value, "language": translation.get_language()}
    if request.method == "POST":
        context |= {"posted": True, "fields": _to_send_again(request, why)}
    response = HttpResponse(render_to_string("503.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _to_send_again(request: HttpRequest, why: Why) -> list[tuple[str, str]]:
    """What was typed, to be sent again by one button; nothing where that would be wrong.

    A password is never written into a page, a file cannot be, and what may have been recorded already
    is not to be sent twice.
    """
    # "__ALL__" is said of what a locality writes, and its author may read it: passwords are named one by one.
    hidden = getattr(request, "sensitive_post_parameters", ())
    named = set() if isinstance(hidden, str) else set(hidden)
    typed = {name for name, value in request.POST.items() if value}
    if why is Why.LOST or request.FILES or named & typed or any("password" in name for name in typed):
        return []
    return [(name, str(value)) for name, values in request.POST.lists() for value in values]


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]


def failed(request: HttpRequest) -> HttpResponse:
    """The page for what failed before or after the view: busy, or an error."""
    return busy_page(request, sys.exc_info()[1]) or server_error(request)
