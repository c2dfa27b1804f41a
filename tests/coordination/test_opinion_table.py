"""The opinion table: đơn vị, ý kiến, mức tiếp thu, giải trình (rulebook §2 amend, §3)."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import translation

from coordination.models import Opinion, SubmissionItem
from coordination.presentation import present
from tests.page_forms import forms_in
from tests.people import body, person
from tests.story import Story
from workflows import audit, engine, sweeps
from workflows.models import Event, Policy
from workflows.refusals import Incomplete, NotYours, Stale

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD, LEADER = "binhduong.skhdt.officer", "binhduong.skhdt.head", "binhduong.ubnd.head"
COMMENT = "Đề nghị bổ sung phương án tái định cư."


def asked(story: Story, *slugs: str) -> None:
    story.to("triage")
    story.do("consult", {"bodies": [body(slug).pk for slug in slugs]})


def answer(story: Story, slug: str, stance: str = "agree_with_comments", content: str = COMMENT) -> Opinion:
    given = {"opinion": {"stance": stance, "content": content}}
    story.do("answer", given, on=story.opinion(slug), by=f"{slug}.head")
    story.refreshed()
    return story.opinion(slug)


def write(story: Story, slug: str, uptake: str, explanation: str = "", by: str = OFFICER) -> Event | None:
    """What the officer fills in for one body."""
    row = {"opinion": story.opinion(slug).ref, "uptake": uptake, "explanation": explanation}
    event = engine.amend(story.refreshed(), {"opinion_table": [row]}, by=person(by), at=story.at)
    story.refreshed()
    return event


@pytest.fixture
def commented(story) -> Story:
    """In triage with one comment, and one plain agreement."""
    asked(story, "binhduong.tnmt", "bgtvt")
    answer(story, "binhduong.tnmt")
    answer(story, "bgtvt", "agree", "Thống nhất.")
    return story


def row_of(rows: list[dict[str, Any]], slug: str) -> dict[str, Any]:
    return next(row for row in rows if row["body"] == body(slug).label)


def test_what_was_taken_up_is_an_amendment_with_old_and_new(commented):
    version = commented.issue.version
    event = write(commented, "binhduong.tnmt", "partly", "Đã bổ sung vào mục III.")

    assert (event.name, event.kind, event.told) == ("amend", "amend", "home")
    old, new = event.data["changed"]["opinion_table"]
    assert (row_of(old, "binhduong.tnmt")["uptake"], row_of(new, "binhduong.tnmt")["uptake"]) == (
        "",
        "partly",
    )
    assert row_of(new, "bgtvt") == row_of(old, "bgtvt")
    assert commented.issue.version == version + 1
    assert write(commented, "binhduong.tnmt", "partly", "Đã bổ sung vào mục III.") is None


def test_it_is_written_while_the_others_are_still_asked(story):
    asked(story, "binhduong.tnmt", "bgtvt")
    answer(story, "binhduong.tnmt")
    assert story.issue.state == "consulting"
    assert write(story, "binhduong.tnmt", "accepted")
    with pytest.raises(Incomplete):
        write(story, "bgtvt", "accepted")


@pytest.mark.parametrize("username", [HEAD, LEADER, "binhduong.gtvt.officer"])
def test_nobody_but_a_focal_officer_writes_it(commented, username):
    with pytest.raises(NotYours):
        write(commented, "binhduong.tnmt", "accepted", by=username)


def test_the_officer_writes_nothing_else_of_the_issue(commented):
    with pytest.raises(NotYours):
        engine.amend(commented.issue, {"title": "Tên khác"}, by=person(OFFICER), at=commented.at)


def test_what_is_decided_on_is_not_amended(commented):
    write(commented, "binhduong.tnmt", "accepted")
    commented.do("propose")
    with pytest.raises(NotYours):
        write(commented, "binhduong.tnmt", "noted", "Ghi nhận.")


@pytest.mark.parametrize("row", [{"uptake": "perhaps"}, {"uptake": "accepted", "opinion": "no-such-row"}])
def test_a_row_that_is_none_is_refused_and_nothing_is_written(commented, row):
    ref = commented.opinion("binhduong.tnmt").ref
    rows = [{"opinion": ref, "uptake": "noted", "explanation": "Ghi nhận."}, {"opinion": ref, **row}]
    with pytest.raises(Incomplete):
        engine.amend(commented.issue, {"opinion_table": rows}, by=person(OFFICER), at=commented.at)
    assert commented.opinion("binhduong.tnmt").uptake == ""


@pytest.mark.parametrize(
    "stance, uptake, explanation, goes",
    [
        ("agree_with_comments", "", "Chỉ có lời giải trình.", False),
        ("disagree", "partly", "", False),
        ("disagree", "not_accepted", "  ", False),
        ("agree_with_comments", "noted", "", False),
        ("disagree", "accepted", "", True),
        ("agree_with_comments", "partly", "Phần còn lại thuộc giai đoạn 2.", True),
        ("disagree", "not_accepted", "Trái quy hoạch đã duyệt.", True),
        ("agree_with_comments", "noted", "Sẽ xem xét ở bước sau.", True),
    ],
)
def test_a_comment_or_an_objection_is_answered_before_it_is_proposed(
    story, stance, uptake, explanation, goes
):
    asked(story, "binhduong.tnmt")
    answer(story, "binhduong.tnmt", stance)
    write(story, "binhduong.tnmt", uptake, explanation)
    if goes:
        story.do("propose")
        assert story.issue.state == "awaiting_focal_head"
        return
    with pytest.raises(Incomplete) as refused:
        story.do("propose")
    sentence = refused.value.sentence
    assert body("binhduong.tnmt").label in sentence
    assert story.issue.code in sentence
    assert story.refreshed().state == "triage"
    assert not SubmissionItem.objects.exists()


def test_an_agreement_needs_no_words(story):
    asked(story, "bgtvt")
    answer(story, "bgtvt", "agree", "Thống nhất.")
    story.do("propose")
    assert story.issue.state == "awaiting_focal_head"


def test_an_issue_that_goes_along_is_held_to_the_same_and_named(commented):
    write(commented, "binhduong.tnmt", "accepted")
    other = Story(title="Suối Siệp", at=commented.at)
    asked(other, "bgtvt")
    answer(other, "bgtvt", "disagree")
    commented.at = other.at
    along = {"issue": other.issue.ref, "route": "bilateral", "ground": ""}
    paper = {"subject": "Tờ trình", "content": "Kính trình.", "with": [along]}
    with pytest.raises(Incomplete) as refused:
        commented.do("propose", {"submission": paper})
    assert other.issue.code in refused.value.sentence
    assert commented.refreshed().state == "triage"

    write(other, "bgtvt", "not_accepted", "Trái quy hoạch.")
    commented.do("propose", {"submission": paper})
    tables = {item.issue_id: item.opinions for item in SubmissionItem.objects.all()}
    assert [row["uptake"] for row in tables[other.issue.pk]] == ["not_accepted"]
    assert len(tables[commented.issue.pk]) == 2


def test_the_table_is_kept_as_it_was_proposed(commented):
    write(commented, "binhduong.tnmt", "partly", "Đã bổ sung.")
    commented.do("propose")
    item = commented.issue.open_item()
    row = row_of(item.opinions, "binhduong.tnmt")

    assert (row["stance"], row["content"], row["silence"]) == ("agree_with_comments", COMMENT, "")
    assert (row["uptake"], row["explanation"]) == ("partly", "Đã bổ sung.")
    digest = audit.digest(commented.issue.material())
    assert Event.objects.get(name="propose").digest == digest
    # A body is renamed: the paper that was put before the leader says what it said.
    renamed = body("binhduong.tnmt")
    renamed.label = "Tên mới"
    renamed.save(update_fields=["label"])
    assert audit.digest(commented.refreshed().material()) == digest


def test_another_table_is_another_matter_to_decide_on(commented):
    before = audit.digest(commented.issue.material())
    write(commented, "binhduong.tnmt", "accepted")
    assert audit.digest(commented.issue.material()) != before


def test_sent_back_the_officer_corrects_it_and_proposes_the_new_one(commented):
    write(commented, "binhduong.tnmt", "noted", "Ghi nhận.")
    commented.do("propose")
    commented.do("send_back")
    write(commented, "binhduong.tnmt", "accepted", "")
    commented.do("propose")
    proposals = Event.objects.filter(name="propose").values_list("digest", flat=True)
    assert len(set(proposals)) == 2
    first, second = SubmissionItem.objects.filter(issue=commented.issue).order_by("id")
    assert row_of(first.opinions, "binhduong.tnmt")["uptake"] == "noted"
    assert row_of(second.opinions, "binhduong.tnmt")["uptake"] == "accepted"


def test_an_answer_that_comes_after_the_proposal_makes_no_decision_stale(story):
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk]})
    story.at += timedelta(days=30)
    sweeps.run(story.at)
    story.do("propose")
    version, digest = story.issue.version, audit.digest(story.issue.material())
    given = {"opinion": {"stance": "disagree", "content": "Đến muộn."}}
    story.do("answer_late", given, on=story.opinion("binhduong.tnmt"), by="binhduong.tnmt.head")

    assert (story.refreshed().version, audit.digest(story.issue.material())) == (version, digest)
    assert story.issue.opinion_table()[0]["content"] == "Đến muộn."
    assert story.issue.open_item().opinions[0]["content"] == ""


def test_a_table_amended_meanwhile_is_not_overwritten(commented):
    version = commented.issue.version
    write(commented, "binhduong.tnmt", "partly", "Đã bổ sung.")
    row = {"opinion": commented.opinion("binhduong.tnmt").ref, "uptake": "noted", "explanation": ""}
    with pytest.raises(Stale):
        engine.amend(
            commented.issue,
            {"opinion_table": [row]},
            by=person(OFFICER),
            at=commented.at,
            expected_version=version,
        )


# Its page


def table_page(story: Story) -> str:
    return f"/issues/{story.refreshed().code}/opinion-table/"


def test_the_officer_fills_it_in_on_its_page(client, commented):
    client.force_login(person(OFFICER))
    issue_page = client.get(f"/issues/{commented.issue.code}/").content.decode()
    assert table_page(commented) in issue_page
    form = next(
        f
        for f in forms_in(client.get(table_page(commented)).content.decode())
        if any(name.endswith("-uptake") for name in f.fields)
    )
    ref = commented.opinion("binhduong.tnmt").ref
    sent = client.post(
        table_page(commented),
        form.fields | {f"{ref}-uptake": "partly", f"{ref}-explanation": "Đã bổ sung."},
    )
    assert sent.status_code == 302
    assert commented.opinion("binhduong.tnmt").uptake == "partly"
    shown = unescape(client.get(f"/issues/{commented.issue.code}/").content.decode())
    for words in (COMMENT, "Đã bổ sung.", body("binhduong.tnmt").label):
        assert words in shown


def test_who_saves_second_is_told_and_keeps_what_they_typed(client, commented):
    client.force_login(person(OFFICER))
    ref = commented.opinion("binhduong.tnmt").ref
    typed = {
        f"{ref}-uptake": "noted",
        f"{ref}-explanation": "Chữ đã gõ của tôi.",
        "expected_version": commented.issue.version,
    }
    write(commented, "binhduong.tnmt", "partly", "Đã bổ sung.")
    refused = client.post(table_page(commented), typed)
    assert refused.status_code == 409
    form = next(f for f in forms_in(refused.content.decode()) if f"{ref}-uptake" in f.fields)
    assert form.fields[f"{ref}-explanation"] == "Chữ đã gõ của tôi."
    assert client.post(table_page(commented), form.fields).status_code == 302
    assert commented.opinion("binhduong.tnmt").explanation == "Chữ đã gõ của tôi."


def test_an_opinion_that_comes_in_while_somebody_types_disturbs_nothing(client, story):
    asked(story, "binhduong.tnmt", "bgtvt")
    answer(story, "binhduong.tnmt")
    client.force_login(person(OFFICER))
    ref = story.opinion("binhduong.tnmt").ref
    typed = {f"{ref}-uptake": "accepted", "expected_version": story.issue.version}
    version = story.issue.version
    given = {"opinion": {"stance": "disagree", "content": "Không thống nhất."}}
    story.do("answer", given, on=story.opinion("bgtvt"), by="bgtvt.head")
    # The last answer concluded the consultation: a step, so the page says so and keeps the rest.
    assert client.post(table_page(story), typed).status_code == 409
    typed["expected_version"] = story.refreshed().version
    assert story.issue.version == version + 1
    assert client.post(table_page(story), typed).status_code == 302
    assert (story.opinion("binhduong.tnmt").uptake, story.opinion("bgtvt").uptake) == ("accepted", "")


@pytest.mark.parametrize("username, status", [(HEAD, 403), ("bgtvt.head", 404), ("dongnai.skhdt.head", 404)])
def test_the_page_is_the_officers(client, commented, username, status):
    client.force_login(person(username))
    assert client.get(table_page(commented)).status_code == status
    assert client.post(table_page(commented), {}).status_code == status


def test_the_officer_who_proposes_too_early_reads_what_is_missing_and_keeps_the_paper(client, commented):
    client.force_login(person(OFFICER))
    page = f"/issues/{commented.issue.code}/steps/propose/"
    form = next(f for f in forms_in(client.get(page).content.decode()) if "submission_subject" in f.fields)
    answer = client.post(page, form.fields | {"route": "bilateral", "submission_subject": "Về việc thử"})
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Về việc thử" in text
    assert body("binhduong.tnmt").label in text
    assert table_page(commented) in text


# Where it is read


def cells(username: str, story: Story) -> set[str]:
    tables = present(story.refreshed(), person(username)).tables
    return {cell for table in tables for row in table.rows for cell in row}


def test_head_and_leader_read_it_on_the_decision_page_and_nobody_outside(commented):
    write(commented, "binhduong.tnmt", "partly", "Đã bổ sung mục III.")
    commented.do("propose")
    with translation.override("vi"):
        for username in (HEAD, LEADER):
            assert any(COMMENT in cell for cell in cells(username, commented))
            assert "Đã bổ sung mục III." in cells(username, commented)
    for step in ("endorse", "pass_to_leader", "approve_bilateral"):
        commented.do(step)
    assert cells("dongnai.skhdt.head", commented) == set()


def test_the_page_of_the_submission_shows_silence_late_answers_and_why(client, story):
    Policy.objects.create(scope="BDG", version=1, valid_from=story.at, values={"silence_is_agreement": True})
    asked(story, "binhduong.tnmt", "bgtvt", "binhduong.gtvt")
    answer(story, "binhduong.gtvt", "disagree", "Không thống nhất hướng tuyến.")
    story.at += timedelta(days=30)
    sweeps.run(story.at)
    given = {"opinion": {"stance": "disagree", "content": "Trả lời sau hạn."}}
    story.do("answer_late", given, on=story.opinion("bgtvt"), by="bgtvt.head")
    write(story, "binhduong.gtvt", "not_accepted", "Hướng tuyến đã được phê duyệt.")
    story.do("propose")
    client.force_login(person(HEAD))
    text = client.get(f"/issues/{story.issue.code}/").content.decode()
    for words in ("Không thống nhất hướng tuyến.", "Hướng tuyến đã được phê duyệt.", "Trả lời sau hạn."):
        assert words in text
    rows = {row["body"]: row for row in story.issue.open_item().opinions}
    assert rows[body("binhduong.tnmt").label]["silence"] == "agreement"
    assert rows[body("bgtvt").label]["silence"] == "no_answer"
    assert rows[body("bgtvt").label]["state"] == "answered_late"
