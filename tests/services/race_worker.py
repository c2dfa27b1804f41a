"""Jobs of a process: run at a record, against another process.

Imported by ``processes.serve`` once Django knows its database. Whatever goes in or out is plain
values: it travels through a pipe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.test import Client
from django.utils import timezone

from coordination.actions.submissions import save_draft
from tests.page_forms import forms_in
from tests.people import person
from tests.services.facts import find
from workflows import engine
from workflows.refusals import Refusal, Stale
from workflows.registry import registry

BARRIER: Any = None
MEETING_SECONDS = 60
# A name that Client and the trial's ALLOWED_HOSTS agree on.
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Attempt:
    """One runner of one race. ``way`` is a key of ``_READY``; ``delay`` is in seconds.

    ``versioned``: it is bound to the version that was read, as a page's button is.
    """

    way: str
    record: tuple[str, int]
    step: str
    by: str
    delay: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)
    link: str = ""
    versioned: bool = True


@dataclass
class Outcome:
    """How it went for one runner; the two clocks can be compared between processes."""

    by: str
    step: str
    way: str
    won: bool = False
    refusal: str = ""
    first: tuple[str, str, str] = ("", "", "")
    status: int = 0
    page: str = ""
    error: str = ""
    began: float = 0.0
    ended: float = 0.0


# Running


def run(attempts: list[Attempt]) -> list[Outcome]:
    """Run every race: get ready, meet the other process at the barrier, go."""
    return [_run(attempt) for attempt in attempts]


def _run(attempt: Attempt) -> Outcome:
    outcome = Outcome(attempt.by, attempt.step, attempt.way)
    go = _READY[attempt.way](attempt, outcome)
    BARRIER.wait(MEETING_SECONDS)
    time.sleep(attempt.delay)
    outcome.began = time.monotonic()
    try:
        go()
    except Stale as refusal:
        at = refusal.at.isoformat() if refusal.at else ""
        outcome.refusal, outcome.first = refusal.code, (refusal.by, refusal.step, at)
    except Refusal as refusal:
        outcome.refusal = refusal.code
    except Exception as error:
        outcome.error = f"{type(error).__name__}: {error}"
    outcome.ended = time.monotonic()
    return outcome


def _through_engine(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    record, by = find(attempt.record), person(attempt.by)
    version = record.version if attempt.versioned else None

    def go() -> None:
        engine.perform(
            record,
            attempt.step,
            by=by,
            at=timezone.now(),
            data=attempt.data,
            expected_version=version,
        )
        outcome.won = True

    return go


def _on_the_page(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    """The step's page as it was read, sent as it is."""
    record, client = find(attempt.record), _signed_in(attempt.by)
    address = f"/{record.machine}s/{record.key}/steps/{attempt.step}/"
    fields = _fields(client.get(address).content.decode(), "expected_version")
    return lambda: _send(client, address, fields | attempt.data, outcome, won=302)


def _by_link(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    """The page behind the link of the mail, sent as it is."""
    client = _signed_in(attempt.by)
    opened = client.get(attempt.link)
    assert opened.status_code == 303, opened.status_code
    address = opened.headers["Location"]
    fields = _fields(client.get(address).content.decode(), "step", attempt.step)
    # The forms of the page are kept apart by a prefix.
    typed = {name: attempt.data.get(name.rpartition("-")[2], value) for name, value in fields.items()}
    return lambda: _send(client, address, typed, outcome, won=303)


def _on_a_device(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    """The page behind the link on one of a person's devices; what they read in the end is kept."""
    client = _signed_in(attempt.by)
    address = client.get(attempt.link).headers["Location"]
    fields = _fields(client.get(address).content.decode(), "step", attempt.step)
    typed = {name: attempt.data.get(name.rpartition("-")[2], value) for name, value in fields.items()}

    def go() -> None:
        _send(client, address, typed, outcome, won=303)
        outcome.page = outcome.page or client.get(address).content.decode()

    return go


def _as_a_draft(attempt: Attempt, outcome: Outcome) -> Callable[[], None]:
    """A draft submission of these issues, saved as it was read; begun where there is none."""
    issues: list[Any] = [find(record) for record in attempt.data["issues"]]
    draft = issues[0].draft()
    given = {
        "ref": draft.ref if draft else engine.new_ref(),
        "read": draft.digest() if draft else "",
        "subject": "Tờ trình chung",
        "content": attempt.data["content"],
        "items": [{"issue": issue.ref, "route": "bilateral", "ground": ""} for issue in issues],
    }

    def go() -> None:
        save_draft(by=person(attempt.by), at=timezone.now(), **given)
        outcome.won = True

    return go


_READY = {
    "engine": _through_engine,
    "web": _on_the_page,
    "link": _by_link,
    "device": _on_a_device,
    "draft": _as_a_draft,
}


@cache
def _signed_in(username: str) -> Client:
    client = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    client.force_login(person(username))
    return client


def _fields(page: str, name: str, value: str = "") -> dict[str, str]:
    """The fields of the form that has this one."""
    found = [form.fields for form in forms_in(page) if name in form.fields]
    return next(fields for fields in found if not value or fields[name] == value)


def _send(client: Client, address: str, fields: dict[str, Any], outcome: Outcome, *, won: int) -> None:
    answer = client.post(address, fields, HTTP_REFERER=f"http://{HOST}{address}")
    outcome.status, outcome.won = answer.status_code, answer.status_code == won
    outcome.page = "" if outcome.won else answer.content.decode()


# At once, without a race for one record


def submit_all(issues: list[tuple[str, int]]) -> list[str]:
    """Submit draft after draft; every fifth one fails first, and gives its number back."""
    BARRIER.wait(MEETING_SECONDS)
    codes = []
    for number, found in enumerate(issues):
        issue = find(found)
        if number % 5 == 0:
            with suppress(ZeroDivisionError):
                _submit_and_fail(issue)
        _submit(issue)
        codes.append(str(find(found).code))
    return codes


def _submit(issue: Any) -> None:
    engine.perform(issue, "submit", by=person(f"{issue.unit.slug}.head"), at=timezone.now())


def _submit_and_fail(issue: Any) -> None:
    """As when the machine is out of memory in the middle: after the number was given."""
    registry.effects.setdefault(("issue", "submit"), []).append(_fail)
    try:
        _submit(issue)
    finally:
        registry.effects["issue", "submit"].remove(_fail)


def _fail(_move: Any) -> None:
    raise ZeroDivisionError
