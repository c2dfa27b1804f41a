"""A mail scanner with a whole Chromium: it runs scripts, follows links, fills in and sends forms.

It has the link and no person's session. The trial's sign-in with one click is left out: there a click
signs anybody in, which is what the trial is for; in service that page has no such buttons.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Error, Page, expect

from tests.journeys.test_scanner import Dump, changed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEADER, CODE = "dongnai.ubnd.head", "VM-DNI-2026-0001"
# Before identity is proved this is all that an opening leaves behind; a session without a person is nobody's.
LEFT_BEHIND = {
    "notifications_decisionlink.opened_count",
    "notifications_decisionlink.last_opened_at",
    "django_session (new row)",
}
# What the server does by itself meanwhile.
ITS_OWN = {"notifications_heartbeat.at", "notifications_heartbeat (new row)"}
NOT_SCANNED = ("/trial/mail/", "/static/")
ONE_CLICK = "/accounts/sign-in/as/"
MOST_PAGES = 40
QUIET_SECONDS, MOST_SECONDS = 3.0, 60.0


def dump(server: Any) -> Dump:
    """Every row of every table of the server's database, by its row number."""
    found: Dump = {}
    with server.read() as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            keys = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")') if row[5]]
            rows = [dict(row) for row in database.execute(f'SELECT * FROM "{table}"')]
            found[table] = {tuple(row[key] for key in keys) if keys else repr(row): row for row in rows}
    return found


def at_rest(server: Any) -> Dump:
    """The database once the server has nothing left to send or to sweep."""
    until, found = time.monotonic() + MOST_SECONDS, dump(server)
    while time.monotonic() < until:
        time.sleep(QUIET_SECONDS)
        now = dump(server)
        if set(changed(found, now)) <= ITS_OWN:
            return now
        found = now
    raise AssertionError("the server never came to rest")


# Every form of a page with each of its buttons, and what tells it from the same form on another page.
PRESSABLE = """
all => all.flatMap((form, number) => {
  const buttons = [...form.querySelectorAll("button, input[type=submit]")];
  const names = [...form.elements].map(one => one.name).filter(Boolean).sort().join();
  const action = form.getAttribute("action") || location.pathname;
  return (buttons.length ? buttons : [null]).map((button, place) => ({
    form: number, button: place, action, what: [action, names, button?.name, button?.value, place].join(" "),
  }));
})
"""


class BrowserScanner:
    """Presses whatever can be pressed, each form with each button once; ``sent`` says what it pressed."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.seen: set[str] = set()
        self.tried: set[str] = set()
        self.sent: set[str] = set()
        page.on("dialog", lambda dialog: dialog.accept())

    def scan(self, link: str) -> None:
        """Open the link more than once, then everything that it leads to."""
        for _ in range(2):
            self.page.goto(link, wait_until="load")
        waiting = [self.page.url]
        while waiting and len(self.seen) < MOST_PAGES:
            address = waiting.pop(0)
            path = urlsplit(address).path
            if path in self.seen or path.startswith(NOT_SCANNED) or not address.startswith(self.address):
                continue
            self.seen.add(path)
            if self._open(address):
                waiting += self._look_at(address)

    def _open(self, address: str) -> bool:
        try:
            self.page.goto(address, wait_until="load")
        except Error:
            # An answer without a page (405): there is nothing to press.
            return False
        return True

    def _look_at(self, address: str) -> list[str]:
        """Send each form with each of its buttons; returns where the links and answers lead."""
        links = self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
        found = [urljoin(address, link) for link in links]
        for row in self.page.eval_on_selector_all("form", PRESSABLE):
            if row["action"].startswith(ONE_CLICK) or row["what"] in self.tried:
                continue
            self.tried.add(row["what"])
            if self._open(address) and self._send(row["form"], row["button"]):
                self.sent.add(urlsplit(urljoin(address, row["action"])).path)
                found.append(self.page.url)
        return found

    def _buttons(self, form: int) -> Any:
        return self.page.locator("form").nth(form).locator("button, input[type=submit]")

    def _send(self, form: int, button: int) -> bool:
        """Type into every field, tick every box, press. Folded parts are opened first."""
        place = self.page.locator("form").nth(form)
        self.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for field in place.locator("input:not([type=hidden]), textarea").all():
            kind = field.get_attribute("type") or "text"
            try:
                if kind in {"checkbox", "radio"}:
                    field.check(force=True, timeout=5000)
                elif kind not in {"submit", "button", "file", "search"}:
                    field.fill("123456"[: int(field.get_attribute("maxlength") or 6)], timeout=5000)
            except Error:
                continue
        buttons = self._buttons(form)
        try:
            if buttons.count():
                buttons.nth(button).click(force=True, timeout=10_000)
            else:
                place.evaluate("form => form.requestSubmit()")
            self.page.wait_for_load_state("load")
        except Error:
            # A button that cannot be pressed is no button.
            return False
        return True


def test_a_scanner_with_scripts_changes_nothing_and_the_leader_still_decides(screen, server):
    reader = screen()
    link = reader.decision_link(LEADER, CODE)
    before = at_rest(server)
    scanner = BrowserScanner(screen().page, server.address)
    scanner.scan(link)
    page_of_link = f"/d/{link.split('/d/')[1].split('/')[0]}/"
    assert {page_of_link, f"{page_of_link}report/", "/accounts/sign-in/"} <= scanner.seen
    assert {f"{page_of_link}report/", "/accounts/sign-in/"} <= scanner.sent
    difference = changed(before, at_rest(server))
    assert set(difference) - ITS_OWN <= LEFT_BEHIND, difference
    assert "notifications_decisionlink.opened_count" in difference

    # And nothing that the server wrote holds the secret but the trial's own copies of mails.
    secret = link.rpartition("/")[2]
    assert secret not in (server.folder / "server.log").read_text()
    holding = {table for table, rows in dump(server).items() if secret in repr(rows)}
    assert holding <= {"notifications_trialmail"}

    leader = screen(LEADER, phone=True)
    leader.open(link)
    expect(leader.page.locator(".decision-step").first).to_be_visible()
    assert leader.faults == []
