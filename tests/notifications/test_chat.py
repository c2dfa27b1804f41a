"""Chat and SMS through Apprise, against a real HTTP endpoint; the address is a secret."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

from notifications.choices import choose
from notifications.delivery import outbox
from notifications.delivery.chat import opened
from notifications.models import ChatAddress, OutboxMessage
from notifications.secrecy import scrub
from tests.notifications.conftest import messages_of, tell
from tests.notifications.push_service import push_service
from tests.people import NOW, person
from tests.story import Story

pytestmark = pytest.mark.django_db
HEAD = "binhduong.gtvt.head"


@pytest.fixture
def story(db) -> Story:
    return Story()


@pytest.fixture
def chat():
    """Any real endpoint will do: Apprise's ``json://`` posts to it."""
    with push_service() as running:
        yield running


def address_of(chat, name: str = "hook") -> str:
    return f"json{chat.address.removeprefix('http')}/{name}?method=post"


def set_address(*addresses: str) -> None:
    for address in addresses:
        ChatAddress.objects.create(person=person(HEAD), address=address, label="Zalo cơ quan", set_at=NOW)


def sent_by_chat(story) -> OutboxMessage:
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    messages_of(HEAD).exclude(way="chat").delete()
    outbox.deliver_due(NOW)
    return messages_of(HEAD).get(way="chat")


def test_the_message_says_how_much_the_code_and_the_plain_address(story, chat, settings):
    set_address(address_of(chat))
    assert sent_by_chat(story).status == "sent"
    [(path, _headers, body)] = chat.taken
    said = json.loads(body)
    assert path == "/hook"
    assert said["title"] == "1 việc cần xử lý"
    assert said["message"] == f"{story.issue.key}\n{settings.BASE_URL}/issues/{story.issue.key}/"
    for content in (story.issue.title, story.issue.proposal, "/d/"):
        assert content not in body.decode()


def test_it_is_in_the_readers_language(story, chat):
    reader = person(HEAD)
    reader.language = "en"
    reader.save()
    set_address(address_of(chat))
    sent_by_chat(story)
    assert json.loads(chat.taken[0][2])["title"] == "1 item needs your action"


def test_a_service_that_refuses_is_tried_again_and_its_address_told_to_nobody(story, chat, caplog):
    chat.answers["/hook"] = 500
    secret = address_of(chat).replace("json://", "json://nguoi-dung:mat-khau-rieng@")
    set_address(secret)
    with caplog.at_level(logging.WARNING):
        message = sent_by_chat(story)
    assert message.status == "failed"
    for said in (message.error, caplog.text):
        assert "mat-khau-rieng" not in said
    chat.answers.clear()
    outbox.deliver_due(message.next_attempt_at)
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("sent", 2)


def test_one_address_is_enough_and_each_is_told(story, chat):
    set_address(address_of(chat, "first"), address_of(chat, "second"))
    chat.answers["/second"] = 500
    assert sent_by_chat(story).status == "sent"
    assert {path for path, _headers, _body in chat.taken} == {"/first", "/second"}


def test_an_address_that_cannot_be_used_is_for_an_operator(story):
    set_address("khongbiet://x")
    message = sent_by_chat(story)
    assert (message.status, message.error) == ("dead", "the chat address cannot be understood")


def test_when_the_address_is_taken_away_what_requires_action_leaves_by_mail(story, chat):
    set_address(address_of(chat))
    choose(person(HEAD), {("action", "email"): "off"}, quiet=False, at=NOW)
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    ChatAddress.objects.all().delete()
    outbox.deliver_due(NOW)
    assert dict(messages_of(HEAD).values_list("way", "status")) == {"chat": "cancelled", "email": "queued"}
    outbox.deliver_due(NOW + timedelta(minutes=1))
    assert messages_of(HEAD).get(way="email").status == "sent"


@pytest.mark.parametrize("address", ["dbus://", "syslog://", "windows://", "macosx://", "GNOME://", "x", ""])
def test_nothing_is_shown_on_the_server_itself(address):
    assert opened(address) is None


def test_an_error_report_masks_the_address():
    frame = {"vars": {"secret": "tgram://123:abc/456", "body": "1 việc"}}
    assert scrub(frame) == {"vars": {"secret": "***", "body": "1 việc"}}
