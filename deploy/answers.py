"""Wait until a web process answers: ``answers.py SOCKET [SECONDS]``, exit 0 once ``/healthz`` says ok.

For systemd (a unit is started when it answers) and compose (a container is healthy when it answers).
Standard library only.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from urllib.parse import urlsplit

# The site answers to its own name only.
NAME = urlsplit(os.environ.get("BASE_URL", "")).hostname or "localhost"
ASK = f"GET /healthz HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode()


def answer(path: str, patience: float) -> bytes:
    """What the process behind a Unix socket says; raises ``OSError`` after ``patience`` seconds."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(patience)
        line.connect(path)
        line.sendall(ASK)
        return b"".join(iter(lambda: line.recv(4096), b""))


def main(path: str, seconds: float) -> int:
    """Ask until it answers; 1 where it does not."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            if answer(path, left).endswith(b"\r\n\r\nok"):
                return 0
        except OSError:
            pass
        time.sleep(0.1)
    sys.stderr.write(f"{path}: no answer within {seconds:g} s\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 80.0))
