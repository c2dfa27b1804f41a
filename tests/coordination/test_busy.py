"""A database without time makes a page that says what became of what was typed; a fault of ours stays one."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation
from psycopg import OperationalError as Lost
from psycopg import errors
from psycopg_pool import PoolTimeout

from coordination.busy import busy_page
from coordination.middleware import RefusalMiddleware

TYPED = {"reason": "Đã thống nhất “hai bên”", "kinds": ["land", "funding"], "csrfmiddlewaretoken": "x"}


def of(cause: BaseException, kind: type[Exception] = OperationalError) -> Exception:
    """As Django raises it."""
    try:
        raise kind(str(cause)) from cause
    except Exception as error:
        return error


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


def page_for(error: Exception, request: HttpRequest | None = None) -> str:
    """The page, through the middleware."""
    request = request or RequestFactory().post("/issues/x/steps/submit/", TYPED)
    with translation.override("en"):
        answer = RefusalMiddleware(lambda _request: None).process_exception(request, error)
    assert answer is not None
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    return answer.content.decode()


UNDONE = [
    of(errors.LockNotAvailable()),
    of(errors.QueryCanceled()),
    of(errors.DeadlockDetected()),
    of(PoolTimeout()),
    of(sqlite_error(sqlite3.SQLITE_BUSY)),
]


@pytest.mark.parametrize("error", UNDONE, ids=lambda error: type(error.__cause__).__name__)
def test_what_took_too_long_is_sent_again_as_it_was_typed(error):
    page = page_for(error)
    assert "Nothing was changed" in page
    for value in ("Đã thống nhất “hai bên”", "land", "funding"):
        assert f'value="{value}"' in page
    assert "Send again" in page


@pytest.mark.parametrize("error", [of(Lost("server closed the connection")), of(errors.AdminShutdown())])
def test_where_the_line_was_cut_nothing_is_promised_and_nothing_sent_twice(error):
    page = page_for(error)
    assert "may or may not have been recorded" in page
    assert "Nothing was changed" not in page
    assert "<form" not in page


def test_who_only_reads_reads_again():
    page = page_for(of(errors.QueryCanceled()), RequestFactory().get("/"))
    assert "Try again" in page
    assert "<form" not in page


@pytest.mark.parametrize("name", ["password", "new_password1", "proof"])
def test_a_password_is_never_written_into_a_page(name):
    request = RequestFactory().post("/accounts/sign-in/", {"username": "a", name: "mat-khau-cua-toi"})
    request.sensitive_post_parameters = ("proof",)
    page = page_for(UNDONE[0], request)
    assert "mat-khau-cua-toi" not in page
    assert "<form" not in page


def test_a_file_is_not_left_out_without_a_word():
    with open(__file__, "rb") as file:
        request = RequestFactory().post("/issues/x/steps/submit/", {"reason": "y", "document": file})
        page = page_for(UNDONE[0], request)
        request.close()
    assert "<form" not in page
    assert "back" in page


@pytest.mark.parametrize(
    "error",
    [
        of(errors.UniqueViolation(), IntegrityError),
        of(errors.UndefinedTable(), ProgrammingError),
        of(errors.DiskFull()),
        of(sqlite_error(sqlite3.SQLITE_ERROR)),
        ValueError("a bug"),
    ],
    ids=lambda error: type(error.__cause__ or error).__name__,
)
def test_a_fault_of_ours_is_not_called_busy(error):
    assert busy_page(RequestFactory().get("/"), error) is None


def test_the_page_before_any_view_is_the_same_page(client, monkeypatch):
    def no_connection(_request: HttpRequest) -> str:
        raise of(PoolTimeout())

    monkeypatch.setattr("coordination.middleware.language_of", no_connection)
    client.raise_request_exception = False
    answer = client.get("/accounts/sign-in/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Hệ thống đang bận" in answer.content.decode()


def test_any_other_failure_before_the_view_is_an_error(client, monkeypatch):
    def broken(_request: HttpRequest) -> str:
        raise ValueError("a bug")

    monkeypatch.setattr("coordination.middleware.language_of", broken)
    client.raise_request_exception = False
    answer = client.get("/accounts/sign-in/")
    assert answer.status_code == 500
    assert "Hệ thống gặp lỗi" in answer.content.decode()
