"""Jobs of a process: sweep a record, or act on it as a person, while the others do the same.

Imported by ``processes.serve`` once Django knows its database. Whatever goes in or out is plain
values: it travels through a pipe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from coordination.models import Opinion
from notifications.models import Notice
from tests.people import body, person
from tests.services.facts import find
from tests.story import Story
from workflows import engine, sweeps
from workflows.models import Event
from workflows.refusals import Refusal
from workflows.registry import registry

BARRIER: Any = None
MEETING_SECONDS = 60
_ZONE = timezone.get_default_timezone()
# Monday, so that what was begun long before the Tuesday of the sweep has run out.
BEGUN = datetime(2026, 11, 2, 8, 0, tzinfo=_ZONE)
SWEPT = datetime(2026, 12, 1, 10, 0, tzinfo=_ZONE)

Record = tuple[str, int]


@dataclass(frozen=True)
class Race:
    """What falls due (``sweep`` on ``record``) and what a person does there: a step or an act.

    ``delays`` are the seconds by which the first sweeper, the second and the person start late.
    """

    sweep: str
    record: Record
    name: str
    by: str
    data: dict[str, Any] = field(default_factory=dict)
    delays: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass
class Result:
    """How it went for one of the three; the clocks can be compared between processes."""

    won: bool = False
    refusal: str = ""
    sentence: str = ""
    error: str = ""
    began: float = 0.0
    ended: float = 0.0


# Getting records to where time does something with them


def fall_due(sweep: str, count: int) -> list[Race]:
    """So many records on which this sweep has something to do at ``SWEPT``, with the person's attempt."""
    return [_PREPARE[sweep](Story(at=BEGUN)) for _ in range(count)]


def _opinion_asked(story: Story) -> Race:
    """One body was asked: its answer, or its silence, ends the consultation."""
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk]})
    opinion = Opinion.objects.get(consultation__issue=story.issue)
    answer = {"opinion": {"stance": "agree", "content": "Thống nhất."}}
    return Race("lapse", ("opinion", opinion.pk), "answer", "binhduong.tnmt.head", answer)


def _consultation_open(story: Story) -> Race:
    story.to("consulting")
    return Race("conclude", ("issue", story.issue.pk), "conclude_consultation", "binhduong.skhdt.officer")


def _head_waited_for(story: Story) -> Race:
    story.to("awaiting_focal_head")
    return Race("remind", ("issue", story.issue.pk), "endorse", "binhduong.skhdt.head")


def _unit_asked(story: Story) -> Race:
    story.propose_to_leader(route="directive")
    story.do("direct", {"commitments": story.commitments()[:1]})
    story.settle_commitments()
    return Race("unit_silence", ("issue", story.issue.pk), "unit_objects", "binhduong.gtvt.head")


_PREPARE: dict[str, Callable[[Story], Race]] = {
    "lapse": _opinion_asked,
    "conclude": _consultation_open,
    "remind": _head_waited_for,
    "unit_silence": _unit_asked,
}


# Running


def sweep_each(races: list[Race], runner: int) -> list[Result]:
    """In every race: plan, meet the others at the barrier, take what was planned."""
    assert registry.sweeps is not None
    named = {sweep.name: sweep for sweep in registry.sweeps}
    results = []
    for race in races:
        sweep = named[race.sweep]
        among = Q(machine=race.record[0], record_id=race.record[1])
        [planned] = sweep.plan(SWEPT, SWEPT, among=among)
        results.append(_run(race.delays[runner], lambda: sweep.take(planned, at=SWEPT)))  # noqa: B023
    return results


def act_on_each(races: list[Race]) -> list[Result]:
    """In every race: read the record, meet the others at the barrier, act as its page would."""
    return [_run(race.delays[2], _attempt(race)) for race in races]


def _attempt(race: Race) -> Callable[[], object]:
    record, by = find(race.record), person(race.by)
    if race.name in record.steps():
        return lambda: engine.perform(
            record, race.name, by=by, at=SWEPT, data=race.data, expected_version=record.version
        )
    return lambda: engine.act(record, race.name, by=by, at=SWEPT, data=race.data)


def _run(delay: float, go: Callable[[], object]) -> Result:
    result = Result()
    BARRIER.wait(MEETING_SECONDS)
    time.sleep(delay)
    result.began = time.monotonic()
    try:
        go()
        result.won = True
    except Refusal as refusal:
        result.refusal, result.sentence = refusal.code, refusal.sentence
    except Exception as error:
        result.error = f"{type(error).__name__}: {error}"
    result.ended = time.monotonic()
    return result


def sweep_all() -> dict[str, Any]:
    """Everything that is due, as a worker does it."""
    BARRIER.wait(MEETING_SECONDS)
    report = sweeps.run(SWEPT)
    return {"taken": report.taken, "failed": [one.reason for one in report.failed]}


def sweep_again() -> int:
    """How much a further run finds to do."""
    return sweeps.run(SWEPT).total


def act_on_all(races: list[Race]) -> list[Result]:
    """One after the other, without waiting for the sweepers any more than at the start."""
    BARRIER.wait(MEETING_SECONDS)
    return [_act(race) for race in races]


def _act(race: Race) -> Result:
    result = Result()
    try:
        _attempt(race)()
        result.won = True
    except Refusal as refusal:
        result.refusal, result.sentence = refusal.code, refusal.sentence
    except Exception as error:
        result.error = f"{type(error).__name__}: {error}"
    return result


def history(record: Record) -> list[str]:
    """What happened to a record at ``SWEPT``, in order."""
    events = Event.objects.filter(machine=record[0], record_id=record[1], at__gte=SWEPT)
    return list(events.exclude(kind=Event.Kind.TRAIL).order_by("seq").values_list("name", flat=True))


def issue_of(record: Record) -> Record:
    """The issue to which an opinion belongs."""
    found: Any = find(record)
    return ("issue", found.consultation.issue_id if record[0] == "opinion" else found.pk)


def reminded(record: Record) -> list[str]:
    """Who got a notice of a reminder sent at ``SWEPT``, by name."""
    ids = Event.objects.filter(machine=record[0], record_id=record[1], name="remind", at=SWEPT)
    rows = Notice.objects.filter(event_id__in=ids.values("pk"))
    return sorted(rows.values_list("person__username", flat=True))
