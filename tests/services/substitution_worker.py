"""Jobs of a process: confirm, end and sweep substitutions while another process does something else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from coordination.actions.substitutions import confirm_substitution, end_substitution
from coordination.models import Substitution
from notifications.inbox import waiting_on
from notifications.models import Notice
from tests.people import person
from tests.services.preparing import STORIES, prepare
from tests.substitutes import DIRECTOR, LEADER, drafted
from workflows import sweeps
from workflows.refusals import Refusal
from workflows.registry import registry

BARRIER: Any = None
MEETING_SECONDS = 60


def replaceable_leader(state: str) -> dict[str, Any]:
    """An issue in a state, and two drafts for its leader on the same days; nothing else replaces them."""
    now = timezone.now()
    for row in Substitution.objects.standing():
        end_substitution(row, by=person("admin"), at=now)
    [record] = prepare(state, 1)
    rows = [drafted(LEADER, name, now).pk for name in (DIRECTOR, "binhduong.ubnd.officer")]
    return {"issue": record, "rows": rows}


def confirm(row: int) -> None:
    """Confirm, without a race."""
    confirm_substitution(Substitution.objects.get(pk=row), by=person(LEADER), at=timezone.now())


def confirm_silently(row: int) -> None:
    """As if the process had died between the confirmation and the telling."""
    moment = timezone.now() - timedelta(seconds=1)
    seat = Substitution.objects.get(pk=row).replaced
    Substitution.objects.filter(pk=row).update(confirmed_by=seat, confirmed_at=moment)


def confirm_at_once(row: int, by: str) -> str:
    """Confirm when the other process is ready; the code of the refusal, "" where there was none."""
    BARRIER.wait(MEETING_SECONDS)
    try:
        confirm_substitution(Substitution.objects.get(pk=row), by=person(by), at=timezone.now())
    except Refusal as refusal:
        return refusal.code
    return ""


def end_at_once(row: int) -> None:
    """End when the other process is ready."""
    BARRIER.wait(MEETING_SECONDS)
    end_substitution(Substitution.objects.get(pk=row), by=person(LEADER), at=timezone.now())


def sweep_at_once() -> list[str]:
    """Sweep when the other process is ready; what failed."""
    BARRIER.wait(MEETING_SECONDS)
    return [failure.reason for failure in sweeps.run(timezone.now()).failed]


def pass_on(record: tuple[str, int]) -> None:
    """The office passes the file on to the leader, when the other process is ready."""
    story = STORIES[record[1]]
    story.at = timezone.now() - timedelta(hours=1)
    BARRIER.wait(MEETING_SECONDS)
    story.do("pass_to_leader")


def sweep_now() -> None:
    """Sweep, without a race."""
    sweeps.run(timezone.now())


def asked_of(username: str, record: tuple[str, int]) -> int:
    """How often something asks this person to act on the record."""
    rows = Notice.objects.awaiting_action().filter(person__username=username)
    return rows.filter(machine=record[0], record_id=record[1]).count()


def told_as_substitute(record: tuple[str, int]) -> int:
    """How often the substitute was told that the turn became theirs."""
    return Notice.objects.filter(why="substitute", machine=record[0], record_id=record[1]).count()


def asked_in_vain(username: str) -> list[tuple[str, int]]:
    """What asks this person for something that is not theirs to do."""
    assert registry.roles is not None
    who = person(username).pk
    items = registry.roles.items_of([who], timezone.now())[who]
    return sorted(waiting_on(who) - {(item.machine, item.record_id or 0) for item in items})
