"""A push service and a device that decrypts, for the tests of web push: RFC 8030, 8188, 8291, 8292."""

from __future__ import annotations

import json
import os
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


class Device:
    """A browser's subscription with the keys that only the browser has."""

    def __init__(self, address: str, name: str = "device") -> None:
        self.endpoint = f"{address}/{name}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)

    @property
    def subscription(self) -> dict[str, str]:
        """What the browser gives to the site."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encoded(point), "auth": encoded(self._secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        """What a push says, decrypted."""
        plain = http_ece.decrypt(body, private_key=self._key, auth_secret=self._secret, version="aes128gcm")
        said: dict[str, Any] = json.loads(plain)
        return said


@dataclass
class PushService:
    """Keeps what it takes; answers each path with the status it is told, else 201."""

    address: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def device(self, name: str = "device") -> Device:
        return Device(self.address, name)


@contextmanager
def push_service() -> Iterator[PushService]:
    """A real HTTP server on a free port."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status = service.answers.get(self.path, 201)
            self.send_response(status)
            if status in {301, 302, 307}:
                self.send_header("Location", f"{service.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield service
    server.shutdown()
    thread.join()
    server.server_close()
