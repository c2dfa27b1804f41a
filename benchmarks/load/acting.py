"""The people who act: each reads their work, opens what it asks for, fills the form and sends it.

Through pages and decision links alone, as ``manage.py walkthrough`` does; whichever web process answers.
A connection that breaks is noted with its port and moment, and the person goes on at another one.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from benchmarks.load.answers import (
    ANSWERS,
    BY_LINK,
    CONSULT,
    LEADER,
    PROPOSE,
    REPORTER,
    TABLE,
    Answer,
    case,
    wants_opinions,
)
from benchmarks.load.post import Post
from coordination.demo.people import PEOPLE
from coordination.walkthrough.browser import Browser, path_of
from coordination.walkthrough.errors import Unexpected
from coordination.walkthrough.filling import fill_issue, fill_step
from coordination.walkthrough.pages import Form, Page
from coordination.walkthrough.people import SIGN_IN, Person
from tests.services.serving import HERE

READ = ("/issues/", "/issues/?q=dau+noi", "/notifications/", "/meetings/", "/commitments/")
# Who was refused looks at something else first.
LEFT_ALONE_SECONDS = 6.0
_RECORD = re.compile(r"^/(issues|opinions|meetings|commitments)/[^/]+/$")
_DEMO = {person.username: person for person in PEOPLE}


@dataclass
class Tally:
    """What happened to one person; moments are of ``time.monotonic()``."""

    answers: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    by_link: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    lost: list[tuple[int, float, str]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> Tally:
        """All of them together."""
        whole = cls()
        for one in tallies:
            whole.answers += one.answers
            whole.seconds += one.seconds
            whole.steps += one.steps
            whole.by_link += one.by_link
            whole.refusals += one.refusals
            whole.failures += one.failures
            whole.lost += one.lost
            whole.strange += one.strange
        return whole


class Watched(Browser):
    """A browser whose every answer is counted."""

    def __init__(self, address: str, tally: Tally) -> None:
        super().__init__(address)
        self.tally = tally

    def _open(self, request: Request) -> Page:
        began = time.monotonic()
        page = super()._open(request)
        self.tally.answers[page.status] += 1
        self.tally.seconds.append(time.monotonic() - began)
        if page.status >= 500:
            self.tally.failures.append(f"{page.status} {request.get_method()} {urlsplit(page.url).path}")
        return page


class Actor(threading.Thread):
    """One person at work until told to stop; ``think`` is the mean pause in seconds between two things."""

    def __init__(self, username: str, ports: list[int], post: Post, *, think: float, seed: int) -> None:
        super().__init__(daemon=True, name=username)
        self.person = Person(_DEMO[username], f"http://{HERE}:{ports[0]}", acts=True)
        self.tally = Tally()
        self.person.desk = Watched(f"http://{HERE}:{ports[0]}", self.tally)
        self.home, _, self.seat = username.partition(".")
        self.ports, self.post, self.think = ports, post, think
        self.random = random.Random(seed)
        self.stopped = threading.Event()
        self._port = ports[0]
        self._number = 0
        self._signed_in = False
        self._without_table: set[str] = set()
        self._consulted: set[str] = set()
        self._left_alone: dict[str, float] = {}

    def run(self) -> None:
        while not self.stopped.wait(self.random.expovariate(1 / self.think)):
            self._port = self.random.choice(self.ports)
            self.person.desk.address = f"http://{HERE}:{self._port}"
            try:
                self._one_thing()
            except (OSError, HTTPException) as lost:
                self.tally.lost.append((self._port, time.monotonic(), f"{self.name}: {lost!r}"))
            except Unexpected as strange:
                self.tally.strange.append(f"{self.name}: {strange}")

    def _one_thing(self) -> None:
        desk = self.person.desk
        if not self._signed_in:
            self.person.sign_in(desk, desk.get(SIGN_IN))
            self._signed_in = True
        link = self.post.newest_link(self.name) if self.seat.endswith(BY_LINK) else None
        if link is not None and self._follow(link):
            return
        tasks = self._tasks(desk.get("/"))
        if tasks and not (self.seat == REPORTER and self.random.random() < 0.25):
            self._deal_with(self.random.choice(tasks))
        elif self.seat == REPORTER:
            self._report()
        else:
            desk.get(self.random.choice(READ))

    def _tasks(self, page: Page) -> list[str]:
        """What needs this person's action, from the page of their work."""
        part = page.html.partition('id="tasks"')[2].partition('id="waiting"')[0]
        paths = [path for path in re.findall(r'href="([^"]+)"', part) if _RECORD.match(path)]
        now = time.monotonic()
        return [path for path in paths if self._left_alone.get(path, 0) < now]

    def _report(self) -> None:
        """Write an issue with what the form asks for, and keep it as a draft to hand up."""
        desk = self.person.desk
        page = desk.get("/issues/new/")
        form = next((one for one in page.forms if "secrecy" in one.controls), None)
        if form is None:
            raise Unexpected(f"no issue form ({page.status})")
        self._number += 1
        fill_issue(form, case(self.home, self._number))
        after = desk.send(form, button=("then", "draft"), seen_on=page.url)
        self._note("draft", after.status == 200 and path_of(after) != "/issues/new/", after)

    def _deal_with(self, path: str) -> None:
        page = self.person.desk.get(path)
        if page.status != 200:
            # Somebody else's step has moved it out of sight.
            self.tally.refusals[f"look {page.status}"] += 1
            return
        for answer in self._wishes(path):
            if self._do(answer, page, path):
                return
        self._left_alone[path] = time.monotonic() + LEFT_ALONE_SECONDS
        self._left_alone = {one: at for one, at in self._left_alone.items() if at > time.monotonic()}

    def _wishes(self, path: str) -> list[Answer]:
        """What they would do there, in this order."""
        kind = path.split("/")[1]
        wishes = self._in_any_order(ANSWERS[kind])
        if kind == "issues":
            consult = wants_opinions(path) and path not in self._consulted
            wishes += [CONSULT] if consult else []
            wishes += [TABLE] if path in self._without_table else []
            wishes.append(PROPOSE["bilateral" if path.rstrip("/")[-1] in "02468" else "directive"])
        return wishes

    def _in_any_order(self, answers: tuple[Answer, ...]) -> list[Answer]:
        """A leader may decide otherwise than was proposed: one of what the page offers."""
        return self.random.sample(answers, len(answers)) if self.seat == LEADER else list(answers)

    def _do(self, answer: Answer, page: Page, path: str) -> bool:
        """Do it where the page offers it; returns whether it did."""
        action = rf"/{path.split('/')[1]}/[^/]+/{answer.page}/$"
        form = page.form(action)
        if form is None:
            link = page.link(action)
            if link is None:
                return False
            page = self.person.desk.get(urlsplit(link).path)
            form = page.form(action)
            if form is None:
                self.tally.refusals[f"{answer.name} {page.status}"] += 1
                return True
        after = self._send(form, answer, page)
        fine = after.status == 200 and not path_of(after).endswith(f"/{answer.page}/")
        if answer is CONSULT:
            self._consulted.add(path)
        if answer.name == "propose" and not fine:
            self._without_table.add(path)
        if answer is TABLE:
            self._without_table.discard(path)
        if not fine:
            self._left_alone[path] = time.monotonic() + LEFT_ALONE_SECONDS
        self._note(answer.name, fine, after)
        return True

    def _follow(self, link: str) -> bool:
        """Decide from the link in the mail; returns whether there was still something to decide."""
        page = self.person.desk.get(link)
        for answers in ANSWERS.values():
            for answer in self._in_any_order(answers):
                form = page.form(step=answer.name)
                if form is not None:
                    after = self._send(form, answer, page)
                    fine = after.status == 200 and after.form(step=answer.name) is None
                    self._note(answer.name, fine, after)
                    self.tally.by_link += fine
                    return True
        return False

    def _send(self, form: Form, answer: Answer, page: Page) -> Page:
        data: dict[str, Any] = dict(answer.data(self.home))
        fill_step(form, data)
        return self.person.desk.send(form, seen_on=page.url)

    def _note(self, name: str, fine: bool, after: Page) -> None:
        if fine:
            self.tally.steps[name] += 1
        elif after.status < 500:
            self.tally.refusals[f"{name} {after.status}"] += 1
            if after.status == 200 and after.alerts:
                self.tally.strange.append(f"{self.name} {name}: {after.alerts}")
