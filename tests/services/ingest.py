"""An error tracker of a test: a real HTTP server on the loopback that takes Sentry envelopes."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Ingest(ThreadingHTTPServer):
    """Keeps every envelope, raw and as (kind, content) items."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.raw: list[bytes] = []
        self.items: list[tuple[str, dict[str, Any]]] = []

    @property
    def dsn(self) -> str:
        """Where a client reports to."""
        return f"http://key@127.0.0.1:{self.server_port}/1"

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What came of one kind: ``event``, ``check_in`` …"""
        return [content for name, content in self.items if name == kind]

    def take(self, body: bytes) -> None:
        """Read one envelope: a header line, then a header and a content per item."""
        self.raw.append(body)
        rest = body.partition(b"\n")[2]
        while rest.strip():
            head, _, rest = rest.partition(b"\n")
            said = json.loads(head)
            length = said.get("length")
            content, rest = (rest[:length], rest[length:].lstrip(b"\n")) if length else rest.split(b"\n", 1)
            if said["type"] in {"event", "check_in", "transaction"}:
                self.items.append((said["type"], json.loads(content)))


class _Taker(BaseHTTPRequestHandler):
    server: Ingest

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.take(body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_words: Any) -> None:
        """The test's own output stays clean."""


@contextmanager
def ingest() -> Iterator[Ingest]:
    """A tracker that listens for as long as the block."""
    server = Ingest()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
