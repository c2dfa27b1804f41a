"""Whose socket stays open: sign-out, an account switched off, a new password, a lost seat, a slow network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import channel_layers, get_channel_layer
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from coordination.asgi import application
from coordination.models import Person, Seat
from notifications import inbox
from notifications.live import consumers, leaving
from notifications.live.reader import reader
from notifications.live.staying import look
from tests.notifications.sockets import RawSocket, Socket
from tests.people import person

HEAD = "binhduong.gtvt.head"
SIGNED_OUT = 4401


@pytest.fixture(autouse=True)
def fresh_layer():
    """A channel layer of the test's own loop."""
    channel_layers.backends.clear()
    yield
    channel_layers.backends.clear()


@pytest.fixture
def play(story, django_capture_on_commit_callbacks):
    """Run a scenario beside the test's database connection; ``do`` runs something and commits it."""

    def run(scenario: Callable[..., Awaitable[Any]]) -> Any:
        def do(work: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
            with django_capture_on_commit_callbacks(execute=True):
                return work(*arguments, **keywords)

        return async_to_sync(scenario)(sync_to_async(do))

    return run


class Browser:
    """A browser in which somebody is signed in, and the socket of one of its pages."""

    def __init__(self, username: str) -> None:
        self.client = Client()
        self.client.force_login(person(username))

    async def opens(self, **hello: Any) -> RawSocket:
        """Open a socket as a page does, and say hello."""
        key = self.client.cookies["sessionid"].value
        headers = [(b"origin", b"http://localhost"), (b"cookie", f"sessionid={key}".encode())]
        socket = RawSocket(application, headers=headers)
        assert await socket.connect()
        await socket.say({"type": "hello", "cursor": 0, **hello})
        return socket

    async def live(self) -> RawSocket:
        """``opens``, and the replay is over."""
        socket = await self.opens()
        while (await socket.frame())["type"] != "replayed":
            pass
        return socket


def test_signing_out_closes_the_sockets_of_that_browser_and_no_other(play):
    desk, phone = Browser(HEAD), Browser(HEAD)

    async def scenario(do):
        tab, other_tab, elsewhere = await desk.live(), await desk.live(), await phone.live()
        await do(desk.client.post, "/accounts/sign-out/")
        codes = [await tab.closing_code(), await other_tab.closing_code()]
        stays = await elsewhere.receive_nothing(timeout=0.2)
        for socket in (tab, other_tab, elsewhere):
            await socket.leave()
        return codes, stays

    assert play(scenario) == ([SIGNED_OUT, SIGNED_OUT], True)


def test_sessions_that_are_deleted_close_their_sockets(play):
    desk, phone, stranger = Browser(HEAD), Browser(HEAD), Browser("longan.gtvt.head")
    keys = [browser.client.session.session_key for browser in (desk, phone)]

    async def scenario(do):
        sockets = [await desk.live(), await phone.live()]
        somebody_else = await stranger.live()
        await do(Session.objects.filter(session_key__in=keys).delete)
        codes = [await socket.closing_code() for socket in sockets]
        stays = await somebody_else.receive_nothing(timeout=0.2)
        for socket in (*sockets, somebody_else):
            await socket.leave()
        return codes, stays

    assert play(scenario) == ([SIGNED_OUT, SIGNED_OUT], True)


def test_the_door_for_sign_out_everywhere_closes_a_socket_without_a_session(play):
    head = person(HEAD)

    async def scenario(do):
        socket = Socket(head)
        await socket.hello()
        await do(leaving.close_sockets, head.pk)
        code = await socket.closing_code()
        await socket.leave()
        return code

    assert play(scenario) == SIGNED_OUT


def switch_off(username: str) -> None:
    someone = person(username)
    someone.is_active = False
    someone.save()


def give_another_password(username: str) -> None:
    someone = person(username)
    someone.set_password("mat-khau-moi-2026")
    someone.save()


def sign_out_everywhere(username: str) -> None:
    someone = person(username)
    someone.sessions_ended += 1
    someone.save(update_fields=["sessions_ended"])


@pytest.mark.parametrize("change", [switch_off, give_another_password, sign_out_everywhere])
def test_what_ends_every_session_closes_every_socket_at_once(play, change):
    desk = Browser(HEAD)

    async def scenario(do):
        socket = await desk.live()
        await do(change, HEAD)
        code = await socket.closing_code()
        await socket.leave()
        return code

    assert play(scenario) == SIGNED_OUT


def switched_off_past_the_product() -> None:
    Person.objects.filter(username=HEAD).update(is_active=False)


def session_ran_out() -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("change", [switched_off_past_the_product, session_ran_out])
def test_what_nobody_announced_is_found_by_the_next_look(play, monkeypatch, change):
    monkeypatch.setattr("notifications.live.reader.LOOK_SECONDS", 0.3)
    desk = Browser(HEAD)

    async def scenario(do):
        socket = await desk.live()
        stays = await socket.receive_nothing(timeout=0.7)
        await do(change)
        code = await socket.closing_code()
        await socket.leave()
        return stays, code

    assert play(scenario) == (True, SIGNED_OUT)


def test_looking_costs_the_same_for_one_socket_and_for_many(play, django_assert_num_queries):
    people = list(Person.objects.values_list("pk", flat=True)[:60])
    keys = [Browser(HEAD).client.session.session_key for _ in range(3)]
    look(people, keys, at=timezone.now())
    with django_assert_num_queries(3):
        found = look(people, keys, at=timezone.now())
    assert set(found.living.values()) == {person(HEAD).pk}
    assert found.active == set(people) | {person(HEAD).pk} & set(people)


def test_a_lost_seat_makes_the_page_read_everything_anew(play, story):
    story.do("hand_up")
    desk = Browser(HEAD)

    async def scenario(do):
        socket = await desk.live()
        seat = await sync_to_async(Seat.objects.get)(person__username=HEAD)
        seat.valid_to = timezone.localdate() - timedelta(days=1)
        await do(seat.save)
        frames = [await socket.frame(), await socket.frame()]
        await do(story.do, "submit", by="binhduong.gtvt.deputy")
        notice = await socket.frame()
        await socket.leave()
        return frames, notice

    (reset, counts), after = play(scenario)
    assert reset == {"type": "reset", "cursor": 1}, "no notice is skipped"
    assert (counts["type"], counts["actions"]) == ("counts", 0)
    assert after["type"] == "counts", "nothing about a record that the person sees no longer"


def test_another_seat_somewhere_is_nobody_elses_matter(play, monkeypatch):
    monkeypatch.setattr("notifications.live.reader.LOOK_SECONDS", 0.2)
    desk = Browser(HEAD)

    async def scenario(do):
        socket = await desk.live()
        seat = await sync_to_async(Seat.objects.get)(person__username="longan.gtvt.head")
        seat.title = "Quyền Giám đốc"
        await do(seat.save)
        nothing = await socket.receive_nothing(timeout=0.7)
        await socket.leave()
        return nothing

    assert play(scenario)


def test_a_page_of_somebody_else_is_not_served(play):
    desk = Browser(HEAD)

    async def scenario(_do):
        socket = await desk.opens(person=person_id)
        code = await socket.closing_code()
        await socket.leave()
        return code

    person_id = person("longan.gtvt.head").pk
    assert play(scenario) == SIGNED_OUT


def test_a_membership_is_said_again_before_the_layer_forgets_it(play, story, monkeypatch):
    monkeypatch.setattr("notifications.live.reader.LOOK_SECONDS", 0.3)
    # Nothing but the wake-up may bring the notice here.
    monkeypatch.setattr("notifications.live.reader.POLL_SECONDS", (60.0, 60.0))
    head = person(HEAD)

    async def scenario(do):
        layer = get_channel_layer()
        layer.group_expiry = 1
        socket = Socket(head)
        await socket.hello()
        joined = layer.groups[inbox.PROCESSES].copy()
        await asyncio.sleep(2.5)
        layer._clean_expired()
        still = layer.groups[inbox.PROCESSES].copy()
        await do(story.do, "hand_up")
        notice = await socket.next("notice")
        await socket.leave()
        return joined.keys() == still.keys(), max(still.values()) > max(joined.values()), notice["seq"]

    assert play(scenario) == (True, True, 1)


class StuckSocket(Socket):
    """Its network takes one more frame and then nothing, once it is held."""

    def hold(self) -> None:
        self.output_queue._maxsize = 1

    async def let_go(self) -> None:
        self.output_queue._maxsize = 0
        while not await self.receive_nothing(timeout=0.1):
            await self.receive_output()
        await self.leave()


def test_one_stuck_receiver_holds_up_nobody_and_is_given_up(play, story, monkeypatch):
    monkeypatch.setattr(consumers, "SLOWEST_SOCKET_SECONDS", 1.5)
    head = person(HEAD)

    async def scenario(do):
        stuck, well = StuckSocket(head), Socket(head)
        await stuck.hello()
        await well.hello()
        stuck.hold()
        clock = asyncio.get_running_loop().time
        await do(story.do, "hand_up")
        began = clock()
        await well.next("notice")
        first = clock() - began
        await do(story.do, "submit", by="binhduong.gtvt.deputy")
        counts = await well.next("counts")
        while counts["actions"]:
            counts = await well.next("counts")
        second = clock() - began
        await asyncio.sleep(2.0)
        left = len(reader()._of(head.pk))
        await stuck.let_go()
        await well.leave()
        return first, second, left

    first, second, left = play(scenario)
    assert first < 1.0
    assert second < 1.5, "also while the stuck one is being waited for"
    assert left == 1, "the stuck socket was given up"


def test_two_tabs_and_a_phone_agree(play, story):
    story.do("hand_up")
    desk, phone = Browser(HEAD), Browser(HEAD)
    notice = inbox.counts(person(HEAD))

    async def scenario(do):
        tab, other_tab, mobile = await desk.live(), await desk.live(), await phone.live()
        sockets = (tab, other_tab, mobile)
        await do(desk.client.post, "/api/v1/inbox/read", {"up_to": 1})
        read = [await socket.frame() for socket in sockets]
        await do(story.do, "submit", by=HEAD)
        decided = [await socket.frame() for socket in sockets]
        for socket in sockets:
            await socket.leave()
        return read, decided

    read, decided = play(scenario)
    assert notice.unread == notice.actions == 1
    assert {(one["type"], one["unread"], one["actions"]) for one in read} == {("counts", 0, 1)}
    assert {(one["type"], one["unread"], one["actions"]) for one in decided} == {("counts", 0, 0)}
    assert len({one["version"] for one in decided}) == 1
