"""What the network takes at once is sent at once; what it does not is waited for, and can be given up."""

from __future__ import annotations

import asyncio

import pytest

from notifications.live.sending import started


def test_what_need_not_wait_is_done_at_once():
    done = []

    async def work() -> None:
        done.append("all of it")

    assert started(work()) is None
    assert done == ["all of it"]


def test_what_has_to_wait_goes_on_where_it_stopped():
    done = []

    async def scenario() -> None:
        free = asyncio.Event()

        async def work() -> None:
            done.append("begun")
            await free.wait()
            await asyncio.sleep(0)
            done.append("ended")

        rest = started(work())
        assert rest is not None
        assert done == ["begun"]
        asyncio.get_running_loop().call_later(0.01, free.set)
        await rest

    asyncio.run(scenario())
    assert done == ["begun", "ended"]


def test_what_fails_fails_before_and_after_the_wait():
    async def gone(free: asyncio.Event) -> None:
        await free.wait()
        raise ConnectionResetError

    async def scenario() -> None:
        free = asyncio.Event()
        rest = started(gone(free))
        assert rest is not None
        free.set()
        with pytest.raises(ConnectionResetError):
            await rest
        with pytest.raises(ConnectionResetError):
            started(gone(free))

    asyncio.run(scenario())


def test_a_wait_that_takes_too_long_ends_the_work():
    ended = []

    async def stuck() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def scenario() -> None:
        rest = started(stuck())
        assert rest is not None
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await rest

    asyncio.run(scenario())
    assert ended == [True]
