"""The socket of live notices: catch up, live, acknowledge, reset; nobody else's, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import channel_layers, get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from coordination.asgi import application
from notifications import inbox
from notifications.live import consumers, reading
from tests.notifications.sockets import RawSocket, Socket
from tests.people import person

READER = "binhduong.gtvt.officer"


@pytest.fixture(autouse=True)
def fresh_layer():
    """A channel layer of the test's own loop."""
    channel_layers.backends.clear()
    yield
    channel_layers.backends.clear()


@pytest.fixture
def live(story, django_capture_on_commit_callbacks):
    """Run a scenario beside the test's database connection; ``step`` takes a step and commits it."""

    def run(scenario: Callable[..., Awaitable[Any]]) -> Any:
        def take(name: str, **keywords: Any) -> None:
            with django_capture_on_commit_callbacks(execute=True):
                story.do(name, **keywords)

        return async_to_sync(scenario)(sync_to_async(take))

    return run


def test_what_was_missed_is_replayed_in_order_then_said_to_be_complete(story, live):
    story.to("awaiting_committee")
    reader = person(READER)

    async def scenario(_step):
        socket = Socket(reader)
        frames = await socket.hello()
        await socket.leave()
        return frames

    *notices, last = live(scenario)
    assert [one["seq"] for one in notices] == [1, 2, 3, 4, 5]
    assert {one["caught_up"] for one in notices} == {True}
    assert (last["cursor"], last["unread"], last["actions"]) == (5, 5, 0)
    assert last["version"] == inbox.counts(reader).version
    first = notices[0]
    assert first["name"] == "submit"
    assert first["record"]["ref"] == story.issue.ref
    assert first["record"]["path"] == f"/issues/{story.issue.code}/"
    assert story.issue.title in first["sentence"]
    assert first["event_id"]


def test_a_long_absence_is_replayed_batch_by_batch(story, live, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 2)
    story.to("awaiting_committee")
    reader = person(READER)
    sizes = []
    rows = reading._rows

    def remember(after: Any) -> Any:
        found = rows(after)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(reading, "_rows", remember)

    async def scenario(_step):
        socket = Socket(reader)
        frames = await socket.hello(cursor=1)
        await socket.leave()
        return frames

    frames = live(scenario)
    assert [one["seq"] for one in frames[:-1]] == [2, 3, 4, 5]
    assert [size for size in sizes if size] == [2, 2]


def test_a_step_arrives_live_with_the_new_counts(story, live):
    head = person("binhduong.gtvt.head")

    async def scenario(step):
        socket = Socket(head)
        await socket.hello()
        await step("hand_up")
        notice = await socket.next("notice")
        counts = await socket.next("counts")
        await socket.leave()
        return notice, counts

    notice, counts = live(scenario)
    assert (notice["seq"], notice["caught_up"], notice["requires_action"]) == (1, False, True)
    assert (notice["unread"], notice["actions"]) == (1, 1)
    assert (counts["unread"], counts["actions"]) == (1, 1)


def test_every_socket_of_a_person_hears_and_nobody_elses(story, live):
    head, other = person("binhduong.gtvt.head"), person("longan.gtvt.head")

    async def scenario(step):
        desk, phone, stranger = Socket(head), Socket(head), Socket(other)
        for socket in (desk, phone, stranger):
            await socket.hello()
        await step("hand_up")
        seen = [(await socket.next("notice"))["seq"] for socket in (desk, phone)]
        nothing = await stranger.receive_nothing(timeout=0.3)
        for socket in (desk, phone, stranger):
            await socket.leave()
        return seen, nothing

    assert live(scenario) == ([1, 1], True)


def test_what_was_decided_elsewhere_leaves_the_count(story, live):
    story.do("hand_up")
    deputy = person("binhduong.gtvt.deputy")

    async def scenario(step):
        socket = Socket(deputy)
        before = (await socket.hello())[-1]
        await step("submit")
        after = await socket.next("counts")
        await socket.leave()
        return before["actions"], after["actions"], after["version"] > before["version"]

    assert live(scenario) == (1, 0, True)


def test_a_lost_wake_up_costs_time_and_no_notice(story, live, monkeypatch):
    head = person("binhduong.gtvt.head")
    monkeypatch.setattr("notifications.live.reader.POLL_SECONDS", (0.2, 0.3))

    async def dropped(_people):
        return None

    monkeypatch.setattr(inbox, "_send_wake_ups", dropped)

    async def scenario(step):
        socket = Socket(head)
        await socket.hello()
        await step("hand_up")
        notice = await socket.next("notice")
        await socket.leave()
        return notice["seq"]

    assert live(scenario) == 1


def test_a_wake_up_said_twice_brings_the_notice_once(story, live):
    head = person("binhduong.gtvt.head")

    async def scenario(step):
        socket = Socket(head)
        await socket.hello()
        await step("hand_up")
        layer = get_channel_layer()
        for _ in range(3):
            await layer.group_send(inbox.PROCESSES, {"type": "wake", "people": [head.pk]})
        await asyncio.sleep(0.3)
        seen = []
        while not await socket.receive_nothing(timeout=0.2):
            seen.append((await socket.frame())["type"])
        await socket.leave()
        return seen.count("notice")

    assert live(scenario) == 1


def test_a_notice_that_comes_while_the_backlog_is_read_is_not_lost(
    story, live, monkeypatch, django_capture_on_commit_callbacks
):
    story.to("submitted")
    reader = person(READER)
    during = ["accept"]

    def slow(cursors: Any) -> Any:
        found = reading.look(cursors)
        if during:
            with django_capture_on_commit_callbacks(execute=True):
                story.do(during.pop())
        return found

    monkeypatch.setattr("notifications.live.reader.look", slow)

    async def scenario(_step):
        socket = Socket(reader)
        frames = await socket.hello()
        later = await socket.next("notice")
        await socket.leave()
        return [frame["seq"] for frame in frames if frame["type"] == "notice"], later["seq"]

    assert live(scenario) == ([1], 2)


def test_too_far_behind_starts_anew(story, live, monkeypatch):
    monkeypatch.setattr(consumers, "MAX_BEHIND", 3)
    monkeypatch.setattr(reading, "MAX_BEHIND", 3)
    story.to("awaiting_committee")
    reader = person(READER)

    async def scenario(_step):
        behind, ahead = Socket(reader), Socket(reader)
        frames = [await behind.hello(), await ahead.hello(cursor=99)]
        await behind.leave()
        await ahead.leave()
        return frames

    for frames in live(scenario):
        assert [frame["type"] for frame in frames] == ["reset", "replayed"]
        assert frames[0]["cursor"] == frames[1]["cursor"] == 5


def test_an_acknowledgement_and_a_question_for_the_counts(story, live):
    story.do("hand_up")
    head = person("binhduong.gtvt.head")

    async def scenario(_step):
        socket = Socket(head)
        await socket.hello()
        await socket.say({"type": "ack", "seq": 1})
        await socket.say({"type": "counts"})
        counts = await socket.next("counts")
        await socket.leave()
        return counts

    assert live(scenario)["unread"] == 1


@pytest.mark.parametrize("said", ['{"type": "sudo"}', "[]", "no json", '{"type": "ack", "seq": 1}'])
def test_a_message_nobody_knows_closes_the_socket(story, live, said):
    head = person("binhduong.gtvt.head")

    async def scenario(_step):
        socket = Socket(head)
        await socket.connect()
        await socket.say(said)
        answer = await socket.closing_code()
        await socket.leave()
        return answer

    assert live(scenario) == 4400


def test_nobody_in_particular_is_refused(story, live):
    async def scenario(_step):
        socket = Socket(AnonymousUser())
        await socket.connect()
        answer = await socket.closing_code()
        await socket.leave()
        return answer

    assert live(scenario) == 4401


def test_a_ninth_socket_of_one_person_is_refused(story, live):
    head = person("binhduong.gtvt.head")

    async def scenario(_step):
        sockets = [Socket(head) for _ in range(8)]
        for socket in sockets:
            await socket.hello()
        ninth = Socket(head)
        await ninth.connect()
        await ninth.say({"type": "hello", "cursor": 0})
        answer = await ninth.closing_code()
        await ninth.leave()
        for socket in sockets:
            await socket.leave()
        return answer

    assert live(scenario) == 4429


@pytest.mark.parametrize("origin, accepted", [("http://localhost", True), ("https://evil.example", False)])
def test_the_whole_application_asks_for_session_and_origin(story, live, settings, origin, accepted):
    settings.ALLOWED_HOSTS = ["localhost"]
    client = Client()
    client.force_login(person("binhduong.gtvt.head"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    headers = [(b"origin", origin.encode()), (b"cookie", cookie.encode())]

    async def scenario(_step):
        socket = RawSocket(application, headers=headers)
        connected = await socket.connect()
        answer = None
        if connected:
            await socket.say({"type": "hello", "cursor": 0})
            answer = (await socket.frame())["type"]
        await socket.leave()
        return connected, answer

    assert live(scenario) == (accepted, "replayed" if accepted else None)
