"""What one step does to other records in the same transaction: each row of ``effects.csv``."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coordination.models import Commitment, Meeting, Opinion, Submission, SubmissionItem
from tests.people import body, locality, person
from tests.story import Story
from tests.workflows.effect_rows import HOME_HEAD, HOME_OFFICER, holders, names, row, scheduled_dossier
from tests.workflows.papers import attach_paper
from workflows import engine
from workflows.models import Event, WorkItem
from workflows.pending import pending_step

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@row("issue.hand_up / submit")
def test_reference_keeps_working_and_the_code_is_given_once(story):
    ref = story.issue.ref
    assert story.issue.code is None
    story.do("hand_up")
    assert story.issue.code is None
    story.do("submit")
    code = story.issue.code
    story.do("request_supplement")
    story.do("submit", by="binhduong.gtvt.head")

    assert (story.issue.ref, story.issue.code) == (ref, code)
    assert code == "VM-BDG-2026-0001"


@row("issue.send_back_to_author")
@pytest.mark.parametrize("state", ["draft", "returned"])
def test_sent_back_to_where_it_was_handed_up_from_with_the_request_kept(story, state):
    story.to(state)
    missing = story.issue.missing
    story.do("hand_up")
    story.do("send_back_to_author")

    assert story.issue.state == state
    assert story.issue.missing == missing
    assert bool(missing) == (state == "returned")


@row("issue.consult")
def test_consult_opens_one_opinion_and_one_work_item_per_body(story):
    story.to("consulting")
    opinions = Opinion.objects.filter(consultation__issue=story.issue)

    assert {one.body.slug for one in opinions} == {"binhduong.ubnd", "bgtvt"}
    for one in opinions:
        assert holders(one) == {f"body:{one.body_id}:officer+head"}
    processes = WorkItem.objects.filter(machine="opinion").values_list("process__machine", flat=True)
    assert set(processes) == {"consultation"}


@row("issue.conclude_consultation")
@pytest.mark.parametrize("days,state", [(0, "cancelled"), (30, "lapsed")])
def test_open_opinions_lapse_if_due_else_are_cancelled(story, days, state):
    story.to("consulting")
    story.do("answer", on=story.opinion("bgtvt"), by="bgtvt.head")
    story.at += timedelta(days=days)
    story.do("conclude_consultation")

    assert story.opinion("binhduong.ubnd").state == state
    assert story.opinion("bgtvt").state == "answered"
    assert not WorkItem.objects.filter(
        machine__in=["opinion", "consultation"], finished__isnull=True
    ).exists()


@row("opinion.answer / lapse")
def test_the_last_answer_concludes_the_consultation_as_the_system(story):
    story.to("consulting")
    story.do("answer", on=story.opinion("bgtvt"), by="bgtvt.head")
    assert story.refreshed().state == "consulting"
    last = story.do("answer", on=story.opinion("binhduong.ubnd"), by="binhduong.ubnd.head")

    concluded = Event.objects.get(name="conclude_consultation")
    assert story.issue.state == "triage"
    assert (concluded.role, concluded.person_id, concluded.cause_id) == ("system", None, last.pk)


@row("opinion.answer / lapse")
def test_a_lapse_of_the_last_open_opinion_concludes_too(story):
    story.to("consulting")
    story.do("answer", on=story.opinion("bgtvt"), by="bgtvt.head")
    story.at += timedelta(days=30)
    engine.perform(story.opinion("binhduong.ubnd"), "lapse", by=None, at=story.at)

    assert story.refreshed().state == "triage"


@row("opinion.answer_late")
def test_a_late_answer_is_kept_and_told_and_moves_nothing_else(story):
    story.to("consulting")
    story.at += timedelta(days=30)
    story.do("conclude_consultation")
    before = names(story.issue)
    event = story.do("answer_late", on=story.opinion("bgtvt"), by="bgtvt.head")

    assert story.opinion("bgtvt").content == "Thống nhất."
    assert names(story.issue) == before
    assert person(HOME_OFFICER).notices.filter(event_id=event.pk).exists()


def several_in_triage(count: int = 2) -> list[Story]:
    stories = [Story(title=f"Hồ sơ {number}") for number in range(count)]
    for one in stories:
        one.to("triage")
    return stories


def propose_together(stories: list[Story], route: str = "directive") -> Submission:
    first, *others = stories
    first.at = max(one.at for one in stories)
    rows = [{"issue": one.issue.ref, "route": route, "ground": ""} for one in others]
    paper = {"subject": "Tờ trình chung", "content": "Kính trình.", "with": rows}
    first.do("propose", {"submission": paper})
    for one in others:
        one.at = first.at
        one.refreshed()
    return Submission.objects.get()


@row("issue.propose")
def test_all_issues_of_a_submission_move_together_each_with_its_own_route(db):
    stories = several_in_triage(3)
    submission = propose_together(stories)

    assert [one.issue.state for one in stories] == ["awaiting_focal_head"] * 3
    assert [item.route for item in submission.items.all()] == ["bilateral", "directive", "directive"]
    assert [one.issue.route for one in stories] == ["bilateral", "directive", "directive"]
    assert submission.state == "proposed"


@row("issue.recall_proposal / recall_file")
def test_a_recalled_proposal_brings_all_its_issues_back(db):
    stories = several_in_triage(3)
    submission = propose_together(stories)
    stories[0].do("recall_proposal", by=HOME_OFFICER)

    assert [one.refreshed().state for one in stories] == ["triage"] * 3
    assert submission.state == "recalled"
    assert [names(one.issue).count("recall_proposal") for one in stories] == [1, 1, 1]


@row("issue.recall_proposal / recall_file")
def test_a_recalled_file_leaves_what_was_decided_and_brings_back_what_was_not(db):
    stories = several_in_triage(4)
    submission = propose_together(stories)
    for one in stories[:3]:
        one.at = stories[0].at
        one.do("endorse")
    for one in stories[:3]:
        one.at = stories[0].at
        one.do("pass_to_leader")
    stories[0].do("approve_bilateral")
    stories[1].at = stories[0].at
    stories[1].do("recall_file")

    assert [one.refreshed().state for one in stories] == ["bilateral", "triage", "triage", "triage"]
    assert [item.status for item in submission.items.all()] == ["decided", "recalled", "recalled", "recalled"]
    assert submission.state == "decided"


@row("issue.send_back / endorse / settle / decline / pass_to_leader / return_file / the leader's steps")
def test_each_issue_of_a_submission_is_decided_on_its_own(db):
    stories = several_in_triage(3)
    submission = propose_together(stories)
    stories[1].do("send_back")
    assert [one.refreshed().state for one in stories] == [
        "awaiting_focal_head",
        "triage",
        "awaiting_focal_head",
    ]
    for step in ("endorse", "pass_to_leader"):
        stories[0].do(step)
    assert stories[2].refreshed().state == "awaiting_focal_head"
    stories[0].do("approve_bilateral")
    assert submission.state == "proposed"
    stories[2].at = stories[0].at
    for step in ("endorse", "pass_to_leader", "direct"):
        stories[2].do(step)

    statuses = SubmissionItem.objects.order_by("id").values_list("status", "decision")
    assert list(statuses) == [
        ("decided", "approve_bilateral"),
        ("recalled", "send_back"),
        ("decided", "direct"),
    ]
    assert submission.state == "decided"


@row("issue.approve_bilateral")
def test_an_approved_meeting_is_proposed_and_its_localities_are_brought_in(story):
    story.to("awaiting_committee")
    assert story.issue.brought_in() == set()
    story.do("approve_bilateral")

    assert (story.meeting.state, story.meeting.home) == ("proposed", locality("binhduong"))
    assert {side.locality.slug for side in story.meeting.sides.all()} == {"binhduong", "dongnai"}
    assert story.issue.brought_in() == {locality("dongnai").pk}


@row("issue.approve_bilateral")
def test_an_issue_goes_on_the_agenda_of_an_open_meeting_if_so_chosen(story):
    story.to("bilateral")
    second = Story(title="Hồ sơ thứ hai", at=story.at)
    second.to("awaiting_committee")
    second.do("approve_bilateral", {"meeting": story.meeting.code})

    assert Meeting.objects.count() == 1
    assert [item.issue for item in story.meeting.agenda_items.all()] == [story.issue, second.issue]
    assert second.issue.brought_in() == {locality("dongnai").pk}


@row("issue.approve_council")
def test_an_approved_council_gets_a_dossier_and_the_localities_are_brought_in(story):
    story.to("council")

    assert (story.dossier.state, story.dossier.council) == ("drafting", body("dongnambo"))
    assert story.issue.brought_in() == {locality("dongnai").pk}


@row("issue.direct / settle / central_concluded / dossier.record_conclusion")
@pytest.mark.parametrize("route", ["directive", "settle", "central", "council"])
def test_commitments_of_a_conclusion_are_born_assigned(story, route):
    if route == "council":
        dossier = scheduled_dossier(story)
        story.do("record_conclusion", on=dossier)
    elif route == "settle":
        story.to("triage")
        story.do("propose", {"route": "settle"})
        story.do("settle")
    elif route == "central":
        story.to("central")
        paper = attach_paper(story, story.issue)
        story.do("central_concluded", {"document": paper})
        story.act("countersign", {"pending": pending_step(story.issue).pk}, by=HOME_HEAD)
    else:
        story.to("implementing")

    born = Commitment.objects.filter(issue=story.refreshed())
    assert story.issue.state == "implementing"
    assert [(one.state, one.lead.slug) for one in born] == [
        ("assigned", "binhduong.gtvt"),
        ("assigned", "dongnai.gtvt"),
    ]
    assert story.issue.brought_in() == {locality("dongnai").pk}
