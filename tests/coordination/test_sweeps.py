"""What time alone does to the records: once, by the system, and only where nobody was first."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from coordination.models import Issue, Opinion
from notifications.delivery.outbox import deliver_due
from notifications.models import DecisionLink, Notice, TrialMail
from tests.people import body, person
from tests.story import Story
from tests.sweeping import events, mails_leave, named, reminded, run, told
from tests.workflows.test_calendar import at
from workflows import engine, sweeps
from workflows.models import Clock, Event, Policy, WorkItem
from workflows.refusals import Refusal
from workflows.registry import registry
from workflows.reminders import words

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD, DEPUTY = "binhduong.skhdt.officer", "binhduong.skhdt.head", "binhduong.skhdt.deputy"
UNIT_HEAD = "binhduong.gtvt.head"
LATER = timedelta(seconds=1)


# Reminders. Triage begins on Wednesday 11/11/2026 at 12:00 and is due on Thursday 26/11 (24/11 is off).


def test_the_holder_is_reminded_at_half_time_and_their_head_from_the_second_on(story):
    story.to("triage")
    assert run("19/11/2026 07:29") == {}
    for moment in ("19/11/2026 07:30", "25/11/2026 07:30", "26/11/2026 07:30", "30/11/2026 07:30"):
        assert run(moment) == {"remind": 1}
        assert run(moment) == {}, "once is enough"
    assert reminded(story.issue) == [("half", 1), ("day_before", 2), ("day", 3), ("overdue", 4)]
    first, second, _third, last = events(story.issue, "remind")
    assert told(first) == {OFFICER: True}
    assert told(second)[OFFICER]
    assert told(second)[HEAD] is False, "the head hears, the officer is asked"
    assert last.data["reminder"]["days_late"] == 2
    assert (last.channel, last.role, last.person_id) == ("system", "system", None)


def test_the_record_s_page_says_of_what_the_system_reminded(story, client):
    story.to("triage")
    run("30/11/2026 07:30")
    client.force_login(person(OFFICER))
    page = client.get(reverse("issue", args=[story.issue.key])).content.decode()
    with translation.override("vi"):
        assert words({"kind": "overdue", "number": 4, "days_late": 2}) in page
        assert words({"kind": "half", "number": 1, "days_late": 0}) not in page


def test_nobody_is_reminded_at_night_and_what_was_missed_is_one_reminder(story):
    story.to("triage")
    for moment in ("26/11/2026 20:00", "28/11/2026 10:00", "30/11/2026 07:29"):
        assert run(moment) == {}, moment
    assert run("30/11/2026 07:30") == {"remind": 1}
    assert reminded(story.issue) == [("overdue", 4)]
    [event] = events(story.issue, "remind")
    assert HEAD in told(event), "it stands for the fourth"
    assert Clock.objects.get(machine="issue", stopped_at=None).remind_at == at("02/12/2026 07:30")


def test_express_is_reminded_of_at_night(story):
    story.to("submitted")
    story.at = at("12/11/2026 19:00")
    story.do("accept")
    engine.act(
        story.refreshed(), "confirm_urgency", by=person(OFFICER), at=story.at, data={"urgency": "express"}
    )
    clock = Clock.objects.get(machine="issue", stopped_at=None)
    assert (clock.due_at, clock.remind_at) == (at("13/11/2026 09:30"), at("13/11/2026 02:45"))
    assert run("13/11/2026 02:44") == {}
    assert run("13/11/2026 02:45") == {"remind": 1}
    assert reminded(story.issue) == [("half", 1)]


def test_a_step_ends_the_reminders_of_its_clock_and_the_next_clock_begins_its_own(story):
    story.to("triage")
    run("19/11/2026 07:30")
    story.at = at("19/11/2026 09:00")
    story.do("propose")
    assert run("23/11/2026 07:30") == {"remind": 1}, "three days of the head's: the day before"
    assert reminded(story.issue) == [("half", 1), ("day_before", 1)]
    clock = Clock.objects.get(machine="issue", key="awaiting_focal_head")
    assert clock.reminders == 1


def test_a_reminder_mails_a_new_link_and_revokes_the_old_and_moves_nothing(story):
    story.to("awaiting_focal_head")
    head, version = person(HEAD), story.issue.version
    deliver_due(story.at, 100)
    old = DecisionLink.objects.get(person=head)
    assert run("13/11/2026 07:30") == {"remind": 1}
    deliver_due(at("13/11/2026 07:31"), 100)
    fresh = DecisionLink.objects.filter(person=head).latest("pk")
    old.refresh_from_db()
    assert (old.revoked_why, fresh.revoked_at, fresh.pk > old.pk) == ("replaced", None, True)
    mail = TrialMail.objects.filter(person=head).latest("pk")
    assert mail.subject.startswith("Đôn đốc, ")
    assert story.issue.code in mail.subject
    assert Notice.objects.awaiting_action().filter(person=head).count() == 1, "one record counts once"
    engine.perform(story.refreshed(), "endorse", by=head, at=at("13/11/2026 09:00"), expected_version=version)


def test_who_is_outside_is_chased_every_ten_working_days(story):
    story.to("central")
    for moment in ("26/11/2026 07:30", "10/12/2026 07:30"):
        assert run(moment) == {"remind": 1}
    assert [kind for kind, _number in reminded(story.issue)] == ["chase", "chase"]
    assert told(events(story.issue, "remind")[0]) == {OFFICER: True}


def test_reminders_of_the_clock_open_the_way_out_of_an_unanswered_invitation(story):
    story.to("bilateral")
    story.do("invite", on=story.meeting, by=HEAD)
    moment = at("12/11/2026 08:00")
    while Clock.objects.filter(machine="meeting", stopped_at=None, due_at__gte=moment).exists():
        assert sweeps.run(moment).failed == []
        moment += timedelta(days=1)
    assert len(events(story.meeting, "remind")) >= 2
    assert "dongnai.skhdt.officer" in told(events(story.meeting, "remind")[0])
    story.at = moment
    story.do("no_answer", on=story.meeting, by=HEAD)
    assert story.issue.state == "triage"


def test_a_due_date_that_moves_takes_its_reminders_along(story):
    story.to("triage")
    Policy.objects.create(
        scope="BDG",
        version=1,
        valid_from=at("12/11/2026 00:00"),
        values={"due_days": {"issue.triage": 4}, "reminders": {"day_before": False}},
    )
    assert run("12/11/2026 08:00") == {"due_dates": 1}
    clock = Clock.objects.get(machine="issue", stopped_at=None)
    assert (clock.due_at, clock.remind_at) == (at("17/11/2026 17:00"), at("16/11/2026 07:30"))
    assert run("16/11/2026 07:30") == {"remind": 1}
    assert reminded(story.issue) == [("half", 1)], "the day before is not wanted any more"


# Opinions and consultations


@pytest.fixture
def asked(story) -> Opinion:
    """One body asked on 11/11/2026, for 26/11."""
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk], "due": "2026-11-26"})
    return story.opinion("binhduong.tnmt")


def test_an_opinion_lapses_when_its_day_is_over_and_the_last_one_concludes(story, asked):
    assert "lapse" not in run("26/11/2026 17:00")
    assert sweeps.run(at("26/11/2026 17:00") + LATER).taken == {"lapse": 1}
    assert (story.refreshed(asked).state, story.refreshed().state) == ("lapsed", "triage")
    assert [event.person_name for event in events(story.issue, "conclude_consultation")] == [""]
    assert run("26/11/2026 18:00") == {}


def test_a_consultation_that_waits_for_the_head_s_word_ends_when_due_all_the_same(story):
    Policy.objects.create(
        scope="BDG",
        version=1,
        valid_from=at("01/11/2026 00:00"),
        values={"external_consultation_needs_head": True},
    )
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk, body("bgtvt").pk], "due": "2026-11-26"})
    story.do("answer", on=story.opinion("binhduong.tnmt"), by="binhduong.tnmt.head")
    assert story.refreshed().state == "consulting"
    assert "conclude" not in run("26/11/2026 17:00")
    assert sweeps.run(at("26/11/2026 17:00") + LATER).taken == {"conclude": 1}
    assert story.refreshed().state == "triage"


# The unit's silence


@pytest.fixture
def settled(story) -> Story:
    """All commitments verified on 12/11/2026 in the morning: the unit is asked."""
    story.to("implementing")
    story.settle_commitments()
    asked = Issue.objects.get(pk=story.issue.pk).unit_asked_at
    assert asked is not None
    assert asked.date() in {at("11/11/2026 00:00").date(), at("12/11/2026 00:00").date()}
    return story


def test_five_working_days_of_silence_are_agreement_and_the_head_is_asked(settled):
    last = settled.refreshed().unit_asked_at
    ends = at(f"{18 if last.day == 11 else 19}/11/2026 17:00")
    mails_leave()
    sweeps.run(ends)
    assert settled.refreshed().unit_answer == ""
    assert sweeps.run(ends + LATER).taken == {"unit_silence": 1}
    assert settled.refreshed().unit_answer == "agrees"
    [event] = events(settled.issue, "unit_agrees")
    assert (event.data, event.person_id, event.channel) == ({"silence": True}, None, "system")
    assert told(event)[HEAD] is True
    items = WorkItem.objects.filter(machine="issue", record_id=settled.issue.pk, finished=None)
    assert {item.purpose for item in items} == {"confirm"}
    assert sweeps.run(ends + LATER).taken == {}

    with pytest.raises(Refusal) as refusal:
        settled.act("unit_objects", by=UNIT_HEAD)
    assert refusal.value.code == "unit_heard_already"


def test_a_unit_that_spoke_is_not_taken_for_silent(settled):
    settled.act("unit_objects", by=UNIT_HEAD)
    assert "unit_silence" not in run("30/11/2026 18:00")
    assert settled.refreshed().unit_answer == "objects"


# However often, whoever, whatever fails


@pytest.mark.parametrize(
    "sweep, moment",
    [("remind", "19/11/2026 08:00"), ("lapse", "27/11/2026 08:00"), ("unit_silence", "30/11/2026 08:00")],
)
def test_what_somebody_did_after_it_was_planned_is_left_alone(story, sweep, moment):
    if sweep == "unit_silence":
        story.to("implementing")
        story.settle_commitments()
    else:
        story.to("triage")
    if sweep == "lapse":
        story.do("consult", {"bodies": [body("binhduong.tnmt").pk], "due": "2026-11-26"})
    among = Q(machine="opinion" if sweep == "lapse" else "issue")
    [planned] = named(sweep).plan(at(moment), at(moment), among=among)
    story.at = at(moment) - timedelta(hours=2)
    if sweep == "remind":
        story.do("propose")
    elif sweep == "lapse":
        story.do("answer", on=story.opinion("binhduong.tnmt"), by="binhduong.tnmt.head")
    else:
        story.act("unit_agrees", by=UNIT_HEAD)
    before = Event.objects.count()
    with pytest.raises(Refusal):
        named(sweep).take(planned, at=at(moment))
    assert Event.objects.count() == before


@pytest.fixture
def broken(story, monkeypatch) -> tuple[Issue, Issue]:
    """Two issues in triage; whatever is done to the first one fails."""
    first, second = story.to("triage"), Story(title="Cầu Mã Đà").to("triage")

    def fail(move: Any) -> None:
        if move.record.pk == first.pk:
            raise ZeroDivisionError("hết giấy")

    monkeypatch.setitem(registry.applies, ("issue", "remind"), [fail])
    return first, second


def test_one_failing_record_is_named_and_never_stops_the_others(broken, caplog):
    first, second = broken
    report = sweeps.run(at("19/11/2026 08:00"))
    assert report.taken == {"remind": 1}
    [failure] = report.failed
    assert (failure.sweep, failure.record, failure.what) == ("remind", first.code, "remind")
    assert failure.reason == "ZeroDivisionError: hết giấy"
    assert first.code in caplog.text
    assert (reminded(first), reminded(second)) == ([], [("half", 1)])
    assert sweeps.run(at("19/11/2026 08:00"), batch=1).failed, "tried again"


def test_the_command_ends_with_1_where_something_failed(broken, settings):
    settings.TRIAL = True
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="1"):
        call_command("sweep_deadlines", "--at", "2026-11-19T08:00", stdout=out, stderr=err)
    assert broken[0].code in err.getvalue()
    assert "remind: 1" in out.getvalue()


def test_a_run_is_bounded_and_the_next_one_goes_on(story):
    story.to("triage")
    for number in range(2):
        Story(title=f"Cầu số {number}").to("triage")
    moment = at("19/11/2026 08:00")
    assert [sweeps.run(moment, batch=2).total for _ in range(3)] == [2, 1, 0]


def test_where_nothing_is_due_a_run_asks_little(story):
    story.to("triage")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert sweeps.sweep(story.at) == 0
    assert len(seen) <= 14, [query["sql"][:90] for query in seen]
