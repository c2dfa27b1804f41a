"""Whose side spent the time, and why a date is the date: the clocks of a record's page (rulebook §4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.translation import override

from coordination.queries.clocks import ClockFace, clock_face, side_words, time_words
from coordination.queries.due import due_of, running_clocks
from coordination.queries.issues import runs_late, seen_issues
from coordination.queries.records import children_of
from coordination.visibility import FULL, SHARED
from tests.people import person
from workflows.clocks import load_calendar, running_clock
from workflows.holidays import national_calendar
from workflows.machines.base import Machine
from workflows.models import Clock

HOME_OFFICER, HOME_HEAD = "binhduong.skhdt.officer", "binhduong.skhdt.head"
OTHER_OFFICER, OTHER_HEAD = "dongnai.skhdt.officer", "dongnai.skhdt.head"
HOME, OTHER = "Binh Duong Province", "Dong Nai Province"
CALENDAR = national_calendar()


def beside(issue) -> list[Machine]:
    return [row for rows in children_of(issue).values() for row in rows]


def face(story, record=None, level=FULL, at: datetime | None = None) -> ClockFace:
    record = record or story.refreshed()
    around = beside(record) if record.machine == "issue" else ()
    with override("en"):
        found = clock_face(record, level, at or story.at, beside=around)
    assert found is not None
    return found


def move_to(story, day: int, hour: int, month: int = 11) -> None:
    """The next step is taken an hour after ``story.at``."""
    story.at = datetime(2026, month, day, hour - 1, 0, tzinfo=story.at.tzinfo)


@pytest.mark.parametrize(
    "seconds,words",
    [
        (0, "less than one working hour"),
        (3599, "less than one working hour"),
        (3600, "1 working hour"),
        (7 * 3600, "7 working hours"),
        (8 * 3600, "1 working day"),
        (12 * 3600, "1.5 working days"),
        (80 * 3600, "10 working days"),
    ],
)
def test_working_time_as_words(seconds, words):
    with override("en"):
        assert time_words(seconds, CALENDAR) == words


@pytest.mark.django_db
def test_each_side_has_the_working_time_it_used(story):
    """Unit: Wednesday 11/11 10:00 to Friday 13/11 10:00; focal point to Wednesday 18/11 10:00."""
    story.do("hand_up")
    move_to(story, 13, 10)
    story.do("submit")
    move_to(story, 16, 10)
    story.do("accept")
    move_to(story, 18, 10)
    story.do("propose")
    assert dict(face(story, at=story.at).spent) == {
        "Department of Transport, Binh Duong Province": "2 working days",
        "the focal point": "3 working days",
    }


@pytest.mark.django_db
def test_entering_a_state_again_starts_a_new_clock_and_the_record_shows_the_sum(story):
    """Triage from Wednesday 12:00 to 13:00, then returned and accepted again."""
    story.to("triage")
    move_to(story, 12, 12)
    story.do("request_supplement")
    move_to(story, 17, 12)
    story.do("submit")
    move_to(story, 18, 12)
    story.do("accept")
    found = face(story, at=story.at + timedelta(days=1))
    triage = [run for run in found.runs if run.state == "In triage"]
    assert [bool(run.stopped_at) for run in triage] == [True, False]
    assert [run.started_at for run in triage][1] == story.at
    own = Clock.objects.filter(machine="issue", record_id=story.issue.pk, side="focal")
    spent = sum(
        CALENDAR.working_seconds_between(clock.started_at, clock.stopped_at or story.at + timedelta(days=1))
        for clock in own
    )
    with override("en"):
        assert dict(found.spent)["the focal point"] == time_words(spent, CALENDAR)


@pytest.mark.django_db
def test_a_clock_that_waits_for_the_other_side_is_theirs(story):
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    move_to(story, 16, 12)
    found = face(story, at=story.at)
    assert (found.record, found.side) == (story.meeting, OTHER)
    with override("en"):
        assert "working day" in dict(found.spent)[OTHER]
    on_its_page = face(story, story.meeting, at=story.at)
    assert on_its_page.side == OTHER
    assert on_its_page.due == found.due


@pytest.mark.django_db
def test_of_shared_minutes_each_side_has_the_time_until_it_confirmed(story):
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    story.do("accept_slot", on=story.meeting, by=OTHER_OFFICER)
    story.do("record_held", on=story.refreshed(story.meeting))
    story.do("share_minutes", on=story.refreshed(story.meeting))
    shared_at = story.at
    story.do("confirm_minutes", on=story.refreshed(story.meeting), by=OTHER_HEAD)
    confirmed_at = story.at
    story.at += timedelta(days=7)
    found = face(story, at=story.at)
    assert found.side == HOME
    each = Clock.objects.get(machine="meeting", side="each")
    calendar = load_calendar("BDG")
    before = Clock.objects.filter(machine="meeting", side="other", record_id=each.record_id)
    invited = sum(calendar.working_seconds_between(one.started_at, one.stopped_at) for one in before)
    theirs = calendar.working_seconds_between(shared_at, confirmed_at) + invited
    with override("en"):
        assert dict(found.spent)[OTHER] == time_words(theirs, calendar)
        assert dict(found.spent)[HOME] != dict(found.spent)[OTHER]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state,machine", [("bilateral", "meeting"), ("council", "dossier"), ("implementing", "commitment")]
)
def test_where_the_issue_has_no_clock_it_shows_that_of_the_record_beside_it(story, state, machine):
    story.to(state)
    assert running_clock(story.issue) is None
    found = face(story)
    assert found.record.machine == machine
    assert found.due is not None
    assert found.due.why


@pytest.mark.django_db
def test_each_stretch_says_who_began_and_ended_it(story):
    story.to("awaiting_focal_head")
    with override("en"):
        runs = {run.state: run for run in face(story).runs}
    assert str(person(HOME_OFFICER)) in runs["In triage"].started_by
    assert "Accept" in runs["In triage"].started_by
    assert "Propose" in runs["In triage"].stopped_by
    assert runs["Awaiting the focal point's head"].stopped_by == ""


@pytest.mark.django_db
def test_a_stretch_that_a_step_on_another_record_began_names_that_step(story):
    story.to("implementing")
    story.settle_commitments()
    with override("en"):
        [run] = [run for run in face(story).runs if run.record == story.issue and run.stopped_at is None]
    assert str(person(story.who("focal.officer"))) in run.started_by


@pytest.mark.django_db
def test_other_localities_see_the_time_of_what_is_shared_and_no_name(story):
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    found = face(story, level=SHARED)
    assert found.runs == ()
    assert set(dict(found.spent)) <= {HOME, OTHER}


@pytest.mark.django_db
def test_the_competent_authority_is_asked_again_and_nobody_is_late(client, story):
    story.to("central")
    clock = running_clock(story.issue)
    calendar = load_calendar("BDG")
    later = clock.due_at + timedelta(days=1)
    again = calendar.end_of_day(calendar.add_working_days(calendar.local(clock.due_at).date(), 10))
    due = due_of(clock, now=later, calendar=calendar)
    assert (due.at, due.late) == (again, False)
    assert due_of(clock, now=again + timedelta(minutes=1), calendar=calendar).at > again
    seen = seen_issues(person(HOME_OFFICER), later)
    assert not seen.filter(runs_late(later)).exists()


@pytest.mark.django_db
def test_each_date_of_a_list_carries_its_explanation(client, story):
    issue = story.to("triage")
    with override("vi"):
        why = due_of(running_clock(issue), now=story.at, calendar=load_calendar("BDG")).why
    client.force_login(person(HOME_OFFICER))
    for path in (reverse("issue-list"), reverse("my-work"), reverse("issue", args=[issue.code])):
        text = unescape(client.get(path).content.decode())
        assert all(line in text for line in why), path


@pytest.mark.django_db
def test_sides_are_called_by_their_names(story):
    story.to("implementing")
    commitment = story.issue.commitments.order_by("id")[0]
    assert side_words(commitment, "lead") == str(commitment.lead)
    assert side_words(commitment, "that side") == str(commitment.locality)
    assert side_words(story.issue, "unit") == str(story.issue.unit)
    [clock] = running_clocks([("commitment", commitment.pk)]).values()
    assert clock.side == "lead"
