"""The page of how one is told: choices, devices, chat addresses; and the service worker it needs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from notifications.choices import choices_of
from notifications.models import ChatAddress, PushSubscription, QuietHours
from tests.notifications.conftest import signed_in
from tests.notifications.push_service import Device
from tests.page_forms import forms_in
from tests.people import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEAD = "binhduong.gtvt.head"
PAGE = reverse("notification-settings")


@pytest.fixture
def head():
    return signed_in(HEAD)


def fields(client) -> dict[str, str]:
    [form] = [form for form in forms_in(client.get(PAGE).content.decode()) if "action-email" in form.fields]
    return dict(form.fields)


def device(name: str = "x", username: str = HEAD) -> PushSubscription:
    keys = Device("https://fcm.googleapis.com", name).subscription
    return PushSubscription.objects.create(person=person(username), device="Chrome", made_at=NOW, **keys)


def test_it_is_in_the_persons_menu_and_asks_visitors_to_sign_in(head, client):
    assert PAGE in head.get(reverse("inbox")).content.decode()
    assert client.get(PAGE).status_code == 302


def test_the_defaults_stand_in_the_form(head):
    shown = fields(head)
    assert (shown["action-email"], shown["action-push"]) == ("now", "now")
    assert (shown["own-email"], shown["own-push"], shown["meetings-email"]) == ("digest", "off", "now")
    # Nobody has set a chat address.
    assert not [name for name in shown if name.endswith("-chat")]


def test_what_is_chosen_is_kept(head):
    assert head.post(PAGE, {**fields(head), "own-email": "off", "quiet": "on"}).status_code == 302
    kept = choices_of([person(HEAD).pk])[person(HEAD).pk]
    assert (kept.pace("own", "email"), kept.quiet) == ("off", True)
    assert fields(head)["own-email"] == "off"
    unquiet = {name: value for name, value in fields(head).items() if name != "quiet"}
    head.post(PAGE, unquiet)
    assert not QuietHours.objects.exists()


def test_what_requires_action_cannot_be_silenced_and_the_page_says_why(head):
    answer = head.post(PAGE, {**fields(head), "action-email": "off", "action-push": "now"})
    assert answer.status_code == 422
    # Push is chosen, but no device is switched on: nothing would arrive.
    assert "Không thể tắt mọi cách nhận" in answer.content.decode()
    device()
    answer = head.post(PAGE, {**fields(head), "action-email": "off", "action-push": "digest"})
    assert answer.status_code == 302


def test_a_pace_that_there_is_not_is_refused(head):
    assert head.post(PAGE, {**fields(head), "own-email": "hourly"}).status_code == 422


def test_a_chat_address_is_named_and_never_shown(head):
    ChatAddress.objects.create(
        person=person(HEAD), address="tgram://123:khoa-rieng/456", label="Telegram", set_at=NOW
    )
    page = head.get(PAGE).content.decode()
    assert "Telegram" in page
    assert "khoa-rieng" not in page
    assert fields(head)["action-chat"] == "now"


def test_a_device_is_switched_on_and_off_by_its_own_person_alone(head):
    keys = Device("https://fcm.googleapis.com", "mine").subscription
    answer = head.post(reverse("device-on"), keys, HTTP_USER_AGENT="Firefox/130 (Windows NT)", follow=True)
    assert "Firefox · Windows" in answer.content.decode()
    # The address of a device is as good as a key to it.
    assert keys["endpoint"] not in answer.content.decode()
    mine = PushSubscription.objects.get()
    other = signed_in("binhduong.gtvt.officer")
    assert other.post(reverse("device-off", args=[mine.pk])).status_code == 404
    head.post(reverse("device-off", args=[mine.pk]))
    assert not PushSubscription.objects.exists()


def test_what_is_no_push_service_is_refused_with_a_word(head):
    keys = Device("https://noi-khac.example", "x").subscription
    answer = head.post(reverse("device-on"), keys, follow=True)
    assert "không nhận ra dịch vụ" in answer.content.decode()
    assert not PushSubscription.objects.exists()


def test_without_a_key_the_page_says_that_push_is_not_set_up(head, settings):
    settings.TRIAL = False
    settings.VAPID_PRIVATE_KEY = ""
    assert "action-push" not in fields(head)
    assert "this-device" not in head.get(PAGE).content.decode()


def test_the_service_worker_comes_from_the_root_and_keeps_nothing(client):
    answer = client.get("/push-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    source = answer.content.decode()
    assert "caches" not in source
    assert 'addEventListener("fetch"' not in source
