"""What the page of a decision link shows: one card per record of its subject."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from notifications.links import decision_links, limits
from notifications.links.decision_links import Shown
from notifications.links.trail import record_of
from notifications.messages import present_to, what_was_done, who_acted
from notifications.models import DecisionLink, DecisionPart
from workflows import audit
from workflows.clocks import running_clock
from workflows.deadlines import explanation_from_json, overdue, render_explanation
from workflows.machines.base import Machine
from workflows.models import Clock, Event
from workflows.permissions import OpenStep
from workflows.refusals import Refusal
from workflows.registry import Change, Presentation, registry

_NONCE_SALT = "decision page"
NONCE_SECONDS = 12 * 60 * 60


class PageNotShown(Refusal):
    """The decision did not come from a page that was shown to this person in this session."""

    code = "page_not_shown"
    status = 403
    text = _("This page was opened too long ago, or in another session. Read it again, then decide.")


class PageSentBefore(Refusal):
    """The same shown page was sent once before: each is good for one press."""

    code = "page_sent_before"
    status = 409
    text = _(
        "This page was sent once already; going back in the browser shows an old page. "
        "Read it again below, then decide."
    )


@dataclass
class StepCard:
    """One step that can be taken, with its form."""

    step: OpenStep
    form: Any
    open: bool = False

    @property
    def name(self) -> str:
        return self.step.info.name


@dataclass
class Card:
    """One record of the subject as its person may see it now."""

    part: DecisionPart
    record: Machine
    present: Presentation | None
    clock: Clock | None
    steps: list[StepCard] = field(default_factory=list)
    nonce: str = ""
    own: Event | None = None
    first: Event | None = None
    changed: bool = False
    changes: list[Change] = field(default_factory=list)
    late: bool = False

    @property
    def done_what(self) -> str:
        """What the person decided by this link."""
        return what_was_done(self.own) if self.own else ""

    @property
    def why_due(self) -> list[str]:
        """How the due date was counted, line by line."""
        return render_explanation(explanation_from_json(self.clock.explanation)) if self.clock else []

    @property
    def first_who(self) -> str:
        return who_acted(self.first) if self.first else ""

    @property
    def first_what(self) -> str:
        return what_was_done(self.first) if self.first else ""


def prefix_of(part: DecisionPart, step: str) -> str:
    """The prefix that keeps the forms of a page apart."""
    return f"{part.pk}-{step}"


def cards(
    link: DecisionLink,
    *,
    at: datetime,
    session_key: str,
    bound: Mapping[tuple[int, str], Any] | None = None,
) -> list[Card]:
    """The cards of a link's records for its own person.

    ``bound`` holds forms that were sent and refused, by (part, step): they are shown again with
    what was typed.
    """
    asks = link.asks(at)
    found = []
    for part in link.parts.order_by("pk"):
        card = _card(link, part, at)
        if asks and card.present is not None and part.used_at is None and part.closed_at is None:
            _offer(card, link, at, session_key, bound or {})
        elif part.used_at is None:
            card.first = decision_links.moved_on(card.record, part.version)
        found.append(card)
    return found


def _card(link: DecisionLink, part: DecisionPart, at: datetime) -> Card:
    record = record_of(part)
    own = Event.objects.filter(pk=part.event_id).first() if part.event_id else None
    present = present_to(link.person, record, at)
    clock = running_clock(record)
    late = clock is not None and clock.due_at is not None and overdue(clock.due_at, at)
    return Card(part, record, present, clock, own=own, late=late)


def _offer(
    card: Card,
    link: DecisionLink,
    at: datetime,
    session_key: str,
    bound: Mapping[tuple[int, str], Any],
) -> None:
    """Let the card ask for the decision, bound to exactly what it shows."""
    record, part, person = card.record, card.part, link.person
    digest = audit.digest(record.material())
    card.changed = digest != part.digest
    assert registry.changes is not None
    # Who has to confirm again reads what changed since they did, else what changed since the message.
    known = card.present.changes if card.present else ()
    card.changes = list(known or (registry.changes(record, part.version) if card.changed else ()))
    card.nonce = new_nonce(link, part, Shown(part.pk, record.version, digest), session_key)
    assert registry.step_form is not None
    for step in decision_links.steps_by_link(record, person, at):
        name = step.info.name
        form = bound.get((part.pk, name)) or registry.step_form(
            record, step.info, person, at=at, prefix=prefix_of(part, name)
        )
        card.steps.append(StepCard(step, form, open=(part.pk, name) in bound))


def new_nonce(link: DecisionLink, part: DecisionPart, shown: Shown, session_key: str) -> str:
    """A signed nonce for one rendered page: person, session, record, version and digest."""
    return signing.dumps(
        {
            "link": link.selector,
            "person": link.person_id,
            "part": part.pk,
            "version": shown.version,
            "digest": shown.digest,
            "session": _session_mark(session_key),
            "once": secrets.token_urlsafe(9),
        },
        salt=_NONCE_SALT,
    )


@dataclass(frozen=True)
class Nonce:
    """What a nonce says: what the page had shown, and the mark that makes it good for one press."""

    shown: Shown
    once: str

    def spend(self) -> None:
        """Use it up; raises ``PageSentBefore`` where it was."""
        if not limits.first_time("decision nonce", self.once, NONCE_SECONDS):
            raise PageSentBefore


def read_nonce(nonce: str, link: DecisionLink, session_key: str) -> Nonce:
    """What the page had shown; raises ``PageNotShown``."""
    try:
        said = signing.loads(nonce, salt=_NONCE_SALT, max_age=NONCE_SECONDS)
    except signing.BadSignature as error:
        raise PageNotShown from error
    same = (
        said["link"] == link.selector
        and said["person"] == link.person_id
        and said["session"] == _session_mark(session_key)
    )
    if not same:
        raise PageNotShown
    return Nonce(Shown(said["part"], said["version"], said["digest"]), said["once"])


def _session_mark(session_key: str) -> str:
    return salted_hmac(_NONCE_SALT, session_key).hexdigest()[:16]
