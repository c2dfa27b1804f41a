"""What the page of a dossier shows beside its content: the legal test in words, and the evidence for it.

The evidence is read from the issue's history (rulebook §2): minutes that were left open, meetings that
came to nothing, what ministries and the competent authority said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Dossier, Ground, Issue, Meeting, Opinion, Organisation, Person
from coordination.queries.records import minutes_reached
from coordination.queries.timelines import path_of
from coordination.visibility import FULL, Sight
from workflows.models import Event
from workflows.registry import registry

GROUND_WORDS: dict[str, str | Promise] = {
    Ground.NO_CONSENSUS: gettext_lazy(
        "The localities worked on it together and did not agree. The Council decides, or its Chairman "
        "reports to the competent authority."
    ),
    Ground.BEYOND_AUTHORITY: gettext_lazy(
        "What is needed goes beyond what these localities may decide by themselves."
    ),
    Ground.POLICY: gettext_lazy(
        "A mechanism or policy has to be made or amended: this is for the Chairman of the Council."
    ),
}
CAME_TO_NOTHING = (Meeting.State.DECLINED, Meeting.State.UNANSWERED, Meeting.State.CANCELLED)


@dataclass(frozen=True)
class Evidence:
    """One thing in the issue's history that the ground rests on; ``path`` where the reader may open it."""

    label: str
    day: date
    lines: tuple[str, ...]
    path: str


def ground_words(dossier: Dossier) -> str:
    """The legal test for going above, as a sentence."""
    return str(GROUND_WORDS.get(dossier.ground, ""))


def evidence_of(
    dossier: Dossier, person: Person, level: str, at: datetime, *, office: bool
) -> list[Evidence]:
    """The evidence that has reached this reader, in the order of time.

    At home all of it. ``office`` is the Council's: it reads the minutes about this issue, also where
    the meeting itself is not its own. Other localities read of meetings to which they were asked.
    """
    issue = dossier.issue
    found = [*_meetings(issue, person, level, at, office=office), *_central(issue, person, level, at)]
    if level == FULL:
        found += _ministries(issue)
    return sorted(found, key=lambda one: one.day)


def _meetings(issue: Issue, person: Person, level: str, at: datetime, *, office: bool) -> Iterator[Evidence]:
    assert registry.visible is not None
    for item in issue.agenda_items.filter(left_at=None).select_related("meeting").order_by("meeting_id"):
        meeting = item.meeting
        own = FULL if level == FULL else registry.visible(person, meeting, at)
        if own is None and not office:
            continue
        if meeting.state in CAME_TO_NOTHING:
            label = _("The meeting came to nothing: %(state)s") % {"state": meeting.get_state_display()}
            lines: tuple[str, ...] = (meeting.reason,) if own == FULL and meeting.reason else ()
        elif meeting.is_terminal and minutes_reached(meeting, own):
            label = _("Minutes left open")
            lines = tuple(point.text for point in meeting.points.filter(issue=issue, agreed=False))
            if not lines:
                continue
        else:
            continue
        yield Evidence(label, _day(meeting.moved_at), lines, path_of(meeting) if own else "")


def _central(issue: Issue, person: Person, level: str, at: datetime) -> Iterator[Evidence]:
    """What the competent authority sent back, with the paper; told to the parties of that day."""
    events = Event.objects.filter(
        machine="issue", record_id=issue.pk, kind=Event.Kind.STEP, name="central_returned"
    )
    since = None if level == FULL else _party_since(issue, person, at)
    for event in events.order_by("at"):
        if level != FULL and (since is None or event.at < since):
            continue
        paper = event.data.get("document") or {}
        words = _("No. %(number)s of %(dated)s, %(issuer)s") % {
            "number": paper.get("number", ""),
            "dated": f"{date.fromisoformat(paper['dated']):%d/%m/%Y}" if paper.get("dated") else "–",
            "issuer": paper.get("issuer", ""),
        }
        lines = tuple(line for line in (words, str(event.data.get("reason") or "")) if line)
        yield Evidence(_("The competent authority sent it back"), _day(event.at), lines, "")


def _party_since(issue: Issue, person: Person, at: datetime) -> datetime | None:
    """When the reader's locality was brought in; for the Council's office, when any was."""
    own = Sight(person, at).core
    moments = {side.locality_id: side.brought_in_at for side in issue.sides.all() if side.brought_in_at}
    return min((moment for place, moment in moments.items() if place in own or not own), default=None)


def _ministries(issue: Issue) -> Iterator[Evidence]:
    """Opinions of ministries, also late ones."""
    given = Opinion.objects.filter(
        consultation__issue=issue,
        body__kind=Organisation.Kind.MINISTRY,
        state__in=[Opinion.State.ANSWERED, Opinion.State.ANSWERED_LATE],
    )
    for opinion in given.select_related("body", "consultation__issue").order_by("pk"):
        label = _("Opinion of %(body)s: %(stance)s") % {
            "body": opinion.body,
            "stance": opinion.get_stance_display(),
        }
        yield Evidence(label, _day(opinion.moved_at), (opinion.content,), path_of(opinion))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
