"""A person's WebSocket: what arrives, when, and whether it came by replay (notifications.md §4)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from coordination.walkthrough.errors import Unexpected

PATH = "/ws/notifications/"
# A wake-up that is lost is made good by the server's poll, every 20 to 30 seconds.
_SECONDS = 40.0


@dataclass(frozen=True)
class Arrival:
    """One notice as it came over the wire."""

    seq: int
    event_id: int
    name: str
    machine: str
    key: str
    path: str
    requires_action: bool
    caught_up: bool
    at: datetime
    connection: int


class Live:
    """The live notices of one person, over any number of connections one after the other."""

    def __init__(self, address: str, username: str) -> None:
        self.address, self.username = address, username
        self.arrivals: list[Arrival] = []
        self.faults: list[str] = []
        self.connections = 0
        self._changed = threading.Condition()
        self._socket: ClientConnection | None = None
        self._thread: threading.Thread | None = None
        self._replayed = 0

    @property
    def connected(self) -> bool:
        """Whether the socket is open."""
        return self._socket is not None

    @property
    def cursor(self) -> int:
        """The last notice that arrived: a new connection goes on from here."""
        return self.arrivals[-1].seq if self.arrivals else 0

    def connect(self, cookies: str) -> None:
        """Open the socket, say the cursor, and wait until what was missed has been replayed."""
        if self.connected:
            return
        address = "ws" + self.address.removeprefix("http") + PATH
        self.connections += 1
        number = self.connections
        self._socket = connect(
            address,
            origin=Origin(self.address),
            additional_headers={"Cookie": cookies},
            proxy=None,
            open_timeout=_SECONDS,
        )
        self._socket.send(json.dumps({"type": "hello", "cursor": self.cursor}))
        self._thread = threading.Thread(
            target=self._listen, args=(self._socket, number), daemon=True, name=self.username
        )
        self._thread.start()
        with self._changed:
            if not self._changed.wait_for(lambda: self._replayed == number, _SECONDS):
                raise Unexpected(f"{self.username}: the socket never said that it caught up")

    def disconnect(self) -> None:
        """Close the socket: what comes now has to be caught up with later."""
        if self._socket is None:
            return
        socket, self._socket = self._socket, None
        socket.close()
        if self._thread is not None:
            self._thread.join(_SECONDS)

    def wait_for(self, wanted: Callable[[Arrival], bool], *, seconds: float = _SECONDS) -> Arrival:
        """The newest notice that fits, waiting for it where needed; raises ``Unexpected``."""

        def found() -> Arrival | None:
            return next((one for one in reversed(self.arrivals) if wanted(one)), None)

        with self._changed:
            arrival = self._changed.wait_for(found, seconds)
        if arrival is None:
            raise Unexpected(f"{self.username} was not told within {seconds:.0f} s")
        return arrival

    def _listen(self, socket: ClientConnection, number: int) -> None:
        try:
            for text in socket:
                self._take(json.loads(text), datetime.now(UTC), number, socket)
        except ConnectionClosed as closed:
            if self._socket is socket:
                self._fault(f"the socket was closed: {closed}")

    def _take(self, frame: dict[str, Any], at: datetime, number: int, socket: ClientConnection) -> None:
        kind = frame.get("type")
        if kind == "notice":
            self._notice(frame, at, number)
            socket.send(json.dumps({"type": "ack", "seq": frame["seq"]}))
        elif kind == "replayed":
            with self._changed:
                self._replayed = number
                if frame["cursor"] != self.cursor:
                    self._fault(f"replayed to {frame['cursor']}, but {self.cursor} arrived")
                self._changed.notify_all()
        elif kind == "reset":
            self._fault("the server gave up replaying")

    def _notice(self, frame: dict[str, Any], at: datetime, number: int) -> None:
        record = frame.get("record") or {}
        path = urlsplit(frame.get("url") or record.get("path") or "").path
        arrival = Arrival(
            seq=frame["seq"],
            event_id=frame["event_id"],
            name=frame.get("name", ""),
            machine=record.get("machine", ""),
            key=record.get("key", ""),
            path=path,
            requires_action=bool(frame.get("requires_action")),
            caught_up=bool(frame.get("caught_up")),
            at=at,
            connection=number,
        )
        with self._changed:
            if arrival.seq != self.cursor + 1:
                self._fault(f"notice {arrival.seq} came after {self.cursor}")
            self.arrivals.append(arrival)
            self._changed.notify_all()

    def _fault(self, sentence: str) -> None:
        self.faults.append(f"{self.username}: {sentence}")
