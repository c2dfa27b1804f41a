"""A case lived through: the plot's steps, taken at a desk or from the link in a mail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.demo.cases import Case, Step
from coordination.walkthrough.browser import Browser, path_of
from coordination.walkthrough.errors import Unexpected
from coordination.walkthrough.filling import fill_issue, fill_step
from coordination.walkthrough.live import Arrival
from coordination.walkthrough.mailbox import Mailbox
from coordination.walkthrough.pages import Page
from coordination.walkthrough.people import SIGN_IN, SIGN_OUT, Cast, Person

MAIL_SECONDS = 45.0
_PAUSE = 0.25
CONFLICT = 409
# What has a page of its own, by the first thing that is given there.
_PAGES = {"opinion_table": "opinion-table"}


@dataclass(frozen=True)
class Expected:
    """A step or act that somebody took: it must stand so in the events."""

    machine: str
    step: str
    by: str
    channel: str


class Story:
    """One case of the demo, from the blank form on.

    ``since`` is the last event before it: what came earlier belongs to another story.
    """

    def __init__(self, case: Case, cast: Cast, mailbox: Mailbox, *, since: int) -> None:
        self.case, self.cast, self.mailbox, self.since = case, cast, mailbox, since
        self.plot = list(case.plot)
        self.expected: list[list[Expected]] = []
        self.checks: list[str] = []
        self.path = ""
        self._last_actor = ""
        self._letters_used: dict[str, int] = {}

    # ---- steps --------------------------------------------------------------------------------

    def report(self) -> None:
        """The unit's officer fills the issue form and keeps a draft."""
        author = self.cast[f"{self.case.reporter}.officer"]
        author.come()
        page = author.desk.get("/issues/new/")
        form = next((one for one in page.forms if "secrecy" in one.controls), None)
        if form is None:
            raise Unexpected(f"no issue form for {author.username} ({page.status})")
        fill_issue(form, self.case)
        after = author.desk.send(form, button=("then", "draft"), seen_on=page.url)
        self.path = path_of(after)
        if after.status != 200 or not self.path.startswith("/issues/") or "new" in self.path:
            raise Unexpected(f"the draft was not saved ({after.status}): {after.alerts}")
        self._last_actor = author.username

    def desk(self, step: str) -> None:
        """The plot's next step, on the record's page."""
        self._take([(self._next(step), self._at_desk)])

    def link(self, step: str) -> None:
        """The plot's next step, from the link in the mail, at the desk where they are signed in."""
        self._take([(self._next(step), self._from_link)])

    def phone(self, step: str) -> None:
        """The plot's next step, from the link in the mail, on a telephone that knows nobody."""
        self._take([(self._next(step), self._from_phone)])

    def side_by_side(self, first: str, second: str) -> None:
        """The next two steps at the same moment: one at a desk, one from the link in a mail."""
        self._take([(self._next(first), self._at_desk), (self._next(second), self._from_link)])

    def commitments(self) -> None:
        """The plot's next steps as long as they are a commitment's."""
        while self.plot and self.plot[0].machine == "commitment":
            self.desk(self.plot[0].step)

    def besides(self, step: Step) -> None:
        """A step that the plot does not have, at a desk."""
        self._take([(step, self._at_desk)])

    def unasked(self, step: Step) -> None:
        """A step that nobody's turn asks for: somebody takes it of their own accord, at a desk."""
        self._last_actor = step.by
        self.besides(step)

    def besides_by_link(self, step: Step) -> None:
        """A step that the plot does not have, from the link in the mail."""
        self._take([(step, self._from_link)])

    def besides_by_phone(self, step: Step) -> None:
        """The same on a telephone that knows nobody."""
        self._take([(step, self._from_phone)])

    def late_for(self, username: str, *, commitment: int) -> None:
        """Somebody reads of a commitment, by its place in the order of birth, that it is late."""
        actor = self.cast[username]
        actor.come()
        beat = Step("commitment", "", username, on=commitment)
        page = actor.desk.get(self._path(beat, actor))
        if "due-late" not in page.html:
            raise Unexpected(f"{username} does not see that the commitment is late ({page.status})")
        self._note(_("%(who)s sees that the commitment is late") % {"who": username})

    def skip(self, step: str) -> None:
        """A step of the plot that this story tells otherwise."""
        self._next(step)

    def wait_until(self, moment: datetime) -> None:
        """Until the clock says so."""
        time.sleep(max(0.0, (moment - timezone.now()).total_seconds()))

    # ---- people -------------------------------------------------------------------------------

    def leaves(self, username: str) -> None:
        """Somebody loses the connection."""
        self.cast[username].leave()

    def comes(self, username: str) -> None:
        """Somebody connects late, or again, and is brought what was missed."""
        person = self.cast[username]
        before = len(person.live.arrivals)
        person.come()
        missed = person.live.arrivals[before:]
        if not missed or not missed[0].caught_up:
            raise Unexpected(f"{username} came late and was not brought what was missed")
        words = {"who": username, "count": len(missed)}
        if person.live.connections > 1:
            self._note(_("%(who)s came back and was brought %(count)d missed notices") % words)
        else:
            self._note(_("%(who)s came late and was brought %(count)d missed notices") % words)

    def hidden_from(self, usernames: Iterable[str]) -> None:
        """These people get 404 for the issue, as for an address that does not exist."""
        for username in usernames:
            person = self.cast[username]
            page = person.desk.get(self.path)
            told = [one for one in person.live.arrivals if self._is_mine(one)]
            if page.status != 404 or self.case.title in page.html or told:
                raise Unexpected(f"{username} is no party: {page.status} instead of 404, {len(told)} notices")
            self._note(_("%(who)s, no party, gets 404 and hears nothing") % {"who": username})

    def shared_with(self, usernames: Iterable[str], *, secret: str) -> None:
        """These people now see the shared part, and nothing of what stays at home."""
        for username in usernames:
            page = self.cast[username].desk.get(self.path)
            if page.status != 200 or self.case.title not in page.text:
                raise Unexpected(f"{username} should see the shared part: {page.status}")
            if secret in page.text:
                raise Unexpected(f"{username} sees what belongs to the home locality alone")
            self._note(_("%(who)s sees the shared part and nothing more") % {"who": username})

    # ---- how a step is taken --------------------------------------------------------------------

    def _next(self, step: str) -> Step:
        beat = self.plot.pop(0)
        if beat.step != step:
            raise Unexpected(f"the plot goes on with {beat.step}, not with {step}")
        return beat

    def _take(self, beats: list[tuple[Step, Callable[[Step, Person, str], str]]]) -> None:
        prepared = []
        for beat, way in beats:
            actor = self.cast[beat.by]
            actor.come()
            if beat.by != self._last_actor:
                actor.live.wait_for(lambda one, beat=beat: self._asks(one, beat))  # type: ignore[misc]
            prepared.append((way, beat, actor, self._path(beat, actor)))
        with ThreadPoolExecutor(len(prepared), thread_name_prefix="step") as hands:
            ways = list(hands.map(lambda one: one[0](*one[1:]), prepared))
        self.expected.append(
            [
                Expected(beat.machine, beat.step, beat.by, channel)
                for (beat, _way), channel in zip(beats, ways, strict=True)
            ]
        )
        self._last_actor = beats[-1][0].by if len(beats) == 1 else ""

    def _asks(self, arrival: Arrival, beat: Step) -> bool:
        return (
            self._is_mine(arrival)
            and arrival.machine == beat.machine
            and arrival.requires_action
            and bool(arrival.path)
        )

    def _is_mine(self, arrival: Arrival) -> bool:
        return arrival.event_id > self.since

    def _path(self, beat: Step, actor: Person) -> str:
        """Where the record is, as people were told, or are being told at this moment."""
        if beat.machine == "issue":
            return self.path
        place = beat.on if isinstance(beat.on, int) else -1
        until = time.monotonic() + MAIL_SECONDS
        while True:
            born = self._born(beat.machine, actor)
            if born and place < len(born):
                return born[place]
            if time.monotonic() > until:
                raise Unexpected(f"nobody was told of {beat.machine} {beat.on or ''}".strip())
            time.sleep(_PAUSE)

    def _born(self, machine: str, actor: Person) -> list[str]:
        """The records of a machine that people were told of, in the order of their first event."""
        everybody = [actor] if machine == "opinion" else list(self.cast.people.values())
        told = {
            one.event_id: one.path
            for person in everybody
            for one in list(person.live.arrivals)
            if self._is_mine(one) and one.machine == machine and one.path
        }
        return list(dict.fromkeys(told[event] for event in sorted(told)))

    def _at_desk(self, beat: Step, actor: Person, path: str) -> str:
        page = actor.desk.get(path)
        # The page speaks of the record by its code even where it was asked for by its reference.
        kind = "acts" if beat.act else "steps"
        page_of = _PAGES.get(next(iter(beat.data), ""), f"{kind}/{beat.step}")
        action = rf"/{path.split('/')[1]}/[^/]+/{page_of}/$"
        form = page.form(action)
        if form is None:
            link = page.link(action)
            if link is None:
                raise Unexpected(f"{beat.by} finds no way to {beat.step} on {path} ({page.status})")
            page = actor.desk.get(link)
            form = page.form(action)
        if form is None:
            raise Unexpected(f"{beat.by} may not {beat.step}: {page.status} {page.alerts}")
        fill_step(form, beat.data)
        after = actor.desk.send(form, seen_on=page.url)
        if after.status != 200 or path_of(after).endswith(f"/{page_of}/"):
            raise Unexpected(f"{beat.step} by {beat.by} was refused ({after.status}): {after.alerts}")
        return "web"

    def _from_link(self, beat: Step, actor: Person, path: str) -> str:
        return self._decide(beat, actor, path, actor.desk)

    def _from_phone(self, beat: Step, actor: Person, path: str) -> str:
        return self._decide(beat, actor, path, actor.phone)

    def _decide(self, beat: Step, actor: Person, path: str, browser: Browser) -> str:
        after = self._decide_once(beat, actor, path, browser)
        if after.status == CONFLICT and after.form(step=beat.step) is None:
            # A newer mail replaced the link while its page was being read: they go on from that one.
            self._note(
                _("%(who)s was sent a newer link meanwhile and decided from that one")
                % {"who": actor.username}
            )
            after = self._decide_once(beat, actor, path, browser)
        if after.status != 200 or after.form(step=beat.step) is not None:
            raise Unexpected(
                f"{beat.step} by {beat.by} from the link was refused ({after.status}): {after.alerts}"
            )
        return "link"

    def _decide_once(self, beat: Step, actor: Person, path: str, browser: Browser) -> Page:
        page = self._open_letter(beat, actor, path, browser)
        form = page.form(step=beat.step)
        assert form is not None
        fill_step(form, beat.data)
        return browser.send(form, seen_on=page.url)

    def _open_letter(self, beat: Step, actor: Person, path: str, browser: Browser) -> Page:
        """Wait for the mail whose link leads to this decision, and open it."""
        key = path.rstrip("/").rpartition("/")[2]
        if beat.machine == "issue":
            # A draft is known by its reference, which gives way to the code.
            asked = [one.key for one in actor.live.arrivals if self._asks(one, beat)]
            key = asked[-1] if asked else key
        after = self._letters_used.get(actor.username, 0)
        until = time.monotonic() + MAIL_SECONDS
        page = None
        while time.monotonic() < until:
            letters = self.mailbox.letters(actor.username, after=after, about=key)
            if letters:
                after = letters[0].number
                page = self._follow(letters[0].link, actor, browser)
                if page.form(step=beat.step) is not None:
                    self._letters_used[actor.username] = after
                    return page
            time.sleep(_PAUSE)
        seen = f"; the last page was {page.status} {page.alerts}" if page else ""
        raise Unexpected(f"{beat.by} got no mail with a link to {beat.step} {key}{seen}")

    def _follow(self, link: str, actor: Person, browser: Browser) -> Page:
        page = browser.get(link)
        address = page.link(rf"{SIGN_IN}\?next=.")
        # Every page of somebody who is signed in can sign them out, and keeps a way back in for later.
        if address is None or page.form(SIGN_OUT) is not None:
            return self._without_secret(page, link)
        if self.case.title in page.text:
            raise Unexpected("a decision link shows the title to whoever holds it")
        page = actor.sign_in(browser, browser.get(address))
        self._note(_("%(who)s signed in behind the link, on a telephone") % {"who": actor.username})
        return self._without_secret(page, link)

    def _without_secret(self, page: Page, link: str) -> Page:
        secret = link.rpartition("/")[2]
        if secret in page.url or secret in page.html:
            raise Unexpected("the secret of a decision link stayed in the address or on the page")
        return page

    def _note(self, sentence: str) -> None:
        self.checks.append(sentence)
