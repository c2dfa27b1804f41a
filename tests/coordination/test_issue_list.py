"""The list of issues: what one may see, filtered, found without diacritics, page by page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.models import Issue
from coordination.queries.issues import issue_page, seen_issues
from coordination.queries.latest import latest_seen, read_cursor, write_cursor
from coordination.queries.search import fold
from coordination.visibility import Way
from tests.people import NOW, locality, person
from tests.story import Story

pytestmark = pytest.mark.slow

OFFICER = "binhduong.skhdt.officer"


def titles(answer) -> list[str]:
    return [row.issue.title for row in answer.context["page"].rows]


@pytest.mark.parametrize(
    "given, folded",
    [("Cầu MÃ Đà", "cau ma da"), ("  đường\tĐT.753 ", "duong dt.753"), ("Ngưỡng ỷ lại", "nguong y lai")],
)
def test_folding_takes_away_case_diacritics_and_bars(given, folded):
    assert fold(given) == folded


def test_it_is_found_with_and_without_diacritics_in_any_order(client, story):
    story.to("submitted")
    client.force_login(person(OFFICER))
    for words in ("cau bach dang", "Đằng cầu", "BẠCH", story.issue.code, "dong nai", "bach%"):
        expected = [] if "%" in words else [story.issue.title]
        assert titles(client.get("/issues/", {"q": words})) == expected, words


def test_a_draft_is_seen_by_its_unit_and_a_submitted_one_by_the_home_only(client, story):
    for name, before, after in (
        ("binhduong.gtvt.officer", 1, 1),
        (OFFICER, 0, 1),
        ("binhduong.ubnd.head", 0, 1),
        ("dongnai.skhdt.officer", 0, 0),
        ("binhphuoc.skhdt.officer", 0, 0),
    ):
        client.force_login(person(name))
        story_state = story.refreshed().state
        assert len(titles(client.get("/issues/"))) == (before if story_state == "draft" else after)
    story.to("submitted")
    for name, seen in ((OFFICER, 1), ("dongnai.skhdt.officer", 0)):
        client.force_login(person(name))
        assert len(titles(client.get("/issues/"))) == seen


def test_every_filter_narrows(client, story):
    story.to("triage")
    client.force_login(person(OFFICER))
    home, other = locality("binhduong").pk, locality("tayninh").pk
    for query, found in (
        ({"state": "triage"}, 1),
        ({"state": "draft"}, 0),
        ({"state": "open"}, 1),
        ({"state": "ended"}, 0),
        ({"locality": home}, 1),
        ({"locality": other}, 0),
        ({"kind": "land"}, 1),
        ({"kind": "environment"}, 0),
        ({"urgency": "normal"}, 1),
        ({"urgency": "express"}, 0),
        ({"turn": "me"}, 1),
        ({"turn": "focal"}, 1),
        ({"turn": "committee"}, 0),
        ({"state": "nonsense", "locality": "x"}, 1),
    ):
        assert len(titles(client.get("/issues/", query))) == found, query


def test_the_turn_of_a_record_beside_the_issue_counts(client, story):
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    client.force_login(person("dongnai.skhdt.officer"))
    answer = client.get("/issues/", {"turn": "me"})
    assert titles(answer) == [story.issue.title]
    assert answer.context["page"].rows[0].mine


def test_overdue_is_computed_when_read(client, story):
    story.to("submitted")
    at = story.at + timedelta(days=1)
    row = issue_page(person=person(OFFICER), at=at).rows[0]
    assert row.due is not None
    assert not row.due.late
    late = row.due.at + timedelta(minutes=1)
    row = issue_page(person=person(OFFICER), at=late).rows[0]
    assert row.due is not None
    assert row.due.late


def test_a_locality_that_was_brought_in_does_not_learn_who_holds_the_turn_at_home(client, story):
    story.to("bilateral")
    story.do("invite", on=story.meeting)
    story.do("decline_invitation", on=story.meeting, by="dongnai.skhdt.head")
    assert story.refreshed().state == "triage"
    at = story.at + timedelta(days=100)
    own, others = (
        issue_page(person=who, at=at).rows[0] for who in (person(OFFICER), person("dongnai.skhdt.officer"))
    )
    assert own.turns
    assert own.due is not None
    assert (others.turns, others.due) == ((), None)
    client.force_login(person("dongnai.skhdt.officer"))
    assert titles(client.get("/issues/", {"overdue": "on"})) == []


def test_pages_follow_one_another_without_gap_or_double(db):
    for number in range(7):
        Story(title=f"Hồ sơ {number}", at=NOW + timedelta(hours=number % 3))
    who = person("binhduong.gtvt.officer")
    at = NOW + timedelta(days=1)
    found, cursor = [], ""
    for _page in range(10):
        page = issue_page(person=who, at=at, cursor=cursor, size=3)
        found += [row.issue.pk for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert found == [issue.pk for issue in seen_issues(who, at).order_by("-moved_at", "-id")]
    assert len(found) == 7


def test_a_cursor_comes_back_as_it_was_written_and_nonsense_is_the_first_page(story):
    assert read_cursor(write_cursor(story.issue)) == (story.issue.moved_at, story.issue.pk)
    for nonsense in ("", "x", "!!!!", "MjAyNg", "ă"):
        assert read_cursor(nonsense) is None


def test_the_list_asks_the_same_number_of_queries_however_long_it_is(client, db):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 6):
        for copy in range(number):
            Story(title=f"Hồ sơ {number}.{copy}").to("triage")
        client.force_login(person(OFFICER))
        client.get("/issues/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/issues/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_live_refresh_gets_the_rows_alone(client, story):
    client.force_login(person("binhduong.gtvt.officer"))
    page = client.get("/issues/", headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="issues"')
    assert "<html" not in page


def test_rows_that_are_not_seen_leave_no_gap_in_what_is_latest(db):
    at = timezone.now()
    made = [Story(at=at - timedelta(days=days)).issue for days in (1, 2, 3, 4, 5)]
    author = made[0].author_id
    # The newest two are on the way and out of sight: the next page of rows fills the list.
    seen = Issue.objects.exclude(pk__in=[made[0].pk, made[1].pk])
    found = latest_seen(Issue.objects.all(), [Way({author}, key="author_id")], seen, size=2)
    assert found == [made[2].pk, made[3].pk]
