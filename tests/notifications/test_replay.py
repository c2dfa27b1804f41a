"""Each shown page is good for one press: replays, old pages and edits in between are told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import Notice
from tests.notifications.conftest import link_of, send_to, signed_in
from tests.notifications.links import LEADER, link, opened, press, trail
from tests.notifications.test_decision_pages import clean, nonce_on
from workflows.models import Event

pytestmark = pytest.mark.slow


@pytest.fixture
def waiting(story):
    """An issue before the leader, with the mail sent."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return story


def test_a_page_that_was_sent_and_refused_is_not_sent_again(waiting):
    browser, path, page = opened()
    assert press(browser, path, page, "approve_council", ground="policy").status_code == 422
    again = press(browser, path, page, "approve_bilateral")
    assert again.status_code == 409
    assert "đã được gửi một lần" in again.content.decode()
    assert waiting.refreshed().state == "awaiting_committee"
    # The page that says so is a new one.
    assert press(browser, path, again, "approve_bilateral").status_code == 303
    assert waiting.refreshed().state == "bilateral"


def test_what_was_typed_into_an_old_page_is_kept(waiting):
    browser, path, page = opened()
    press(browser, path, page, "approve_council", ground="policy")
    again = press(browser, path, page, "return_to_focal", reason="Làm rõ nguồn vốn giúp tôi.")
    assert again.status_code == 409
    assert "Làm rõ nguồn vốn giúp tôi." in again.content.decode()


def test_each_view_of_the_page_has_its_own_nonce(waiting):
    browser, path, page = opened()
    assert nonce_on(page) != nonce_on(browser.get(path))


def test_a_replay_after_success_tells_the_person_what_they_decided(waiting):
    browser, path, page = opened()
    press(browser, path, page, "approve_bilateral")
    last, notices = Event.objects.latest("pk").pk, Notice.objects.count()
    for step in ("approve_bilateral", "return_to_focal"):
        answer = press(browser, path, page, step, reason="Đổi ý.")
        assert (answer.status_code, answer["Location"]) == (303, path)
    assert "số" in browser.get(path).content.decode()
    assert (Event.objects.latest("pk").pk, Notice.objects.count()) == (last, notices)


def test_a_second_device_is_told_what_the_first_decided(waiting):
    phone, path, page = opened()
    desk = signed_in(LEADER)
    desk.get(link_of(LEADER))
    other = desk.get(path)
    assert press(phone, path, page, "approve_bilateral").status_code == 303
    answer = press(desk, path, other, "return_to_focal", reason="Đổi ý.")
    assert (answer.status_code, answer["Location"]) == (303, path)
    assert desk.get(path).status_code == 200
    assert not Event.objects.filter(name="return_to_focal").exists()


def test_an_edit_between_the_page_and_the_press_shows_the_difference_and_asks_again(waiting):
    browser, path, page = opened()
    issue = waiting.issue
    # Past every door, as a mistake of ours would be: the digest alone must notice.
    type(issue)._base_manager.filter(pk=issue.pk).update(proposal="Đề nghị khác hẳn.")
    answer = press(browser, path, page, "approve_bilateral")
    assert answer.status_code == 409
    assert "Đề nghị khác hẳn." in answer.content.decode()
    assert link().used_at is None
    [event] = trail("link_refused", link().selector)
    assert (event.data["why"], event.data["step"]) == ("content_changed", "approve_bilateral")


def test_a_rotated_pepper_leaves_links_alive_until_it_is_removed(waiting, settings, client):
    old, path = settings.LINK_PEPPERS, link_of(LEADER)
    settings.LINK_PEPPERS = ["a new pepper", *old]
    browser, clean_path, page = opened()
    settings.LINK_PEPPERS = ["a new pepper"]
    assert client.get(path).status_code == 404
    # Who is on the page by now, signed in, still decides: the secret's work is done.
    assert press(browser, clean_path, page, "approve_bilateral").status_code == 303


def test_the_buttons_say_that_they_are_pressed_once(waiting):
    _browser, path, page = opened()
    text = page.content.decode()
    assert text.count(f'action="{path}" data-once') == text.count('name="nonce"') > 0


def test_of_a_lapsed_link_the_page_refuses_and_leads_to_the_record(waiting):
    browser, path, page = opened()
    now = timezone.now()
    type(link()).objects.update(minted_at=now - timedelta(days=9), expires_at=now)
    answer = press(browser, path, page, "approve_bilateral")
    assert answer.status_code == 409
    assert f'href="/issues/{waiting.issue.code}/"' in answer.content.decode()
    assert clean(link_of(LEADER)) == path
    assert waiting.refreshed().state == "awaiting_committee"
