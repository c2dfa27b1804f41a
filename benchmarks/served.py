"""A web process as it runs in service, on a database to throw away, with the floor beside it."""

from __future__ import annotations

import re
import resource
import socket
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.places import POSTGRES, REDIS
from tests.made_of import ROOT
from tests.services.databases import PostgresShelf
from tests.services.processes import Crew
from tests.services.serving import HERE, Program, ServedDatabase, answers, free_port, wait_until

UNIT = ROOT / "deploy" / "systemd" / "lien-tinh-web@.service"


@dataclass(frozen=True)
class Served:
    """Where everything is: the web process, the floor, and the processes that take steps."""

    crew: Crew
    port: int
    floor_port: int
    server: Program

    def memory(self) -> int:
        """Resident memory of the web process, in KiB."""
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    def errors(self) -> list[str]:
        """What the web process has logged as an error."""
        return re.findall(r'^.*(?: ERROR |"ERROR").*$', self.server.log.read_text(), re.MULTILINE)


@contextmanager
def served(*, people: int, told: int, workers: int = 1) -> Iterator[Served]:
    """Start everything; ``told`` of the people hear of every step (``tests.services.crowd_jobs``)."""
    _raise_file_limit()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lien-tinh-bench-")))
        shelf = PostgresShelf(folder, server_url=POSTGRES)
        stack.callback(shelf.drop_all)
        made = shelf.people()
        database = ServedDatabase(made.url, made.var_dir, REDIS)
        crew = Crew(database, workers)
        stack.callback(crew.stop)
        crew.ask("many_people", count=people, told=told)
        port, floor_port = free_port(), free_port()
        floor = Program(database, folder / "floor.log", "-m", "benchmarks.broadcast", str(floor_port))
        stack.callback(floor.end)
        words = ("-m", "uvicorn", "coordination.asgi:application", "--host", HERE, "--port", str(port))
        server = Program(
            database, folder / "web.log", *words, *_options_in_service(), BASE_URL=f"http://{HERE}:{port}"
        )
        stack.callback(server.end)
        wait_until(lambda: answers(port), "the web process", server)
        wait_until(lambda: _listens(floor_port), "the floor", floor)
        yield Served(crew, port, floor_port, server)


def _options_in_service() -> list[str]:
    """The options of the web process in deploy/, without where it listens."""
    [line] = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
    words = line.split()
    options = words[words.index("coordination.asgi:application") + 1 :]
    at = options.index("--fd")
    return options[:at] + options[at + 2 :]


def _raise_file_limit() -> None:
    """Both ends of both kinds of socket are counted here or in a child."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20_000), most))


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((HERE, port)) == 0


def summary(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {name: round(cuts[at] * 1000, 1) for name, at in (("p50", 49), ("p95", 94), ("p99", 98))}
