"""What leaves at once, in the digest or not at all; quiet hours; what requires action is never silent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from notifications.choices import choices_of, choose
from notifications.delivery.queueing import next_digest
from notifications.kinds import KINDS, kind_of
from notifications.models import ChatAddress, Notice, OutboxMessage, Preference, PushSubscription
from tests.notifications.conftest import messages_of, tell
from tests.people import NOW, person
from tests.story import Story
from workflows.clocks import load_calendar
from workflows.models import Calendar, CalendarDay
from workflows.refusals import Incomplete

pytestmark = pytest.mark.django_db
OFFICER, HEAD = "binhduong.gtvt.officer", "binhduong.gtvt.head"
EVENING = NOW.replace(hour=19)
MORNING = NOW.replace(hour=7, minute=30) + timedelta(days=1)


@pytest.fixture
def story(db) -> Story:
    return Story()


def with_a_device(username: str) -> None:
    PushSubscription.objects.create(
        person=person(username), endpoint=f"https://fcm.googleapis.com/{username}", made_at=NOW
    )


def with_a_chat(username: str) -> None:
    ChatAddress.objects.create(
        person=person(username), address="json://127.0.0.1/x", label="Zalo", set_at=NOW
    )


def leaves(username: str) -> dict[str, tuple[bool, datetime]]:
    """Way → (bundled, not before when) of a person's messages."""
    return {row.way: (row.bundled, row.next_attempt_at) for row in messages_of(username)}


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    "notice, kind",
    [
        ({"requires_action": True, "code": "remind", "why": "holder"}, "action"),
        ({"code": "remind", "why": "holder"}, "reminders"),
        ({"machine": "meeting", "code": "accept_slot", "why": "party"}, "meetings"),
        ({"why": "follower"}, "followed"),
        ({"why": "unit"}, "own"),
        ({"why": "home"}, "own"),
        ({"why": "party"}, "concerned"),
        ({"why": "a reason of tomorrow"}, "concerned"),
    ],
)
def test_every_notice_is_of_one_kind(notice, kind):
    assert kind_of(Notice(**{"machine": "issue", "code": "accept", **notice})) == kind
    assert kind in KINDS


def test_by_default_what_requires_action_leaves_at_once_and_the_rest_in_the_morning(story):
    for prepare in (with_a_device, with_a_chat):
        prepare(HEAD)
        prepare(OFFICER)
    tell(story, HEAD, why="your_turn", requires_action=True, at=EVENING)
    tell(story, OFFICER, at=EVENING)
    assert leaves(HEAD) == dict.fromkeys(("email", "push", "chat"), (False, EVENING))
    assert leaves(OFFICER) == {"email": (True, MORNING)}


def test_a_way_that_a_person_does_not_have_gets_no_message(story):
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    assert set(leaves(HEAD)) == {"email"}


def test_a_chosen_pace_holds_for_its_kind_and_way_alone(story):
    with_a_device(OFFICER)
    choose(person(OFFICER), {("own", "email"): "off", ("own", "push"): "now"}, quiet=False, at=NOW)
    tell(story, OFFICER, why="unit", at=EVENING)
    assert leaves(OFFICER) == {"push": (False, EVENING)}
    messages_of(OFFICER).delete()
    tell(story, OFFICER, why="party", at=EVENING)
    assert leaves(OFFICER) == {"email": (True, MORNING)}
    # Only what differs from the default is stored.
    assert set(Preference.objects.values_list("kind", "way", "pace")) == {
        ("own", "email", "off"),
        ("own", "push", "now"),
    }


def test_what_requires_action_cannot_be_silenced_outside(story):
    head = person(HEAD)
    with pytest.raises(Incomplete) as refused:
        choose(head, {("action", "email"): "off"}, quiet=False, at=NOW)
    assert set(refused.value.problems) == {"action"}
    assert not Preference.objects.exists()
    with_a_device(HEAD)
    choose(head, {("action", "email"): "off", ("action", "push"): "digest"}, quiet=False, at=NOW)
    tell(story, HEAD, why="your_turn", requires_action=True, at=EVENING)
    assert leaves(HEAD) == {"push": (True, MORNING)}


def test_when_the_only_way_left_is_gone_what_requires_action_leaves_by_mail_at_once(story):
    with_a_device(HEAD)
    choose(person(HEAD), {("action", "email"): "off"}, quiet=False, at=NOW)
    PushSubscription.objects.all().delete()
    tell(story, HEAD, why="your_turn", requires_action=True, at=EVENING)
    assert leaves(HEAD) == {"email": (False, EVENING)}


def test_quiet_hours_wait_for_the_office_and_hold_nothing_back_in_it(story):
    choose(person(HEAD), {}, quiet=True, at=NOW)
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    assert leaves(HEAD) == {"email": (False, NOW)}
    messages_of(HEAD).delete()
    tell(story, HEAD, why="your_turn", requires_action=True, at=EVENING)
    assert leaves(HEAD) == {"email": (False, MORNING)}
    messages_of(HEAD).delete()
    # Saturday: the office opens on Monday.
    tell(story, HEAD, why="your_turn", requires_action=True, at=moment(14, 10))
    assert leaves(HEAD) == {"email": (False, moment(16, 7, 30))}


def test_what_is_express_passes_quiet_hours(story):
    choose(person(HEAD), {}, quiet=True, at=NOW)
    type(story.issue)._base_manager.filter(pk=story.issue.pk).update(urgency="express")
    tell(story, HEAD, why="your_turn", requires_action=True, at=EVENING)
    assert leaves(HEAD) == {"email": (False, EVENING)}


@pytest.mark.parametrize(
    "at, due",
    [
        (moment(11, 7, 29), moment(11, 7, 30)),
        (moment(11, 7, 30), moment(12, 7, 30)),
        (moment(13, 16), moment(16, 7, 30)),
        (moment(14, 6), moment(16, 7, 30)),
    ],
)
def test_the_digest_leaves_on_working_days(at, due):
    assert next_digest(load_calendar(""), at) == due


def test_the_morning_is_that_of_the_persons_own_locality(story):
    calendar = Calendar.objects.create(scope=story.issue.home.mnemonic)
    CalendarDay.objects.create(calendar=calendar, day=MORNING.date(), kind="off", name="Ngày truyền thống")
    tell(story, OFFICER, at=EVENING)
    tell(story, "dongnai.skhdt.officer", why="party", at=EVENING)
    assert leaves(OFFICER) == {"email": (True, MORNING + timedelta(days=1))}
    assert leaves("dongnai.skhdt.officer") == {"email": (True, MORNING)}


def test_choices_are_remembered_until_one_of_them_changes(story, django_assert_num_queries):
    head = person(HEAD)
    assert choices_of([head.pk])[head.pk].ways == ("email",)
    with django_assert_num_queries(1):  # the stamp
        choices_of([head.pk])
    # A row put in by hand sends no signal, and is seen all the same.
    PushSubscription.objects.bulk_create(
        [PushSubscription(person=head, endpoint="https://fcm.googleapis.com/x", made_at=NOW)]
    )
    assert choices_of([head.pk])[head.pk].ways == ("email", "push")
    with django_assert_num_queries(2):
        PushSubscription.objects.update(shown_at=NOW)
        choices_of([head.pk])


def test_nobody_who_left_is_written_to(story):
    left = person(HEAD)
    left.is_active = False
    left.save()
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    assert not OutboxMessage.objects.filter(notice__person=left).exists()
