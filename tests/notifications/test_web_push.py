"""Web push against a real push service: what the device reads, who answers how, what is reported back."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from py_vapid import Vapid

from coordination.checks import service_settings
from notifications.delivery import outbox, push_keys, web_push
from notifications.delivery.devices import MOST_DEVICES, device_in_words, switch_on
from notifications.models import OutboxMessage, PushSubscription
from tests.notifications.conftest import messages_of, tell
from tests.notifications.push_service import PushService, push_service
from tests.people import NOW, person
from tests.story import Story
from workflows.refusals import Incomplete

pytestmark = pytest.mark.django_db
OFFICER, HEAD = "binhduong.gtvt.officer", "binhduong.gtvt.head"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"


@pytest.fixture
def story(db) -> Story:
    return Story()


@pytest.fixture
def service(settings):
    with push_service() as running:
        settings.PUSH_SERVICES = [running.address]
        yield running


def switched_on(service: PushService, username: str = HEAD, name: str = "device"):
    device = service.device(name)
    switch_on(person(username), **device.subscription, user_agent=PHONE, at=NOW)
    return device


def pushed(story, username: str = HEAD, *, requires_action: bool = True) -> OutboxMessage:
    """What is pushed about the story's file, sent now; the mail beside it is not looked at."""
    tell(story, username, why="your_turn", requires_action=requires_action, at=NOW)
    OutboxMessage.objects.exclude(way="push").update(status="cancelled")
    outbox.deliver_due(NOW)
    return messages_of(username).get(way="push")


def part_of(token: str, number: int) -> dict[str, object]:
    part = token.split(".")[number]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_device_reads_how_much_and_the_code_and_nothing_else(story, service):
    device = switched_on(service)
    message = pushed(story)
    assert message.status == "sent"
    [(path, headers, body)] = service.taken
    assert path == "/device"
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["urgency"] == "high"
    assert int(headers["ttl"]) == web_push.KEPT_SECONDS
    said = device.read(body)
    assert said["title"] == "1 việc cần xử lý"
    assert said["body"] == story.issue.key
    assert said["path"] == reverse("issue", args=[story.issue.key])
    assert said["tag"] == f"m{message.pk}"
    for content in (story.issue.title, story.issue.proposal, "/d/", person(HEAD).full_name):
        assert content not in json.dumps(said, ensure_ascii=False)


def test_the_push_service_knows_us_by_our_key(story, service, settings):
    settings.VAPID_SUBJECT = "mailto:quan-tri@lientinh.test"
    switched_on(service)
    pushed(story)
    [(_path, headers, _body)] = service.taken
    kind, words = headers["authorization"].split(" ", 1)
    assert kind == "vapid"
    parts = dict(part.strip().split("=", 1) for part in words.split(","))
    assert parts["k"] == push_keys.public_key()
    claims = part_of(parts["t"], 1)
    assert (claims["aud"], claims["sub"]) == (service.address, settings.VAPID_SUBJECT)
    assert Vapid.verify(headers["authorization"])


def test_the_trial_makes_its_key_once_and_service_has_none_by_itself(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    first = push_keys.private_key()
    assert push_keys.private_key() == first
    kept = tmp_path / "var" / "vapid.key"
    assert kept.read_text() == first
    assert kept.stat().st_mode & 0o077 == 0
    assert len(list(kept.parent.iterdir())) == 1
    settings.TRIAL = False
    assert push_keys.private_key() == push_keys.public_key() == ""


def test_news_are_less_urgent(story, service):
    device = switched_on(service, OFFICER)
    row = tell(story, OFFICER, at=NOW)
    OutboxMessage.objects.create(notice=row.notice, way="push", next_attempt_at=NOW)
    outbox.deliver_due(NOW)
    [(_path, headers, body)] = service.taken
    assert headers["urgency"] == "normal"
    assert device.read(body)["title"] == "1 hồ sơ có thông tin mới"


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten_and_the_person_told_by_mail(story, service, status):
    switched_on(service)
    service.answers["/device"] = status
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    messages_of(HEAD).exclude(way="push").delete()
    outbox.deliver_due(NOW)
    assert not PushSubscription.objects.exists()
    assert dict(messages_of(HEAD).values_list("way", "status")) == {"push": "cancelled", "email": "queued"}


@pytest.mark.parametrize(
    "status, becomes",
    [(400, "dead"), (403, "dead"), (413, "dead"), (302, "dead"), (429, "failed"), (503, "failed")],
)
def test_what_the_push_service_answers_decides(story, service, status, becomes):
    switched_on(service)
    service.answers["/device"] = status
    message = pushed(story)
    assert (message.status, str(status) in message.error) == (becomes, True)
    assert PushSubscription.objects.count() == 1
    # A redirect is not followed: it would lead to where nobody has looked.
    assert len(service.taken) == 1


def test_a_push_service_that_does_not_answer_is_tried_again_and_not_named(story, service, settings):
    device = switched_on(service)
    settings.PUSH_SERVICES = ["http://127.0.0.1:9"]
    PushSubscription.objects.update(endpoint="http://127.0.0.1:9/secret-of-the-device")
    message = pushed(story)
    assert (message.status, message.error) == ("failed", "ConnectionError")
    assert device.endpoint not in message.error


def test_one_device_is_enough_and_a_dead_one_does_not_stop_it(story, service):
    switched_on(service, name="old")
    switched_on(service, name="new")
    service.answers["/old"] = 410
    assert pushed(story).status == "sent"
    assert PushSubscription.objects.get().endpoint.endswith("/new")


def test_a_retry_carries_the_same_tag(story, service):
    device = switched_on(service)
    service.answers["/device"] = 503
    message = pushed(story)
    service.answers.clear()
    outbox.deliver_due(message.next_attempt_at)
    tags = {device.read(body)["tag"] for _path, _headers, body in service.taken}
    assert len(service.taken) == 2
    assert tags == {f"m{message.pk}"}


def test_a_device_reports_what_it_showed_without_a_session(story, service, client):
    device = switched_on(service)
    message = pushed(story)
    token = device.read(service.taken[0][2])["token"]
    assert client.post(reverse("push-shown"), {"token": token[:-1]}).status_code == 400
    message.refresh_from_db()
    assert message.shown_at is None
    assert client.post(reverse("push-shown"), {"token": token}).status_code == 204
    message.refresh_from_db()
    first = message.shown_at
    assert first is not None
    assert PushSubscription.objects.get().shown_at is not None
    client.post(reverse("push-shown"), {"token": token})
    message.refresh_from_db()
    assert message.shown_at == first
    assert client.get(reverse("push-shown")).status_code == 405


def test_a_bundle_is_one_push_to_the_inbox(story, service):
    device = switched_on(service)
    second = Story(title="Suối Siệp")
    for one in (story, second):
        tell(one, HEAD, why="your_turn", requires_action=True, at=NOW)
    messages_of(HEAD).exclude(way="push").delete()
    messages_of(HEAD).update(bundled=True)
    outbox.deliver_due(NOW)
    [(_path, _headers, body)] = service.taken
    said = device.read(body)
    assert (said["title"], said["path"]) == ("2 việc cần xử lý", reverse("inbox"))
    assert said["body"] == f"{story.issue.key}, {second.issue.key}"
    device_and_messages = web_push.read_token(said["token"])
    assert device_and_messages is not None
    assert set(device_and_messages[1]) == set(messages_of(HEAD).values_list("pk", flat=True))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:9/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "http://fcm.googleapis.com/x",
        "https://169.254.169.254/latest",
        "javascript:alert(1)",
        "https://[broken",
        "",
    ],
)
def test_the_server_posts_to_no_address_of_somebodys_choosing(endpoint, service, settings):
    settings.PUSH_SERVICES = ["https://fcm.googleapis.com", "https://*.push.apple.com"]
    keys = service.device().subscription | {"endpoint": endpoint}
    with pytest.raises(Incomplete):
        switch_on(person(HEAD), **keys, user_agent="", at=NOW)
    assert push_keys.is_push_service("https://web.push.apple.com/x")


def test_keys_that_are_none_are_refused(service):
    keys = service.device().subscription
    for wrong in ({"p256dh": "AAAA"}, {"auth": "AAAA"}, {"auth": "ơ"}):
        with pytest.raises(Incomplete):
            switch_on(person(HEAD), **{**keys, **wrong}, user_agent="", at=NOW)


def test_a_browser_belongs_to_who_switched_it_on_last_and_nobody_has_too_many(service):
    device = switched_on(service, OFFICER)
    switch_on(person(HEAD), **device.subscription, user_agent=PHONE, at=NOW)
    assert PushSubscription.objects.get().person == person(HEAD)
    for number in range(MOST_DEVICES):
        later = NOW + timedelta(minutes=number)
        keys = service.device(f"d{number}").subscription
        switch_on(person(HEAD), **keys, user_agent=PHONE, at=later)
    assert PushSubscription.objects.count() == MOST_DEVICES
    assert not PushSubscription.objects.filter(endpoint=device.endpoint).exists()


@pytest.mark.parametrize(
    "agent, words",
    [
        (PHONE, "Chrome · Android"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iOS"),
        ("", "–"),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(agent, words):
    assert device_in_words(agent) == words


def test_a_key_for_service_is_made_by_a_command_and_a_wrong_one_is_refused_at_start(settings, capsys):
    call_command("make_push_key")
    name, made = capsys.readouterr().out.strip().split("=")
    assert name == "VAPID_PRIVATE_KEY"
    settings.TRIAL = False
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = made, "mailto:quan-tri@example.vn"
    assert len(push_keys.public_key()) == 87
    assert not {"coordination.E006", "coordination.E007"} & problems()
    settings.VAPID_SUBJECT = ""
    assert "coordination.E007" in problems()
    settings.VAPID_PRIVATE_KEY = "khóa"
    assert "coordination.E006" in problems()


def problems() -> set[str]:
    return {str(one.id) for one in service_settings(None)}
