"""A leader whom nothing reached becomes a task of their clerk, one working day before the due date."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from coordination.actions.reaching import GRACE, close_reach_task
from coordination.models import Issue
from notifications import reach
from notifications.inbox import mark_read
from notifications.models import Notice, OutboxMessage, ReachTask
from tests.notifications.conftest import signed_in
from tests.people import NOW, body, person
from tests.story import Story
from workflows import sweeps
from workflows.clocks import load_calendar, running_clock
from workflows.models import Clock, Event
from workflows.refusals import Forbidden, NotYours

pytestmark = pytest.mark.slow

LEADER, OFFICER, CLERK = "binhduong.ubnd.head", "binhduong.skhdt.officer", "binhduong.ubnd.clerk"


@pytest.fixture
def story(db) -> Story:
    """Before the leader since a Wednesday in November, and no mail has gone out: the line is down."""
    told = Story(at=NOW)
    told.to("awaiting_committee")
    return told


def due(story: Story) -> datetime:
    clock = running_clock(story.issue)
    assert clock is not None
    assert clock.due_at is not None
    return clock.due_at


def opening_before(moment: datetime) -> datetime:
    """The opening of the last working day before that of ``moment``."""
    calendar = load_calendar("BDG")
    day = calendar.previous_working_day(calendar.local(moment).date())
    return datetime.combine(day, calendar.hours.opens, calendar.zone)


def asked(username: str = LEADER) -> Notice:
    """What the person is asked by now."""
    return Notice.objects.awaiting_action().get(person__username=username)


def tasks() -> list[ReachTask]:
    return list(ReachTask.objects.filter(closed_at=None))


def sweep(at: datetime) -> None:
    """Everything that time brings about, reminders too: they ask again with notices of their own."""
    report = sweeps.run(at)
    assert report.failed == []


def went_out(way: str, **values: object) -> None:
    """As if the leader's message had gone out on this way."""
    OutboxMessage.objects.update_or_create(
        notice=asked(),
        way=way,
        defaults={"status": "sent", "next_attempt_at": NOW, "sent_at": NOW, **values},
    )


def test_the_task_opens_one_working_day_before_the_due_date_and_not_before(story):
    from_then = opening_before(due(story))
    assert from_then.date() < due(story).date()
    sweep(from_then - timedelta(minutes=1))
    assert tasks() == []
    sweep(from_then)
    [task] = tasks()
    assert task.notice.person == person(LEADER)
    assert task.organisation_id == body("binhduong.ubnd").pk
    assert task.due_at == due(story)
    sweep(from_then + timedelta(minutes=1))
    assert len(tasks()) == 1


def test_a_reminder_neither_closes_it_nor_opens_another(story):
    sweep(opening_before(due(story)))
    [task] = tasks()
    first = asked()
    sweep(due(story) - timedelta(minutes=1))
    assert asked().pk > first.pk, "a reminder asked again"
    assert tasks() == [task]


def test_whom_the_first_message_reached_is_reached_when_a_reminder_fails(story):
    went_out("email")
    sweep(due(story) - timedelta(minutes=1))
    assert asked().code == "remind"
    assert tasks() == []


def test_over_a_weekend_the_working_day_before_is_the_friday(story):
    monday = datetime(2026, 11, 23, 17, 0, tzinfo=timezone.get_default_timezone())
    Clock.objects.filter(stopped_at=None).update(due_at=monday)
    friday = datetime(2026, 11, 20, tzinfo=timezone.get_default_timezone()).date()
    assert opening_before(monday).date() == friday
    sweep(opening_before(monday) - timedelta(minutes=1))
    assert tasks() == []
    sweep(opening_before(monday))
    assert len(tasks()) == 1


def test_what_is_due_at_once_leaves_the_mail_its_time_first(story):
    made = asked().created_at
    Clock.objects.filter(stopped_at=None).update(due_at=made + timedelta(hours=2))
    sweep(made + GRACE - timedelta(minutes=1))
    assert tasks() == []
    sweep(made + GRACE)
    assert len(tasks()) == 1


@pytest.mark.parametrize(
    "way, values, reached",
    [
        ("email", {}, True),
        ("chat", {}, True),
        # A push service took it; whether a device showed it is another matter.
        ("push", {}, False),
        ("push", {"shown_at": NOW}, True),
        ("email", {"status": "failed", "sent_at": None}, False),
        ("email", {"status": "dead", "sent_at": None}, False),
    ],
)
def test_what_counts_as_reached(story, way, values, reached):
    went_out(way, **values)
    assert reach.reach_of([asked()])[asked().pk].has_reached is reached
    sweep(opening_before(due(story)))
    assert bool(tasks()) is not reached


def test_who_saw_it_in_the_inbox_was_reached(story):
    mark_read(person(LEADER), asked().seq, at=NOW)
    sweep(opening_before(due(story)))
    assert tasks() == []


@pytest.mark.django_db
def test_of_officers_no_clerk_is_asked():
    told = Story(at=NOW)
    told.to("submitted")
    sweep(due(told))
    people = set(ReachTask.objects.values_list("notice__person__username", flat=True))
    assert people == set()


def test_it_closes_by_itself_once_the_leader_has_seen_it(story):
    at = opening_before(due(story))
    sweep(at)
    mark_read(person(LEADER), asked().seq, at=at)
    sweep(at + timedelta(minutes=1))
    assert tasks() == []
    task = ReachTask.objects.get()
    assert (task.how, task.closed_by) == ("reached", None)


def test_it_closes_by_itself_where_the_message_goes_out_after_all(story):
    at = opening_before(due(story))
    sweep(at)
    went_out("email", sent_at=at)
    assert "Cần báo lãnh đạo" not in signed_in(CLERK).get("/").content.decode()
    sweep(at + timedelta(minutes=1))
    assert ReachTask.objects.get().how == "reached"


def test_it_closes_by_itself_once_the_leader_has_acted(story):
    at = opening_before(due(story))
    sweep(at)
    story.at = at
    story.do("approve_bilateral")
    sweep(story.at + timedelta(minutes=1))
    assert ReachTask.objects.get().how == "decided"


def test_the_clerk_reads_the_code_and_the_leader_and_nothing_else(story):
    at = opening_before(due(story))
    sweep(at)
    text = unescape(signed_in(CLERK).get("/").content.decode())
    assert story.issue.code in text
    assert str(person(LEADER)) in text
    for content in (story.issue.title, story.issue.proposal, story.issue.project):
        assert content not in text
    assert f"/issues/{story.issue.code}/" not in text
    for other in ("binhduong.skhdt.clerk", "dongnai.ubnd.clerk", OFFICER):
        assert "Cần báo lãnh đạo" not in signed_in(other).get("/").content.decode()


def test_the_clerk_closes_it_saying_how(story):
    at = opening_before(due(story))
    sweep(at)
    browser = signed_in(CLERK)
    answer = browser.post(f"/reach/{tasks()[0].pk}/", {"how": "told"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    task = ReachTask.objects.get()
    assert (task.how, task.closed_by) == ("told", person(CLERK))
    assert "Cần báo lãnh đạo" not in browser.get("/").content.decode()
    names = Event.objects.filter(kind="trail", machine="issue", record_id=story.issue.pk)
    assert [e.name for e in names.order_by("seq")] == ["reach_task_opened", "reach_task_closed"]
    sweep(at + timedelta(minutes=5))
    assert tasks() == [], "it is not opened again"


def test_nobody_else_closes_it_and_nobody_twice(story):
    at = opening_before(due(story))
    sweep(at)
    [task] = tasks()
    assert reach.standing_tasks().get() == task
    for other in ("binhduong.skhdt.clerk", LEADER, "admin"):
        with pytest.raises(NotYours):
            close_reach_task(task.pk, "told", by=person(other), at=at)
    for how in ("reached", "decided", "", "x"):
        with pytest.raises(Forbidden):
            close_reach_task(task.pk, how, by=person(CLERK), at=at)
    close_reach_task(task.pk, "printed", by=person(CLERK), at=at)
    with pytest.raises(Forbidden):
        close_reach_task(task.pk, "told", by=person(CLERK), at=at)
    assert ReachTask.objects.get().how == "printed"


def test_what_the_leader_has_seen_stands_no_longer_before_the_sweep_looks(story):
    sweep(opening_before(due(story)))
    mark_read(person(LEADER), asked().seq, at=NOW)
    assert "Cần báo lãnh đạo" not in signed_in(CLERK).get("/").content.decode()


def test_the_focal_point_reads_whether_it_reached_the_leader(story):
    address = f"/issues/{story.issue.code}/"
    before = unescape(signed_in(OFFICER).get(address).content.decode())
    assert "Lãnh đạo đã nhận được chưa?" in before
    assert "Chưa có thông báo nào đến nơi" in before
    sweep(opening_before(due(story)))
    assert "Đã giao văn thư báo" in unescape(signed_in(OFFICER).get(address).content.decode())
    went_out("email")
    after = unescape(signed_in(OFFICER).get(address).content.decode())
    assert "Máy chủ thư đã nhận thư, 09:00 11/11/2026" in after
    for other in ("binhduong.gtvt.officer", LEADER):
        assert "Lãnh đạo đã nhận được chưa?" not in signed_in(other).get(address).content.decode()


def test_a_sweep_leaves_alone_what_another_one_opened(story):
    at = opening_before(due(story))
    [(one, planned)] = [found for found in sweeps.plan(at, at) if found[0].name == "reach"]
    sweep(at)
    with pytest.raises(Forbidden):
        one.take(planned, at=at)
    assert ReachTask.objects.count() == 1
    assert Issue.objects.get(pk=story.issue.pk).state == "awaiting_committee"
