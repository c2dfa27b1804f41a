"""A leader decides on a telephone, from the link in the mail."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEADER, CODE = "dongnai.ubnd.head", "VM-DNI-2026-0001"
EVENTS = "SELECT name, channel FROM workflows_event WHERE name = 'approve_bilateral' AND id > ?"


def test_a_leader_decides_on_a_telephone_with_a_double_tap(screen, server):
    phone = screen(phone=True)
    link = phone.decision_link(LEADER, CODE)
    with server.read() as database:
        (last,) = database.execute("SELECT max(id) FROM workflows_event").fetchone()
    phone.faults.clear()

    page = phone.open(link)
    expect(page.locator("main")).to_contain_text(CODE)
    assert phone.width_overflow() <= 0
    page.locator(".action-bar a").tap()
    page.wait_for_url("**/accounts/sign-in/?next=*")
    phone.sign_in(LEADER)

    assert link.rpartition("/")[2] not in page.url
    assert phone.width_overflow() <= 0
    step = page.locator(".decision-step", has=page.locator("[value=approve_bilateral]"))
    step.locator("summary").first.tap()
    button = step.locator(".btn-decide")
    size = button.bounding_box()
    assert size is not None
    # As tall as a finger needs.
    assert size["height"] >= 44
    button.scroll_into_view_if_needed()
    size = button.bounding_box()
    assert size is not None
    spot = size["x"] + size["width"] / 2, size["y"] + size["height"] / 2
    phone.posts.clear()
    # The server takes its time, and the leader taps once more.
    held: list[Route] = []
    page.route("**/d/*/", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks what it is given)
    page.touchscreen.tap(*spot)
    page.wait_for_timeout(150)
    page.touchscreen.tap(*spot)
    page.wait_for_timeout(150)
    with page.expect_navigation():
        held[-1].continue_()

    expect(step).to_have_count(0)
    expect(page.locator(".alert-warning, .alert-danger")).to_have_count(0)
    assert phone.width_overflow() <= 0
    assert [path for path in phone.posts if path.startswith("/d/")] == phone.posts
    assert len(phone.posts) == 1
    with server.read() as database:
        events = [tuple(row) for row in database.execute(EVENTS, [last])]
    assert events == [("approve_bilateral", "link")]

    # The browser has not kept the page with the buttons: going back shows what was decided.
    page.unroute_all()
    page.go_back(wait_until="load")
    page.wait_for_timeout(300)
    if page.url.startswith(f"{server.address}/d/"):
        expect(page.locator(".decision-result")).to_contain_text("Anh/chị đã chọn")
    expect(page.locator("[name=nonce]")).to_have_count(0)
    assert phone.faults == []
