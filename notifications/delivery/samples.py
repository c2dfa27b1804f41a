"""Every kind of message as its reader gets it, about a record that does not exist: for administrators.

The words are made by the same functions as the real ones; no link in them leads anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override, pgettext

from notifications.delivery.briefs import words_for
from notifications.delivery.digests import mail_of
from notifications.links import decision_links
from notifications.messages import Read, compose, sentence, why_me
from notifications.models import Notice, OutboxMessage
from workflows.models import Event
from workflows.registry import Change, Presentation, registry

# A name that can never be anybody's (RFC 2606).
NOWHERE = "https://lien-tinh.invalid"
Way = OutboxMessage.Way


@dataclass(frozen=True)
class Sample:
    """One kind of message. ``step`` is what happened, ``why`` the reason why the reader hears of it."""

    label: str | Promise
    way: str
    step: str = "pass_to_leader"
    why: str = "your_turn"
    requires_action: bool = True
    decides: bool = False
    changed: bool = False
    bundled: bool = False


SAMPLES: dict[str, Sample] = {
    "mail-decide": Sample(
        gettext_lazy("Mail: for your action, with a decision link"), Way.EMAIL, decides=True
    ),
    "mail-act": Sample(gettext_lazy("Mail: for your action"), Way.EMAIL, step="accept"),
    "mail-changed": Sample(
        gettext_lazy("Mail: changed, to be confirmed again"), Way.EMAIL, decides=True, changed=True
    ),
    "mail-reminder": Sample(
        gettext_lazy("Mail: reminder"), Way.EMAIL, step="remind", why="holder", decides=True
    ),
    "mail-news": Sample(
        gettext_lazy("Mail: for information"), Way.EMAIL, step="accept", why="unit", requires_action=False
    ),
    "mail-digest": Sample(gettext_lazy("Mail: morning digest"), Way.EMAIL, bundled=True),
    "push-act": Sample(gettext_lazy("Push: for your action"), Way.PUSH),
    "push-news": Sample(gettext_lazy("Push: for information"), Way.PUSH, requires_action=False, why="unit"),
    "push-digest": Sample(gettext_lazy("Push: morning digest"), Way.PUSH, bundled=True),
    "chat-act": Sample(gettext_lazy("Chat or SMS: for your action"), Way.CHAT),
    "chat-news": Sample(
        gettext_lazy("Chat or SMS: for information"), Way.CHAT, requires_action=False, why="unit"
    ),
    "chat-digest": Sample(gettext_lazy("Chat or SMS: morning digest"), Way.CHAT, bundled=True),
}


@dataclass(frozen=True)
class Preview:
    """The message whole: ``html`` is "" for what has none."""

    language: str
    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True)
class _Happened:
    """What an event says of itself, of one that never was."""

    name: str
    person_name: str
    title: str
    at: datetime
    machine: str = "issue"
    kind: str = Event.Kind.STEP
    data: Mapping[str, Any] = field(default_factory=dict)


def preview(name: str, language: str, *, at: datetime) -> Preview:
    """A sample in one language, links to nowhere. Raises ``KeyError``."""
    sample = SAMPLES[name]
    with override(language):
        person = get_user_model()(
            pk=0,
            username="mau",
            full_name="Nguyễn Văn An",
            email="mau@lien-tinh.invalid",
            language=language,
        )
        seen = [_seen(sample, person, at, number=1)]
        if sample.bundled:
            news = Sample("", sample.way, step="accept", why="unit", requires_action=False)
            seen.append(_seen(news, person, at - timedelta(hours=5), number=2))
        messages = [OutboxMessage(pk=0, notice=one.notice, way=sample.way) for one in seen]
        return _nowhere(_preview(sample, messages, seen, language, at))


def _preview(
    sample: Sample, messages: list[OutboxMessage], seen: list[Read], language: str, at: datetime
) -> Preview:
    if sample.way != Way.EMAIL:
        said = words_for(messages, seen)
        return Preview(language, said.title, f"{said.codes}\n{said.url}")
    if sample.bundled:
        letter = mail_of(messages, seen, at=at)
    else:
        link = f"{NOWHERE}/d/mau/mau" if sample.decides else None
        due = decision_links.when(at + timedelta(days=3)) if sample.requires_action else ""
        letter = compose(messages[0], seen[0], link=link, due=due)
    return Preview(language, letter.subject, letter.text, letter.html)


def _seen(sample: Sample, person: Any, at: datetime, *, number: int) -> Read:
    happened: Any = _Happened(
        sample.step, "Trần Thị Bình", pgettext("sample", "Head of office"), at, kind=_kind(sample.step)
    )
    changes = (Change(gettext("Content"), "", ""),) if sample.changed else ()
    issue = registry.machines["issue"]
    present = Presentation(
        code=f"MAU-{at:%Y}-{number:04}",
        kind=str(issue._meta.verbose_name).capitalize(),
        title=gettext("Sample: a bridge between two localities"),
        path=f"/issues/MAU-{number}/",
        state="",
        changes=changes,
    )
    notice = Notice(
        pk=number,
        person=person,
        machine="issue",
        record_id=number,
        code=sample.step,
        why=sample.why,
        requires_action=sample.requires_action,
        created_at=at,
    )
    return Read(notice, happened, None, present, sentence(happened, present), why_me(sample.why))


def _kind(step: str) -> str:
    return Event.Kind.ACT if step == "remind" else Event.Kind.STEP


def _nowhere(made: Preview) -> Preview:
    def away(text: str) -> str:
        return text.replace(settings.BASE_URL, NOWHERE)

    return Preview(made.language, made.subject, away(made.text), away(made.html))
