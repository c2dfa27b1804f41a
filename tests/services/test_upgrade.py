"""The next release comes by ``deploy/upgrade.sh`` while people work: no step fails, nothing is lost.

On the units as they stand in ``deploy/systemd``, run by a small systemd of the test, behind a small nginx.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coordination.walkthrough.browser import Browser
from tests.services.databases import Database, Shelf
from tests.services.devices import Listener
from tests.services.front import Front
from tests.services.mail_server import BadMailServer
from tests.services.officers import press, signed_in
from tests.services.private_servers import PrivateRedis, path_with_clients
from tests.services.processes import Crew
from tests.services.releases import COLUMN, MARK, next_release, release
from tests.services.serving import HERE, wait_until
from tests.services.units import Units

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    # Connections are cut where a process is replaced: what is left of them is collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

OFFICER, HEAD, FOCAL = "binhduong.gtvt.officer", "binhduong.gtvt.head", "binhduong.skhdt.officer"
DRAFTS = 80
WEB = ("lien-tinh-web@1.service", "lien-tinh-web@2.service")
OTHERS = ("lien-tinh-beat.service", "lien-tinh-worker@1.service")


@dataclass(frozen=True)
class Installed(Database):
    """A database with everything that the service is told."""

    told: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | dict(self.told)


@dataclass
class Office:
    """An officer hands drafts up and their head submits them, page by page, until the drafts run out."""

    browsers: tuple[Browser, Browser]
    refs: list[str]
    taken: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Take two steps on each draft; what does not succeed is kept."""
        for ref in self.refs:
            for browser, step in zip(self.browsers, ("hand_up", "submit"), strict=True):
                if self.ended.is_set():
                    return
                self._take(browser, ref, step)
                time.sleep(0.3)

    def _take(self, browser: Browser, ref: str, step: str) -> None:
        begun, path = time.monotonic(), f"/issues/{ref}/steps/{step}/"
        try:
            read = browser.get(path)
            page = press(browser, read, step)
        except Exception as failure:
            self.failed.append(f"{step} {ref}: {failure!r}")
            return
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if page.status == 200 and not page.url.endswith(path):
            self.taken.append((ref, step))
        else:
            self.failed.append(f"{step} {ref}: {page.status} {page.text[:300]}")


@dataclass
class Service:
    """Everything that runs."""

    units: Units
    front: Front
    crew: Crew
    folder: Path

    def upgrade(self, to: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the script as an operator does."""
        home = {"LIEN_TINH_HOME": str(self.units.home), "RUN_AS": "", "BACKUPS": str(self.folder / "backups")}
        return subprocess.run(
            [str(to / "deploy" / "upgrade.sh"), str(to), *words],
            env=self.units.environment | home,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def made(self, name: str, make: Callable[..., Path] = release, **how: str) -> Path:
        """A release beside the first one, made from it: nobody edits that one meanwhile."""
        releases = self.units.home / "releases"
        return make(releases / name, of=releases / "this", **how)

    def office(self, refs: list[str]) -> Office:
        """An officer and a head at their browsers."""
        one, two = (signed_in(self.crew.ask, name, self.front.port) for name in (OFFICER, HEAD))
        return Office((one, two), refs)

    def page_of(self, door: int) -> str:
        """The page for signing in, as one of the web processes makes it."""
        front = Front([self.units.door(str(door))])
        try:
            return Browser(f"http://{HERE}:{front.port}").get("/accounts/sign-in/").html
        finally:
            front.stop()


@pytest.fixture(scope="module")
def mail() -> Iterator[BadMailServer]:
    server = BadMailServer()
    server.behave("accept")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def service(postgres_shelf: Shelf, mail: BadMailServer) -> Iterator[Service]:
    """The present release in service: two web processes, a worker and a beat, as their units say."""
    copy = postgres_shelf.copy(postgres_shelf.people())
    (copy.var_dir / "static").mkdir()
    with ExitStack() as stack:
        # The path of a Unix socket may not be long.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lien-tinh-")))
        folder.chmod(0o755)
        # Of its own: workers of another test would take the work of these.
        redis = PrivateRedis(folder / "redis")
        stack.callback(redis.stop, signal.SIGKILL)
        redis.start()
        told = {
            "TRIAL": "0",
            "SECRET_KEY": "s" * 50,
            "LINK_PEPPERS": "p" * 50,
            "AUDIT_ANCHOR_KEY": "a" * 50,
            "ALLOWED_HOSTS": HERE,
            "REDIS_URL": redis.url,
            "EMAIL_URL": mail.url,
            "BASE_URL": f"http://{HERE}",
        }
        database = Installed(copy.url, copy.var_dir, tuple(told.items()))
        path = f"{folder / 'bin'}:{path_with_clients()}"
        units = Units(folder, {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", **database.environment})
        stack.callback(units.end)
        (units.home / "current").symlink_to(release(units.home / "releases" / "this"))
        for unit in (*WEB, *OTHERS):
            assert units.start(unit) == 0, units.log(unit)[-2000:]
        front = Front([units.door("1"), units.door("2")])
        stack.callback(front.stop)
        crew = Crew(database, 2)
        stack.callback(crew.stop)
        yield Service(units, front, crew, folder)


def test_the_next_release_comes_while_people_work(service, mail, record_property):
    ask = service.crew.ask
    drafts = ask("drafts", count=DRAFTS, unit="binhduong.gtvt")
    refs = ask("refs_of", records=drafts)
    office = service.office(refs)
    listeners = {
        name: Listener([service.front.port], ask("session_of", username=name), seed)
        for seed, name in enumerate((HEAD, FOCAL))
    }
    stop = service.folder / "stop"
    service.crew.workers[1].start("keep_working", until=str(stop), pause=1.0)
    people = threading.Thread(target=office.work)
    people.start()
    wait_until(lambda: len(office.taken) > 3 or office.failed, "they work")

    begun = time.monotonic()
    try:
        done = service.upgrade(service.made("next", next_release))
        lasted, taken_then = time.monotonic() - begun, len(office.taken)
        wait_until(lambda: len(office.taken) > taken_then + 3 or not people.is_alive(), "they still work")
    finally:
        office.ended.set()
        people.join()
        stop.touch()
    reported = service.crew.workers[1].result()

    assert done.returncode == 0, done.stdout + done.stderr
    assert office.failed == []
    assert taken_then < 2 * DRAFTS, "the drafts ran out before the upgrade was done"
    by_ref = dict(zip(refs, drafts, strict=True))
    assert [ask("happened", record=by_ref[ref], name=step) for ref, step in office.taken] == [1] * len(
        office.taken
    )
    assert service.front.refused == 0, "a socket was closed while its process was replaced"
    assert service.units.restarted == [*WEB, "lien-tinh-worker@1.service", "lien-tinh-beat.service"]
    assert COLUMN in ask("columns", table="coordination_issue")
    assert [MARK in service.page_of(door) for door in (1, 2)] == [True, True]
    for name, listener in listeners.items():
        end = ask("end_of", username=name)
        wait_until(lambda one=listener, end=end: one.device.cursor >= end, f"{name} reads up to {end}")
        listener.stop()
        assert listener.faults == []
        assert listener.device.seqs == list(range(1, end + 1))
        assert set(listener.device.closed_by_server) <= {1012}
    assert ask("holes") == []
    wait_until(lambda: set(ask("letters").values()) <= {"sent", "cancelled"}, "the mails leave")
    sent = [pk for pk, status in ask("letters").items() if status == "sent"]
    assert sent
    assert {mail.accepted[name] for name in ask("message_ids", pks=sent).values()} == {1}
    record_property(
        "upgrade under load",
        f"{len(office.taken)} steps by pages, {reported} issues beside them, none failed, "
        f"the slowest took {office.slowest:.1f} s, the upgrade {lasted:.1f} s",
    )


def test_a_release_that_does_not_start_is_taken_back(service):
    broken = service.made("broken")
    with (broken / "coordination" / "asgi.py").open("a") as end:
        end.write("\nraise RuntimeError('this release is broken')\n")
    before = os.readlink(service.units.home / "current")

    done = service.upgrade(broken)

    assert done.returncode == 1
    assert "does not start with the new release" in done.stdout
    assert os.readlink(service.units.home / "current") == before
    assert MARK in service.page_of(1)
    assert MARK in service.page_of(2)


def test_a_migration_that_the_running_release_could_not_live_with_is_refused(service):
    demanding = service.made("demanding", next_release, column="demanded", filling='default="x"')

    done = service.upgrade(demanding)

    assert done.returncode == 1
    assert "give it db_default" in done.stderr
    assert "demanded" not in service.crew.ask("columns", table="coordination_issue")
