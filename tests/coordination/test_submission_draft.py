"""A submission is drafted before it is proposed: kept issue by issue, through the one door (rulebook §2)."""

from __future__ import annotations

from typing import Any

import pytest

from coordination.locking import lock_set
from coordination.models import Person, Submission, SubmissionItem
from coordination.presentation import present, subject_of
from tests.coordination.drafting import COLLEAGUE, OFFICER, a_colleague, again, in_triage, rows, save
from tests.people import person
from tests.story import Story
from workflows import engine
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete, NotVisible, NotYours, Stale

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEAD = "binhduong.skhdt.head"


@pytest.fixture
def colleague(db) -> Person:
    return a_colleague()


def amendments(story: Story) -> list[dict[str, Any]]:
    events = Event.objects.filter(machine="issue", record_id=story.issue.pk, kind="amend").order_by("seq")
    return [event.data["changed"] for event in events]


def placed(draft: Submission) -> list[tuple[str, str]]:
    return [(item.issue.title, item.status) for item in draft.items.order_by("id")]


def test_each_issue_of_a_draft_keeps_its_own_old_and_new(db):
    stories = in_triage(3)
    versions = [one.issue.version for one in stories]
    draft = save(stories)

    assert draft.state == "drafting"
    assert draft.code is None
    assert [one.issue.version for one in stories] == [version + 1 for version in versions]
    for one in stories:
        assert amendments(one) == [
            {"route": ["", "bilateral"], "submission": [[], ["Tờ trình chung", "Kính trình."]]}
        ]
        assert one.issue.state == "triage"


def test_only_what_changed_is_amended(db):
    stories = in_triage(3)
    draft = save(stories)
    versions = [one.issue.version for one in stories]
    again(draft, stories)
    assert [one.issue.version for one in stories] == versions

    again(draft, stories, items=rows(stories, _1="directive"))
    assert [one.issue.version - version for one, version in zip(stories, versions, strict=True)] == [0, 1, 0]
    assert amendments(stories[1])[-1] == {"route": ["bilateral", "directive"]}

    draft.refresh_from_db()
    again(draft, stories, items=rows(stories, _1="directive"), content="Kính trình UBND tỉnh.")
    words = {"submission": [["Tờ trình chung", "Kính trình."], ["Tờ trình chung", "Kính trình UBND tỉnh."]]}
    assert [amendments(one)[-1] for one in stories] == [words] * 3


def test_a_draft_with_no_issue_left_is_recalled(db):
    stories = in_triage(2)
    draft = save(stories)
    again(draft, stories, items=rows(stories)[:1])
    assert placed(draft) == [("Hồ sơ 0", "drafting"), ("Hồ sơ 1", "recalled")]
    assert amendments(stories[1])[-1]["submission"] == [["Tờ trình chung", "Kính trình."], []]
    assert draft.state == "drafting"

    again(draft, stories, items=[])
    assert draft.state == "recalled"
    assert stories[0].issue.draft() is None


def test_an_issue_taken_off_may_be_put_back(db):
    stories = in_triage(2)
    draft = save(stories)
    again(draft, stories, items=rows(stories)[:1])
    again(draft, stories)
    assert [item.issue.title for item in draft.drafted()] == ["Hồ sơ 0", "Hồ sơ 1"]


def test_an_issue_stands_on_one_draft_only_and_the_refusal_says_whose(colleague):
    stories = in_triage(2)
    save(stories[:1])
    with pytest.raises(Incomplete) as refusal:
        save(stories, by=COLLEAGUE)
    assert stories[0].issue.code in refusal.value.sentence
    assert str(person(OFFICER)) in refusal.value.sentence
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("username", [HEAD, "binhduong.gtvt.officer", "binhduong.ubnd.officer"])
def test_only_an_officer_of_the_focal_point_drafts(username):
    with pytest.raises(NotYours):
        save(in_triage(1), by=username)
    assert not Submission.objects.exists()


def test_another_locality_learns_nothing_of_it(db):
    stories = in_triage(1)
    with pytest.raises(NotVisible):
        save(stories, by="dongnai.skhdt.officer")


def test_a_draft_takes_issues_in_triage_only(db):
    triage, submitted = in_triage(1)[0], Story(title="Mới gửi")
    submitted.to("submitted")
    with pytest.raises(Incomplete, match=submitted.issue.code):
        save([triage, submitted])
    with pytest.raises(Forbidden):
        save([submitted])


def test_a_route_may_stay_open_and_a_subject_may_not(db):
    stories = in_triage(1)
    draft = save(stories, items=[{"issue": stories[0].issue.ref}], content="")
    assert [(item.route, item.ground) for item in draft.drafted()] == [("", "")]
    with pytest.raises(Incomplete):
        again(draft, stories, subject=" ")


def test_who_saves_over_a_newer_draft_is_told_by_whom(colleague):
    stories = in_triage(2)
    draft = save(stories)
    read = draft.digest()
    again(draft, stories, by=COLLEAGUE, items=rows(stories, _1="council"))
    with pytest.raises(Stale) as refusal:
        again(draft, stories, read=read, content="Bản của tôi.")
    assert refusal.value.by == str(colleague)
    draft.refresh_from_db()
    assert draft.content == "Kính trình."


def test_proposing_opens_the_very_draft_with_each_issues_road(db):
    stories = in_triage(2)
    draft = save(stories, items=rows(stories, _1="directive"))
    first, second = stories
    along = [{"issue": second.issue.ref, "route": "directive", "ground": ""}]
    paper = {"subject": draft.subject, "content": "Bản cuối.", "read": draft.digest(), "with": along}
    first.do("propose", {"route": "bilateral", "submission": paper})

    draft.refresh_from_db()
    assert Submission.objects.count() == 1
    assert (draft.state, draft.content) == ("proposed", "Bản cuối.")
    assert draft.code.startswith("TT-BDG-2026-")
    assert [(item.status, item.route) for item in draft.items.order_by("id")] == [
        ("open", "bilateral"),
        ("open", "directive"),
    ]
    assert second.refreshed().state == "awaiting_focal_head"


def test_a_draft_is_proposed_as_it_stands_where_nothing_else_is_said(db):
    first, second = in_triage(2)
    draft = save([first, second], items=rows([first, second], _0="directive"))
    engine.perform(first.issue, "propose", by=person(OFFICER), at=first.at, data={})

    draft.refresh_from_db()
    assert draft.state == "proposed"
    assert [one.refreshed().route for one in (first, second)] == ["directive", "bilateral"]


def test_what_is_not_proposed_with_it_keeps_a_draft_of_its_own(db):
    first, second, third = stories = in_triage(3)
    draft = save(stories)
    first.do("propose")

    draft.refresh_from_db()
    kept = second.refreshed().draft()
    assert kept == third.refreshed().draft()
    assert kept != draft
    assert (kept.subject, kept.content, kept.state) == ("Tờ trình chung", "Kính trình.", "drafting")
    assert [item.issue for item in draft.items.all()] == [first.issue]
    # What they say has not changed, so nobody amended them.
    assert [len(amendments(one)) for one in (second, third)] == [1, 1]


def test_an_issue_proposed_along_with_another_leaves_its_draft(db):
    first, second = in_triage(2)
    draft = save([second])
    paper = {"subject": "Khác", "content": "Khác", "with": rows([second])}
    first.do("propose", {"submission": paper})

    assert second.refreshed().state == "awaiting_focal_head"
    assert draft.state == "recalled"
    assert SubmissionItem.objects.filter(issue=second.issue, status="open").count() == 1


def test_who_proposes_a_draft_that_moved_on_is_told(colleague):
    first, second = in_triage(2)
    draft = save([first, second])
    read = draft.digest()
    again(draft, [first, second], by=COLLEAGUE, items=rows([first, second], _1="council"))
    paper = {"subject": "Tờ trình", "content": "Kính trình.", "read": read, "with": []}
    with pytest.raises(Stale):
        first.do("propose", {"submission": paper})
    assert first.refreshed().state == "triage"


@pytest.mark.parametrize("step", ["request_supplement", "withdraw", "merge", "discontinue"])
def test_an_issue_that_leaves_triage_otherwise_leaves_the_draft(db, step):
    first, second, third = in_triage(3)
    draft = save([first, second])
    first.at = max(one.at for one in (first, second, third))
    first.do(step, {"target": third.issue.code} if step == "merge" else {})

    assert first.issue.draft() is None
    assert placed(draft) == [("Hồ sơ 0", "recalled"), ("Hồ sơ 1", "drafting")]
    assert draft.state == "drafting"
    second.at = first.at
    second.do("request_supplement")
    assert draft.state == "recalled"


def test_a_draft_is_kept_while_opinions_are_asked_for(db):
    stories = in_triage(2)
    first, second = stories
    draft = save(stories)
    first.do("consult")
    second.at = first.at

    assert draft.state == "drafting"
    assert first.issue.draft() == draft
    again(draft, stories, items=rows(stories, _1="council"))
    for changed in ({"content": "Khác."}, {"items": rows(stories, _0="council")}):
        with pytest.raises(Incomplete, match=first.issue.code):
            again(Submission.objects.get(pk=draft.pk), stories, **changed)
    first.do("conclude_consultation")
    again(draft, stories, content="Sau khi có ý kiến.")
    assert first.issue.draft().content == "Sau khi có ý kiến."


def test_an_issue_out_for_opinions_that_is_taken_off_keeps_the_words_it_had(db):
    stories = in_triage(2)
    first, second = stories
    draft = save(stories)
    first.do("consult")
    before = first.issue.material()
    again(draft, stories, items=rows([second]), content="Chỉ còn một hồ sơ.")

    assert first.issue.material() == before
    assert first.issue.draft() != draft
    assert second.issue.draft().content == "Chỉ còn một hồ sơ."


def test_a_draft_rests_while_all_its_issues_are_out(db):
    stories = in_triage(1)
    draft = save(stories)
    stories[0].do("consult")
    with pytest.raises(Forbidden):
        again(draft, stories, content="Khác.")


def test_a_draft_is_no_paper_to_decide_on(db):
    (story,) = in_triage(1)
    save([story])
    officer = person(OFFICER)
    assert present(story.issue, officer).paper is None
    assert subject_of(officer, story.issue) == ("issue", story.issue.pk)
    story.do("propose", {"submission": {"subject": "Tờ trình", "content": "Kính trình."}})
    assert present(story.issue, officer).paper == ("Tờ trình", "Kính trình.")


def test_all_issues_of_a_draft_are_locked_together(db):
    first, second, third = in_triage(3)
    draft = save([first, second])
    together = {first.issue.pk, second.issue.pk}
    assert lock_set(first.issue, {}) == together
    saved = {"submission": {"ref": draft.ref, "items": rows([third])}}
    assert lock_set(third.issue, saved) == together | {third.issue.pk}


def test_nothing_is_put_on_a_submission_that_was_proposed_or_is_another_localitys(db):
    first, second = in_triage(2)
    elsewhere = Story(home="dongnai", other="binhduong", unit="dongnai.gtvt")
    elsewhere.to("triage")
    foreign = save([elsewhere], by="dongnai.skhdt.officer")
    with pytest.raises(NotVisible):
        save([second], ref=foreign.ref, read=foreign.digest())
    draft = save([first])
    first.do("propose")
    draft.refresh_from_db()
    with pytest.raises(Forbidden):
        save([second], ref=draft.ref, read=draft.digest())
    # The ref that a step gives along is for issues that go with it, not for anybody's choice.
    paper = {"subject": "Tờ trình", "content": "Kính trình.", "ref": foreign.ref}
    second.do("propose", {"submission": paper})
    assert [item.issue for item in foreign.items.all()] == [elsewhere.issue]
