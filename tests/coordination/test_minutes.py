"""The minutes: one digest for all sides, what an edit says, and what comes of each issue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.translation import gettext, override

from coordination.models import Commitment
from coordination.queries.changes import changes_for_side, changes_since
from coordination.queries.record_pages import meeting_context
from coordination.visibility import FULL, SHARED
from notifications.messages import read
from tests.coordination.meeting_stories import (
    HOME_HEAD,
    HOME_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    THIRD_HEAD,
    MeetingStory,
    three_localities,
    two_issues,
    two_localities,
)
from tests.people import locality, person
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete, Stale

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def two() -> MeetingStory:
    return two_localities()


@pytest.fixture
def three() -> MeetingStory:
    return three_localities()


def told(changes) -> list[tuple[str, str, str]]:
    return [(change.field, change.old, change.new) for change in changes]


def told_to(case: MeetingStory, slug: str) -> list[tuple[str, str, str]]:
    """What a side has to read again, in English."""
    with override("en"):
        return told(changes_for_side(case.meeting, locality(slug).pk))


def confirmed(case: MeetingStory) -> set[str]:
    sides = case.meeting.sides.exclude(confirmed_at=None).select_related("locality")
    return {side.locality.slug for side in sides}


# One digest


def test_three_sides_conclude_with_one_digest(three):
    three.shared()
    three.confirm(OTHER_HEAD, HOME_HEAD)
    assert three.meeting.state == "minutes_shared"
    three.confirm(THIRD_HEAD)

    assert three.meeting.state == "concluded"
    assert len(set(three.meeting.sides.values_list("confirmed_digest", flat=True))) == 1


def test_three_sides_that_read_the_same_page_confirm_one_after_the_other(three):
    three.shared()
    page, digest = three.meeting.version, three.digest()
    for head in (OTHER_HEAD, THIRD_HEAD, HOME_HEAD):
        three.do("confirm_minutes", {"same_digest": digest}, by=head, expected_version=page)
    assert three.meeting.state == "concluded"


def test_a_side_confirms_once(two):
    two.shared()
    two.confirm(OTHER_HEAD)
    with pytest.raises(Forbidden) as refused:
        two.do("confirm_minutes", by=OTHER_HEAD)
    assert refused.value.code == "already_confirmed"


def test_an_older_digest_is_refused_with_what_changed(two):
    two.shared([two.point("Mốc bàn giao: quý II", two.promise())])
    older, page = two.digest(), two.meeting.version
    two.amend({"points": [two.point("Mốc bàn giao: quý III", two.promise())]}, by=HOME_OFFICER)

    with pytest.raises(Incomplete) as refused:
        two.do("confirm_minutes", {"same_digest": older}, by=OTHER_HEAD)
    sentence = str(refused.value.problems["same_digest"])
    assert "Mốc bàn giao: quý II → Mốc bàn giao: quý III" in sentence
    with pytest.raises(Stale):
        two.do("confirm_minutes", {"same_digest": older}, by=OTHER_HEAD, expected_version=page)
    assert confirmed(two) == set()


# What an edit says


def test_an_edit_voids_the_confirmations_and_says_what_changed_to_who_must_confirm_again(two):
    promise = {**two.promise(work="Bàn giao 2 ha"), "due_on": "2027-01-10"}
    two.shared([two.point("Mốc bàn giao", promise), two.point("Nguồn vốn", agreed=False)])
    two.confirm(OTHER_HEAD)
    later = {**promise, "due_on": "2026-12-31"}
    points = [two.point("Mốc bàn giao", later), two.point("Nguồn vốn", two.promise(), agreed=True)]
    event = two.amend({"points": points, "attendance": "Đủ thành phần."}, by=HOME_OFFICER)

    assert confirmed(two) == set()
    changes = told_to(two, "dongnai")
    assert [label for label, _old, _new in changes] == [
        "Attendance",
        "Point 1, commitment 1",
        "Point 2",
        "Point 2, commitment 1 (new)",
    ]
    attendance, moved, agreed, added = changes
    assert attendance[1:] == ("Đại diện hai bên.", "Đủ thành phần.")
    assert "by 10/01/2027" in moved[1]
    assert "by 31/12/2026" in moved[2]
    assert agreed[1:] == ("left open", "agreed")
    assert added[1] == ""
    assert added[2].startswith("Bàn giao mặt bằng – ")

    notice = person(OTHER_HEAD).notices.get(event_id=event.pk)
    assert notice.requires_action
    [seen] = read([notice], at=two.story.at)
    assert [change.new for change in seen.changes[:1]] == ["Đủ thành phần."]
    assert len(seen.changes) == len(changes)
    with override("en"):
        page = meeting_context(two.meeting, person(OTHER_HEAD), SHARED, two.story.at)
    assert told(page["changes"]) == changes


def test_each_side_is_told_what_changed_since_its_own_answer(three):
    three.shared([three.point("Một", three.promise())])
    three.confirm(OTHER_HEAD)
    three.amend({"attendance": "Sửa lần một"}, by=HOME_OFFICER)
    three.confirm(OTHER_HEAD)
    three.amend({"attendance": "Sửa lần hai"}, by=HOME_OFFICER)

    [since_own] = changes_for_side(three.meeting, locality("dongnai").pk)
    [since_shared] = changes_for_side(three.meeting, locality("tphcm").pk)
    assert (since_own.old, since_own.new) == ("Sửa lần một", "Sửa lần hai")
    assert (since_shared.old, since_shared.new) == ("Đại diện hai bên.", "Sửa lần hai")


def test_an_edit_taken_back_leaves_nothing_to_read(two):
    two.shared()
    two.confirm(OTHER_HEAD)
    two.amend({"attendance": "Nhầm"}, by=HOME_OFFICER)
    two.amend({"attendance": "Đại diện hai bên."}, by=HOME_OFFICER)
    assert told_to(two, "dongnai") == []
    assert confirmed(two) == set()


def test_an_amendment_that_says_the_same_voids_nothing(two):
    two.shared()
    two.confirm(OTHER_HEAD)
    rows = [point.as_data() for point in two.meeting.points.all()]
    ids = list(two.meeting.points.values_list("pk", flat=True))

    assert two.amend({"points": rows, "attendance": "Đại diện hai bên."}, by=HOME_OFFICER) is None
    assert confirmed(two) == {"dongnai"}
    assert list(two.meeting.points.values_list("pk", flat=True)) == ids


def test_points_are_told_apart_when_they_are_moved_put_in_and_taken_out(two):
    one, other = two.point("Mốc bàn giao mặt bằng", two.promise()), two.point("Nguồn vốn", agreed=False)
    two.shared([one, other])
    two.confirm(OTHER_HEAD)
    new = two.point("Giao thông tạm trong thời gian thi công", agreed=False)
    two.amend({"points": [new, one]}, by=HOME_OFFICER)

    assert told_to(two, "dongnai") == [
        ("Point 1 (new)", "", f"{new['text']} (left open)"),
        ("Point 2 (taken out)", "Nguồn vốn (left open)", ""),
    ]


def test_who_was_there_is_part_of_what_is_confirmed(two):
    two.scheduled()
    two.amend({"participants": [{"name": "Nguyễn An", "title": "", "body": ""}]}, by=OTHER_OFFICER)
    two.shared()
    two.confirm(OTHER_HEAD)
    two.amend({"present": {"ids": []}}, by=HOME_OFFICER)

    assert confirmed(two) == set()
    assert told_to(two, "dongnai") == [("Who comes, Dong Nai Province", "Nguyễn An", "Nguyễn An (absent)")]


# Dispute


def test_a_dispute_takes_the_minutes_back_and_what_was_mended_is_told(two):
    promise = two.promise()
    two.shared([two.point("Quý II", promise)])
    two.confirm(HOME_HEAD)
    two.do("dispute_minutes", {"reason": "Chưa đúng mốc"}, by=OTHER_HEAD)

    assert (two.meeting.state, confirmed(two)) == ("held", set())
    context = meeting_context(two.meeting, person(OTHER_HEAD), SHARED, two.story.at)
    assert context["reason"] == "Chưa đúng mốc"
    two.amend({"points": [two.point("Quý III, bản nháp", promise)]}, by=HOME_OFFICER)
    context = meeting_context(two.meeting, person(OTHER_HEAD), SHARED, two.story.at)
    assert list(context["points"]) == []
    assert list(context["changes"]) == []

    two.do("share_minutes", {"points": [two.point("Quý III", promise)]}, by=HOME_OFFICER)
    for slug in ("dongnai", "binhduong"):
        assert told_to(two, slug) == [("Point 1", "Quý II", "Quý III")]


def test_minutes_closed_while_they_were_only_drafted_show_to_nobody_else(two):
    two.scheduled().do("record_held", by=HOME_OFFICER)
    two.amend({"points": [two.point("Bản nháp", agreed=False)]}, by=HOME_OFFICER)
    two.story.at += timedelta(days=30)
    for _turn in range(2):
        two.story.act("remind", by=HOME_OFFICER, on=two.meeting)
    two.do("close_unconfirmed", by=HOME_HEAD)

    other = meeting_context(two.meeting, person(OTHER_HEAD), SHARED, two.story.at)
    home = meeting_context(two.meeting, person(HOME_HEAD), FULL, two.story.at)
    assert list(other["points"]) == []
    assert [point.text for point in home["points"]] == ["Bản nháp"]


# What comes of each issue


def test_of_two_issues_each_goes_its_own_way():
    case = two_issues()
    points = [
        case.point("Mốc bàn giao", case.promise(work="Bàn giao"), issue=0),
        case.point("Thoát nước tạm", case.promise(work="Khơi thông"), issue=1),
        case.point("Mốc hạ lưu", agreed=False, issue=1),
    ]
    case.shared(points)
    case.confirm(OTHER_HEAD, HOME_HEAD)
    first, second = case.issues

    assert (first.state, second.state) == ("implementing", "triage")
    assert [row.work for row in Commitment.objects.filter(issue=first)] == ["Bàn giao"]
    assert [row.work for row in Commitment.objects.filter(issue=second)] == ["Khơi thông"]
    outcome = Event.objects.get(name="meeting_left_open", record_id=second.pk).data["outcome"]
    assert outcome == "Mốc hạ lưu"


def test_points_agreed_without_any_commitment_leave_the_issue_open():
    case = two_issues()
    points = [
        case.point("Thống nhất nguyên tắc", issue=0),
        case.point("Mốc bàn giao", case.promise(), issue=1),
        case.point("Thống nhất chủ trương", issue=1),
    ]
    case.shared(points)
    case.confirm(OTHER_HEAD, HOME_HEAD)
    first, second = case.issues

    assert (first.state, second.state) == ("triage", "implementing")
    outcome = Event.objects.get(name="meeting_left_open", record_id=first.pk).data["outcome"]
    with override("vi"):
        assert outcome == gettext("No commitment was agreed.")


def test_every_issue_on_the_agenda_needs_its_point_and_one_taken_off_needs_none():
    case = two_issues()
    case.scheduled().do("record_held", by=HOME_OFFICER)
    only_first = [case.point("Mốc bàn giao", case.promise(), issue=0)]
    with pytest.raises(Incomplete) as refused:
        case.do("share_minutes", {"points": only_first}, by=HOME_OFFICER)
    assert case.issues[1].code in str(refused.value.problems["points"])

    assert case.second is not None
    case.second.at = case.story.at
    case.second.do("discontinue_decided")
    case.do("share_minutes", {"points": only_first}, by=HOME_OFFICER)
    case.confirm(OTHER_HEAD, HOME_HEAD)
    assert [issue.state for issue in case.issues] == ["implementing", "closed"]
    assert "Suối Siệp" not in case.meeting.title


@pytest.mark.parametrize(
    "end, by",
    [("cancel_meeting", HOME_HEAD), ("no_answer", HOME_HEAD), ("decline_invitation", OTHER_OFFICER)],
)
def test_a_meeting_that_fails_brings_both_issues_back(end, by):
    case = two_issues().invited(60)
    if end == "no_answer":
        case.story.at += timedelta(days=30)
        for _turn in range(2):
            case.story.act("remind", by=HOME_OFFICER, on=case.meeting)
    case.do(end, by=by)
    assert [issue.state for issue in case.issues] == ["triage", "triage"]
    assert Event.objects.filter(name="meeting_left_open").count() == 2


def test_what_changed_since_a_version_counts_only_what_came_after(two):
    two.shared()
    two.amend({"attendance": "Một"}, by=HOME_OFFICER)
    version = two.meeting.version
    two.amend({"attendance": "Hai"}, by=HOME_OFFICER)
    assert [row[1:] for row in told(changes_since(two.meeting, version))] == [("Một", "Hai")]
    assert changes_since(two.meeting, two.meeting.version) == []
