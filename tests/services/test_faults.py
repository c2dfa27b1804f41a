"""The fault table: whatever dies, no notice is lost, and a mail goes twice only where it had to.

On a PostgreSQL and a Redis of its own, started by the test, with real web and worker processes and a real
mail server. A step either happened with everything it tells, or did not happen; whoever was told reads it
exactly once, in order; each mail leaves. It may leave twice in one case only: the mail server had accepted
it, and the worker or the database died before that was written down.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from tests.services.databases import Database, PostgresShelf
from tests.services.devices import Listener
from tests.services.mail_server import BadMailServer
from tests.services.officers import signed_in
from tests.services.private_servers import PrivatePostgres, PrivateRedis
from tests.services.processes import Crew
from tests.services.serving import HERE, Program, answers, free_port, wait_until

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    # The mail server's connections are cut in the middle, on purpose: what is left of them is collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

ROUNDS = int(os.environ.get("FAULTS", "2"))
FAULTY = str(Path(__file__).with_name("faulty.py"))
# Three who are told of what happens on an issue of Sở GTVT Bình Dương.
LISTENERS = ("binhduong.gtvt.head", "binhduong.gtvt.officer", "binhduong.skhdt.officer")
UNIT_HEAD = "binhduong.gtvt.head"
TALLY: Counter[str] = Counter()


@dataclass(frozen=True)
class Placed(Database):
    """A database with the private Redis and the private mail server beside it."""

    redis_url: str = ""
    email_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "REDIS_URL": self.redis_url, "EMAIL_URL": self.email_url}


@dataclass
class House:
    """Everything that runs, and how it is broken."""

    database: Placed
    postgres: PrivatePostgres
    redis: PrivateRedis
    mail: BadMailServer
    crew: Crew
    logs: Path
    web_port: int
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def program(self, what: str, fault: str = "none", port: int = 0) -> Program:
        """A web process or a worker with a fault in it."""
        log = self.logs / f"{next(self.numbers)}-{what}-{fault}.log"
        address = f"http://{HERE}:{self.web_port}"
        return Program(self.database, log, FAULTY, what, fault, str(port), BASE_URL=address)

    @contextmanager
    def running(self, what: str, fault: str = "none", port: int = 0) -> Iterator[Program]:
        """The same for a while."""
        program = self.program(what, fault, port)
        try:
            if what == "web":
                wait_until(lambda: answers(port), f"web {fault}", program)
            yield program
        finally:
            # A worker in order ends its children; a web process has none.
            program.end(signal.SIGTERM if what == "worker" and fault == "none" else signal.SIGKILL)

    @contextmanager
    def kept_running(self, what: str) -> Iterator[None]:
        """A process that is started again when it ends by itself, as systemd does (deploy/systemd)."""
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                with self.running(what) as program:
                    while program.process.poll() is None and not over.wait(0.2):
                        pass
                TALLY[f"times a {what} ended by itself and was started again"] += not over.is_set()

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join(60)

    def ask(self, job: str, **keywords: Any) -> Any:
        """Have the process beside them act."""
        return self.crew.ask(job, **keywords)

    def settled(self, dead: bool = False) -> bool:
        """Whether every mail that leaves at once has left, or is given up where that is expected."""
        open_ones = set(self.ask("letters").values()) - {"sent", "cancelled"}
        return open_ones <= ({"dead"} if dead else set())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Servers, a database with the demo's people, one good web process."""
    # Not under pytest's own folder, which only its owner may enter: the servers run as somebody else.
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="lien-tinh-faults-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made))
        folder.chmod(0o755)
        postgres, redis = PrivatePostgres(folder / "postgresql"), PrivateRedis(folder / "redis")
        for server in (postgres, redis):
            stack.callback(server.stop, signal.SIGKILL)
            server.start()
        mail = BadMailServer()
        stack.callback(mail.stop)
        mail.behave("accept")
        shelf = PostgresShelf(tmp_path_factory.mktemp("databases"), server_url=postgres.url)
        filled = shelf.people()
        database = Placed(filled.url, filled.var_dir, redis.url, mail.url)
        crew = Crew(database, 1)
        stack.callback(crew.stop)
        house = House(database, postgres, redis, mail, crew, tmp_path_factory.mktemp("logs"), free_port())
        stack.enter_context(house.running("beat"))
        yield house


@pytest.fixture(scope="module")
def listeners(house: House) -> Iterator[list[Listener]]:
    """Devices of the three, from the beginning of their inboxes, on one good web process for all faults."""
    with house.running("web", port=house.web_port):
        following = [
            Listener([house.web_port], house.ask("session_of", username=name), seed)
            for seed, name in enumerate(LISTENERS)
        ]
        yield following
        for one in following:
            one.stop()


def nothing_is_lost(house: House, listeners: list[Listener], *, twice: int = 0, at_most: int = 0) -> int:
    """Inboxes without gaps, devices that read each notice once, mails that left: once, but for ``twice``.

    Up to ``at_most`` more may have left twice: the server had accepted one, and the database that was to
    write that down was gone. Returns how many mails left twice.
    """
    assert house.ask("holes") == []
    for name, listener in zip(LISTENERS, listeners, strict=True):
        end = house.ask("end_of", username=name)
        wait_until(lambda one=listener, end=end: one.device.cursor >= end, f"{name} reads up to {end}")
        assert listener.faults == []
        assert listener.device.seqs == list(range(1, end + 1))
        TALLY["notices read"] += end
    wait_until(house.settled, "the mails leave")
    sent = [pk for pk, status in house.ask("letters").items() if status == "sent"]
    names = house.ask("message_ids", pks=sent)
    never = [pk for pk, name in names.items() if not house.mail.accepted[name]]
    assert never == [], "written down as sent, and never accepted"
    again = sum(house.mail.accepted[name] - 1 for name in names.values())
    assert twice <= again <= twice + at_most, f"{again} mails went twice, not {twice} to {twice + at_most}"
    for name in names.values():
        # Counted: the next round begins from one each.
        house.mail.accepted[name] = 1
    TALLY["mails"] += len(sent)
    return again


def test_the_web_process_dies_between_commit_and_wake_up(house, listeners, show_row):
    for _ in range(ROUNDS):
        [draft] = house.ask("report", state="awaiting_unit_head", count=1)
        before = house.ask("end_of", username="binhduong.skhdt.officer")
        port = free_port()
        with house.running("web", "before-wake-up", port=port) as doomed, house.running("worker"):
            browser = signed_in(house.ask, UNIT_HEAD, port)
            page = browser.get(f"/issues/{house.ask('ref_of', pk=draft)}/")
            form = page.form(r"/issues/[^/]+/steps/submit/$")
            if form is None:
                page = browser.get(page.link(r"/issues/[^/]+/steps/submit/$"))
                form = page.form(r"/issues/[^/]+/steps/submit/$")
            with pytest.raises((URLError, ConnectionError)):
                browser.send(form, seen_on=page.url)
            assert doomed.process.wait(10) == -signal.SIGKILL
            assert house.ask("end_of", username="binhduong.skhdt.officer") == before + 1, "it was committed"
            nothing_is_lost(house, listeners)
    show_row("web killed between commit and wake-up", ROUNDS)


@pytest.mark.parametrize("fault, twice", [("after-accept", 1), ("mid-batch", 0)])
def test_the_worker_dies(house, listeners, show_row, fault, twice):
    for _ in range(ROUNDS):
        house.ask("report")
        with house.running("worker", fault) as doomed:
            assert doomed.process.wait(60) == -signal.SIGKILL
        with house.running("worker"):
            nothing_is_lost(house, listeners, twice=twice)
    show_row(f"worker killed: {fault}", ROUNDS, mails_sent_twice=twice * ROUNDS)


@pytest.mark.parametrize("mood", ["refuse", "hang", "4xx", "5xx", "close"])
def test_the_mail_server_behaves_badly(house, listeners, show_row, mood):
    with house.running("worker"):
        for _ in range(ROUNDS):
            house.mail.behave(mood)
            turned_away = house.mail.turned_away
            house.ask("report")
            if mood == "refuse":
                time.sleep(1.5)
            else:
                wait_until(lambda was=turned_away: house.mail.turned_away > was, f"somebody met {mood}")
            if mood == "5xx":
                wait_until(lambda: house.settled(dead=True), "given up")
            house.mail.behave("accept")
            if mood == "5xx":
                assert house.ask("send_the_dead_again") > 0
            nothing_is_lost(house, listeners)
    show_row(f"mail server: {mood}", ROUNDS)


def test_redis_is_restarted(house, listeners, show_row):
    # Celery's connection can end a worker that held a task when Redis went (a fault of kombu's).
    with house.kept_running("worker"):
        for _ in range(ROUNDS):
            house.ask("report")
            house.redis.crash()
            # Steps do not wait for Redis: what is told stands in the database.
            house.ask("report")
            house.redis.start()
            house.ask("report")
            nothing_is_lost(house, listeners)
    show_row("Redis killed and started again", ROUNDS)


def test_postgresql_is_restarted(house, listeners, show_row):
    done = twice = 0
    page = signed_in(house.ask, UNIT_HEAD, house.web_port)
    with house.kept_running("worker"):
        for number in range(ROUNDS):
            house.ask("report")
            crash = threading.Timer(0.1 + 0.4 * number / ROUNDS, house.postgres.crash)
            crash.start()
            done += bool(house.ask("report", lines_are_cut=True))
            crash.join()
            assert "Hệ thống đang bận" in page.get("/").text
            house.postgres.start()
            wait_until(lambda: page.get("/").status == 200, "pages come back")
            house.ask("fresh_connections")
            house.ask("report")
            twice += nothing_is_lost(house, listeners, at_most=1)
    show_row(
        "PostgreSQL killed and started again",
        ROUNDS,
        steps_finished_before_it_died=done,
        mails_sent_twice=twice,
    )


def test_the_layer_drops_nearly_everything(house, listeners, show_row):
    """In memory with room for one message, and another process that it never hears of at all."""
    port = free_port()
    with house.running("web", "capacity-1", port=port), house.running("worker"):
        session = house.ask("session_of", username=LISTENERS[0])
        one = Listener([port], session, 99)
        for _ in range(ROUNDS):
            house.ask("report")
            house.ask("tell", username=LISTENERS[0], count=40)
            nothing_is_lost(house, listeners)
        end = house.ask("end_of", username=LISTENERS[0])
        wait_until(lambda: one.device.cursor >= end, "the polls brought everything")
        one.stop()
        assert one.faults == []
        assert one.device.seqs == list(range(1, end + 1))
    show_row("channel layer at capacity 1", ROUNDS)


@pytest.fixture
def show_row(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """One line of the table, with what was counted so far."""

    def show(fault: str, rounds: int, **more: int) -> None:
        words = [
            f"{rounds} times, notices lost: 0",
            *(f"{name.replace('_', ' ')}: {n}" for name, n in more.items()),
        ]
        record_property(fault, "; ".join(words))
        for name, number in TALLY.items():
            record_property(name, number)

    return show
