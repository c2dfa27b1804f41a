"""The life of a meeting up to its minutes: three localities, two issues, who answers what, who comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coordination.models import Issue, MeetingSlot, Participant
from coordination.queries.agendas import draft_agenda, minutes_to_write, open_points
from coordination.queries.meetings import sides_of, slots_of, stages_of
from tests.coordination.meeting_stories import (
    HOME_HEAD,
    HOME_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    THIRD_HEAD,
    THIRD_OFFICER,
    MeetingStory,
    three_localities,
    two_issues,
    two_localities,
)
from tests.people import locality, person
from tests.story import Story
from workflows import permissions
from workflows.models import Event
from workflows.refusals import AlreadyDone, Forbidden, Incomplete, NotYours, WrongState

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ANNA = {"name": "Nguyễn Thị An", "title": "Phó Giám đốc", "body": "Sở KH&ĐT"}
BINH = {"name": "Trần Văn Bình", "title": "", "body": ""}


@pytest.fixture
def two() -> MeetingStory:
    return two_localities()


@pytest.fixture
def three() -> MeetingStory:
    return three_localities()


def focal(slug: str) -> str:
    return f"focal:{locality(slug).pk}:officer+head"


def badges(case: MeetingStory, username: str = HOME_OFFICER) -> dict[str, list[str]]:
    faces = sides_of(case.meeting, person(username), case.story.at)
    return {face.side.locality.slug: [badge.colour for badge in face.badges] for face in faces}


def joined_by_another_issue(case: MeetingStory) -> Issue:
    second = Story(title="Suối Siệp", at=case.story.at)
    second.to("awaiting_committee")
    second.do("approve_bilateral", {"meeting": case.meeting.code})
    case.story.at = second.at
    case.second = second
    return case.issues[1]


# Times and answers


def test_a_meeting_of_three_is_settled_when_both_invited_sides_accept_the_same_time(three):
    three.invited(7, 9)
    first, second = three.slots()
    three.do("accept_slot", {"slot": second.pk}, by=OTHER_OFFICER)

    assert three.meeting.state == "invited"
    assert three.holders() == {focal("tphcm")}
    assert badges(three) == {"binhduong": ["open"], "dongnai": ["accepted"], "tphcm": ["requested"]}
    assert [face.accepted_by for face in slots_of(three.meeting)] == [(), ("Đồng Nai",)]
    with pytest.raises(Incomplete) as refused:
        three.do("accept_slot", {"slot": first.pk}, by=THIRD_OFFICER)
    assert "slot" in refused.value.problems

    three.do("accept_slot", {"slot": second.pk}, by=THIRD_OFFICER)
    assert (three.meeting.state, three.meeting.starts_at) == ("scheduled", second.starts_at)


def test_the_same_hour_in_another_place_is_another_time(three):
    slots = [three.slot(7, "Thủ Dầu Một"), three.slot(7, "Biên Hòa")]
    three.do("invite", {"slots": slots}, by=HOME_HEAD)
    here, there = three.slots()
    three.do("accept_slot", {"slot": here.pk}, by=OTHER_OFFICER)
    with pytest.raises(Incomplete):
        three.do("accept_slot", {"slot": there.pk}, by=THIRD_OFFICER)


def test_a_side_that_accepted_is_not_offered_to_accept_again(three):
    three.invited()
    three.do("accept_slot", by=OTHER_OFFICER)
    offered = permissions.open_steps(three.meeting, person(OTHER_HEAD), three.story.at)

    assert "accept_slot" not in [step.info.name for step in offered]
    assert "counter_propose" in [step.info.name for step in offered]
    with pytest.raises(Forbidden) as refused:
        three.do("accept_slot", by=OTHER_HEAD)
    assert refused.value.code == "already_answered"


def test_another_sides_answer_does_not_make_ours_stale(three):
    three.invited()
    read = three.meeting.version
    three.do("accept_slot", by=OTHER_OFFICER, expected_version=read)
    with pytest.raises(AlreadyDone):
        three.do("accept_slot", by=OTHER_HEAD, expected_version=read)
    three.do("accept_slot", by=THIRD_OFFICER, expected_version=read)
    assert three.meeting.state == "scheduled"


def test_a_counter_by_one_of_three_is_asked_of_all_again_by_a_new_invitation(three):
    three.invited()
    three.do("accept_slot", by=OTHER_OFFICER)
    three.do("counter_propose", {"slots": [three.slot(12, "TP.HCM")]}, by=THIRD_OFFICER)

    assert three.meeting.state == "countered"
    assert three.meeting.starts_at is None
    assert three.answers() == {"dongnai": "", "tphcm": ""}
    assert badges(three) == {"binhduong": ["open"], "dongnai": ["open"], "tphcm": ["countered"]}

    three.do("invite", {"slots": [three.slot(13)]}, by=HOME_HEAD)
    assert three.holders() == {focal("dongnai"), focal("tphcm")}
    assert MeetingSlot.objects.filter(meeting=three.meeting, current=True).count() == 1


def test_a_counter_that_the_home_takes_binds_only_the_side_that_proposed_it(three):
    three.invited()
    three.do("counter_propose", {"slots": [three.slot(12)]}, by=THIRD_OFFICER)
    event = three.do("accept_counter", by=HOME_OFFICER)

    assert three.meeting.state == "scheduled"
    assert three.answers() == {"dongnai": "", "tphcm": "accepted"}
    assert badges(three)["dongnai"] == ["open"]
    assert person(OTHER_OFFICER).notices.filter(event_id=event.pk).exists()
    three.do("ask_reschedule", {"slots": [three.slot(15)]}, by=OTHER_OFFICER)
    assert three.meeting.state == "countered"


def test_a_decline_while_another_sides_times_wait_lets_the_invitation_stand_again(three):
    three.invited(7, 9)
    asked = [(slot.starts_at, slot.place) for slot in three.slots()]
    three.do("counter_propose", {"slots": [three.slot(12)]}, by=THIRD_OFFICER)
    three.do("decline_invitation", by=OTHER_OFFICER)

    assert three.meeting.state == "invited"
    assert three.holders() == {focal("tphcm")}
    assert [(slot.starts_at, slot.place) for slot in three.slots()] == asked
    assert badges(three)["dongnai"] == ["declined"]
    three.do("accept_slot", {"slot": three.slots()[0].pk}, by=THIRD_OFFICER)
    assert three.meeting.state == "scheduled"


def test_who_declined_is_out_of_everything_that_follows(three):
    three.invited()
    three.do("decline_invitation", by=OTHER_OFFICER)
    three.do("accept_slot", by=THIRD_OFFICER)
    for step in ("ask_reschedule", "decline_invitation"):
        with pytest.raises((NotYours, WrongState)):
            three.do(step, {"slots": [three.slot(15)]}, by=OTHER_OFFICER)
    three.do("record_held", by=HOME_OFFICER)
    three.do("share_minutes", by=HOME_OFFICER)
    three.confirm(THIRD_HEAD, HOME_HEAD)
    assert three.meeting.state == "concluded"


def test_a_counter_can_be_accepted_answered_with_other_times_or_withdrawn_by_a_decline(two):
    two.invited()
    two.do("counter_propose", {"slots": [two.slot(12), two.slot(13)]}, by=OTHER_OFFICER)
    two.do("invite", {"slots": [two.slot(14)]}, by=HOME_HEAD)
    two.do("counter_propose", {"slots": [two.slot(15)]}, by=OTHER_OFFICER)
    two.do("accept_counter", by=HOME_OFFICER)
    assert (two.meeting.state, two.answers()) == ("scheduled", {"dongnai": "accepted"})

    two.do("ask_reschedule", {"slots": [two.slot(16)]}, by=OTHER_OFFICER)
    two.do("decline_invitation", {"reason": "Không bố trí được."}, by=OTHER_OFFICER)
    assert (two.meeting.state, two.issues[0].state) == ("declined", "triage")
    outcome = Event.objects.get(name="meeting_left_open").data["outcome"]
    assert outcome == "Bị từ chối: Không bố trí được."


def test_a_time_that_has_passed_can_be_neither_proposed_nor_accepted(two):
    with pytest.raises(Incomplete):
        two.do("invite", {"slots": [two.slot(-1)]}, by=HOME_HEAD)
    two.invited(2)
    two.story.at += timedelta(days=3)
    with pytest.raises(Incomplete):
        two.do("accept_slot", by=OTHER_OFFICER)


def test_the_same_time_given_twice_is_one_time(two):
    slot = two.slot(7)
    two.do("invite", {"slots": [slot, slot]}, by=HOME_HEAD)
    assert len(two.slots()) == 1


def test_the_way_of_a_meeting_ends_where_it_failed(two):
    two.scheduled()
    assert [stage.standing for stage in stages_of(two.meeting)] == ["past", "past", "current", *["ahead"] * 3]
    two.do("cancel_meeting", by=HOME_HEAD)
    assert [stage.label for stage in stages_of(two.meeting)][-2:] == ["Đã hẹn", "Đã hủy"]


# The agenda


def test_a_first_agenda_is_drafted_from_what_the_issues_propose():
    case = two_issues()
    first, second = case.issues
    agenda = draft_agenda(case.meeting).splitlines()

    assert agenda[0] == f"1. {first.code} – {first.title}"
    assert agenda[1] == f"1.1. {first.proposal}"
    assert agenda[2] == f"2. {second.code} – {second.title}"
    case.do("invite", {"agenda": ""}, by=HOME_HEAD)
    assert case.meeting.agenda.splitlines() == agenda


def test_the_next_agenda_holds_what_the_earlier_meetings_left_open(two):
    points = [
        two.point("Mốc bàn giao", two.promise()),
        two.point("Nguồn vốn", agreed=False),
        two.point("Đơn vị chủ trì", agreed=False),
    ]
    two.shared(points).confirm(OTHER_HEAD, HOME_HEAD)
    issue = two.issues[0]
    assert open_points(issue) == ["Nguồn vốn", "Đơn vị chủ trì"]

    story = two.story
    story.do("propose")
    story.do("endorse")
    story.do("pass_to_leader")
    story.do("approve_bilateral")
    assert two.meeting.state == "proposed"
    assert draft_agenda(two.meeting).splitlines()[1:] == ["1.1. Nguồn vốn", "1.2. Đơn vị chủ trì"]
    two.shared([two.point("nguồn  vốn", two.promise()), two.point("Đơn vị chủ trì", agreed=False)])
    two.confirm(OTHER_HEAD, HOME_HEAD)
    assert open_points(issue) == ["Đơn vị chủ trì"]


def test_of_minutes_that_not_all_confirmed_every_point_is_still_open(two):
    two.shared([two.point("Mốc bàn giao", two.promise())])
    two.confirm(HOME_HEAD)
    two.story.at += timedelta(days=30)
    for _turn in range(2):
        two.story.act("remind", by=HOME_OFFICER, on=two.meeting)
    two.do("close_unconfirmed", by=HOME_HEAD)
    assert open_points(two.issues[0]) == ["Mốc bàn giao"]


def test_what_was_only_drafted_is_nobodys_open_point(two):
    two.scheduled().do("record_held", by=HOME_OFFICER)
    two.amend({"points": [two.point("Bản nháp", agreed=False)]}, by=HOME_OFFICER)
    two.story.at += timedelta(days=30)
    for _turn in range(2):
        two.story.act("remind", by=HOME_OFFICER, on=two.meeting)
    two.do("close_unconfirmed", by=HOME_HEAD)
    assert open_points(two.issues[0]) == []


def test_the_minutes_begin_with_the_agenda_as_it_was_sent():
    case = two_issues()
    first, second = case.issues
    agenda = f"Chung cho cả hai\n1. {first.code} – x\n  1.1. Mốc\n- Vốn\n2) {second.code}\n+ Thoát nước"
    case.do("invite", {"agenda": agenda}, by=HOME_HEAD)
    read = [(point.issue, point.text) for point in minutes_to_write(case.meeting)]
    assert read == [(None, "Chung cho cả hai"), (first, "Mốc"), (first, "Vốn"), (second, "Thoát nước")]


def test_an_issue_that_joined_after_the_invitation_is_in_the_minutes_all_the_same(two):
    two.invited()
    second = joined_by_another_issue(two)
    texts = [point.text for point in minutes_to_write(two.meeting) if point.issue == second]
    assert texts == [second.proposal]


# Who comes


def test_each_side_names_its_own_people_and_no_side_names_anothers(three):
    three.invited()
    three.amend({"participants": [ANNA, BINH]}, by=OTHER_OFFICER)
    three.amend({"participants": [BINH]}, by=HOME_HEAD)
    three.amend({"participants": [ANNA]}, by=OTHER_HEAD)

    named = {
        side.locality.slug: [row.as_data() for row in side.participants.all()]
        for side in three.meeting.sides.select_related("locality")
    }
    assert named == {"binhduong": [BINH], "dongnai": [ANNA], "tphcm": []}


def test_who_is_not_a_side_or_not_its_focal_point_names_nobody(three):
    three.invited()
    three.do("decline_invitation", by=OTHER_OFFICER)
    for username in (OTHER_OFFICER, "binhduong.gtvt.officer", "binhduong.ubnd.head"):
        with pytest.raises(NotYours):
            three.amend({"participants": [ANNA]}, by=username)
    for changes in ({"agenda": "Khác"}, {"attendance": "Khác"}, {"points": []}):
        with pytest.raises(NotYours):
            three.amend(changes, by=THIRD_OFFICER)


@pytest.mark.parametrize(
    "people", [[{"name": "", "title": "Giám đốc"}], [{"name": "x" * 151}], [ANNA, {"body": "Sở Tài chính"}]]
)
def test_a_person_needs_a_name_that_fits(two, people):
    two.invited()
    with pytest.raises(Incomplete) as refused:
        two.amend({"participants": people}, by=HOME_OFFICER)
    assert "participants" in refused.value.problems
    assert not Participant.objects.exists()


def test_the_same_people_again_are_no_amendment(two):
    two.invited()
    event = two.amend({"participants": [ANNA]}, by=OTHER_OFFICER)
    assert event is not None
    assert two.amend({"participants": [ANNA]}, by=OTHER_OFFICER) is None
    assert two.meeting.version == event.version


def test_once_held_it_is_marked_who_was_there_and_who_came_besides(two):
    two.scheduled()
    two.amend({"participants": [ANNA, BINH]}, by=OTHER_OFFICER)
    anna = Participant.objects.get(name=ANNA["name"])
    came = [{"side": locality("binhduong").pk, "name": "Lê Chi", "title": "Trưởng phòng", "body": ""}]
    two.do("record_held", {"present": {"ids": [anna.pk], "came": came}}, by=HOME_OFFICER)

    marks = dict(Participant.objects.values_list("name", "present"))
    assert marks == {ANNA["name"]: True, BINH["name"]: False, "Lê Chi": True}
    with pytest.raises(NotYours):
        two.amend({"participants": [ANNA]}, by=OTHER_OFFICER)


def test_without_a_word_about_it_nobody_is_marked(two):
    two.scheduled()
    two.amend({"participants": [ANNA]}, by=OTHER_OFFICER)
    two.do("record_held", by=HOME_OFFICER)
    assert Participant.objects.get().present is None


def test_only_people_and_sides_of_this_meeting_are_marked(two):
    two.scheduled()
    for given in ({"ids": [10**6]}, {"came": [{"side": locality("tphcm").pk, **ANNA}]}, {"came": [ANNA]}):
        with pytest.raises(Incomplete) as refused:
            two.do("record_held", {"present": given}, by=HOME_OFFICER)
        assert "present" in refused.value.problems
    assert two.meeting.state == "scheduled"
