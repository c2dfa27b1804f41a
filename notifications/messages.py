"""Notices and mails as words, in the reader's language.

What is stored are codes; a sentence is made when somebody reads it. A mail is rendered whole under
its recipient's language, HTML part too, and says nothing beyond title and code.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

from notifications.links import decision_links
from notifications.models import Notice, OutboxMessage
from workflows import reminders
from workflows.clocks import running_clock
from workflows.machines.acts import ACTS, amendment_label
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.refusals import NotVisible
from workflows.registry import CalendarEntry, Change, Heading, Presentation, registry
from workflows.remembering import reading, recall
from workflows.roles import behalf_in_words

WHY: dict[str, str | Promise] = {
    "your_turn": gettext_lazy("You receive this because it is now your turn to act."),
    "reopen": gettext_lazy(
        "You receive this because a commitment was not met, or none was verified: it is now your turn to "
        "reopen the file."
    ),
    "extension": gettext_lazy(
        "You receive this because it is now your turn to answer a request for more time."
    ),
    "unit": gettext_lazy("You receive this because your unit reported the file."),
    "home": gettext_lazy("You receive this because you are handling or have handled the file."),
    "party": gettext_lazy("You receive this because your locality is a party to the file."),
    "consulted": gettext_lazy("You receive this because your organisation was asked for its opinion."),
    "own": gettext_lazy("You receive this because your organisation was asked for its opinion."),
    "lead": gettext_lazy("You receive this because your organisation leads a commitment."),
    "substitute": gettext_lazy("You receive this because you act by authority of the head whose turn it is."),
    "coordinator": gettext_lazy("You receive this because your organisation coordinates a commitment."),
    "council": gettext_lazy("You receive this because the file is before your Council."),
    "follower": gettext_lazy("You receive this because you follow the file."),
    "holder": gettext_lazy("You receive this as a reminder of work in progress."),
}
_WHY_OTHERWISE = gettext_lazy("You receive this because you are concerned with the file.")


@dataclass(frozen=True)
class Read:
    """One notice as its person reads it now: what is not visible any more is not shown."""

    notice: Notice
    event: Event | None
    record: Machine | None
    present: Heading | None
    sentence: str
    why: str

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed, for who has to confirm it again."""
        open_still = self.notice.requires_action and self.notice.done_at is None
        return self.present.changes if self.present and open_still else ()

    @property
    def path(self) -> str:
        """The address of the record, "" where the person does not see it."""
        return self.present.path if self.present else ""


def read(notices: Iterable[Notice], *, at: datetime) -> list[Read]:
    """Notices of one or many people as words, each in its person's language.

    Events, records and people are each read in one query per table; whether a person sees the
    record is asked now, when it is read.
    """
    notices = list(notices)
    events = Event.objects.in_bulk({notice.event_id for notice in notices})
    with reading():
        people = recall("reader of notices", {notice.person_id for notice in notices}, _people)
    records = _records(notices)
    levels = _levels(notices, records, people, at)
    headings: dict[tuple[int, str, int], Heading | None] = {}
    words: dict[Hashable, tuple[str, str]] = {}
    found: dict[int, Read] = {}
    assert registry.heading is not None
    for language, theirs in _by_language(notices, people).items():
        with override(language):
            for notice in theirs:
                person, event = people[notice.person_id], events.get(notice.event_id)
                record = records.get((notice.machine, notice.record_id))
                key = (person.pk, notice.machine, notice.record_id)
                if key not in headings:
                    level = levels.get(key)
                    headings[key] = registry.heading(record, person, level) if record and level else None
                present = headings[key]
                # Many hear of one event: what reads the same to them is worded once.
                title = (present.code, present.title) if present else None
                shared = (language, notice.event_id, notice.why, title)
                if shared not in words:
                    words[shared] = sentence(event, present), why_me(notice.why)
                found[id(notice)] = Read(notice, event, record, present, *words[shared])
    return [found[id(notice)] for notice in notices]


def _by_language(notices: Iterable[Notice], people: dict[int, Any]) -> dict[str, list[Notice]]:
    spoken: dict[str, list[Notice]] = {}
    for notice in notices:
        spoken.setdefault(language_of(people[notice.person_id]), []).append(notice)
    return spoken


def _people(ids: set[int]) -> dict[int, Any]:
    return get_user_model()._default_manager.in_bulk(ids)


def _levels(
    notices: list[Notice], records: dict[tuple[str, int], Machine], people: dict[Any, Any], at: datetime
) -> dict[tuple[int, str, int], str]:
    """(person, machine, id) → how much the person sees of the record now; asked once per record."""
    asking: dict[tuple[str, int], set[int]] = {}
    for notice in notices:
        asking.setdefault((notice.machine, notice.record_id), set()).add(notice.person_id)
    assert registry.levels is not None
    with reading():
        return {
            (person, *key): level
            for key, asked in asking.items()
            if key in records
            for person, level in registry.levels([people[pk] for pk in asked], records[key], at).items()
        }


def _records(notices: list[Notice]) -> dict[tuple[str, int], Machine]:
    wanted: dict[str, set[int]] = {}
    for notice in notices:
        wanted.setdefault(notice.machine, set()).add(notice.record_id)
    return {
        (machine, pk): record
        for machine, ids in wanted.items()
        for pk, record in registry.machines[machine]._base_manager.in_bulk(ids).items()
    }


def present_to(person: Any, record: Machine | None, at: datetime) -> Presentation | None:
    """The record as words for this person, None where they do not see it."""
    assert registry.visible is not None
    assert registry.present is not None
    if record is None or registry.visible(person, record, at) is None:
        return None
    try:
        return registry.present(record, person)
    except NotVisible:
        return None


def language_of(person: Any) -> str:
    """The person's language, where the site speaks it."""
    wanted = getattr(person, "language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def why_me(code: str) -> str:
    """Why this person hears of it, as a sentence."""
    return str(WHY.get(code, _WHY_OTHERWISE))


def sentence(event: Event | None, present: Heading | None) -> str:
    """Who did what, to which record."""
    if event is None:
        return gettext("A notice whose event is kept elsewhere.")
    who, what = who_acted(event), what_was_done(event)
    if present is None:
        return gettext("%(who)s: %(what)s – a file you no longer see") % {"who": who, "what": what}
    return gettext("%(who)s: %(what)s – %(code)s, %(title)s") % {
        "who": who,
        "what": what,
        "code": present.code,
        "title": present.title,
    }


def who_acted(event: Event) -> str:
    """The person with their title as they were, and for whom they acted."""
    if not event.person_name:
        return gettext("The system")
    behalf = behalf_in_words(event.data)
    return ", ".join(part for part in (event.person_name, event.title, behalf) if part)


def what_was_done(event: Event) -> str:
    """The step or act as words, in the language active now."""
    steps = registry.machines[event.machine].steps()
    if event.name in steps:
        return str(steps[event.name].label)
    if event.kind == Event.Kind.AMEND:
        return str(amendment_label(event.data.get("changed", {})))
    if event.name in ACTS:
        label, reminder = str(ACTS[event.name].label), event.data.get("reminder")
        if event.name == "move_due_date":
            return f"{label}: {decision_links.when(datetime.fromisoformat(event.data['due_after']))}"
        return f"{label}, {reminders.words(reminder)}" if reminder else label
    if event.kind == Event.Kind.BEGIN:
        return gettext("Opened")
    return str(event.get_kind_display())


# Mails


@dataclass(frozen=True)
class Mail:
    """A mail ready to be sent. Its link may carry a secret: it is never stored (but see TrialMail)."""

    message: OutboxMessage
    subject: str
    text: str
    html: str
    calendar: CalendarEntry | None = None


def mail(message: OutboxMessage, *, at: datetime) -> Mail | None:
    """Render the message's mail in its recipient's language; None where it is no longer needed.

    Where the person may decide by link, the link is minted here, at the last moment.
    """
    notice = message.notice
    if notice.requires_action and notice.done_at is not None:
        return None
    [seen] = read([notice], at=at)
    if not still_needed(seen):
        return None
    assert registry.calendar is not None
    assert seen.record is not None
    address = decision_links.mint(message, seen.record, at=at) if notice.requires_action else None
    due = due_words(seen.record) if notice.requires_action else ""
    with override(language_of(notice.person)):
        calendar = registry.calendar(seen.event, seen.record, notice.person)
    return compose(message, seen, link=address, due=due, calendar=calendar)


def still_needed(seen: Read) -> bool:
    """Whether it is still worth sending: not decided already, and the person sees the record."""
    done = seen.notice.requires_action and seen.notice.done_at is not None
    return not done and seen.present is not None and seen.record is not None and seen.event is not None


def compose(
    message: OutboxMessage,
    seen: Read,
    *,
    link: str | None,
    due: str = "",
    calendar: CalendarEntry | None = None,
) -> Mail:
    """The mail about one notice, whole in its recipient's language; ``link`` is its decision link."""
    notice = message.notice
    person = notice.person
    assert seen.present is not None
    with override(language_of(person)):
        context = {
            "person": person,
            "sentence": seen.sentence,
            "why": seen.why,
            "requires_action": notice.requires_action,
            "present": seen.present,
            "link": link or settings.BASE_URL + seen.present.path,
            "decides": link is not None,
            "due": due,
            # Which parts changed, not how: a mail says nothing beyond title and code.
            "changed": list(dict.fromkeys(change.field for change in seen.changes)),
            "settings_url": settings.BASE_URL + reverse("notification-settings"),
            "language": language_of(person),
        }
        return Mail(
            message,
            _subject(notice, seen),
            render_to_string("notifications/email/notice.txt", context),
            render_to_string("notifications/email/notice.html", context),
            calendar,
        )


def due_words(record: Machine) -> str:
    """When the running clock is due, for who has to act; a home clock is nobody else's matter."""
    clock = running_clock(record)
    return decision_links.when(clock.due_at) if clock and clock.due_at else ""


def _subject(notice: Notice, seen: Read) -> str:
    assert seen.present is not None
    assert seen.event is not None
    words = {"code": seen.present.code, "title": seen.present.title}
    words["what"] = what_was_done(seen.event)
    if seen.event.name == "remind":
        subject = gettext("%(what)s – %(code)s, %(title)s") % words
    elif notice.requires_action:
        subject = gettext("For your action: %(code)s – %(title)s") % words
    else:
        subject = gettext("%(code)s: %(what)s – %(title)s") % words
    return " ".join(subject.split())[:250]
