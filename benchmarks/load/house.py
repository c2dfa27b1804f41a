"""What runs: two web processes, two workers and a beat, and how one of each kind is killed and comes back."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.services.databases import ROOT, Database
from tests.services.serving import HERE, Program, answers, free_port, wait_until

# Its leases and retries take seconds instead of minutes: what a dead worker held goes on within the run.
QUICK = str(ROOT / "tests" / "services" / "faulty.py")


@dataclass(frozen=True)
class Placed(Database):
    """A database, the Redis and the mail server beside it."""

    redis_url: str = ""
    email_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "REDIS_URL": self.redis_url, "EMAIL_URL": self.email_url}


@dataclass(frozen=True)
class Kill:
    """A process that was killed, and when another stood in its place; ``port`` is 0 for a worker."""

    name: str
    port: int
    at: float
    back: float


@dataclass(frozen=True)
class Sample:
    """A process at a moment: its memory in KiB, children included, and its sockets."""

    at: float
    memory: int
    sockets: int


@dataclass
class House:
    """The processes by name; web-1, worker-1 and beat live through it all."""

    database: Placed
    logs: Path
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    programs: dict[str, Program] = field(default_factory=dict)
    kills: list[Kill] = field(default_factory=list)
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def start_all(self) -> None:
        """Everything as an operator starts it, until it answers."""
        for name in ("web-1", "web-2", "worker-1", "worker-2", "beat"):
            self._start(name)
        for port in self.ports:
            wait_until(lambda port=port: answers(port), f"web on {port}", *self.programs.values())

    def kill(self, name: str) -> None:
        """As the kernel ends a process, all of it at once; then start it again and wait until it is back."""
        port = self._port(name)
        at = time.monotonic()
        _kill_all(self.programs[name].process.pid)
        self.programs.pop(name).end(signal.SIGKILL)
        self._start(name)
        if port:
            wait_until(lambda: answers(port), f"{name} again", self.programs[name])
        self.kills.append(Kill(name, port, at, time.monotonic()))

    def stop_all(self) -> None:
        """End everything that still runs."""
        for program in self.programs.values():
            program.process.send_signal(signal.SIGTERM)
        for program in self.programs.values():
            program.end()

    def watch(self, stopped: threading.Event, every: float) -> None:
        """Sample the memory of those who live through it all every so many seconds, until stopped."""
        while not stopped.wait(every):
            for name in ("web-1", "worker-1", "beat"):
                sockets = sockets_of(self.ports[0]) if name == "web-1" else 0
                memory = memory_of(self.programs[name].process.pid)
                self.samples.setdefault(name, []).append(Sample(time.monotonic(), memory, sockets))

    def complaints(self) -> list[str]:
        """What the web processes and workers wrote of errors."""
        lines = [line for log in sorted(self.logs.glob("*.log")) for line in log.read_text().splitlines()]
        return [line for line in lines if " ERROR " in line or " CRITICAL " in line]

    def _port(self, name: str) -> int:
        return self.ports[int(name[-1]) - 1] if name.startswith("web") else 0

    def _start(self, name: str) -> None:
        log = self.logs / f"{name}-{len(self.kills)}.log"
        # All links lead to one address, as behind a proxy.
        base = f"http://{HERE}:{self.ports[0]}"
        if name.startswith("web"):
            words = ["-m", "uvicorn", "coordination.asgi:application", "--lifespan", "on", "--host", HERE]
            words += ["--port", str(self._port(name))]
        else:
            kind, _, number = name.partition("-")
            words = [QUICK, kind, "none", number]
        self.programs[name] = Program(self.database, log, *words, BASE_URL=base)


def sockets_of(port: int) -> int:
    """How many sockets a web process says it has."""
    with suppress(httpx.HTTPError):
        for line in httpx.get(f"http://{HERE}:{port}/metrics", timeout=10).text.splitlines():
            if line.startswith("lien_tinh_sockets "):
                return int(float(line.rpartition(" ")[2]))
    return 0


def memory_of(pid: int) -> int:
    """Resident memory of a process and all its children, in KiB."""
    found = 0
    for one in (pid, *_children(pid)):
        with suppress(OSError):
            status = Path(f"/proc/{one}/status").read_text()
            found += next((int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line), 0)
    return found


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        own = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [*own, *(below for one in own for below in _children(one))]
    return []


def _kill_all(pid: int) -> None:
    for one in (pid, *_children(pid)):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
