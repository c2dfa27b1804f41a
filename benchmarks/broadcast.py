"""The floor of the live path: a bare ``websockets`` server that passes on what Redis publishes.

Nobody is asked who they are, nothing is read and nothing worded: one text, written to every socket.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import redis.asyncio as redis
import websockets

from benchmarks.places import REDIS
from tests.services.serving import HERE

CHANNEL = "floor"


async def broadcast(port: int) -> None:
    """A socket says who it is; a published text is passed on to the sockets of the people named with it."""
    sockets: dict[str, set[Any]] = {}

    async def serve(socket: Any) -> None:
        name = str(await socket.recv())
        sockets.setdefault(name, set()).add(socket)
        await socket.send('{"type": "replayed", "cursor": 0}')
        await socket.wait_closed()

    async with (
        websockets.serve(serve, HERE, port, ping_interval=None, compression=None, backlog=2048),
        redis.Redis.from_url(REDIS) as client,
        client.pubsub() as channel,
    ):
        await channel.subscribe(CHANNEL)
        async for message in channel.listen():
            if message["type"] == "message":
                told = json.loads(message["data"])
                theirs = {one for name in told["people"] for one in sockets.get(name, ())}
                websockets.broadcast(theirs, told["text"])


if __name__ == "__main__":
    asyncio.run(broadcast(int(sys.argv[1])))
