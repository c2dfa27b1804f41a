"""A page that keeps up: where sockets are blocked, after the server was away, and when its session ends."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The demo's cases. Each test that takes a step has one of its own.
OF_DI_AN = "NV-HCM-2026-0005"
OF_HCMC = "/commitments/NV-BDG-2026-0005/"
OF_BINH_DUONG = "/commitments/NV-BDG-2026-0006/"
MEETING = "/meetings/LV-TNH-2026-0001/"
RETURNED = "/issues/VM-LAN-2026-0001/"
SOCKET = "**/ws/notifications/"
HALF_A_MINUTE = 30_000


def state(page, wanted: str, timeout: float = 20_000) -> None:
    """Wait until the dot beside the bell says how notices arrive."""
    expect(page.locator("#live-state")).to_have_attribute("data-state", wanted, timeout=timeout)


def test_where_sockets_are_blocked_the_page_asks_instead(screen):
    desk, phone = screen("tphcm.gtvt.officer"), screen("tphcm.gtvt.officer", phone=True)
    desk.context.route_web_socket(SOCKET, lambda socket: socket.close())
    desk.page.clock.install()
    page = desk.open(OF_HCMC)
    state(page, "polling")
    page.evaluate("window.notReloaded = true")
    pill = page.locator("#record .record-marks .pill")
    before = pill.inner_text()
    phone.open(OF_HCMC)

    phone.take("take_on")
    page.clock.fast_forward(HALF_A_MINUTE)

    expect(pill).not_to_have_text(before)
    assert desk.was_not_reloaded()
    assert desk.faults == []


def test_a_socket_that_works_again_takes_over_from_polling(screen):
    officer = screen("binhduong.skhdt.officer")
    blocked = [True]
    officer.context.route_web_socket(
        SOCKET, lambda socket: socket.close() if blocked else socket.connect_to_server()
    )
    officer.page.clock.install()
    page = officer.open("/")
    state(page, "polling")
    blocked.clear()
    page.clock.fast_forward(2 * 60_000)
    state(page, "live")
    assert officer.faults == []


def test_after_the_server_was_away_the_page_comes_back_and_shows_what_it_missed(screen, server):
    desk, phone = screen("binhduong.gtvt.officer"), screen("binhduong.gtvt.officer", phone=True)
    desk.page.clock.install()
    page = desk.watch("/")
    tasks = page.locator("#tasks")
    expect(tasks.locator(f"a[href='{OF_BINH_DUONG}']")).to_have_count(1)
    before = tasks.inner_text()
    state(page, "live")
    server.stop()
    state(page, "lost")
    server.start()

    phone.open(OF_BINH_DUONG)
    phone.take("take_on")
    page.clock.fast_forward(HALF_A_MINUTE)

    state(page, "live")
    expect(tasks).not_to_have_text(before, use_inner_text=True)
    assert desk.was_not_reloaded()


def test_a_form_that_is_being_filled_in_says_that_its_record_moved(screen):
    desk, phone = screen("tayninh.skhdt.officer"), screen("tayninh.skhdt.head", phone=True)
    page = desk.watch(f"{MEETING}steps/reschedule/")
    state(page, "live")
    reason = page.locator("form[data-live-tell] textarea").first
    reason.press_sequentially("Lãnh đạo bận họp")
    expect(page.locator("#stale")).to_be_hidden()
    phone.open(MEETING)

    phone.page.click("form[action$='/acts/remind/'] button")

    expect(page.locator("#stale")).to_be_visible()
    expect(reason).to_have_value("Lãnh đạo bận họp")
    assert desk.was_not_reloaded()
    assert desk.faults == []


def test_a_list_follows_what_the_same_person_decides_on_the_phone(screen):
    desk, phone = screen("binhduong.dian.officer"), screen("binhduong.dian.officer", phone=True)
    page = desk.watch("/commitments/")
    pill = page.locator(f"a[href='/commitments/{OF_DI_AN}/'] .pill").first
    before = pill.inner_text()
    phone.open(f"/commitments/{OF_DI_AN}/")

    phone.take("take_on")

    expect(pill).not_to_have_text(before)
    assert desk.was_not_reloaded()
    assert desk.faults == []


def test_signing_out_in_one_tab_is_said_in_the_other_and_nothing_typed_is_lost(screen):
    one = screen("longan.skhdt.officer")
    page = one.watch(RETURNED)
    state(page, "live")
    page.locator("#note-text").press_sequentially("Đang gọi lại cho chủ đầu tư")
    tab = one.context.new_page()
    tab.goto("/")
    tab.click("details.menu summary")
    tab.click("form[action$='/sign-out/'] button")
    tab.wait_for_url(re.compile("/accounts/sign-in/"))

    expect(page.locator("#signed-out")).to_be_visible()
    expect(page.locator("#note-text")).to_have_value("Đang gọi lại cho chủ đầu tư")
    # The same address under a new session, for the reader to go on there.
    link = page.locator("#signed-out a")
    expect(link).to_have_attribute("href", f"/accounts/sign-in/?next={RETURNED}")
    assert one.was_not_reloaded()


def test_what_is_marked_read_on_the_phone_is_read_on_the_desktop(screen):
    desk, phone = screen("tphcm.skhdt.head"), screen("tphcm.skhdt.head", phone=True)
    page = desk.watch("/notifications/")
    expect(page.locator("#notice-list li.unread").first).to_be_visible()
    phone.open("/notifications/")
    phone.page.click("#mark-all button")

    expect(page.locator("#notice-list li.unread")).to_have_count(0)
    expect(page.locator("[data-count=unread]").first).to_be_hidden()
    expect(page.locator("#mark-all button")).to_be_disabled()
    assert desk.was_not_reloaded()
    assert desk.faults == []
