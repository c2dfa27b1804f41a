"""My work: what waits for me, what I wait for, what I follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext as _

from coordination.models import Follower, Issue, Person, Seat
from coordination.queries.due import Calendars, Due, Key, due_of, running_clocks
from coordination.queries.issues import IssueRow, issue_rows, seen_issues
from coordination.queries.latest import latest_seen
from coordination.queries.records import opinion_title
from coordination.roles import items_held
from coordination.visibility import (
    Way,
    visible_commitments,
    visible_dossiers,
    visible_issues,
    visible_meetings,
    visible_opinions,
)
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import HeldItem
from workflows.roles import split_who

SHOWN, TASKS = 30, 100
ASKED = 3

# Who acts where the turn is a named seat: the roles under which their steps are declared.
_NAMED_SEATS = {
    "accountable": ("accountable", "focal.officer"),
    "decider": ("decider", "committee.head"),
}
# What the holder is asked for beside the steps of the state: acts, or one step alone.
_PURPOSES = {
    "unit_answer": ("unit_agrees", "unit_objects"),
    "countersign": ("countersign",),
    "send_outside": ("send_outside", "keep_inside"),
    "extension": ("grant_extension", "refuse_extension"),
    "reopen": ("reopen",),
}


@dataclass(frozen=True)
class Task:
    """One record that waits for the reader, and what is asked; ``for_head`` whom they replace in it."""

    record: Any
    kind: str
    title: str
    home: str
    asked: tuple[str, ...]
    since: datetime
    due: Due | None
    issue: Issue
    for_head: str


@dataclass(frozen=True)
class Work:
    """The three lists of the first page; ``more`` is how many tasks it leaves to the list of issues."""

    tasks: list[Task]
    more: int
    waiting: list[IssueRow]
    following: list[IssueRow]


def work_for(person: Person, at: datetime) -> Work:
    """Everything on the first page of ``person``, visible to them; a fixed number of queries."""
    tasks = tasks_of(person, at)
    at_hand = {task.issue.pk for task in tasks}
    seen = visible_issues(person, at)
    open_ones = Issue.objects.exclude(pk__in=at_hand).exclude(state__in=Issue.TERMINAL)
    hand_in = latest_seen(open_ones, _hand_in(person), seen, size=SHOWN)
    waiting = issue_rows(hand_in, person=person, at=at)
    followed = Follower.objects.filter(issue=OuterRef("pk"), person_id=person.pk)
    follows = Way({person.pk}, hanging=followed)
    return Work(
        tasks=tasks,
        more=max(0, len(_items_by_record(person, at)) - TASKS),
        waiting=[row for row in waiting if not row.mine],
        following=issue_rows(
            latest_seen(Issue.objects.all(), [follows], seen, size=SHOWN), person=person, at=at
        ),
    )


def _hand_in(person: Person) -> list[Way]:
    """The ways to have had a hand in an issue: a named seat, a proposal, a step or an act."""
    seats = frozenset(Seat.objects.filter(person_id=person.pk).values_list("pk", flat=True))
    acted = Event.objects.filter(machine="issue", record_id=OuterRef("pk"), person_id=person.pk)
    return [
        Way(seats, key="author_id"),
        Way(seats, key="accountable_id"),
        Way(seats, key="decider_id"),
        Way({person.pk}, key="proposer_id"),
        Way({person.pk}, hanging=acted.exclude(name__in=["follow", "unfollow"])),
    ]


def tasks_of(person: Person, at: datetime) -> list[Task]:
    """The first ``TASKS`` records on which this person holds the turn: overdue first, then by due date."""
    items = _items_by_record(person, at)
    clocks = running_clocks(items)

    def place(key: Key) -> tuple[bool, datetime | None]:
        clock = clocks.get(key)
        return clock is None, clock.due_at if clock else items[key].created

    records = _visible_records(sorted(items, key=place)[:TASKS], person, at)
    known = _known_issues(records.values(), person, at)
    calendars = Calendars()
    heads = _replaced_heads(items[key] for key in records)
    tasks = []
    for key, record in records.items():
        clock = clocks.get(key)
        calendar = calendars.of(record.home.mnemonic) if clock else None
        tasks.append(
            Task(
                record=record,
                kind=str(record._meta.verbose_name),
                title=_title(record, known),
                home=str(record.home),
                asked=asked(record, items[key].purpose),
                since=items[key].created,
                due=due_of(clock, now=at, calendar=calendar) if clock and calendar else None,
                issue=_issue_of(record),
                for_head=heads.get(items[key].for_seat, ""),
            )
        )
    return sorted(tasks, key=lambda task: (task.due is None, task.due.at if task.due else task.since))


def _items_by_record(person: Person, at: datetime) -> dict[Key, HeldItem]:
    found: dict[Key, HeldItem] = {}
    for item in items_held(person, at):
        if item.record_id is not None:
            found.setdefault((item.machine, item.record_id), item)
    return found


def _replaced_heads(items: Iterable[HeldItem]) -> dict[int | None, str]:
    """Seat id → the head whose turn the reader holds by authority."""
    seats = {item.for_seat for item in items if item.for_seat}
    rows = Seat.objects.filter(pk__in=seats).select_related("person") if seats else ()
    return {seat.pk: str(seat) for seat in rows}


def _visible_records(keys: Iterable[Key], person: Person, at: datetime) -> dict[Key, Any]:
    ids: dict[str, list[int]] = {}
    for machine, record_id in keys:
        ids.setdefault(machine, []).append(record_id)
    sources: dict[str, Any] = {
        "issue": lambda: seen_issues(person, at).select_related("home"),
        "meeting": lambda: (
            visible_meetings(person, at).select_related("home").prefetch_related("agenda_items__issue")
        ),
        "dossier": lambda: visible_dossiers(person, at).select_related("home", "issue"),
        "commitment": lambda: visible_commitments(person, at).select_related("home", "issue"),
        "opinion": lambda: visible_opinions(person, at).select_related("consultation__issue__home"),
    }
    return {
        (machine, record.pk): record
        for machine, wanted in ids.items()
        if machine in sources
        for record in sources[machine]().filter(pk__in=wanted)
    }


def _issue_of(record: Any) -> Issue:
    if record.machine == "meeting":
        return record.agenda_items.all()[0].issue
    return record if record.machine == "issue" else record.issue


def _known_issues(records: Iterable[Any], person: Person, at: datetime) -> set[int]:
    """Of the issues on which opinions are asked: those the reader may know, not the question alone."""
    asked_about = [record.issue.pk for record in records if record.machine == "opinion"]
    return set(seen_issues(person, at).filter(pk__in=asked_about).values_list("pk", flat=True))


def _title(record: Any, known: set[int]) -> str:
    if record.machine == "opinion":
        return opinion_title(record, knows_issue=record.issue.pk in known)
    if record.machine == "meeting":
        return " · ".join(item.issue.title for item in record.agenda_items.all())
    return str(record.title)


def asked(record: Machine, purpose: str) -> tuple[str, ...]:
    """What the holder of the turn can do here, in the words of the buttons, the main ones first.

    Read from the machine's own declarations: nothing to keep in step by hand.
    """
    if purpose in _PURPOSES:
        declared = ACTS | record.steps()
        return tuple(str(declared[name].label) for name in _PURPOSES[purpose])
    state = record.state
    roles: set[str] = set()
    for word in record.TURNS.get(state, "").split(";")[-1].split("+"):
        role = word.strip().split(" ")[0]
        roles.update(_NAMED_SEATS.get(role, (role,)))
    steps = [
        info
        for info in record.steps_from(state).values()
        if roles & {role for role, _by_policy in split_who(info.who)}
    ]
    # What only turns the file back (a reason is all it needs) comes after what carries it on.
    steps.sort(key=lambda info: "reason" in info.needs)
    labels = tuple(str(info.label) for info in steps[:ASKED])
    return labels or (_("Look at it"),)
