"""What belongs together: issues on one project, about one text, between the same localities.

The seed's main verb ("để tổng hợp tham mưu"): the focal point gathers what its units report, so that
one submission carries it. These are suggestions; nothing is put together by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Issue, Person, Submission
from coordination.queries.likeness import name_key, same_key
from coordination.roles import held_seats

PROJECT, TEXT, LOCALITIES = "project", "text", "localities"
REASONS: dict[str, str | Promise] = {
    PROJECT: _("same project"),
    TEXT: _("same text to amend"),
    LOCALITIES: _("same localities"),
}
# What can still be put on one submission, now or as soon as it is back in triage.
GATHERED = (
    Issue.State.SUBMITTED,
    Issue.State.RETURNED,
    Issue.State.TRIAGE,
    Issue.State.CONSULTING,
)
# Where the focal officer asks what goes together.
ASKED_IN = frozenset({Issue.State.SUBMITTED, Issue.State.TRIAGE})
# What was settled once: what was done then is worth reading now.
SETTLED = (Issue.State.RESOLVED, Issue.State.CLOSED, Issue.State.DECLINED)
MOST, SHOWN, REMEMBERED = 300, 12, 5


@dataclass(frozen=True)
class Marks:
    """By what an issue is recognised: its project, the text to amend, its set of localities."""

    project: str
    text: str
    places: frozenset[int]

    def shared_with(self, other: Marks) -> tuple[str, ...]:
        """Why the two belong together, the stronger reason first; empty where they do not."""
        found = {
            PROJECT: same_key(self.project, other.project),
            TEXT: same_key(self.text, other.text),
            LOCALITIES: len(self.places) > 1 and self.places == other.places,
        }
        return tuple(reason for reason, holds in found.items() if holds)


@dataclass(frozen=True)
class Related:
    """Another issue, and why it belongs to the one at hand. ``draft`` is the one it stands on."""

    issue: Issue
    reasons: tuple[str, ...]
    draft: Submission | None

    @property
    def why(self) -> list[str]:
        return [str(REASONS[reason]) for reason in self.reasons]

    @property
    def is_ready(self) -> bool:
        """Whether it can be put on a submission now."""
        return self.issue.state == Issue.State.TRIAGE

    @property
    def is_coming(self) -> bool:
        """Whether it can be put on one as soon as it is in triage (again)."""
        return self.issue.state in GATHERED and not self.is_ready


@dataclass(frozen=True)
class Around:
    """What belongs to one issue: what is open, and what was settled before on the same matter."""

    open: list[Related]
    settled: list[Issue]


@dataclass(frozen=True)
class Group:
    """Issues that belong together, under what they share; ``elsewhere`` are past triage already."""

    name: str
    reasons: tuple[str, ...]
    members: list[Related]
    elsewhere: list[Issue]
    settled: list[Issue]

    @property
    def why(self) -> list[str]:
        return [str(REASONS[reason]) for reason in self.reasons]

    @property
    def ready(self) -> list[Issue]:
        """The members that one submission can carry now."""
        return [member.issue for member in self.members if member.is_ready]


def focal_homes(person: Person, at: datetime, levels: Iterable[str] = ("officer", "head")) -> set[int]:
    """The localities for whose focal point this person works, at one of these levels."""
    return {
        locality
        for held in held_seats(person, at)
        if held.level in levels
        for kind, locality in held.functions
        if kind == "focal" and locality is not None
    }


def marks_of(issue: Issue) -> Marks:
    """The marks of an issue; read its sides beforehand where there are many."""
    return Marks(
        project=name_key(issue.project),
        text=name_key(issue.amended_text),
        places=frozenset(side.locality_id for side in issue.sides.all()),
    )


def around(issue: Issue) -> Around:
    """What belongs to an issue of the same home; for its own focal point to read."""
    marks = marks_of(issue)
    rows = _of_homes({issue.home_id}).exclude(pk=issue.pk)
    found = _related(marks, rows.exclude(state__in=Issue.TERMINAL | {Issue.State.RESOLVED})[:MOST])
    # Where only the localities are the same, what was proposed already goes its own way.
    related = [one for one in found if one.reasons[0] != LOCALITIES or one.issue.state in GATHERED]
    related.sort(key=lambda one: (one.reasons[0] == LOCALITIES, -len(one.reasons), one.issue.key))
    settled = _related(marks, rows.filter(state__in=SETTLED)[:MOST])
    same_matter = [one.issue for one in settled if one.reasons[0] != LOCALITIES]
    return Around(related[:SHOWN], same_matter[:REMEMBERED])


def _of_homes(homes: Iterable[int]) -> QuerySet[Issue]:
    rows = Issue.objects.filter(home__in=homes, code__isnull=False).select_related("unit", "home")
    return rows.prefetch_related(
        "sides__locality", "submission_items__submission__drafted_by__person"
    ).order_by("-moved_at", "-pk")


def _related(marks: Marks, rows: Iterable[Issue]) -> list[Related]:
    found = []
    for issue in rows:
        reasons = marks.shared_with(marks_of(issue))
        if reasons:
            found.append(Related(issue, reasons, _draft_of(issue)))
    return found


def _draft_of(issue: Issue) -> Submission | None:
    items = [item for item in issue.submission_items.all() if item.status == "drafting"]
    return items[-1].submission if items else None


def groups_for(person: Person, at: datetime) -> list[Group]:
    """The groups among what waits at this person's focal points: one project first, then one pair.

    A group has at least two issues, one of which waits for the focal officer now.
    """
    homes = focal_homes(person, at)
    pool = list(_of_homes(homes).filter(state__in=GATHERED)[:MOST])
    others = list(_of_homes(homes).exclude(state__in=(*GATHERED, "withdrawn", "merged"))[:MOST])
    found: dict[frozenset[int], Group] = {}
    for reason, members in _clusters(pool):
        if len(members) < 2 or not any(issue.state in ASKED_IN for issue in members):
            continue
        key = frozenset(issue.pk for issue in members)
        known = found.get(key)
        found[key] = _group(reason, members, others, also=known.reasons if known else ())
    return sorted(found.values(), key=lambda group: (group.reasons[0] == LOCALITIES, -len(group.members)))


def _group(reason: str, members: Sequence[Issue], others: Sequence[Issue], also: tuple[str, ...]) -> Group:
    reasons = tuple(name for name in REASONS if name in {reason, *also})
    names = {
        PROJECT: _best_spelt(issue.project for issue in members),
        TEXT: _best_spelt(issue.amended_text for issue in members),
        LOCALITIES: _places(members[0]),
    }
    marks = [marks_of(issue) for issue in members]
    same_matter = [
        issue
        for issue in others
        if any({PROJECT, TEXT} & set(each.shared_with(marks_of(issue))) for each in marks)
    ]
    return Group(
        name=names[reasons[0]],
        reasons=reasons,
        members=[Related(issue, reasons, _draft_of(issue)) for issue in members],
        elsewhere=[issue for issue in same_matter if issue.state not in SETTLED][:REMEMBERED],
        settled=[issue for issue in same_matter if issue.state in SETTLED][:REMEMBERED],
    )


def _best_spelt(names: Iterable[str]) -> str:
    """Of several spellings of one name the one with the most diacritics."""
    return max(names, key=lambda name: sum(not letter.isascii() for letter in name))


def _places(issue: Issue) -> str:
    names = sorted((side.locality_id != issue.home_id, str(side.locality)) for side in issue.sides.all())
    return " – ".join(name for _other, name in names)


def _clusters(pool: Sequence[Issue]) -> Iterable[tuple[str, list[Issue]]]:
    """(reason, issues of one home) for every set that shares a mark, of one issue too."""
    for home in sorted({issue.home_id for issue in pool}):
        own = [(issue, marks_of(issue)) for issue in pool if issue.home_id == home]
        yield from ((PROJECT, found) for found in _by_name([(i, m.project) for i, m in own]))
        yield from ((TEXT, found) for found in _by_name([(i, m.text) for i, m in own]))
        by_places: dict[frozenset[int], list[Issue]] = {}
        for issue, marks in own:
            if len(marks.places) > 1:
                by_places.setdefault(marks.places, []).append(issue)
        yield from ((LOCALITIES, found) for found in by_places.values())


def _by_name(named: Iterable[tuple[Issue, str]]) -> list[list[Issue]]:
    """Issues by what they name; a name joins the first cluster that holds one like it."""
    clusters: list[tuple[set[str], list[Issue]]] = []
    for issue, name in named:
        if not name:
            continue
        home = next((one for one in clusters if any(same_key(name, key) for key in one[0])), None)
        if home is None:
            clusters.append(({name}, [issue]))
        else:
            home[0].add(name)
            home[1].append(issue)
    return [issues for _names, issues in clusters]


def offers_for(issue: Issue, person: Person, at: datetime) -> dict[str, Any]:
    """For the issue's page: what its focal officer may bring together with it, while it is asked."""
    if issue.state not in ASKED_IN or issue.home_id not in focal_homes(person, at):
        return {}
    return {
        "around": around(issue),
        "may_draft": issue.home_id in focal_homes(person, at, ("officer",)),
    }
