"""A head includes the deputies in charge of the kind of matter: wherever a head's turn is (rulebook §1)."""

from __future__ import annotations

from typing import Any

import pytest

from coordination.models import DeputyMatter
from coordination.queries.work import tasks_of
from notifications.holders import holders_of, work_of
from notifications.models import Notice
from tests.people import person, seat
from workflows.models import Event, WorkItem

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OTHER_DEPUTY = "dongnai.skhdt.deputy"


def holds(username: str, record: Any, at: Any) -> bool:
    """Whether somebody holds the record's turn, read from the record and from their own work."""
    who = person(username)
    by_record = who.pk in holders_of(record, at)
    by_person = record in [task.record for task in tasks_of(who, at)]
    assert by_record == by_person
    return by_record


def asked(username: str, record: Any) -> bool:
    rows = Notice.objects.awaiting_action().filter(person__username=username)
    return rows.filter(machine=record.machine, record_id=record.pk).exists()


def passed_over(username: str) -> None:
    """From now on this deputy is in charge of something that the story is not about."""
    DeputyMatter.objects.filter(seat=seat(username)).delete()
    DeputyMatter.objects.create(seat=seat(username), kind="environment")


def test_the_deputy_of_a_consulted_body_is_asked_and_answers(story):
    story.to("consulting")
    opinion = story.opinion("binhduong.ubnd")
    assert holds("binhduong.ubnd.deputy", opinion, story.at)
    assert asked("binhduong.ubnd.deputy", opinion)
    event = story.do("answer", on=opinion, by="binhduong.ubnd.deputy")
    assert event.data["behalf"]["form"] == "KT"
    assert not asked("binhduong.ubnd.deputy", opinion)


def test_the_deputy_of_the_invited_focal_point_is_asked(story):
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    assert holds(OTHER_DEPUTY, story.meeting, story.at)
    assert asked(OTHER_DEPUTY, story.meeting)


def test_the_deputy_of_each_side_is_asked_to_confirm_the_minutes(story):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting)
    for step, by in (("accept_slot", "dongnai.skhdt.officer"), ("record_held", ""), ("share_minutes", "")):
        story.do(step, on=story.refreshed(meeting), by=by)
    for username in (OTHER_DEPUTY, "dongnai.ubnd.deputy", "binhduong.ubnd.deputy"):
        assert holds(username, story.refreshed(meeting), story.at), username
        assert asked(username, meeting), username


def test_the_deputy_of_the_lead_body_is_asked(story):
    story.to("implementing")
    commitment = story.issue.commitments.get(lead__slug="dongnai.gtvt")
    assert holds("dongnai.gtvt.deputy", commitment, story.at)
    assert asked("dongnai.gtvt.deputy", commitment)
    told = Notice.objects.filter(event_id=Event.objects.get(name="direct").pk)
    assert not told.filter(person__username="dongnai.gtvt.deputy").exists()


def test_a_deputy_in_charge_of_something_else_hears_nothing_and_holds_nothing(story):
    for username in ("binhduong.ubnd.deputy", OTHER_DEPUTY):
        passed_over(username)
    story.to("consulting")
    assert not holds("binhduong.ubnd.deputy", story.opinion("binhduong.ubnd"), story.at)
    story.do("conclude_consultation")
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step)
    story.do("invite", on=story.meeting)
    assert not holds(OTHER_DEPUTY, story.meeting, story.at)
    assert not Notice.objects.filter(person__username__in=["binhduong.ubnd.deputy", OTHER_DEPUTY]).exists()


def test_what_a_deputy_is_in_charge_of_counts_at_once_and_moves_no_row(story):
    story.to("awaiting_focal_head")
    deputy = "binhduong.skhdt.deputy"
    rows = list(WorkItem.objects.order_by("pk").values_list("pk", "holder"))
    assert work_of([person(deputy).pk], story.at) == {person(deputy).pk: 1}
    DeputyMatter.objects.filter(seat=seat(deputy)).delete()
    assert work_of([person(deputy).pk], story.at) == {person(deputy).pk: 0}
    DeputyMatter.objects.create(seat=seat(deputy), kind="land")
    assert holds(deputy, story.issue, story.at)
    assert list(WorkItem.objects.order_by("pk").values_list("pk", "holder")) == rows
