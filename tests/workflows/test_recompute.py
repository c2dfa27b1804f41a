"""Running clocks counted again: a policy begins, a calendar changes, an urgency is confirmed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from coordination.actions.calendars import change_calendar, latest_version
from coordination.actions.clocks import NewDueDates, recompute_due
from coordination.actions.policies import set_policy
from coordination.actions.sessions import move_session
from notifications.models import Notice
from tests.people import locality, person
from tests.story import Story
from tests.workflows.effect_rows import scheduled_dossier
from workflows import audit
from workflows.calendar_edits import swap
from workflows.clocks import load_calendar, running_clock
from workflows.deadlines import explanation_from_json, render_explanation
from workflows.machines.base import Machine
from workflows.models import Calendar, Clock, Event
from workflows.sweeps import plan, run, sweep

pytestmark = pytest.mark.django_db
BASIS = "Quyết định 12/QĐ-UBND ngày 10/11/2026"
HOME_OFFICER, HOME_HEAD = "binhduong.skhdt.officer", "binhduong.skhdt.head"


def make_policy(
    days: dict[str, int], *, at: datetime, begins_on: date | None = None, version: int = 0
) -> int:
    _policy, moved = set_policy(
        locality("binhduong"),
        {"due_days": days},
        basis=BASIS,
        begins_on=begins_on,
        expected_version=version,
        by=person("admin"),
        at=at,
    )
    return moved


def swap_days(off: date, worked: date, *, at: datetime) -> int:
    calendar = Calendar.objects.get(scope="")
    edit = swap(
        load_calendar(""),
        off,
        worked,
        off_name="Nghỉ hoán đổi",
        worked_name="Làm bù",
        today=timezone.localtime(at).date(),
    )
    _change, moved = change_calendar(
        calendar,
        edit,
        basis="Công văn 1/VPCP-KGVX",
        expected_version=latest_version(calendar),
        by=person("admin"),
        at=at,
    )
    return moved


def clock_of(record: Machine) -> Clock:
    clock = running_clock(record)
    assert clock is not None
    return clock


def due(record: Machine) -> str:
    moment = clock_of(record).due_at
    assert moment is not None
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"


def moves_of(record: Machine) -> list[Event]:
    return list(Event.objects.filter(machine=record.machine, record_id=record.pk, name="move_due_date"))


def told(event: Event) -> set[str]:
    return set(Notice.objects.filter(event_id=event.pk).values_list("person__username", flat=True))


def lines(record: Machine) -> list[str]:
    with override("en"):
        return render_explanation(explanation_from_json(clock_of(record).explanation))


# A policy. The story accepts on Wednesday 11/11/2026 at 12:00: ten working days end on 26/11 (24/11 is off).


def test_a_policy_that_begins_moves_open_due_dates_with_an_event(story):
    story.to("triage")
    assert due(story.issue) == "26/11/2026 17:00"
    version = story.issue.version
    at = story.at + timedelta(hours=1)

    assert make_policy({"issue.triage": 7}, at=at) == 1

    # 12=1 13=2; 14 15 rest; 16=3 17=4 18=5 19=6 20=7
    assert due(story.issue) == "20/11/2026 17:00"
    [event] = moves_of(story.issue)
    assert (event.kind, event.person_id, event.channel, event.policy_version) == ("act", None, "system", 1)
    assert event.data == {
        "due_before": "2026-11-26T10:00:00+00:00",
        "due_after": "2026-11-20T17:00:00+07:00",
        "why": {"of": "policy", "version": 1},
        "basis": BASIS,
    }
    assert story.refreshed().version == version
    clock = clock_of(story.issue)
    assert (clock.policy_version, clock.started_at) == (1, story.at)
    assert lines(story.issue)[1] == (
        "Time limit of the locality's policy, version 1 (rulebook: 10 working days)."
    )
    assert lines(story.issue)[-1] == (
        "Before: 26/11/2026 at 17:00; moved on 11/11/2026 by the locality's policy, version 1."
    )


def test_the_holders_and_their_heads_hear_of_it_and_nobody_twice(story):
    story.to("triage")
    make_policy({"issue.triage": 7}, at=story.at + timedelta(hours=1))
    [event] = moves_of(story.issue)
    assert told(event) == {HOME_OFFICER, HOME_HEAD, "binhduong.skhdt.deputy"}
    before = Notice.objects.count()

    assert recompute_due(story.at + timedelta(hours=2)) == 0
    assert sweep(story.at + timedelta(hours=2)) == 0

    assert moves_of(story.issue) == [event]
    assert Notice.objects.count() == before


def test_a_clock_that_stays_gets_no_event_but_true_lines(story):
    story.to("triage")
    make_policy({"issue.triage": 7, "issue.resolved": 3}, at=story.at + timedelta(hours=1))
    moved = make_policy({"issue.triage": 7}, at=story.at + timedelta(hours=2), version=1)
    assert moved == 0
    assert len(moves_of(story.issue)) == 1
    assert clock_of(story.issue).policy_version == 2
    assert "version 2 (rulebook" in lines(story.issue)[1]
    assert "moved on 11/11/2026" in lines(story.issue)[-1]


def test_stopped_clocks_and_other_localities_do_not_change(story):
    story.to("triage")
    elsewhere = Story("binhphuoc", "dongnai", "binhphuoc.gtvt")
    elsewhere.to("triage")
    untouched = Clock.objects.exclude(pk=clock_of(story.issue).pk)
    before = list(untouched.order_by("pk").values())

    make_policy({"issue.triage": 7, "issue.submitted": 9, "issue.awaiting_unit_head": 9}, at=story.at)

    assert list(untouched.order_by("pk").values()) == before
    assert moves_of(elsewhere.issue) == []


def test_a_version_that_begins_later_moves_nothing_until_the_sweep_of_that_day(story):
    story.to("triage")
    assert make_policy({"issue.triage": 12}, at=story.at, begins_on=date(2026, 11, 16)) == 0
    begins = datetime(2026, 11, 16, tzinfo=story.at.tzinfo)
    assert recompute_due(begins - timedelta(seconds=1)) == 0
    assert due(story.issue) == "26/11/2026 17:00"
    foreseen = [
        planned
        for one, planned in plan(begins - timedelta(days=2), begins + timedelta(hours=1))
        if one.name == NewDueDates.name
    ]
    assert [(row.record, row.what, row.when) for row in foreseen] == [(story.issue, "move_due_date", begins)]
    assert due(story.issue) == "26/11/2026 17:00"

    report = run(begins + timedelta(minutes=1))

    # 27=11, 30=12
    assert due(story.issue) == "30/11/2026 17:00"
    assert report.taken["due_dates"] == 1
    assert report.failed == []
    assert "due_dates" not in run(begins + timedelta(minutes=2)).taken


def test_what_was_left_over_is_moved_by_the_sweep(story, monkeypatch):
    monkeypatch.setattr("coordination.actions.policies.AT_ONCE", 0)
    story.to("triage")
    assert make_policy({"issue.triage": 7}, at=story.at) == 0
    assert due(story.issue) == "26/11/2026 17:00"
    assert recompute_due(story.at + timedelta(minutes=1)) == 1
    assert due(story.issue) == "20/11/2026 17:00"


def test_a_step_after_it_began_is_counted_by_it_and_moves_nothing(story):
    story.to("submitted")
    make_policy({"issue.triage": 7}, at=story.at, begins_on=date(2026, 11, 12))
    story.at += timedelta(days=1)
    story.do("accept")
    assert clock_of(story.issue).policy_version == 1
    assert recompute_due(story.at) == 0
    assert moves_of(story.issue) == []


def test_the_chain_of_events_still_holds(story):
    story.to("triage")
    make_policy({"issue.triage": 7}, at=story.at)
    events = Event.objects.filter(machine="issue", record_id=story.issue.pk).order_by("seq")
    assert list(audit.chain_faults(events)) == []
    assert story.refreshed().event_count == events.count()


# A calendar


def test_a_swap_announced_a_week_ahead_moves_open_due_dates(story):
    """30/11 off, 5/12 worked: announced on 11/11, for whoever counts across 30/11."""
    story.to("triage")
    make_policy({"issue.triage": 12}, at=story.at)
    assert due(story.issue) == "30/11/2026 17:00"

    assert swap_days(date(2026, 11, 30), date(2026, 12, 5), at=story.at + timedelta(hours=1)) == 1

    # 27=11, 30 off, 1/12=12
    assert due(story.issue) == "01/12/2026 17:00"
    event = moves_of(story.issue)[-1]
    assert event.data["why"] == {"of": "calendar", "version": 1}
    assert event.data["basis"] == "Công văn 1/VPCP-KGVX"
    assert clock_of(story.issue).calendar_version == 1
    told_lines = lines(story.issue)
    assert "30/11/2026: day off (Nghỉ hoán đổi), not counted." in told_lines
    assert "Counted by the working calendar, version 1." in told_lines
    assert told_lines[-2:] == [
        "Before: 26/11/2026 at 17:00; moved on 11/11/2026 by the locality's policy, version 1.",
        "Before: 30/11/2026 at 17:00; moved on 11/11/2026 by the working calendar, version 1.",
    ]
    assert recompute_due(story.at + timedelta(hours=2)) == 0


def test_a_swap_within_the_period_keeps_the_date_and_tells_nobody(story):
    """Both days lie within the period: the sum stays, the lines say what is counted now."""
    story.to("triage")
    assert swap_days(date(2026, 11, 20), date(2026, 11, 21), at=story.at) == 0
    assert due(story.issue) == "26/11/2026 17:00"
    assert moves_of(story.issue) == []
    assert "21/11/2026: make-up day (Làm bù), counted." in lines(story.issue)
    assert clock_of(story.issue).calendar_version == 1


def test_past_results_do_not_change_with_the_calendar(story):
    story.to("awaiting_focal_head")
    past = Clock.objects.filter(stopped_at__isnull=False).order_by("pk")
    before = list(past.values())
    swap_days(date(2026, 11, 13), date(2026, 11, 14), at=story.at)
    assert len(before) >= 3
    assert list(past.values()) == before


# An urgency. Triage runs from Wednesday 11/11/2026 12:00; ten days end on 26/11.


def test_an_urgency_counts_the_running_clock_again_from_its_start(story):
    story.to("triage")
    event = story.act("confirm_urgency", {"urgency": "urgent"}, by=HOME_OFFICER)
    # 12=1 13=2 16=3 17=4 18=5
    assert due(story.issue) == "18/11/2026 17:00"
    assert event.data == {
        "urgency": "urgent",
        "due_before": "2026-11-26T10:00:00+00:00",
        "due_after": "2026-11-18T17:00:00+07:00",
    }
    assert lines(story.issue)[-1] == "Before: 26/11/2026 at 17:00; moved on 11/11/2026 by the urgency."
    assert moves_of(story.issue) == []


def test_hỏa_tốc_confirmed_late_counts_two_office_hours_from_the_confirmation(story):
    """Friday 13/11 at 16:30: half an hour on Friday, the rest on Monday until 09:00."""
    story.to("triage")
    story.at = datetime(2026, 11, 13, 15, 30, tzinfo=story.at.tzinfo)
    story.act("confirm_urgency", {"urgency": "express"}, by=HOME_OFFICER)
    assert due(story.issue) == "16/11/2026 09:00"
    assert any("counted from the confirmation, 13/11/2026 at 16:30" in line for line in lines(story.issue))
    # Counted again for another reason, it keeps its beginning.
    make_policy({"issue.triage": 8}, at=story.at + timedelta(minutes=10))
    assert due(story.issue) == "16/11/2026 09:00"


def test_an_urgency_confirmed_too_late_never_makes_it_later(story):
    """On the last day but one, khẩn from then on would end after the usual date: that one stays."""
    story.to("triage")
    story.at = datetime(2026, 11, 25, 9, 0, tzinfo=story.at.tzinfo)
    event = story.act("confirm_urgency", {"urgency": "urgent"}, by=HOME_OFFICER)
    assert due(story.issue) == "26/11/2026 17:00"
    assert "due_after" not in event.data
    assert any("too late to bring this date forward" in line for line in lines(story.issue))


def test_urgency_leaves_the_time_of_others_alone(story):
    story.to("central")
    before = due(story.issue)
    story.act("confirm_urgency", {"urgency": "express"}, by=HOME_OFFICER)
    assert due(story.issue) == before
    assert "Express: does not shorten this time limit." in lines(story.issue)


# A date that a person set


def test_a_clock_follows_the_date_of_its_record(story):
    """The session is moved by a week: the dossiers' clocks go along, the amendment tells of it."""
    dossier = scheduled_dossier(story)
    before = clock_of(dossier)
    day = dossier.session.held_on
    moved_to = day + timedelta(days=7)
    move_session(
        dossier.session,
        by=person("dongnambo.vanphong.officer"),
        at=story.at + timedelta(hours=1),
        was=day,
        held_on=moved_to,
        place="",
    )
    clock = clock_of(dossier)
    due_on = load_calendar("BDG").add_working_days(moved_to, 5)
    assert (clock.pk, timezone.localtime(clock.due_at).date()) == (before.pk, due_on)
    assert clock.explanation[0]["params"] == {"days": 5, "date": moved_to.isoformat()}
    assert clock.explanation[-1]["code"] == "moved_by_record"
    assert moves_of(dossier) == []
