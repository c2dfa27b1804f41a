"""A real server with the demo's cases, and a Chromium in which its people sit at their screens.

Each test of a process uses a case of its own, so their order does not matter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright

from coordination.demo.loading import PASSWORD
from coordination.walkthrough.server import Server, throw_away_server

SIGN_IN = "/accounts/sign-in/"
WAIT_SECONDS = 10.0
MAIL_SECONDS = 15.0
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


class Screen:
    """One browser window with cookies of its own, and what went wrong in it."""

    def __init__(self, browser: Browser, address: str, *, phone: bool, scripts: bool) -> None:
        self.phone = phone
        self.context = browser.new_context(
            base_url=address,
            locale="vi-VN",
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(WAIT_SECONDS * 1000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.posts: list[str] = []
        # Chromium writes a violation of the content security policy to the console, as an error.
        self.page.on("console", lambda said: self._fault(said.text, when=said.type == "error"))
        self.page.on("pageerror", lambda error: self._fault(str(error)))
        self.page.on("response", self._answered)
        self.page.on(
            "request",
            lambda request: request.method == "POST" and self.posts.append(urlsplit(request.url).path),
        )

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def open(self, path: str) -> Page:
        """Go to an address, and let the page settle."""
        self.page.goto(path, wait_until="load")
        return self.page

    def become(self, username: str) -> None:
        """Sign in with the trial's one click: it costs no password hash."""
        page = self.open(SIGN_IN)
        button = page.locator(f"[name=person][value='{username}']")
        group = page.locator(".people-group", has=button)
        group.locator("summary").click()
        group.locator(button).click()
        page.wait_for_url(lambda url: urlsplit(url).path != SIGN_IN)

    def sign_in(self, username: str) -> None:
        """Fill the sign-in form that this page shows."""
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click(".sign-in-password button")
        self.page.wait_for_url(lambda url: urlsplit(url).path != SIGN_IN)

    def take(self, step: str) -> None:
        """Press the button of a step that asks for nothing."""
        self.page.click(f"form[action$='/steps/{step}/'] button")

    def watch(self, path: str) -> Page:
        """Open a page, wait until its socket is up, and mark it: a reload would lose the mark."""
        said: list[Any] = []
        hear = lambda frame: said.append(frame)  # noqa: E731, PLW0108 (Playwright marks what it is given)
        # Listened to from the beginning: the server may have spoken before the page is whole. The page from
        # before is left first, or the socket could be its own.
        self.page.goto("about:blank")
        self.page.once("websocket", lambda socket: socket.on("framereceived", hear))
        self.open(path)
        # The first word of the server ends the replay; from here on it is live.
        end = time.monotonic() + WAIT_SECONDS
        while not said:
            assert time.monotonic() < end, f"no word of the server within {WAIT_SECONDS} s"
            self.page.wait_for_timeout(50)
        self.page.evaluate("window.notReloaded = true")
        return self.page

    def decision_link(self, username: str, code: str) -> str:
        """The link in a person's newest mail about a case, shown in the trial's mailbox."""
        end = time.monotonic() + MAIL_SECONDS
        while True:
            page = self.open(f"/trial/mail/?to={username}")
            row = page.locator(".record-row", has_text=code)
            if row.count():
                page.goto(f"{row.first.get_attribute('href')}html/")
                return page.locator("a[href*='/d/']").first.get_attribute("href") or ""
            assert time.monotonic() < end, f"no mail came within {MAIL_SECONDS} s"
            page.wait_for_timeout(200)

    def was_not_reloaded(self) -> bool:
        return bool(self.page.evaluate("window.notReloaded === true"))

    def width_overflow(self) -> int:
        """How many CSS pixels the page is wider than the window."""
        # Not innerWidth: on a telephone that grows with what is too wide.
        width = self.page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
        )
        return int(width) - (PHONE if self.phone else DESKTOP)["width"]

    def _answered(self, response: Response) -> None:
        self._fault(f"{response.status} {response.url}", when=response.status >= 400)

    def _fault(self, sentence: str, *, when: bool = True) -> None:
        if when:
            self.faults.append(f"{self.path}: {sentence}")


@pytest.fixture(scope="session")
def server(chromium_path: str) -> Iterator[Server]:
    """``manage.py serve`` on a throw-away database with the demo's cases."""
    with throw_away_server(cases=True) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    # Not for the whole session: the event loop in it would stand in the way of asynchronous tests.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def screen(server: Server, chromium: Browser) -> Iterator[Callable[..., Screen]]:
    """Open windows: ``screen("who")`` is signed in, ``screen()`` is not."""
    opened: list[Screen] = []

    def new(username: str = "", *, phone: bool = False, scripts: bool = True) -> Screen:
        one = Screen(chromium, server.address, phone=phone, scripts=scripts)
        opened.append(one)
        if username:
            one.become(username)
        return one

    yield new
    for one in opened:
        one.context.close()
