"""My work: what waits for me, what I wait for, what I follow."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coordination.queries import work as queries
from coordination.queries.work import work_for
from tests.people import person
from tests.story import Story

pytestmark = pytest.mark.slow

FOCAL = "binhduong.skhdt.officer"


def work(name: str, story: Story):
    return work_for(person(name), story.at + timedelta(minutes=1))


def titles(rows) -> list[str]:
    return [row.issue.title for row in rows]


def test_the_turn_moves_from_desk_to_desk(story):
    way = {
        "draft": "binhduong.gtvt.officer",
        "awaiting_unit_head": "binhduong.gtvt.head",
        "submitted": FOCAL,
        "triage": FOCAL,
        "awaiting_focal_head": "binhduong.skhdt.head",
        "committee_office": "binhduong.ubnd.officer",
        "awaiting_committee": "binhduong.ubnd.head",
    }
    for state, holder in way.items():
        story = Story(title=f"Đến {state}")
        story.to(state)
        for name in way.values():
            mine = [task.title for task in work(name, story).tasks]
            assert (story.title in mine) == (name == holder), (state, name)


def test_who_took_part_waits_for_the_one_who_holds_the_turn(story):
    story.to("committee_office")
    for name in ("binhduong.gtvt.officer", "binhduong.gtvt.head", FOCAL, "binhduong.skhdt.head"):
        rows = work(name, story).waiting
        assert titles(rows) == [story.issue.title], name
        assert any("UBND tỉnh Bình Dương" in turn for turn in rows[0].turns)
    assert not work("binhduong.ubnd.officer", story).waiting
    assert not work("dongnai.skhdt.officer", story).waiting


def test_a_record_beside_the_issue_is_work_too_and_says_what_is_asked(story):
    story.to("bilateral")
    assert [task.record.machine for task in work(FOCAL, story).tasks] == ["meeting"]
    story.do("invite", on=story.meeting)
    task = work("dongnai.skhdt.officer", story).tasks[0]
    labels = [str(info.label) for info in story.meeting.steps_from("invited").values()]
    assert task.asked
    assert set(task.asked) <= set(labels)
    assert task.due is not None
    assert not work("binhphuoc.skhdt.officer", story).tasks


def test_consulted_bodies_have_their_opinion_to_give(story):
    story.to("consulting")
    tasks = work("bgtvt.officer", story).tasks
    assert [task.record.machine for task in tasks] == ["opinion"]


def test_the_most_urgent_stands_first(story):
    story.to("submitted")
    later = Story(title="Sau", at=story.at + timedelta(days=5))
    later.to("submitted")
    found = [task.title for task in work(FOCAL, later).tasks]
    assert found == [story.title, "Sau"]
    due = work_for(person(FOCAL), later.at + timedelta(days=60)).tasks[0].due
    assert due is not None
    assert due.late


def test_what_one_follows_stands_in_its_own_list_while_one_may_see_it(story):
    story.to("submitted")
    story.act("follow", by="binhduong.ubnd.officer")
    assert titles(work("binhduong.ubnd.officer", story).following) == [story.issue.title]
    assert not work("binhduong.ubnd.officer", story).waiting
    story.act("unfollow", by="binhduong.ubnd.officer")
    assert not work("binhduong.ubnd.officer", story).following


def test_the_page_asks_the_same_number_of_queries_however_much_there_is(client, db):
    counts = []
    for number in (2, 6):
        for copy in range(number):
            Story(title=f"Hồ sơ {number}.{copy}").to("triage")
            Story(title=f"Chờ {number}.{copy}").to("committee_office")
        client.force_login(person(FOCAL))
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < 40


def test_the_page_and_its_live_part_render_for_everybody(client, story):
    story.to("bilateral")
    for name in ("binhduong.gtvt.officer", FOCAL, "dongnai.skhdt.head", "auditor", "admin", "bgtvt.head"):
        client.force_login(person(name))
        assert client.get("/").status_code == 200
        part = client.get("/", headers={"HX-Request": "true"}).content.decode()
        assert part.lstrip().startswith('<div id="work"')


def test_the_first_page_begins_with_what_is_due_first_and_leads_to_the_rest(client, db, monkeypatch):
    monkeypatch.setattr(queries, "TASKS", 2)
    at = timezone.now()
    # Whoever handed up first waits for the longest, so it is due first.
    stories = [Story(at=at - timedelta(days=days)) for days in (9, 5, 7)]
    for story in stories:
        story.to("submitted")
    officer = person(FOCAL)
    found = work_for(officer, at)
    assert [task.record for task in found.tasks] == [stories[0].issue, stories[2].issue]
    assert found.more == 1
    client.force_login(officer)
    assert "Còn 1 việc nữa chờ anh/chị" in client.get("/").content.decode()
