"""A Council without an account: its steps come by document and are countersigned (rulebook §1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coordination.models import CouncilSession, Dossier
from tests.council import TODAY, along, paper, screened, session_data, the_session, together
from tests.people import body
from tests.story import Story
from tests.workflows.effect_rows import HOME_HEAD, HOME_OFFICER
from tests.workflows.papers import attach_paper, record_step, waiting
from workflows.models import Event, PendingStep
from workflows.refusals import Incomplete

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def countersigned(story: Story, dossier: Dossier) -> Event:
    fresh = story.refreshed(dossier)
    return story.act("countersign", {"pending": waiting(dossier).pk}, by=HOME_HEAD, on=fresh)


def by_document(story: Story, dossier: Dossier, step: str, data: dict[str, Any]) -> Dossier:
    record_step(story, dossier, step, data)
    countersigned(story, dossier)
    return story.refreshed(dossier)


@pytest.mark.parametrize(
    "step, data, state, issue_state",
    [
        ("return_dossier", {"reason": "Bổ sung."}, "returned", "council"),
        ("reject_dossier", {"reason": "Không thuộc."}, "rejected", "triage"),
        ("defer", {"reason": "Sang phiên sau."}, "deferred", "council"),
        ("record_conclusion", {"conclusion": paper()}, "decided", "implementing"),
        ("refer", {"conclusion": paper(), "authority": "Thủ tướng"}, "referred", "central"),
    ],
)
def test_every_step_of_a_council_can_come_by_document(story, step, data, state, issue_state):
    story.propose_to_leader(route="council", ground="policy")
    story.do("approve_council")
    story.do("file", on=story.dossier)
    dossier = by_document(story, story.dossier, "screen", {})
    dossier = by_document(story, dossier, "schedule", {"session": session_data()})
    assert (dossier.state, the_session().opened_by, the_session().term is None) == ("scheduled", None, False)
    if step == "record_conclusion":
        data = {**data, "commitments": story.commitments()}
    dossier = by_document(story, dossier, step, data)
    assert (dossier.state, story.refreshed().state) == (state, issue_state)
    event = Event.objects.filter(machine="dossier", record_id=dossier.pk, name=step).get()
    assert (event.channel, event.organisation_name) == ("document", body("dongnambo").name)


def test_two_papers_may_name_the_same_new_session(story):
    second = Story(title="Suối Siệp")
    rows = [screened(story), screened(second)]
    story.at = second.at = max(story.at, second.at)
    for one, dossier in zip((story, second), rows, strict=True):
        record_step(one, dossier, "schedule", {"session": session_data()})
    assert not CouncilSession.objects.exists()
    for one, dossier in zip((story, second), rows, strict=True):
        countersigned(one, dossier)
    assert [dossier.session for dossier in map(story.refreshed, rows)] == [the_session()] * 2


def test_a_paper_may_tell_of_a_session_that_is_past_but_not_before_the_filing(story):
    dossier = screened(story)
    story.at += timedelta(days=30)
    before = session_data(on=(TODAY - timedelta(days=1)).isoformat())
    paper_of = {**attach_paper(story, dossier), "step": "schedule", "side": ""}
    with pytest.raises(Incomplete):
        story.act("record_document", {**paper_of, "data": {"session": before}}, by=HOME_OFFICER, on=dossier)
    past = session_data(on=(TODAY + timedelta(days=7)).isoformat())
    assert by_document(story, dossier, "schedule", {"session": past}).state == "scheduled"


def test_by_document_a_home_settles_its_own_dossiers_only(story):
    second = Story(title="Suối Siệp")
    foreign = Story(home="dongnai", other="binhduong", unit="dongnai.gtvt", title="Đường liên cảng")
    first, own, others = together(story, second, foreign)
    data = {"commitments": story.commitments()}
    theirs, ours = (paper(**{"with": [row]}) for row in (along(foreign, others), along(second, own)))
    with pytest.raises(Incomplete):
        record_step(story, first, "record_conclusion", {**data, "conclusion": theirs})
    by_document(story, first, "record_conclusion", {**data, "conclusion": ours})
    assert story.refreshed(own).state == "decided"
    assert story.refreshed(others).state == "scheduled"
    event = Event.objects.get(machine="dossier", record_id=own.pk, name="record_conclusion")
    assert (event.channel, event.person_id) == ("document", None)


def test_what_a_letter_tells_of_is_not_younger_than_the_letter(story):
    """Refused when it is recorded: the step is dated as the letter, and could not be countersigned."""
    dossier = screened(story)
    record_step(story, dossier, "schedule", {"session": session_data()})
    countersigned(story, dossier)
    story.at += timedelta(days=5)
    younger = {"conclusion": paper(dated=(TODAY + timedelta(days=4)).isoformat())}
    with pytest.raises(Incomplete, match="tương lai"):
        record_step(
            story,
            story.refreshed(dossier),
            "record_conclusion",
            {**younger, "commitments": story.commitments()},
            days_ago=2,
        )
    assert not PendingStep.objects.filter(status="waiting").exists()
