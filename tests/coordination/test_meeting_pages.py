"""The pages of a meeting: what officers find filled in, what each side reads, and what a conflict tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.models import Participant
from tests.coordination.meeting_stories import (
    HOME_HEAD,
    HOME_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    THIRD_OFFICER,
    MeetingStory,
    three_localities,
    two_issues,
    two_localities,
)
from tests.page_forms import PageForm, forms_in
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def two() -> MeetingStory:
    return two_localities()


def path(case: MeetingStory, rest: str = "") -> str:
    return f"/meetings/{case.meeting.key}/{rest}"


def read(client, username: str, where: str) -> str:
    client.force_login(person(username))
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def form(html: str, name: str) -> PageForm:
    """The form of the page that has this field."""
    return next(found for found in forms_in(html) if any(name in field for field in found.fields))


# What is filled in


def test_the_invitation_begins_with_an_agenda_of_all_its_issues(client):
    case = two_issues()
    fields = form(read(client, HOME_HEAD, path(case, "steps/invite/")), "agenda").fields
    lines = fields["agenda"].splitlines()
    first, second = case.issues
    assert [line for line in lines if first.code in line or second.code in line] == [lines[0], lines[2]]
    assert lines[1].endswith(first.proposal)


def test_a_new_invitation_begins_with_the_times_that_were_proposed(client, two):
    two.story.at = timezone.now()
    two.invited()
    two.do("counter_propose", {"slots": [two.slot(12, "Biên Hòa")]}, by=OTHER_OFFICER)
    fields = form(read(client, HOME_HEAD, path(two, "steps/invite/")), "slots-0").fields
    proposed = timezone.localtime(two.slots()[0].starts_at)
    assert fields["slots-0-place"] == "Biên Hòa"
    assert fields["slots-0-starts_at"] == f"{proposed:%Y-%m-%dT%H:%M}"


def test_only_the_time_that_was_accepted_is_left_to_accept(client):
    three = three_localities()
    three.invited(7, 9)
    slot = three.slots()[1]
    three.do("accept_slot", {"slot": slot.pk}, by=OTHER_OFFICER)
    html = read(client, THIRD_OFFICER, path(three, "steps/accept_slot/"))
    assert form(html, "slot").fields["slot"] == str(slot.pk)
    assert html.count('type="radio"') == 1


def test_the_minutes_begin_with_the_points_of_the_agenda_issue_by_issue(client):
    case = two_issues()
    first, second = case.issues
    agenda = f"1. {first.code}\n1.1. Mốc bàn giao\n1.2. Nguồn vốn\n2. {second.code}\n2.1. Thoát nước"
    case.do("invite", {"agenda": agenda}, by=HOME_HEAD)
    case.do("accept_slot", by=OTHER_OFFICER)
    case.do("record_held", by=HOME_OFFICER)
    fields = form(read(client, HOME_OFFICER, path(case, "steps/share_minutes/")), "points-0").fields
    rows = [(fields[f"points-{row}-issue"], fields[f"points-{row}-text"]) for row in range(4)]
    assert rows == [
        (first.ref, "Mốc bàn giao"),
        (first.ref, "Nguồn vốn"),
        (second.ref, "Thoát nước"),
        ("", ""),
    ]


# Who comes


def test_a_side_names_its_people_on_the_page_and_every_party_reads_them(client, two):
    two.invited()
    where = path(two, "acts/amend/")
    page = read(client, OTHER_OFFICER, where)
    given = form(page, "participants-0").fields | {
        "participants-0-name": "Nguyễn Thị An",
        "participants-0-title": "Phó Giám đốc",
    }
    assert 'class="sharing"' in page
    assert client.post(where, given).status_code == 302
    assert [str(row) for row in Participant.objects.all()] == ["Nguyễn Thị An, Phó Giám đốc"]
    for username in (HOME_OFFICER, OTHER_HEAD, "binhduong.gtvt.head"):
        assert "Nguyễn Thị An" in read(client, username, path(two))
    assert form(read(client, OTHER_OFFICER, where), "participants-0").fields["participants-0-name"]
    assert form(read(client, HOME_OFFICER, where), "participants-0").fields["participants-0-name"] == ""


def test_a_person_without_a_name_is_told_and_the_rest_stays(client, two):
    two.invited()
    where = path(two, "acts/amend/")
    given = form(read(client, OTHER_OFFICER, where), "participants-0").fields
    answer = client.post(where, given | {"participants-0-title": "Giám đốc Sở"})
    assert answer.status_code == 422
    assert "Giám đốc Sở" in answer.content.decode()
    assert not Participant.objects.exists()


def test_recording_that_it_was_held_marks_who_was_there(client, two):
    two.story.at = timezone.now() - timedelta(days=30)
    two.scheduled()
    people = [{"name": name, "title": "", "body": ""} for name in ("Nguyễn An", "Trần Bình")]
    two.amend({"participants": people}, by=OTHER_OFFICER)
    where = path(two, "steps/record_held/")
    page = read(client, HOME_OFFICER, where)
    fields = form(page, "attendance").fields
    assert fields["attendance"] == "Đồng Nai: Nguyễn An; Trần Bình."
    here = Participant.objects.get(name="Trần Bình")
    side = two.meeting.sides.get(is_home=True).locality_id
    given = fields | {"present": [here.pk], "came-0-side": side, "came-0-name": "Lê Chi"}
    assert client.post(where, given).status_code == 302
    marks = dict(Participant.objects.values_list("name", "present"))
    assert marks == {"Nguyễn An": False, "Trần Bình": True, "Lê Chi": True}


# Who reads what


def test_an_agenda_in_the_making_is_the_home_s_alone(client, two):
    two.amend({"agenda": "Nháp chương trình"}, by=HOME_OFFICER)
    assert "Nháp chương trình" in read(client, HOME_HEAD, path(two))
    assert "Nháp chương trình" not in read(client, OTHER_OFFICER, path(two))
    two.do("invite", {"agenda": "Chương trình gửi các bên"}, by=HOME_HEAD)
    assert "Chương trình gửi các bên" in read(client, OTHER_OFFICER, path(two))


def test_the_list_shows_each_side_s_answer_and_no_meeting_of_others(client):
    three = three_localities()
    three.invited()
    three.do("accept_slot", by=OTHER_OFFICER)
    client.force_login(person(THIRD_OFFICER))
    [row] = client.get("/meetings/").context["rows"]
    assert {side.locality.slug: [badge.colour for badge in badges] for side, badges in row.sides} == {
        "binhduong": ["open"],
        "dongnai": ["accepted"],
        "tphcm": ["requested"],
    }
    client.force_login(person("tayninh.skhdt.officer"))
    assert client.get("/meetings/").context["rows"] == []


# What changed


@pytest.fixture
def edited(two) -> tuple[MeetingStory, int, str]:
    """Minutes that were edited after somebody of the other side had opened the page."""
    promise = two.promise()
    two.shared([two.point("Mốc bàn giao: quý II", promise)])
    page, digest = two.meeting.version, two.digest()
    two.amend({"points": [two.point("Mốc bàn giao: quý III", promise)]}, by=HOME_OFFICER)
    return two, page, digest


def test_the_page_says_what_changed_to_the_side_that_must_confirm(client, edited):
    case, _page, _digest = edited
    for username in (OTHER_HEAD, HOME_HEAD):
        html = read(client, username, path(case))
        assert "<del>Mốc bàn giao: quý II</del>" in html
        assert "<ins>Mốc bàn giao: quý III</ins>" in html
    case.confirm(OTHER_HEAD)
    assert "<del>" not in read(client, OTHER_HEAD, path(case))


def test_confirming_from_an_older_page_is_refused_with_what_changed(client, edited):
    case, page, digest = edited
    client.force_login(person(OTHER_HEAD))
    where = path(case, "steps/confirm_minutes/")
    answer = client.post(where, {"expected_version": page, "same_digest": digest})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "<del>Mốc bàn giao: quý II</del>" in html
    assert not case.meeting.sides.exclude(confirmed_at=None).exists()
    again = form(html, "same_digest").fields
    assert client.post(where, again).status_code == 302
    assert case.meeting.sides.filter(locality__slug="dongnai", confirmed_at__isnull=False).exists()


def test_disputing_from_an_older_page_keeps_the_reason_and_tells_what_changed(client, edited):
    case, page, _digest = edited
    client.force_login(person(OTHER_HEAD))
    where = path(case, "steps/dispute_minutes/")
    answer = client.post(where, {"expected_version": page, "reason": "Sai mốc bàn giao"})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "<ins>Mốc bàn giao: quý III</ins>" in html
    again = form(html, "reason").fields
    assert again["reason"] == "Sai mốc bàn giao"
    assert client.post(where, again).status_code == 302
    assert "Sai mốc bàn giao" in read(client, HOME_OFFICER, path(case))


def test_two_officers_who_edit_at_once_lose_nothing(client, edited):
    case, page, _digest = edited
    client.force_login(person(HOME_OFFICER))
    where = path(case, "acts/amend/")
    fields = form(read(client, HOME_OFFICER, where), "points-0").fields
    # A list in which nothing is chosen sends nothing.
    given = {name: value for name, value in fields.items() if not name.endswith("coordinators")}
    given |= {"expected_version": page, "attendance": "Đủ thành phần, bản sửa của tôi"}
    answer = client.post(where, given)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "<del>Mốc bàn giao: quý II</del>" in html
    fields = form(html, "attendance").fields
    again = {name: value for name, value in fields.items() if not name.endswith("coordinators")}
    assert again["attendance"] == "Đủ thành phần, bản sửa của tôi"
    assert client.post(where, again).status_code == 302
    assert case.meeting.attendance == "Đủ thành phần, bản sửa của tôi"


def test_the_notice_says_what_changed_until_the_side_has_confirmed_again(client, two):
    two.shared([two.point("Mốc bàn giao: quý II", agreed=False)])
    two.confirm(OTHER_HEAD)
    two.amend({"points": [two.point("Mốc bàn giao: quý III", agreed=False)]}, by=HOME_OFFICER)
    assert "<del>Mốc bàn giao: quý II</del>" in read(client, OTHER_HEAD, "/notifications/")
    assert "<del>" not in read(client, HOME_OFFICER, "/notifications/")
    two.confirm(OTHER_HEAD)
    assert "<del>" not in read(client, OTHER_HEAD, "/notifications/")


def test_a_conflict_tells_nobody_else_what_the_home_is_still_writing(client, edited):
    case, page, _digest = edited
    case.do("dispute_minutes", by=OTHER_HEAD)
    case.amend({"points": [case.point("Bản nháp của chủ trì", agreed=False)]}, by=HOME_OFFICER)
    client.force_login(person(OTHER_HEAD))
    answer = client.post(path(case, "steps/confirm_minutes/"), {"expected_version": page, "same_digest": "x"})
    assert answer.status_code == 409
    assert "Bản nháp của chủ trì" not in answer.content.decode()
