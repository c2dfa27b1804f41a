"""Passkeys in a real browser with a virtual authenticator: made, used to decide, used to sign in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from coordination.demo.loading import PASSWORD
from coordination.walkthrough.server import Server
from tests.browser.conftest import SIGN_IN, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD, CODE = "tphcm.gtvt.head", "YK-HCM-2026-0001"
MAIL_SECONDS = 60.0
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
EVENTS = (
    "SELECT name, data FROM workflows_event WHERE name IN ('proof_used', 'answer') AND id > ? ORDER BY id"
)


class Telephone(Screen):
    """A telephone with a fingerprint reader, under a name: passkeys know no addresses of numbers."""

    def __init__(self, browser: Browser, server: Server) -> None:
        port = urlsplit(server.address).port
        super().__init__(browser, f"http://localhost:{port}", phone=True, scripts=True)
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.reader = made["authenticatorId"]

    def recognises(self, yes: bool) -> None:
        """Whether the finger on the reader is the owner's."""
        said = {"authenticatorId": self.reader, "isUserVerified": yes}
        self.devtools.send("WebAuthn.setUserVerified", said)

    def passkeys(self) -> list[Any]:
        return list(
            self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.reader})["credentials"]
        )

    def forget(self) -> None:
        """Lose every cookie, as a new telephone to which the passkey was carried over."""
        self.page.goto("about:blank")
        self.context.clear_cookies()

    def decision_link(self) -> str:
        """The path of the decision link in the newest mail about the case."""
        until = time.monotonic() + MAIL_SECONDS
        while True:
            page = self.open(f"/trial/mail/?to={HEAD}")
            row = page.locator(".record-row", has_text=CODE)
            if row.count():
                page.goto(f"{row.first.get_attribute('href')}html/")
                found = page.locator("a[href*='/d/']").first.get_attribute("href") or ""
                return urlsplit(found).path
            assert time.monotonic() < until, "no mail came"
            time.sleep(0.2)


@pytest.fixture
def telephone(server: Server, chromium: Browser):
    one = Telephone(chromium, server)
    yield one
    one.context.close()


def set_up(phone: Telephone, name: str) -> None:
    """Make a passkey on the page of security."""
    page = phone.open("/security/")
    page.get_by_role("link", name="Thêm khóa truy cập").tap()
    page.fill("[name=password]", PASSWORD)
    page.locator("main .btn-primary").tap()
    page.wait_for_url("**/security/passkeys/new/")
    page.fill("[name=name]", name)
    page.locator("main .btn-primary").tap()
    page.wait_for_url("**/security/codes/")


def test_a_decision_asks_for_the_passkey_and_keeps_what_was_typed(
    telephone: Telephone, server: Server
) -> None:
    phone, page = telephone, telephone.page
    phone.become(HEAD)
    set_up(phone, "Điện thoại của tôi")
    assert len(phone.passkeys()) == 1
    assert phone.width_overflow() <= 0
    expect(phone.open("/security/").locator(".factors")).to_contain_text("Điện thoại của tôi")
    assert phone.width_overflow() <= 0

    # A session that began without the passkey: the trial's one click is no more than a password.
    phone.become(HEAD)
    with server.read() as database:
        (last,) = database.execute("SELECT max(id) FROM workflows_event").fetchone()
    page = phone.open(phone.decision_link())
    step = page.locator(".decision-step", has=page.locator("[value=answer]"))
    step.locator("summary").first.tap()
    expect(step.locator("[name=password]")).to_have_count(0)
    step.locator("input[type=radio]").first.check()
    step.locator("textarea").first.fill("Thống nhất mốc bàn giao theo từng đoạn.")
    assert phone.width_overflow() <= 0

    phone.recognises(False)
    phone.posts.clear()
    step.locator(".btn-decide").tap()
    expect(step.locator("[data-passkey-problem]")).to_be_visible()
    assert [path for path in phone.posts if path.startswith("/d/")] == []
    expect(step.locator("textarea").first).to_have_value("Thống nhất mốc bàn giao theo từng đoạn.")
    expect(step.locator(".btn-decide")).to_be_enabled()

    phone.recognises(True)
    with page.expect_navigation():
        step.locator(".btn-decide").tap()
    expect(page.locator(".decision-result")).to_be_visible()
    assert [path for path in phone.posts if path.startswith("/d/")] == [phone.path]
    with server.read() as database:
        events = [tuple(row) for row in database.execute(EVENTS, [last])]
    assert [name for name, _data in events] == ["proof_used", "answer"]
    assert '"method": "passkey"' in events[0][1]
    assert phone.faults == []


def test_a_passkey_signs_in_alone_and_is_renamed_and_removed(telephone: Telephone) -> None:
    phone, page = telephone, telephone.page
    who = "longan.gtvt.head"
    phone.become(who)
    set_up(phone, "")
    phone.forget()
    page = phone.open(SIGN_IN)

    # The password alone leads no further than to the second question.
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.locator(".sign-in-password form").first.locator("button").tap()
    page.wait_for_url("**/accounts/sign-in/confirm/")
    assert phone.width_overflow() <= 0
    page.locator("main .btn-primary").tap()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")

    phone.forget()
    page = phone.open(f"{SIGN_IN}?next=/security/")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").tap()
    page.wait_for_url("**/security/")

    row = page.locator(".factors li")
    expect(row).to_contain_text("Khóa truy cập 1")
    row.get_by_role("link").tap()
    page.wait_for_url("**/security/confirm/**")
    page.locator("main .btn-primary").tap()
    page.wait_for_url(re.compile(r"/security/passkeys/\d+/"))
    page.fill("[name=name]", "Khóa ở cơ quan")
    page.locator("main .btn-primary").tap()
    page.wait_for_url("**/security/")
    expect(row).to_contain_text("Khóa ở cơ quan")
    row.get_by_role("link").tap()
    page.locator("[name=remove]").tap()
    page.wait_for_url("**/security/")
    expect(page.locator(".factors")).to_have_count(0)
    # The recovery codes go with the last factor, and the password is enough again.
    expect(page.locator("#codes")).to_have_count(0)
    assert phone.faults == []


def test_without_scripts_a_passkey_is_not_offered_at_sign_in(screen: Callable[..., Screen]) -> None:
    page = screen(scripts=False).open(SIGN_IN)
    expect(page.get_by_role("button", name="Đăng nhập bằng khóa truy cập")).to_be_hidden()
    expect(page.locator("[name=password]")).to_be_visible()
