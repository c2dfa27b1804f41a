"""Separation of duties holds through substitution, both ways (rulebook §1)."""

from __future__ import annotations

from typing import Any

import pytest

from coordination.models import Seat
from coordination.queries.offered import acts_open
from tests.people import body, person, seat
from tests.substitutes import DIRECTOR, HEAD, LEADER, OFFICER, SECOND, substituted
from tests.workflows.papers import attach_paper, waiting
from workflows import permissions
from workflows.models import Event
from workflows.refusals import SeparationOfDuties

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_officer"), pytest.mark.slow]

DEPUTY = "binhduong.skhdt.deputy"
ENDORSEMENTS = ("endorse", "settle", "decline")
APPROVALS = ("approve_bilateral", "approve_council", "approve_central", "direct")


def also_officer(username: str) -> None:
    """A second seat at the focal point: the head of one body may work as an officer of another."""
    Seat.objects.create(
        person=person(username), organisation=body("binhduong.skhdt"), level="officer", title="Chuyên viên"
    )


def open_to(story: Any, username: str) -> set[str]:
    return {one.info.name for one in permissions.open_steps(story.issue, person(username), story.at)}


def refused(story: Any, step: str, username: str, data: dict[str, Any] | None = None) -> str:
    with pytest.raises(SeparationOfDuties) as refusal:
        story.do(step, data, by=username)
    return str(refusal.value.sentence)


# Propose / endorse


def test_who_proposed_does_not_endorse_for_the_head(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, OFFICER, story.at)
    assert not open_to(story, OFFICER) & set(ENDORSEMENTS)
    assert "send_back" in open_to(story, OFFICER)
    refused(story, "endorse", OFFICER)
    story.do("endorse", by=HEAD)
    assert story.issue.state == "committee_office"


def test_what_the_head_proposed_is_not_endorsed_for_the_head(story):
    story.to("triage")
    also_officer(HEAD)
    story.do("propose", by=HEAD)
    substituted(HEAD, SECOND, story.at)
    assert not open_to(story, SECOND) & set(ENDORSEMENTS)
    sentence = refused(story, "endorse", SECOND)
    assert sentence != refused(story, "endorse", HEAD)
    # A deputy in charge acts by an authority of their own.
    story.do("endorse", by=DEPUTY)


# Endorse / approve


@pytest.mark.parametrize("step", APPROVALS)
def test_what_was_endorsed_for_the_head_is_approved_by_neither_of_the_two(story, step):
    story.to("awaiting_focal_head")
    row = substituted(HEAD, SECOND, story.at)
    story.do("endorse", by=SECOND)
    story.do("pass_to_leader")
    committee = body("binhduong.ubnd")
    for username in (HEAD, SECOND):
        Seat.objects.create(person=person(username), organisation=committee, level="head", title="Chủ tịch")
        assert step not in open_to(story, username)
    told = {refused(story, step, username) for username in (HEAD, SECOND)}
    assert len(told) == 2
    assert row.confirmed_at
    assert step in open_to(story, LEADER)


def test_the_focal_head_who_endorsed_does_not_approve_for_the_chairman(story):
    story.to("awaiting_committee")
    substituted(LEADER, HEAD, story.at)
    assert not open_to(story, HEAD) & set(APPROVALS)
    assert "return_to_focal" in open_to(story, HEAD)
    refused(story, "approve_bilateral", HEAD)


def test_one_person_does_not_act_for_both_heads(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, DEPUTY, story.at)
    story.do("endorse", by=DEPUTY)
    story.do("pass_to_leader")
    substituted(LEADER, DEPUTY, story.at)
    refused(story, "approve_bilateral", DEPUTY)
    story.do("approve_bilateral", by=LEADER)


def test_who_did_nothing_of_it_approves_for_the_chairman(story):
    story.to("awaiting_committee")
    substituted(LEADER, DIRECTOR, story.at)
    assert set(APPROVALS) <= open_to(story, DIRECTOR)
    assert story.do("approve_bilateral", by=DIRECTOR).data["behalf"]["person_id"] == person(LEADER).pk


# Report / verify, ask / grant an extension


def test_a_result_reported_for_the_head_is_verified_by_neither(story):
    story.to("implementing")
    commitment = story.issue.commitments.filter(lead__slug="binhduong.gtvt").first()
    story.do("take_on", on=commitment, by="binhduong.gtvt.head")
    head, substitute = "binhduong.gtvt.head", "binhduong.gtvt.officer"
    substituted(head, substitute, story.at)
    story.do("report", on=story.refreshed(commitment), by=substitute)
    for username in (head, substitute):
        also_officer(username)
        with pytest.raises(SeparationOfDuties):
            story.do("verify", on=story.refreshed(commitment), by=username)
    story.do("verify", on=story.refreshed(commitment), by=OFFICER)


def extension(story: Any) -> tuple[Any, dict[str, Any]]:
    """A commitment that the focal point itself leads, so that one head could ask and grant."""
    story.propose_to_leader(route="directive")
    focal = body("binhduong.skhdt").pk
    story.do("direct", {"commitments": [{**row, "lead": focal} for row in story.commitments()[:1]]})
    commitment = story.issue.commitments.get()
    story.do("take_on", on=commitment, by=HEAD)
    until = story.refreshed(commitment).due_on.replace(year=commitment.due_on.year + 1)
    return story.refreshed(commitment), {"until": until.isoformat(), "reason": "Thiếu vốn."}


@pytest.mark.parametrize("answer", ["grant_extension", "refuse_extension"])
def test_who_asked_for_an_extension_does_not_answer_it(story, answer):
    commitment, wish = extension(story)
    story.act("ask_extension", wish, by=HEAD, on=commitment)
    commitment = story.refreshed(commitment)
    given = {"extension": commitment.asked_extension.pk, "answer": "Đã xem xét."}
    substituted(HEAD, SECOND, story.at)
    for username in (HEAD, SECOND):
        with pytest.raises(SeparationOfDuties):
            story.act(answer, given, by=username, on=commitment)
        assert answer not in acts_open(commitment, person(username), story.at)
    assert answer in acts_open(commitment, person(DEPUTY), story.at)
    story.act(answer, given, by=DEPUTY, on=commitment)


def test_an_extension_asked_for_the_head_is_answered_by_neither(story):
    commitment, wish = extension(story)
    substituted(HEAD, SECOND, story.at)
    event = story.act("ask_extension", wish, by=SECOND, on=commitment)
    assert event.data["behalf"]["person_id"] == person(HEAD).pk
    for username in (HEAD, SECOND):
        with pytest.raises(SeparationOfDuties):
            story.act("grant_extension", {}, by=username, on=story.refreshed(commitment))


# The other side's document


def test_who_recorded_a_document_does_not_countersign_it_for_the_head(story):
    story.to("central")
    story.do("central_returned", {"document": attach_paper(story, story.issue)})
    substituted(HEAD, OFFICER, story.at)
    with pytest.raises(SeparationOfDuties):
        story.act("countersign", {"pending": waiting(story.issue).pk}, by=OFFICER)
    assert not Event.objects.filter(name="countersign").exists()


def test_who_shared_the_minutes_does_not_confirm_them_for_the_head(story):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting)
    for step, by in (("accept_slot", "dongnai.skhdt.officer"), ("record_held", ""), ("share_minutes", "")):
        story.do(step, on=story.refreshed(meeting), by=by)
    substituted(HEAD, OFFICER, story.at)
    with pytest.raises(SeparationOfDuties):
        story.do("confirm_minutes", on=story.refreshed(meeting), by=OFFICER)
    story.do("confirm_minutes", on=story.refreshed(meeting), by=HEAD)


def test_both_sentences_name_the_step_and_say_why(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at)
    story.do("endorse", by=SECOND)
    story.do("pass_to_leader")
    Seat.objects.create(
        person=person(HEAD), organisation=body("binhduong.ubnd"), level="head", title="Chủ tịch"
    )
    sentence = refused(story, "approve_bilateral", HEAD)
    assert str(story.issue.steps()["endorse"].label) in sentence
    assert str(story.issue.steps()["approve_bilateral"].label) in sentence
    assert seat(HEAD).title not in sentence
