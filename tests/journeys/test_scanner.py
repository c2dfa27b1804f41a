"""A mail scanner does everything it can with a mail; the database stays as it was.

It has no person's session: it GETs and HEADs every address, follows every redirect and every link
of every page with cookies of its own, and sends every form, token and all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.utils import timezone

from notifications.delivery.outbox import deliver_due
from notifications.models import OutboxMessage
from tests.page_forms import PageForm, forms_in, links_in
from tests.people import person
from tests.story import Story

pytestmark = pytest.mark.slow

LEADER = "binhduong.ubnd.head"
ADDRESS = re.compile(r"https?://[^\s<>\"')]+")
# Before identity is proved this is all that an opening leaves behind.
OPENING = {"notifications_decisionlink.opened_count", "notifications_decisionlink.last_opened_at"}
# The trial signs anybody in with one click: that is what its sign-in page is for.
TRIAL_SIGN_IN = {"coordination_person.last_login", "django_session (new row)"}

BROWSER: Any = {"enforce_csrf_checks": True, "raise_request_exception": False}

Dump = dict[str, dict[Any, dict[str, Any]]]


def dump() -> Dump:
    """Every row of every table, by its key."""
    found: Dump = {}
    with connection.cursor() as cursor:
        listed = connection.introspection.get_table_list(cursor)
        for table in sorted(info.name for info in listed if info.type == "t"):
            key = connection.introspection.get_primary_key_columns(cursor, table) or []
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = {tuple(row[name] for name in key or names): row for row in rows}
    return found


def changed(before: Dump, after: Dump) -> dict[str, list[Any]]:
    """``table.column`` → old and new values; new and lost rows under their table's name."""
    found: dict[str, list[Any]] = {}
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        for key in new.keys() - old.keys():
            found.setdefault(f"{table} (new row)", []).append(new[key])
        for key in old.keys() - new.keys():
            found.setdefault(f"{table} (lost row)", []).append(old[key])
        for key in old.keys() & new.keys():
            for column, value in old[key].items():
                if new[key][column] != value:
                    found.setdefault(f"{table}.{column}", []).append((value, new[key][column]))
    return found


@dataclass
class Scanner:
    """One look at one mail. ``seen`` counts answers by method and status."""

    keeps_session: bool
    browser: Client = field(default_factory=lambda: Client(**BROWSER))
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    visited: set[str] = field(default_factory=set)
    sent: set[tuple[str, str]] = field(default_factory=set)

    def look_at(self, letter: EmailMultiAlternatives) -> list[str]:
        """Everything in both parts of the mail; returns the addresses it found."""
        html = str(letter.alternatives[0][0])
        addresses = sorted({*ADDRESS.findall(str(letter.body)), *links_in(html)})
        for address in addresses:
            # Twice: a link must stand any number of openings.
            for _ in range(2):
                self.ask("head", address)
                self.visited.discard(_path(address))
                self.visit(address)
            for variant in (f"{address}?utm_source=scan", f"{address}/", address.lower(), address[:-1]):
                self.visit(variant)
            for method in ("post", "put", "delete", "patch", "options"):
                self.ask(method, address)
        for form in forms_in(html):
            self.send(form, "/")
        return addresses

    def visit(self, address: str) -> None:
        """GET a page of ours, then whatever it leads to."""
        path = _path(address)
        if path in self.visited or not path.startswith("/") or len(self.visited) > 200:
            return
        self.visited.add(path)
        answer = self.ask("get", path)
        if 300 <= answer.status_code < 400:
            self.visit(urljoin(path, answer.headers["Location"]))
        elif "html" in answer.headers.get("Content-Type", ""):
            page = answer.content.decode()
            for link in links_in(page):
                self.visit(urljoin(path, link))
            for form in forms_in(page):
                self.send(form, path)

    def send(self, form: PageForm, path: str) -> None:
        """Press every button of a form, as it is and with something typed in."""
        address = urljoin(path, form.action or path)
        typed = {name: value or "123456" for name, value in form.fields.items()}
        for button, value in form.buttons or [("", "")]:
            for fields in (form.fields, typed):
                pressed = {**fields, **({button: value} if button else {})}
                if (address, repr(pressed)) in self.sent:
                    continue
                self.sent.add((address, repr(pressed)))
                if "csrfmiddlewaretoken" in pressed and "csrftoken" in self.browser.cookies:
                    # As if it had read the page again: a token is new after each sign-in.
                    pressed["csrfmiddlewaretoken"] = self.browser.cookies["csrftoken"].value
                answer = self.ask(form.method, address, pressed, HTTP_REFERER=f"http://testserver{path}")
                if answer.headers.get("Location"):
                    self.visit(urljoin(address, answer.headers["Location"]))

    def ask(self, method: str, address: str, *data: Any, **extra: Any) -> Any:
        answer = getattr(self.browser, method)(_path(address), *data, **extra)
        self.seen[method.upper(), answer.status_code] += 1
        if answer.streaming:
            # A file, opened and not read.
            answer.close()
        if not self.keeps_session:
            self.browser.cookies.pop(project.SESSION_COOKIE_NAME, None)
        return answer


def _path(address: str) -> str:
    """The address at our own host, "" for anybody else's."""
    parts = urlsplit(address)
    if parts.netloc and parts.netloc != urlsplit(project.BASE_URL).netloc:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A scanner tries the sign-in form many times; how costly that is, is not the question here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.fixture
def letters(db) -> dict[str, EmailMultiAlternatives]:
    """The newest mail of everybody, really rendered, of an issue on its way to the leader."""
    story = Story(at=timezone.now() - timedelta(hours=30))
    story.to("awaiting_committee")
    # The morning has come: the digests of who was only told go out, too.
    OutboxMessage.objects.filter(bundled=True).update(next_attempt_at=timezone.now())
    while deliver_due(timezone.now()):
        pass
    sent = [letter for letter in mail.outbox if isinstance(letter, EmailMultiAlternatives)]
    return {letter.to[0].partition("@")[0]: letter for letter in sent}


@pytest.mark.parametrize("trial", [False, True], ids=["service", "trial"])
def test_a_scanner_leaves_the_database_as_it_was(letters, settings, trial, record_property):
    settings.TRIAL = trial
    assert len(letters) >= 5
    before = dump()
    seen: Counter[tuple[str, int]] = Counter()
    for letter in [letters[LEADER]] if trial else letters.values():
        # In the trial one click on the sign-in page gives a session: a scanner keeps none.
        scanner = Scanner(keeps_session=not trial)
        assert scanner.look_at(letter)
        seen += scanner.seen
    difference = changed(before, dump())
    record_property("requests", sum(seen.values()))
    assert set(difference) == OPENING | (TRIAL_SIGN_IN if trial else set()), difference
    assert seen["GET", 303] > 0, "a link was opened"
    assert seen["POST", 302] > 0, "a form was sent"
    assert not [status for _method, status in seen if status >= 500]


def test_the_link_still_decides_after_the_scanner(letters, settings):
    """The scanner had the right link, and used nothing up."""
    settings.TRIAL = False
    letter = letters[LEADER]
    [link] = [address for address in Scanner(keeps_session=True).look_at(letter) if "/d/" in address]
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person(LEADER))
    page = browser.get(browser.get(_path(link)).headers["Location"]).content.decode()
    [form] = [form for form in forms_in(page) if form.fields.get("step") == "approve_bilateral"]
    before = dump()
    answer = browser.post(form.action, form.fields)
    assert answer.status_code == 303
    # And the comparison sees a decision when there is one.
    difference = changed(before, dump())
    assert {"coordination_issue.state", "workflows_event (new row)", "notifications_notice (new row)"} <= set(
        difference
    )
    assert difference["coordination_issue.state"] == [("awaiting_committee", "bilateral")]


def test_scripts_and_sessions_of_others_change_nothing_either(letters):
    """Somebody else who is signed in and got the mail forwarded: sees nothing, decides nothing."""
    scanner = Scanner(keeps_session=True)
    scanner.browser.force_login(person("dongnai.skhdt.head"))
    [link] = [address for address in ADDRESS.findall(str(letters[LEADER].body)) if "/d/" in address]
    before = dump()
    for _ in range(2):
        answer = scanner.ask("get", link)
        assert answer.status_code == 303
        decision = scanner.ask("get", answer.headers["Location"])
        assert decision.status_code == 403
        for form in forms_in(decision.content.decode()):
            if form.action.startswith("/d/"):
                scanner.send(form, answer.headers["Location"])
    assert set(changed(before, dump())) == OPENING
