"""Every reason why the engine says no: its code, its status, its sentence, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from coordination.models import Seat
from tests.people import body, locality, person
from tests.story import Story
from tests.workflows.effect_rows import HOME_HEAD, HOME_OFFICER, OTHER_HEAD, OTHER_OFFICER, minutes_shared
from tests.workflows.papers import attach_paper, record_step, waiting
from workflows import engine
from workflows.models import Policy
from workflows.refusals import Incomplete, Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def counts() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def refused(work: Callable[[], Any], code: str, status: int) -> Refusal:
    """The refusal, after looking at its code, its status, both its sentences, and the database."""
    before = counts()
    with pytest.raises(Refusal) as caught:
        work()
    refusal = caught.value
    assert (refusal.code, refusal.status) == (code, status)
    assert counts() == before
    for language in ("vi", "en"):
        with translation.override(language):
            sentence = refusal.sentence
        assert sentence
        assert "%(" not in sentence
        assert sentence.endswith((".", "”"))
    return refusal


def english(refusal: Refusal) -> str:
    with translation.override("en"):
        return refusal.sentence


def second_seat(username: str, slug: str, level: str) -> Seat:
    """One person in two seats: the case in which separation of duties bites."""
    return Seat.objects.create(
        person=person(username), organisation=body(slug), level=level, title="Kiêm nhiệm"
    )


@pytest.mark.parametrize("username", [OTHER_HEAD, "binhduong.tnmt.head", "bgtvt.head", "admin"])
def test_not_visible_to_who_has_not_been_reached(story, username):
    story.to("triage")
    refusal = refused(lambda: story.do("accept", by=username), "not_visible", 404)
    assert english(refusal) == "There is no such record, or it has not been shared with you."


def test_not_visible_to_a_visitor(story):
    story.to("triage")
    take = {"by": AnonymousUser(), "at": story.at}
    refused(lambda: engine.perform(story.issue, "propose", **take), "not_visible", 404)


@pytest.mark.parametrize("username", ["binhduong.gtvt.head", HOME_HEAD, "binhduong.ubnd.head", "auditor"])
def test_not_yours_names_whose_it_is(story, username):
    story.to("submitted")
    refusal = refused(lambda: story.do("accept", by=username), "not_yours", 403)
    assert "an officer of the focal point" in english(refusal)


def test_not_yours_in_this_seat(story):
    story.to("submitted")
    extra = second_seat(HOME_OFFICER, "binhduong.tnmt", "officer")
    refused(lambda: story.do("accept", as_seat=extra.pk), "not_yours", 403)


def test_the_units_officer_submits_only_where_the_policy_says_so(story):
    officer = "binhduong.gtvt.officer"
    refused(lambda: story.do("submit", by=officer), "not_yours", 403)
    Policy.objects.create(
        scope="BDG",
        version=1,
        valid_from=story.issue.created_at,
        values={"unit_officer_may_submit": True},
    )
    assert story.do("submit", by=officer).role == "reporting.officer"


@pytest.mark.parametrize("username", ["binhduong.gtvt.officer", "binhduong.ubnd.officer"])
def test_amending_is_refused_once_it_was_handed_in(story, username):
    story.to("submitted")
    at = story.at
    refused(
        lambda: engine.amend(story.issue, {"title": "Khác"}, by=person(username), at=at), "not_amendable", 403
    )


@pytest.mark.parametrize(
    "route,step", [("directive", "endorse"), ("settle", "settle"), ("decline", "decline")]
)
def test_who_proposed_may_not_endorse(story, route, step):
    story.to("triage")
    second_seat(HOME_OFFICER, "binhduong.skhdt", "head")
    story.do("propose", {"route": route})
    refusal = refused(lambda: story.do(step, by=HOME_OFFICER), "separation_of_duties", 403)
    assert "Propose" in english(refusal)


@pytest.mark.parametrize("step", ["approve_bilateral", "approve_council", "approve_central", "direct"])
def test_who_endorsed_may_not_approve(story, step):
    story.to("awaiting_committee")
    second_seat(HOME_HEAD, "binhduong.ubnd", "head")
    refusal = refused(lambda: story.do(step, {"ground": "policy"}, by=HOME_HEAD), "separation_of_duties", 403)
    assert "Endorse" in english(refusal)


def test_who_reported_may_not_verify(story):
    story.to("implementing")
    commitment = story.issue.commitments.get(locality__slug="binhduong")
    second_seat(HOME_OFFICER, "binhduong.gtvt", "head")
    story.do("take_on", on=commitment, by="binhduong.gtvt.officer")
    story.do("report", on=story.refreshed(commitment), by=HOME_OFFICER)
    work = lambda: story.do("verify", on=story.refreshed(commitment), by=HOME_OFFICER)  # noqa: E731
    assert "Report the result" in english(refused(work, "separation_of_duties", 403))


def test_who_shared_the_minutes_may_not_confirm_them(story):
    second_seat(HOME_OFFICER, "dongnai.skhdt", "head")
    meeting = minutes_shared(story)
    work = lambda: story.do("confirm_minutes", on=meeting, by=HOME_OFFICER)  # noqa: E731
    assert "Share the minutes" in english(refused(work, "separation_of_duties", 403))


def test_who_shared_the_minutes_may_not_countersign_the_other_sides_confirmation(story):
    meeting = minutes_shared(story)
    digest = story.data_for("confirm_minutes", meeting)["same_digest"]
    second_seat(HOME_OFFICER, "binhduong.skhdt", "head")
    second = second_seat("binhduong.ubnd.clerk", "binhduong.skhdt", "officer")
    record_step(
        story,
        meeting,
        "confirm_minutes",
        {"same_digest": digest},
        side=locality("dongnai").pk,
        by=second.person.username,
    )
    data = {"pending": waiting(meeting).pk}
    fresh = story.refreshed(meeting)
    refused(lambda: story.act("countersign", data, by=HOME_OFFICER, on=fresh), "separation_of_duties", 403)


def test_who_recorded_a_document_may_not_countersign_it(story):
    story.to("central")
    second_seat(HOME_OFFICER, "binhduong.skhdt", "head")
    story.do("central_returned", {"document": attach_paper(story, story.issue)})
    data = {"pending": waiting(story.issue).pk}
    refused(lambda: story.act("countersign", data, by=HOME_OFFICER), "separation_of_duties", 403)


def test_wrong_state_and_unknown_step(story):
    story.to("draft")
    refusal = refused(lambda: story.do("accept", by="binhduong.gtvt.officer"), "wrong_state", 409)
    assert english(refusal) == "“Accept” cannot be done while the record is “Draft”."
    take = {"by": person("binhduong.gtvt.officer"), "at": story.at}
    refused(lambda: engine.perform(story.issue, "teleport", **take), "unknown_step", 409)
    refused(lambda: engine.act(story.issue, "dance", **take), "unknown_step", 409)


def test_stale_says_who_was_first(story):
    story.to("triage")
    version = story.issue.version
    story.do("request_supplement")
    who = str(person(HOME_OFFICER))
    refusal = refused(lambda: story.do("submit", expected_version=version), "stale", 409)
    assert (refusal.by, refusal.step, refusal.at) == (who, "request_supplement", story.issue.moved_at)
    assert who in english(refusal)
    assert "Request a supplement" in english(refusal)


def test_stale_where_the_content_is_not_what_was_read(story):
    story.to("awaiting_committee")
    refused(lambda: story.do("direct", expected_digest="0" * 64), "stale", 409)


def test_already_done_says_by_whom(story):
    story.to("submitted")
    version = story.issue.version
    story.do("accept")
    refusal = refused(lambda: story.do("accept", expected_version=version), "already_done", 409)
    assert refusal.by == str(person(HOME_OFFICER))
    assert "Nothing more is needed" in english(refusal)


# need → (state, step, what is given in its place); the record is the issue unless said otherwise.
NEEDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "reason": ("submitted", "request_supplement", {"reason": "  "}),
    "missing": ("submitted", "request_supplement", {"missing": ""}),
    "accountable": ("submitted", "accept", {"accountable": -1}),
    "target": ("triage", "merge", {"target": "VM-XXX-2026-0001"}),
    "bodies": ("triage", "consult", {"bodies": []}),
    "question": ("triage", "consult", {"question": ""}),
    "position": ("triage", "consult", {"position": ""}),
    "due": ("triage", "consult", {"due": "2026-11-01"}),
    "route": ("triage", "propose", {"route": "elsewhere"}),
    "ground": ("triage", "propose", {"route": "council", "ground": ""}),
    "submission": ("triage", "propose", {"submission": {"subject": "", "content": "x"}}),
    "decider": ("committee_office", "pass_to_leader", {"decider": -1}),
    "council": ("awaiting_committee", "approve_council", {"council": -1, "ground": "policy"}),
    "authority": ("awaiting_committee", "approve_central", {"authority": ""}),
    "directive": ("awaiting_committee", "direct", {"directive": ""}),
    "commitments": ("awaiting_committee", "direct", {"commitments": []}),
    "document": ("central", "central_concluded", {"document": {"number": "1"}}),
    "archive": ("resolved", "close", {"archive": ""}),
    "outcome": ("triage", "discontinue", {"outcome": ""}),
}


@pytest.mark.parametrize("need", NEEDS)
def test_incomplete_names_the_need(story, need):
    state, step, given = NEEDS[need]
    story.to(state)
    refusal = refused(lambda: story.do(step, given), "incomplete", 422)
    assert isinstance(refusal, Incomplete)
    assert need in refusal.problems


@pytest.mark.parametrize("need", ["slots", "slot", "points", "same_digest", "opinion", "session", "evidence"])
def test_incomplete_names_the_need_of_what_hangs_on_the_issue(story, need):
    if need == "opinion":
        story.to("consulting")
        record, step, by = story.opinion("bgtvt"), "answer", "bgtvt.head"
    elif need == "session":
        story.to("council")
        for name in ("file", "screen"):
            story.do(name, on=story.dossier)
        record, step, by = story.dossier, "schedule", ""
    elif need == "evidence":
        story.to("implementing")
        record = story.issue.commitments.get(locality__slug="dongnai")
        story.do("take_on", on=record, by="dongnai.gtvt.officer")
        record, step, by = story.refreshed(record), "report", "dongnai.gtvt.head"
    elif need == "same_digest":
        record, step, by = minutes_shared(story), "confirm_minutes", OTHER_HEAD
    else:
        story.to("bilateral")
        record, step, by = story.meeting, "invite", ""
        if need == "slot":
            story.do("invite", on=record, by=HOME_HEAD)
            record, step, by = story.refreshed(record), "accept_slot", OTHER_OFFICER
        elif need == "points":
            for name, who in (("invite", ""), ("accept_slot", OTHER_OFFICER), ("record_held", "")):
                story.do(name, on=story.refreshed(record), by=who)
            record, step, by = story.refreshed(record), "share_minutes", ""
    refusal = refused(lambda: story.do(step, {need: None}, on=record, by=by), "incomplete", 422)
    assert isinstance(refusal, Incomplete)
    assert need in refusal.problems


@pytest.mark.parametrize("field", ["title", "project", "tried", "proposal"])
def test_incomplete_form_does_not_leave_the_unit(story, field):
    engine.amend(story.issue, {field: ""}, by=person("binhduong.gtvt.officer"), at=story.at)
    refused(lambda: story.do("hand_up"), "incomplete", 422)


def test_route_goes_with_the_step(story):
    story.to("awaiting_focal_head")
    refusal = refused(lambda: story.do("settle"), "route", 422)
    assert "Meeting of the localities" in english(refusal)


@pytest.mark.parametrize("step", ["withdraw", "merge"])
def test_nobody_brought_in(story, step):
    story.to("bilateral")
    story.do("cancel_meeting", on=story.meeting, by=HOME_HEAD)
    target = Story(title="Hồ sơ đích", at=story.at).to("triage").code
    refused(lambda: story.do(step, {"target": target}), "nobody_brought_in", 422)


def test_no_committee_decision(story):
    story.to("implementing")
    refused(lambda: story.do("discontinue"), "no_committee_decision", 422)


def test_commitments_settled_and_unit_heard(story):
    story.to("implementing")
    refused(lambda: story.do("confirm_resolved"), "commitments_settled", 422)
    story.settle_commitments()
    refused(lambda: story.do("confirm_resolved"), "unit_heard", 422)
    # Asked on a Wednesday: five working days of silence end with the next Wednesday.
    story.at += timedelta(days=5)
    refused(lambda: story.do("confirm_resolved"), "unit_heard", 422)


@pytest.mark.parametrize("reminders,days", [(0, 30), (1, 30), (2, 0)])
def test_after_reminders(story, reminders, days):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", {"slots": [story.slot(60)]}, on=meeting, by=HOME_HEAD)
    for _ in range(reminders):
        story.act("remind", by=HOME_OFFICER, on=story.refreshed(meeting))
    story.at += timedelta(days=days)
    fresh = story.refreshed(meeting)
    refused(lambda: story.do("no_answer", on=fresh), "after_reminders", 422)


def test_already_answered_and_already_confirmed(story):
    meeting = minutes_shared(story)
    story.do("confirm_minutes", on=meeting, by=OTHER_HEAD)
    fresh = story.refreshed(meeting)
    refused(lambda: story.do("confirm_minutes", on=fresh, by="dongnai.ubnd.head"), "already_confirmed", 422)


def test_already_pending_and_not_pending(story):
    story.to("central")
    paper = attach_paper(story, story.issue)
    story.do("central_returned", {"document": paper})
    refused(lambda: story.do("central_concluded", {"document": paper}), "already_pending", 422)
    data = {"pending": waiting(story.issue).pk + 1}
    refused(lambda: story.act("countersign", data, by=HOME_HEAD), "not_pending", 422)


def test_only_a_counterparts_step_is_recorded_by_document(story):
    story.to("bilateral")
    meeting = story.meeting
    paper = {**attach_paper(story, meeting), "step": "invite", "side": "", "data": {}}
    fresh = story.refreshed(meeting)
    work = lambda: story.act("record_document", paper, by=HOME_OFFICER, on=fresh)  # noqa: E731
    refused(work, "not_a_counterpart_step", 422)


def test_an_officer_assigns_only_themselves(story):
    story.to("triage")
    other = second_seat("binhduong.gtvt.clerk", "binhduong.skhdt", "officer")
    data = {"accountable": other.pk}
    refusal = refused(lambda: story.act("assign", data, by=HOME_OFFICER), "not_yours", 403)
    assert "the head of the focal point" in english(refusal)
    story.act("assign", data, by=HOME_HEAD)
    assert story.issue.accountable == other


def test_every_refusal_has_a_sentence_in_both_languages():
    """The base texts of the family, by class: none is left in one language only."""
    for kind in (Refusal, *Refusal.__subclasses__()):
        with translation.override("en"):
            plain = str(kind.text)
        with translation.override("vi"):
            assert str(kind.text) != plain, kind
