"""The seed's main verb: what units report on one matter is put before the focal officer together."""

from __future__ import annotations

from typing import Any

import pytest

from coordination.queries.aggregation import around, groups_for
from coordination.queries.likeness import alike
from tests.people import person
from tests.story import Story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OFFICER = "binhduong.skhdt.officer"


class Matter(Story):
    """A story on another project, or on a text to amend."""

    changed: dict[str, Any] = {}

    def content(self, **changes: Any) -> dict[str, Any]:
        return super().content(**{**self.changed, **changes})


def matter(
    state: str = "triage", *, home: str = "binhduong", other: str = "dongnai", **changed: Any
) -> Story:
    """An issue of ``home`` in ``state``, its content changed."""
    kind = type("OneMatter", (Matter,), {"changed": changed})
    story = kind(home=home, other=other, unit=f"{home}.gtvt", title=changed.get("title", "Vướng mắc"))
    story.to(state)
    return story


def found(story: Story) -> dict[str, tuple[str, ...]]:
    """Title → reasons of what belongs to the story's issue."""
    return {one.issue.title: one.reasons for one in around(story.issue).open}


@pytest.mark.parametrize(
    "one,other",
    [
        ("Dự án cầu Bạch Đằng 2", "cau Bach Dang 2"),
        ("Dự án đầu tư xây dựng cầu Bạch Đằng 2", "Cầu Bạch Đằng 2 (dài khoảng 410 m)"),
        ("Cầu Mã Đà", "Dự án xây dựng cầu Mã Đà và nâng cấp, mở rộng đường ĐT.753"),
        ("Đường Vành đai 3 TP. Hồ Chí Minh", "đường vành đai 3, TP Hồ Chí Minh"),
        ("Đường ĐT.753 nối Bình Phước với Đồng Nai", "Đường ĐT 753 nối Bình Phước vói Đồng Nai"),
    ],
)
def test_one_project_is_known_however_it_is_typed(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    "one,other",
    [
        ("Đường Vành đai 3 đoạn qua Bình Dương", "Đường Vành đai 4 đoạn qua Bình Dương"),
        ("Cầu Bạch Đằng", "Cầu Bạch Đằng 2"),
        ("Cầu Đồng Nai", "Cầu Bạch Đằng 2 qua sông Đồng Nai"),
        ("Cầu Đồng Nai I", "Cầu Đồng Nai II"),
        ("Cầu Mã Đà", "Cầu Cát Lái"),
        ("Dự án", "Dự án cầu Mã Đà"),
        ("", ""),
    ],
)
def test_two_projects_stay_two(one, other):
    assert not alike(one, other)
    assert not alike(other, one)


def test_each_issue_says_what_belongs_to_it_and_why():
    story = matter(project="Dự án cầu Mã Đà")
    matter(title="Cùng dự án", project="Xây dựng cầu Ma Đà", other="tphcm")
    matter("submitted", title="Cùng cặp", project="Kênh Ba Bò")
    matter(title="Cả hai", project="cầu Mã Đà")
    matter(title="Khác", project="Đường Vành đai 3", other="longan")
    assert found(story) == {
        "Cả hai": ("project", "localities"),
        "Cùng dự án": ("project",),
        "Cùng cặp": ("localities",),
    }


def test_one_text_to_amend_brings_issues_together():
    mechanism = {"project": "", "kinds": ["mechanism"], "amended_text": "Nghị định số 09/2019/NĐ-CP"}
    story = matter(**mechanism)
    matter(title="Cùng văn bản", other="longan", **mechanism | {"amended_text": "nghi dinh so 09/2019/ND-CP"})
    matter(title="Văn bản khác", other="longan", **mechanism | {"amended_text": "Nghị định số 10/2019/NĐ-CP"})
    assert found(story) == {"Cùng văn bản": ("text",)}


def test_what_was_settled_on_the_same_matter_is_remembered():
    story = matter(project="Dự án cầu Mã Đà")
    settled = matter("closed", title="Đã tháo gỡ", project="cầu Mã Đà")
    matter("declined", title="Cùng cặp thôi", project="Kênh Ba Bò")
    matter("withdrawn", title="Đã rút", project="cầu Mã Đà")
    assert around(story.issue).settled == [settled.issue]
    assert "Đã tháo gỡ" not in found(story)


def test_another_localitys_files_and_drafts_are_never_suggested():
    story = matter(project="Dự án cầu Mã Đà")
    matter(title="Bên kia", home="dongnai", other="binhduong", project="cầu Mã Đà")
    matter("draft", title="Nháp", project="cầu Mã Đà")
    assert found(story) == {}
    assert groups_for(person("tphcm.skhdt.officer"), story.at) == []


def test_groups_go_by_project_first_and_by_pair_after():
    for title in ("A", "B"):
        matter(title=title, project="Dự án cầu Mã Đà")
    matter("submitted", title="C", project="Kênh Ba Bò")
    last = matter("closed", title="D", project="cầu Mã Đà")
    elsewhere = matter("bilateral", title="E", project="cầu Mã Đà")
    project, pair = groups_for(person(OFFICER), last.at)

    assert sorted(one.issue.title for one in project.members) == ["A", "B"]
    assert project.reasons == ("project",)
    assert sorted(one.issue.title for one in pair.members) == ["A", "B", "C"]
    assert pair.name == "Bình Dương – Đồng Nai"
    assert (project.settled, project.elsewhere) == ([last.issue], [elsewhere.issue])
    assert sorted(issue.title for issue in pair.ready) == ["A", "B"]


def test_one_group_carries_both_reasons_where_they_name_the_same_issues():
    stories = [matter(title=title, project="Dự án cầu Mã Đà") for title in ("A", "B")]
    (group,) = groups_for(person(OFFICER), stories[1].at)
    assert group.reasons == ("project", "localities")


def test_nothing_is_suggested_where_nobody_waits_for_the_focal_officer():
    for _number in range(2):
        matter("returned", project="Dự án cầu Mã Đà")
    assert groups_for(person(OFFICER), Story().at) == []


def test_from_a_group_one_click_begins_one_submission(client):
    stories = [matter(title=title, project="Dự án cầu Mã Đà") for title in ("A", "B")]
    matter("submitted", title="C", project="Dự án cầu Mã Đà")
    client.force_login(person(OFFICER))
    page = client.get("/aggregation/").content.decode()
    for story in stories:
        box = f'type="checkbox" name="issue" value="{story.issue.code}" checked'
        assert box in page
        assert f"/issues/{story.issue.code}/steps/merge/" in page
    codes = "&".join(f"issue={story.issue.code}" for story in stories)
    answer = client.get(f"/submissions/new/?{codes}")
    assert [row.issue.title for row in answer.context["form"].rows if row.box.value()] == ["A", "B"]


def test_the_issues_page_suggests_while_it_waits_for_the_focal_officer(client):
    story = matter("submitted", project="Dự án cầu Mã Đà")
    matter(title="Hồ sơ kia", project="cầu Mã Đà")
    client.force_login(person(OFFICER))
    path = f"/issues/{story.issue.code}/"
    assert "Hồ sơ kia" in client.get(path).content.decode()
    client.force_login(person("binhduong.gtvt.officer"))
    assert "around" not in client.get(path).context
    client.force_login(person(OFFICER))
    story.do("accept")
    story.do("propose")
    assert "around" not in client.get(path).context


@pytest.mark.parametrize("username", ["binhduong.gtvt.officer", "binhduong.ubnd.head", "bgtvt.officer"])
def test_the_page_is_for_the_focal_point(client, username):
    client.force_login(person(username))
    assert client.get("/aggregation/").status_code == 403
    assert "/aggregation/" not in client.get("/").content.decode()


def test_the_page_shows_drafts_and_says_when_there_is_nothing(client):
    client.force_login(person("binhduong.skhdt.head"))
    answer = client.get("/aggregation/")
    assert (answer.status_code, answer.context["groups"]) == (200, [])
    assert "/aggregation/" in client.get("/").content.decode()
