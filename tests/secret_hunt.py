"""The hunt for secrets: no secret made while the tests ran may stand anywhere it could be read.

A pytest plugin. It remembers every secret as it is made (decision links, what authenticator apps are set
up with) and looks for them, after each test, in the whole database, in what the loggers wrote as the
product's own handlers write it, and in every answer to a test's browser, files inside zip archives too;
at the end once more in all logs together. What it finds fails the run, with xdist as without.

Named exceptions: ``TrialMail`` and the trial's mailbox pages, which exist to show the mails of the trial.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Generator, Iterator
from typing import Any

import pytest

# The trial keeps each mail as its person got it, link and all, and shows it: service never does.
ALLOWED_TABLES = {"notifications_trialmail"}
ALLOWED_ANSWERS = re.compile(r"^/trial/mail/")
# Setting an authenticator app up means to show its secret once, to its own person.
SHOWN_ONCE = re.compile(r"^/accounts/")


class Hunt:
    """What was made, what was written, and what was found."""

    def __init__(self) -> None:
        self.links: set[str] = set()
        self.others: set[str] = set()
        self.current: set[str] = set()
        self.lines: list[str] = []
        self.read_lines = 0
        self.places = 0
        self.found: list[str] = []
        self.told = 0

    @property
    def secrets(self) -> set[str]:
        return self.links | self.others

    def remember(self, secret: str, *, link: bool = False) -> None:
        """A secret was made; short ones would be found everywhere."""
        assert len(secret) >= 16, "too short to be told from other text"
        (self.links if link else self.others).add(secret)
        self.current.add(secret)

    def look_in(self, place: str, text: str, secrets: set[str] | None = None) -> None:
        """Look for secrets in a text, those of the running test unless others are given.

        What is found is named by its place, never repeated.
        """
        self.places += 1
        if any(secret in text for secret in (self.current if secrets is None else secrets)):
            self.found.append(place)

    def look_in_database(self, test: str) -> None:
        """Every column of every table, but the named ones."""
        from django.db import connection

        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                if table in ALLOWED_TABLES:
                    continue
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                self.look_in(f"{test}: table {table}", repr(cursor.fetchall()))

    def look_in_answer(self, path: str, answer: Any) -> None:
        """An answer's head and body; a file inside an archive as well."""
        if not self.current or ALLOWED_ANSWERS.match(path):
            return
        secrets = self.current & self.links if SHOWN_ONCE.match(path) else self.current
        self.look_in(f"head of {_safe(path)}", repr(sorted(answer.headers.items())), secrets)
        if answer.streaming:
            return
        for part in _parts(answer.content):
            self.look_in(f"answer of {_safe(path)}", part.decode(errors="replace"), secrets)

    def look_in_new_lines(self, test: str) -> None:
        new = self.lines[self.read_lines :]
        self.read_lines = len(self.lines)
        if new and self.secrets:
            self.look_in(f"{test}: log", "\n".join(new), self.secrets)


hunt = Hunt()


def _parts(content: bytes) -> Iterator[bytes]:
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _safe(path: str) -> str:
    from notifications.secrecy import mask

    return mask(path)


class _Lines(logging.Handler):
    """Keeps what the product's handlers write: masked as theirs are."""

    def emit(self, record: logging.LogRecord) -> None:
        hunt.lines.append(self.format(record))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen where secrets are made, where lines are written and where answers are given."""
    from django.conf import settings
    from django.test import Client
    from django.utils.module_loading import import_string

    from coordination import adapters
    from notifications.links import decision_links

    mint = decision_links.mint
    encrypt = adapters.MFAAdapter.encrypt
    request = Client.request

    def minted(*arguments: Any, **keywords: Any) -> str | None:
        address = mint(*arguments, **keywords)
        if address is not None:
            hunt.remember(address.rsplit("/", 1)[1], link=True)
        return address

    def encrypted(self: Any, text: str) -> str:
        hunt.remember(text)
        return encrypt(self, text)

    def requested(self: Any, **asked: Any) -> Any:
        answer = request(self, **asked)
        hunt.look_in_answer(asked.get("PATH_INFO", ""), answer)
        return answer

    decision_links.mint = minted
    adapters.MFAAdapter.encrypt = encrypted  # type: ignore[method-assign]
    Client.request = requested  # type: ignore[method-assign]
    lines = _Lines()
    lines.setFormatter(logging.Formatter("%(name)s %(message)s"))
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        lines.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
    logging.getLogger().addHandler(lines)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """While the test's transaction still stands."""
    names = set(getattr(item, "fixturenames", ()))
    if hunt.current and names & {"db", "transactional_db", "django_db_setup"}:
        hunt.look_in_database(item.nodeid)
    hunt.look_in_new_lines(item.nodeid)
    hunt.current.clear()
    new, hunt.told = hunt.found[hunt.told :], len(hunt.found)
    yield
    if new:
        pytest.fail(f"a secret was found: {new}", pytrace=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """All lines against all secrets; a worker hands its figures to whoever started it."""
    if hunt.secrets:
        hunt.look_in("all logs together", "\n".join(hunt.lines), hunt.secrets)
    figures = {"secrets": len(hunt.secrets), "places": hunt.places, "found": hunt.found}
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["secret_hunt"] = figures
    elif hunt.found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_of_workers: list[dict[str, Any]] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """What a worker found."""
    figures = getattr(node, "workeroutput", {}).get("secret_hunt")
    if figures:
        _of_workers.append(figures)
        hunt.found += figures["found"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line: how many secrets were looked for, in how many places."""
    rows = [*_of_workers, {"secrets": len(hunt.secrets), "places": hunt.places}]
    secrets, places = (sum(row[name] for row in rows) for name in ("secrets", "places"))
    if secrets:
        said = f"FOUND in {sorted(set(hunt.found))}" if hunt.found else "none found"
        terminalreporter.write_line(f"secret hunt: {secrets} secrets, {places} places, {said}")
