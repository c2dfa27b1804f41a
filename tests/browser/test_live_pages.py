"""Pages that follow what happens, that are whole in each width and language, and that need no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The demo's cases. Each test that takes a step has one of its own.
WITH_UNIT_HEAD = "Thống nhất hướng tuyến đường và cầu kết nối ĐT.789 (Tây Ninh) với ĐT.744 (Bình Dương)"
WITH_FOCAL_HEAD = "/issues/VM-HCM-2026-0003/"
RETURNED = "/issues/VM-LAN-2026-0001/"
SUBMITTED = "/issues/VM-BPC-2026-0001/"
UNREAD = "#bell [data-number]"


def number(page, selector: str) -> int:
    return int(page.locator(selector).text_content() or 0)


def test_my_work_and_the_bell_follow_what_somebody_else_does(screen):
    officer, head = screen("tayninh.skhdt.officer"), screen("tayninh.gtvt.head")
    page = officer.watch("/")
    head.page.get_by_role("link", name=WITH_UNIT_HEAD).click()
    expect(page.locator("#work")).not_to_contain_text(WITH_UNIT_HEAD)
    unread = number(page, UNREAD)
    waiting = number(page, "[data-count=actions] [data-number] >> nth=0")

    head.take("submit")

    expect(page.locator("#work")).to_contain_text(WITH_UNIT_HEAD)
    expect(page.locator(UNREAD)).to_have_text(str(unread + 1))
    expect(page.locator("[data-count=actions] [data-number]").first).to_have_text(str(waiting + 1))
    expect(page.locator("#toasts a")).to_have_attribute("href", re.compile("^/issues/VM-TNH-"))
    assert officer.was_not_reloaded()
    assert officer.faults == []


def test_the_record_follows_what_somebody_else_does(screen):
    officer, head = screen("tphcm.skhdt.officer"), screen("tphcm.skhdt.head")
    page = officer.watch(WITH_FOCAL_HEAD)
    pill = page.locator("#record .record-marks .pill")
    before = pill.inner_text()
    expect(page.locator("form[action$='/steps/recall_proposal/']")).to_have_count(1)
    head.open(WITH_FOCAL_HEAD)

    head.take("endorse")

    expect(pill).not_to_have_text(before)
    # What the officer could do before the head endorsed is gone with it.
    expect(page.locator("form[action$='/steps/recall_proposal/']")).to_have_count(0)
    assert officer.was_not_reloaded()
    assert officer.faults == []


def test_a_half_typed_note_stays_when_the_record_moves_on(screen):
    officer, head = screen("longan.skhdt.officer"), screen("longan.gtvt.head")
    page = officer.watch(RETURNED)
    page.locator("#note-text").press_sequentially("Đã gọi điện hỏi chủ đầu tư, chờ")
    expect(page.locator("#stale")).to_be_hidden()
    head.open(RETURNED)

    head.take("submit")

    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#note-text")).to_have_value("Đã gọi điện hỏi chủ đầu tư, chờ")
    assert officer.was_not_reloaded()
    assert officer.faults == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("phone", [False, True], ids=["1280", "390"])
def test_the_main_pages_are_whole(screen, phone, language):
    one = screen(phone=phone)
    overflows = {}

    def look(path: str) -> None:
        page = one.open(path)
        assert one.path == path
        assert page.locator("html").get_attribute("lang") == language
        if one.width_overflow() > 0:
            overflows[path] = one.width_overflow()

    def speak() -> None:
        one.page.click("details.menu summary")
        with one.page.expect_navigation():
            one.page.click(f".menu-languages [value={language}]")

    one.open("/accounts/sign-in/")
    speak()
    look("/accounts/sign-in/")
    one.become("binhphuoc.gtvt.officer")
    speak()
    for path in ["/", "/issues/", "/issues/new/", SUBMITTED, "/notifications/"]:
        look(path)

    assert overflows == {}
    assert one.faults == []


def test_what_the_policy_forbids_would_be_noticed(screen):
    one = screen()
    page = one.open("/accounts/sign-in/")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{color:red}'}))"
    )
    page.wait_for_timeout(100)
    assert any("Content Security Policy" in fault for fault in one.faults), one.faults


def test_without_scripts_an_issue_is_reported_handed_up_and_submitted(screen):
    title = "Nút giao Tân Vạn: lệch cao độ nền đường hai bên ranh giới"
    officer = screen("binhduong.gtvt.officer", scripts=False)
    page = officer.open("/issues/new/")
    page.check("[name=secrecy][value=none]")
    page.fill("[name=title]", title)
    page.check("[name=kinds][value=alignment]")
    page.fill("[name=project]", "Nút giao Tân Vạn")
    page.fill("[name=sides-0-situation]", "Nền đường phía Bình Dương đã đắp xong lớp K98.")
    page.select_option("[name=sides-1-locality]", label="Đồng Nai")
    page.fill("[name=sides-1-situation]", "Nền đường phía Đồng Nai thấp hơn 0,4 m.")
    page.fill("[name=tried]", "Hai sở đã làm việc ngày 12/10/2026, chưa thống nhất cao độ.")
    page.fill("[name=proposal]", "Đề nghị hai địa phương thống nhất cao độ thiết kế tại ranh giới.")
    page.click("[name=then][value=onward]")
    if "/steps/hand_up/" in page.url:
        page.click(".step-page form .btn-primary")
    assert re.fullmatch(r"/issues/\w{12}/", officer.path), officer.page.inner_text("main")
    draft = officer.path
    expect(page.locator("form[action$='/steps/hand_up/']")).to_have_count(0)

    head = screen("binhduong.gtvt.head", scripts=False)
    head.page.get_by_role("link", name=title).click()
    head.page.wait_for_url(f"**{draft}")
    head.take("submit")

    expect(head.page.locator(".record-code").first).to_have_text(re.compile(r"^VM-BDG-2026-\d{4}$"))
    assert officer.faults + head.faults == []
