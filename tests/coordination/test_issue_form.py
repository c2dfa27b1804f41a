"""The form of an issue: a draft needs little, what goes up needs everything (rulebook §2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from coordination.actions.issues import revise_issue
from coordination.models import Attachment, Issue
from tests.people import locality, person

AUTHOR = "binhphuoc.gtvt.officer"
HEAD = "binhphuoc.gtvt.head"


def filled(*sides: tuple[str, str, str], **changes: Any) -> dict[str, Any]:
    """A complete form as a browser sends it; ``sides`` are (locality, role, state of things)."""
    sides = sides or (
        ("binhphuoc", "works", "Đã có đường dẫn phía Bình Phước."),
        ("dongnai", "affected", "Phải qua rừng Mã Đà."),
    )
    data: dict[str, Any] = {
        "secrecy": "none",
        "title": "Cầu Mã Đà nối Bình Phước và Đồng Nai",
        "project": "Đường ĐT.753 và cầu Mã Đà",
        "amended_text": "",
        "kinds": ["alignment", "environment"],
        "tried": "Hai bên đã họp ngày 12/3.",
        "proposal": "Đề nghị hai địa phương thống nhất hướng tuyến.",
        "legal_bases": "Luật Đầu tư công",
        "urgency_asked": "urgent",
        "sides-TOTAL_FORMS": len(sides),
        "sides-INITIAL_FORMS": 0,
        "then": "draft",
    }
    for place, (slug, role, situation) in enumerate(sides):
        data[f"sides-{place}-locality"] = locality(slug).pk if slug else ""
        data[f"sides-{place}-role"] = role
        data[f"sides-{place}-situation"] = situation
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


@pytest.fixture
def author(client, db):
    client.force_login(person(AUTHOR))
    return client


def newest() -> Issue:
    return Issue.objects.latest("id")


def test_a_filled_form_becomes_a_draft_of_the_unit_with_everything_typed(author):
    answer = author.post("/issues/new/", filled())
    issue = newest()
    assert answer["Location"] == f"/issues/{issue.ref}/"
    assert (issue.state, issue.code, issue.unit.slug) == ("draft", None, "binhphuoc.gtvt")
    assert issue.title == "Cầu Mã Đà nối Bình Phước và Đồng Nai"
    assert issue.material_kinds == ["alignment", "environment"]
    assert issue.urgency_asked == "urgent"
    assert [(side.locality.slug, side.role, side.situation) for side in issue.sides.all()] == [
        ("binhphuoc", "works", "Đã có đường dẫn phía Bình Phước."),
        ("dongnai", "affected", "Phải qua rừng Mã Đà."),
    ]
    assert "cau ma da" in issue.search_text


def test_a_title_is_enough_for_a_draft(author):
    data = filled(("", "affected", ""), title="Vướng cầu", project="", kinds=None, tried="", proposal="")
    author.post("/issues/new/", data)
    assert newest().title == "Vướng cầu"
    assert not newest().sides.exists()


def test_a_draft_without_a_title_is_not_saved_and_keeps_every_row(author):
    data = filled(("dongnai", "works", "Hiện trạng rất dài"), ("", "affected", ""), title="")
    answer = author.post("/issues/new/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Issue.objects.exists()
    assert "Hiện trạng rất dài" in page
    assert "Hai bên đã họp ngày 12/3." in page
    assert f'<option value="{locality("dongnai").pk}" selected' in page


INCOMPLETE: dict[str, dict[str, Any]] = {
    "project": {"project": ""},
    "amended_text": {"project": "", "kinds": ["mechanism"]},
    "kinds": {"kinds": None},
    "tried": {"tried": " "},
    "proposal": {"proposal": ""},
}


@pytest.mark.parametrize("field", INCOMPLETE)
def test_what_goes_up_must_be_complete_and_the_field_says_what_is_missing(author, field):
    answer = author.post("/issues/new/", filled(then="onward", **INCOMPLETE[field]))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    "sides",
    [
        [("binhphuoc", "works", "Hiện trạng")],
        [("tayninh", "works", "Hiện trạng"), ("dongnai", "affected", "Hiện trạng")],
    ],
    ids=["one locality", "home missing"],
)
def test_what_goes_up_names_two_localities_and_home(author, sides):
    answer = author.post("/issues/new/", filled(*sides, then="onward"))
    assert answer.status_code == 422
    assert answer.context["sides"].non_form_errors()


def test_each_side_says_how_things_stand_there(author):
    sides = [("binhphuoc", "works", "Hiện trạng"), ("dongnai", "affected", "")]
    answer = author.post("/issues/new/", filled(*sides, then="onward"))
    assert answer.status_code == 422
    assert [bool(errors) for errors in answer.context["sides"].errors] == [False, True]


def test_a_mechanism_names_the_text_to_amend_instead_of_a_project(author):
    data = filled(project="", kinds=["mechanism"], amended_text="Nghị định 54/2024", then="onward")
    assert author.post("/issues/new/", data).status_code == 302


def test_a_locality_stands_in_one_row_and_words_need_a_locality(author):
    twice = [("binhphuoc", "works", "A"), ("binhphuoc", "affected", "B"), ("", "affected", "C")]
    answer = author.post("/issues/new/", filled(*twice))
    assert answer.status_code == 422
    assert [bool(errors) for errors in answer.context["sides"].errors] == [False, True, True]


def test_complete_and_onward_leads_to_the_step_of_ones_own_seat(author):
    answer = author.post("/issues/new/", filled(then="onward"))
    assert answer["Location"] == f"/issues/{newest().ref}/steps/hand_up/"
    author.force_login(person(HEAD))
    answer = author.post("/issues/new/", filled(then="onward"))
    assert answer["Location"] == f"/issues/{newest().ref}/steps/submit/"


def test_files_are_kept_with_the_draft_and_a_bad_one_stops_nothing_but_itself(author):
    good = SimpleUploadedFile("to-trinh.pdf", b"%PDF-1.7 noi dung")
    author.post("/issues/new/", filled(attachments=good))
    assert Attachment.objects.get().name == "to-trinh.pdf"
    bad = SimpleUploadedFile("virus.exe", b"MZ\x90\x00", content_type="application/pdf")
    answer = author.post("/issues/new/", filled(attachments=bad))
    assert answer.status_code == 422
    assert "virus.exe" in str(answer.context["form"].errors["attachments"])
    assert Issue.objects.count() == 1


def test_of_an_upload_past_the_limit_only_the_size_is_kept(author, settings):
    settings.ATTACHMENT_MAX_BYTES = 1000
    answer = author.post(
        "/issues/new/", filled(attachments=SimpleUploadedFile("to.pdf", b"%PDF-" + b"0" * 200_000))
    )
    assert answer.status_code == 422
    assert "to.pdf" in str(answer.context["form"].errors["attachments"])


@pytest.mark.parametrize("name", ["binhphuoc.skhdt.officer", "binhphuoc.gtvt.clerk", "auditor", "bgtvt.head"])
def test_only_an_officer_or_head_of_a_reporting_unit_reports(client, db, name):
    client.force_login(person(name))
    assert client.get("/issues/new/").status_code == 403
    assert client.post("/issues/new/", filled()).status_code == 403
    assert not Issue.objects.exists()


def test_the_projects_one_may_see_are_offered_and_no_others(client, story):
    client.force_login(person("binhduong.gtvt.officer"))
    assert story.issue.project in client.get("/issues/new/").content.decode()
    client.force_login(person(AUTHOR))
    assert story.issue.project not in client.get("/issues/new/").content.decode()


def as_typed(story, **changes: Any) -> dict[str, Any]:
    """The story's own content as the form sends it."""
    issue = story.refreshed()
    sides = [(side.locality.slug, side.role, side.situation) for side in issue.sides.all()]
    names = ("title", "project", "amended_text", "tried", "proposal", "legal_bases", "urgency_asked")
    kept = {name: getattr(issue, name) for name in names}
    kept |= {"kinds": issue.material_kinds, "version": issue.version}
    return filled(*sides, **(kept | changes))


def test_an_amendment_changes_the_draft_and_is_an_event(client, story):
    client.force_login(person("binhduong.gtvt.officer"))
    page = client.get(f"/issues/{story.issue.ref}/edit/").content.decode()
    assert "Hiện trạng dongnai" in page
    answer = client.post(f"/issues/{story.issue.ref}/edit/", as_typed(story, title="Tiêu đề mới"))
    assert answer["Location"] == f"/issues/{story.issue.ref}/"
    assert story.refreshed().title == "Tiêu đề mới"


def test_saving_without_a_change_changes_nothing(client, story):
    client.force_login(person("binhduong.gtvt.officer"))
    version = story.refreshed().version
    client.post(f"/issues/{story.issue.ref}/edit/", as_typed(story))
    assert story.refreshed().version == version


def test_who_saves_second_keeps_what_they_typed_and_learns_who_was_first(client, story):
    client.force_login(person("binhduong.gtvt.officer"))
    typed = as_typed(story, proposal="Đề xuất của tôi")
    story.at += timedelta(hours=1)
    revise_issue(
        story.refreshed(),
        by=person("binhduong.gtvt.officer"),
        at=story.at,
        data=story.content(proposal="Đề xuất của người trước"),
    )
    answer = client.post(f"/issues/{story.issue.ref}/edit/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Đề xuất của tôi" in page
    assert "Đề xuất của người trước" in page
    assert str(person("binhduong.gtvt.officer")) in str(answer.context["form"].non_field_errors())
    assert story.refreshed().proposal == "Đề xuất của người trước"


def test_nobody_amends_what_has_left_the_unit(client, story):
    story.to("submitted")
    client.force_login(person("binhduong.gtvt.officer"))
    assert client.get(f"/issues/{story.issue.ref}/edit/").status_code == 403
    client.force_login(person("dongnai.skhdt.officer"))
    assert client.get(f"/issues/{story.issue.ref}/edit/").status_code == 404
