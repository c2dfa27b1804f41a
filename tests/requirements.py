"""What a test may ask of the machine: PostgreSQL, Redis, Chromium.

Where one is missing the test is skipped and says why. With REQUIRE_ALL=1 (CI) a skip is a failure: a machine
that lost a service must not look green.
"""

import os
import shutil
from collections.abc import Generator

import psycopg
import pytest
import redis

REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in {"", "0"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A server on which the tests may make and drop databases."""
    url = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL at {without_password(url)} (set TEST_DATABASE_URL): {first_line(error)}")
    return url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis database that the tests may empty."""
    url = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/15"
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
            client.ping()
    except redis.RedisError as error:
        pytest.skip(f"no Redis at {without_password(url)} (set TEST_REDIS_URL): {first_line(error)}")
    return url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser that the browser tests drive."""
    named = os.environ.get("TEST_CHROMIUM")
    path = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: {named or ', '.join(BROWSERS)} not found (set TEST_CHROMIUM)")
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # An expected failure is reported as skipped, too; that one is meant.
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if REQUIRE_ALL and report.skipped:
        refuse(report)
    return report


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"REQUIRE_ALL=1 allows no skip. {reason}"


def without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
