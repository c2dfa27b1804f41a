"""Conditions on the record itself (rulebook §2 and §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Issue, Kind
from workflows.clocks import load_calendar, running_clock
from workflows.machines.base import Move
from workflows.models import Clock, Event
from workflows.refusals import Forbidden, Incomplete
from workflows.registry import need

UNIT_SILENCE_DAYS = 5
REMINDERS_BEFORE_GIVING_UP = 2


def issue_problems(issue: Issue) -> dict[str, str]:
    """What an issue still lacks before it can leave the unit: field → sentence (rulebook §2)."""
    return content_problems(
        title=issue.title,
        project=issue.project,
        amended_text=issue.amended_text,
        kinds=issue.material_kinds,
        # A side that a conclusion brought in was not the unit's to describe.
        sides=[
            (side.locality_id, side.role, side.situation)
            for side in issue.sides.all()
            if side.situation or not side.brought_in_at
        ],
        tried=issue.tried,
        proposal=issue.proposal,
        home_id=issue.home_id,
    )


def content_problems(
    *,
    title: str,
    project: str,
    amended_text: str,
    kinds: Iterable[str],
    sides: list[tuple[int, str, str]],
    tried: str,
    proposal: str,
    home_id: int,
) -> dict[str, str]:
    """The same for content that is not stored yet (the form): field → sentence.

    ``sides`` are (locality id, role, state of things).
    """
    problems: dict[str, str] = {}
    kinds = set(kinds)
    if not title.strip():
        problems["title"] = _("Give the issue a title.")
    if not project.strip():
        if Kind.MECHANISM not in kinds:
            problems["project"] = _("Name the project.")
        elif not amended_text.strip():
            problems["amended_text"] = _("Name the text that should be amended.")
    if not kinds:
        problems["kinds"] = _("Choose at least one kind of difficulty.")
    problems.update(side_problems([(pk, role) for pk, role, _situation in sides], home_id))
    if any(not situation.strip() for _pk, _role, situation in sides):
        problems["situation"] = _("Describe the state of things on each side.")
    if not tried.strip():
        problems["tried"] = _("Say what was tried so far.")
    if not proposal.strip():
        problems["proposal"] = _("Write the proposal.")
    return problems


def side_problems(sides: list[tuple[int, str]], home_id: int) -> dict[str, str]:
    """Two localities at least, or one with the works and one affected; the home one among them."""
    if len({pk for pk, _role in sides}) < 2:
        return {
            "localities": _(
                "Name at least two localities, or one where the works are and one that is affected."
            )
        }
    if home_id not in {pk for pk, _role in sides}:
        return {"localities": _("Your own locality must be one of the sides.")}
    return {}


@need("complete")
def complete(move: Move, _word: str) -> None:
    """The form is complete (issue), the dossier says something (dossier)."""
    if isinstance(move.record, Issue):
        problems = issue_problems(move.record)
    else:
        problems = {} if move.record.content.strip() else {"content": _("Write the dossier.")}
    if problems:
        raise Incomplete({"complete": " ".join(problems.values())})


@need("nobody_brought_in")
def nobody_brought_in(move: Move, _word: str) -> None:
    """Once another locality is a party, the record can only be discontinued by the committee."""
    if move.record.brought_in():
        raise Forbidden(
            "nobody_brought_in",
            gettext_lazy(
                "Another locality is already a party to this issue, so this cannot be done any more."
            ),
        )


@need("no_committee_decision")
def no_committee_decision(move: Move, _word: str) -> None:
    """Once any committee decision exists, only the committee discontinues (rulebook §2)."""
    if move.record.committee_decided:
        raise Forbidden(
            "no_committee_decision",
            gettext_lazy("The People's Committee has decided on this issue: only it can discontinue it."),
        )


@need("commitments_settled")
def commitments_settled(move: Move, _word: str) -> None:
    """No commitment runs; this round has one verified and left none unmet without a replacement."""
    issue = move.record
    if not issue.settled():
        raise Forbidden(
            "commitments_settled", gettext_lazy("Commitments are still running, or there are none.")
        )
    if not issue.may_be_resolved():
        raise Forbidden(
            "commitments_settled",
            gettext_lazy("A commitment was not met, or none was verified: reopen the issue instead."),
        )


def unit_silence_ends(issue: Issue) -> datetime | None:
    """The last moment for the unit's word: the end of the fifth working day; None where it is not asked."""
    if issue.unit_asked_at is None:
        return None
    calendar = load_calendar(issue.home.mnemonic)
    asked_on = calendar.local(issue.unit_asked_at).date()
    return calendar.end_of_day(calendar.add_working_days(asked_on, UNIT_SILENCE_DAYS))


@need("unit_heard")
def unit_heard(move: Move, _word: str) -> None:
    """The unit agreed or objected, or was silent for five working days (silence is agreement)."""
    issue = move.record
    silent_until = unit_silence_ends(issue)
    if issue.unit_answer or (silent_until is not None and move.at > silent_until):
        return
    raise Forbidden(
        "unit_heard",
        gettext_lazy("The unit has not answered yet; five working days of silence count as agreement."),
    )


@need("after_reminders")
def after_reminders(move: Move, _word: str) -> None:
    """At least two reminders since the clock started, and the due date has passed."""
    clock: Clock | None = running_clock(move.record)
    since = clock.started_at if clock else move.at - timedelta(days=3650)
    reminders = Event.objects.filter(
        machine=move.record.machine, record_id=move.record.pk, name="remind", at__gte=since
    ).count()
    overdue = clock is not None and clock.due_at is not None and clock.due_at < move.at
    if reminders < REMINDERS_BEFORE_GIVING_UP or not overdue:
        raise Forbidden(
            "after_reminders",
            gettext_lazy("This is possible after two reminders and once the due date has passed."),
        )
