"""Who comes: found out by their session, let in together, and brought what they missed, however many."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import channel_layers
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coordination.models import Person
from notifications.inbox import Counts
from notifications.live import consumers, reading
from notifications.live.consumers import NoticesConsumer
from notifications.live.frames import Frame
from notifications.models import Notice
from tests.notifications.sockets import RawSocket, Socket
from tests.people import person

READER = "binhduong.gtvt.officer"
SIGNED_OUT, BAD_MESSAGE = 4401, 4400


@pytest.fixture(autouse=True)
def fresh_layer():
    """A channel layer of the test's own loop."""
    channel_layers.backends.clear()
    yield
    channel_layers.backends.clear()


@pytest.fixture
def play(story):
    def run(scenario: Callable[[], Awaitable[Any]]) -> Any:
        return async_to_sync(scenario)()

    return run


def signed_in(username: str) -> tuple[Client, str]:
    """A browser, and what it sends as its cookies."""
    client = Client()
    client.force_login(person(username))
    return client, f"theme=dark; sessionid={client.cookies['sessionid'].value}"


def opened(cookie: str) -> RawSocket:
    """A socket of which nobody but the consumer itself finds out whose it is."""
    headers = [(b"cookie", cookie.encode())] if cookie else []
    return RawSocket(NoticesConsumer.as_asgi(), headers=headers)


def test_whose_a_socket_is_stands_in_its_session(play, story):
    story.to("submitted")
    _browser, cookie = signed_in(READER)

    async def scenario():
        socket = opened(cookie)
        await socket.connect()
        await socket.say({"type": "hello", "cursor": 0, "person": person_id})
        frames = [await socket.frame(), await socket.frame()]
        await socket.leave()
        return frames

    person_id = person(READER).pk
    notice, last = play(scenario)
    assert (notice["type"], notice["seq"], notice["caught_up"]) == ("notice", 1, True)
    assert (last["type"], last["cursor"]) == ("replayed", 1)


def sign_out(browser: Client) -> None:
    browser.post("/accounts/sign-out/")


def forge(_browser: Client) -> None:
    Session.objects.update(session_data="what nobody has signed")


def switch_off(_browser: Client) -> None:
    Person.objects.filter(username=READER).update(is_active=False)


@pytest.mark.parametrize("change", [sign_out, forge, switch_off])
def test_a_session_that_signs_nobody_in_opens_nothing(play, change):
    browser, cookie = signed_in(READER)
    change(browser)

    async def scenario():
        socket = opened(cookie)
        await socket.connect()
        await socket.say({"type": "hello", "cursor": 0})
        code = await socket.closing_code()
        await socket.leave()
        return code

    assert play(scenario) == SIGNED_OUT


def test_who_brings_no_session_is_refused_at_once(play):
    async def scenario():
        socket = opened("")
        await socket.connect()
        code = await socket.closing_code()
        await socket.leave()
        return code

    assert play(scenario) == SIGNED_OUT


def test_who_never_says_hello_is_not_kept(play, monkeypatch):
    monkeypatch.setattr(consumers, "HELLO_SECONDS", 0.1)
    _browser, cookie = signed_in(READER)

    async def scenario():
        socket = opened(cookie)
        await socket.connect()
        code = await socket.closing_code()
        await socket.leave()
        return code

    assert play(scenario) == BAD_MESSAGE


def test_many_that_come_at_once_are_let_in_together(play, story):
    story.to("awaiting_committee")
    people = list(Person.objects.filter(is_active=True)[:60])

    async def scenario():
        sockets = [Socket(one) for one in people]
        for socket in sockets:
            await socket.connect()
        for socket in sockets:
            await socket.say({"type": "hello", "cursor": 0})
        for socket in sockets:
            await socket.next("replayed")
        for socket in sockets:
            await socket.leave()

    with CaptureQueriesContext(connection) as asked:
        play(scenario)
    assert len(asked) < len(people), "less than one statement for each of them"


def test_an_acknowledgement_asks_the_database_nothing(play, story):
    head = person("binhduong.gtvt.head")

    async def scenario():
        socket = Socket(head)
        await socket.hello()
        await asyncio.sleep(0.1)
        before = len(asked)
        for seq in range(20):
            await socket.say({"type": "ack", "seq": seq})
        await asyncio.sleep(0.2)
        after = len(asked)
        await socket.leave()
        return before, after

    # The object, not its proxy: the scenario looks at it from another thread.
    with CaptureQueriesContext(connections["default"]) as asked:
        before, after = play(scenario)
    assert before
    assert before == after


# What is read for many at once


def test_reading_costs_the_same_for_one_person_and_for_all_who_heard(story, django_assert_num_queries):
    story.to("awaiting_committee")
    told = sorted(Notice.objects.values_list("person_id", flat=True).distinct())
    assert len(told) > 5
    reading.look({told[0]: [0]})

    with CaptureQueriesContext(connection) as for_one:
        reading.look({told[0]: [0]})
    with CaptureQueriesContext(connection) as for_all:
        found = reading.look({one: [0, 0] for one in told})

    assert all(news.frames for news in found.values())
    # Who sees the record is asked once for each body, not for each person.
    assert len(for_all) <= len(for_one) + 2 * len(told)


def test_sockets_of_one_person_are_read_for_from_the_last_of_them(story):
    story.to("awaiting_committee")
    reader = person(READER).pk

    news = reading.look({reader: [4, 2, 5]})[reader]

    assert (news.after, news.reached, news.counts.cursor) == (2, 5, 5)
    assert [frame.seq for frame in news.frames] == [3, 4, 5]


@pytest.mark.parametrize("cursor", [5, 99])
def test_nothing_is_read_for_who_has_everything(story, cursor):
    story.to("awaiting_committee")
    reader = person(READER).pk

    news = reading.look({reader: [cursor]})[reader]

    assert (news.counts.cursor, news.frames) == (5, ())


def test_who_finds_no_room_is_left_for_the_next_time(story, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    story.to("awaiting_committee")
    told = sorted(Notice.objects.values_list("person_id", flat=True).distinct())

    asked, rounds = {one: [0] for one in told}, 0
    while asked:
        found = reading.look(asked)
        assert found, "each time somebody is read for"
        asked = {one: cursors for one, cursors in asked.items() if one not in found}
        rounds += 1

    assert rounds > 1


def test_a_frame_says_the_same_live_and_replayed_but_for_that():
    frame = Frame(7, Counts(unread=2, actions=1, version=9, cursor=7), '{"sentence": "Một việc"}')
    live, replayed = (json.loads(text) for text in (frame.live, frame.replayed))
    assert live.items() >= {"type": "notice", "seq": 7, "sentence": "Một việc"}.items()
    assert live.items() >= {"unread": 2, "actions": 1, "version": 9, "caught_up": False}.items()
    assert replayed == {**live, "caught_up": True}
