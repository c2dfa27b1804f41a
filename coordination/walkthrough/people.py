"""The people of a walkthrough: each with a browser, a telephone and a socket of their own."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from coordination.demo.loading import PASSWORD
from coordination.demo.people import PEOPLE
from coordination.demo.people import Person as Demo
from coordination.walkthrough.browser import PHONE, Browser, path_of
from coordination.walkthrough.errors import Unexpected
from coordination.walkthrough.live import Live
from coordination.walkthrough.pages import Page

SIGN_IN = "/accounts/sign-in/"
SIGN_OUT = "/accounts/sign-out/"
# Who sits at a desk of a body: its clerk has no part in these cases.
AT_WORK = ("officer", "head", "deputy")
_DEMO = {person.username: person for person in PEOPLE}


class Person:
    """Somebody of the demo."""

    def __init__(self, demo: Demo, address: str, *, acts: bool) -> None:
        self.demo, self.address, self.acts = demo, address, acts
        self.desk = Browser(address)
        self.phone = Browser(address, agent=PHONE)
        self.live = Live(address, demo.username)
        self.signed_in = False

    @property
    def username(self) -> str:
        return self.demo.username

    def come(self) -> None:
        """Sign in at the desk, once, and open the socket."""
        if not self.signed_in:
            enter = self.sign_in if self.acts else self._one_click
            page = enter(self.desk, self.desk.get(SIGN_IN))
            if path_of(page) != "/":
                raise Unexpected(f"{self.username} did not get to their work, but to {page.url}")
            self.signed_in = True
        self.live.connect(self.desk.cookie_header())

    def leave(self) -> None:
        """Lose the connection; the session stays."""
        self.live.disconnect()

    def sign_in(self, browser: Browser, page: Page) -> Page:
        """Fill the sign-in form that this page shows."""
        form = next((one for one in page.forms if "password" in one.controls), None)
        if form is None:
            raise Unexpected(f"no sign-in form on {page.url} ({page.status})")
        form.fill("username", self.username)
        form.fill("password", PASSWORD)
        after = browser.send(form, seen_on=page.url)
        if after.status != 200 or any("password" in one.controls for one in after.forms):
            raise Unexpected(f"{self.username} could not sign in ({after.status}): {after.alerts}")
        return after

    def _one_click(self, browser: Browser, page: Page) -> Page:
        """Press the button with this person's name, as the trial offers it."""
        pressed = ("person", self.username)
        for form in page.forms:
            if any(button[:2] == pressed for button in form.buttons):
                return browser.send(form, button=pressed, seen_on=page.url)
        raise Unexpected(f"the sign-in page does not offer to be {self.username}")


class Cast:
    """Everybody who has a part; people join as they are needed.

    Those who act sign in with their password, those who only hear with the trial's one click.
    """

    def __init__(self, address: str, *, actors: Iterable[str]) -> None:
        self.address, self.actors = address, frozenset(actors)
        self.people: dict[str, Person] = {}

    def __getitem__(self, username: str) -> Person:
        if username not in self.people:
            self.people[username] = Person(_DEMO[username], self.address, acts=username in self.actors)
        return self.people[username]

    def come(self, usernames: Iterable[str]) -> None:
        """Let these people sign in and open their sockets, side by side."""
        with ThreadPoolExecutor(4, thread_name_prefix="sign-in") as desks:
            list(desks.map(lambda name: self[name].come(), usernames))

    def leave(self) -> None:
        """Everybody goes."""
        for person in self.people.values():
            person.leave()


def people_of(bodies: Iterable[str], *, away: Iterable[str] = ()) -> list[str]:
    """The user names of those who work in these bodies, without those who are away."""
    wanted, absent = set(bodies), set(away)
    return [
        person.username
        for person in PEOPLE
        if person.organisation in wanted and person.level in AT_WORK and person.username not in absent
    ]
