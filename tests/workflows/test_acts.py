"""What can be done that is not a step: each row of ``acts.csv``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from coordination.actions.issues import attach_file, revise_issue
from coordination.models import Attachment, Follower, Opinion
from notifications.models import Notice
from tests.people import body, person, seat
from tests.story import Story
from tests.workflows import rulebook
from tests.workflows.effect_rows import HOME_HEAD, HOME_OFFICER, OTHER_HEAD, OTHER_OFFICER
from tests.workflows.papers import attach_paper, pdf, waiting
from workflows import engine
from workflows.models import Event, Policy
from workflows.refusals import NotVisible, NotYours
from workflows.registry import registry

pytestmark = pytest.mark.django_db
CLAIMED: set[str] = set()
UNIT, UNIT_HEAD = "binhduong.gtvt.officer", "binhduong.gtvt.head"
OFFICE, LEADER = "binhduong.ubnd.officer", "binhduong.ubnd.head"


def act(*names: str) -> Callable[[Any], Any]:
    """Says which acts of the table a test is about."""
    assert set(names) <= set(rulebook.ACTS), names
    CLAIMED.update(names)
    return lambda test: test


def told(event: Event) -> set[str]:
    """Who was told of an event."""
    return set(Notice.objects.filter(event_id=event.pk).values_list("person__username", flat=True))


def reason(event: Event, username: str) -> str:
    return Notice.objects.get(event_id=event.pk, person__username=username).why


@act("assign", "reassign")
@pytest.mark.parametrize("name", ["assign", "reassign"])
def test_the_focal_head_assigns_and_the_turn_goes_along(story, name):
    story.to("triage")
    version = story.issue.version
    event = story.act(name, {"accountable": seat(HOME_OFFICER).pk}, by=HOME_HEAD)
    assert (story.issue.accountable, story.issue.version) == (seat(HOME_OFFICER), version)
    assert {UNIT, HOME_OFFICER} <= told(event)
    story.act(name, {"accountable": seat(HOME_OFFICER).pk}, by=HOME_OFFICER)
    for username in (UNIT_HEAD, LEADER):
        with pytest.raises(NotYours):
            story.act(name, {"accountable": seat(HOME_OFFICER).pk}, by=username)


@act("remind")
@pytest.mark.parametrize("username", [HOME_OFFICER, HOME_HEAD, OFFICE])
def test_a_reminder_is_told_to_the_holders_and_their_heads(story, username):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    event = story.act("remind", by=username, on=story.refreshed(meeting))

    assert told(event) == {OTHER_OFFICER, OTHER_HEAD, "dongnai.skhdt.deputy"}
    assert reason(event, OTHER_OFFICER) == "holder"


@act("note_internal")
def test_an_internal_note_stays_at_home(story):
    story.to("bilateral")
    version = story.issue.version
    event = story.act("note_internal", {"text": "Cần hỏi thêm."}, by=HOME_OFFICER)

    assert {UNIT, LEADER} <= told(event)
    assert not {name for name in told(event) if name.startswith("dongnai.")}
    assert story.issue.version == version
    with pytest.raises(NotYours):
        story.act("note_internal", {"text": "Chen vào."}, by=OTHER_OFFICER)


@act("note_shared")
@pytest.mark.parametrize("username,hears", [(HOME_OFFICER, OTHER_HEAD), (OTHER_OFFICER, UNIT)])
def test_a_shared_note_reaches_the_parties_and_makes_no_link_stale(story, username, hears):
    story.to("bilateral")
    version = story.issue.version
    event = story.act("note_shared", {"text": "Gửi các bên."}, by=username)

    assert hears in told(event)
    assert username not in told(event)
    assert story.issue.version == version


@act("attach")
def test_a_file_bumps_the_version_only_where_it_is_part_of_what_is_decided(story):
    version = story.issue.version
    attach_file(story.issue, pdf(), by=person(UNIT), at=story.at)
    assert story.refreshed().version == version + 1
    story.to("awaiting_committee")
    version, digest = story.issue.version, Event.objects.latest("id").digest
    attach_file(story.issue, pdf("sau.pdf", b"2"), by=person(HOME_OFFICER), at=story.at)

    assert story.refreshed().version == version
    assert Event.objects.filter(name="attach").latest("id").digest == digest
    assert [file.material for file in Attachment.objects.order_by("id")] == [True, False]
    with pytest.raises(NotVisible):
        attach_file(story.issue, pdf("la.pdf", b"3"), by=person(OTHER_OFFICER), at=story.at)


@act("amend")
def test_an_amendment_keeps_old_and_new_and_bumps_the_version(story):
    version, old = story.issue.version, story.issue.title
    event = revise_issue(story.issue, by=person(UNIT), at=story.at, data={"title": "Cầu Mã Đà"})

    assert event is not None
    assert event.data == {"changed": {"title": [old, "Cầu Mã Đà"]}}
    assert story.refreshed().version == version + 1
    assert revise_issue(story.issue, by=person(UNIT), at=story.at, data={"title": "Cầu Mã Đà"}) is None


@act("share")
def test_sharing_shows_the_shared_part_to_a_body_of_the_same_locality(story):
    story.to("triage")
    reader = person("binhduong.tnmt.head")
    assert registry.visible(reader, story.issue, story.at) is None
    event = story.act("share", {"bodies": [body("binhduong.tnmt").pk]}, by=HOME_OFFICER)

    assert registry.visible(reader, story.issue, story.at) == "shared"
    assert event.told == "parties"
    with pytest.raises(NotYours):
        story.act("share", {"bodies": [body("binhduong.tnmt").pk]}, by=HOME_HEAD)


@act("follow", "unfollow")
@pytest.mark.parametrize("username", [HOME_HEAD, "binhduong.skhdt.clerk", "binhduong.tnmt.head"])
def test_anyone_who_may_see_it_follows_and_is_told_of_what_home_is_told(story, username):
    story.to("triage")
    with_share = username == "binhduong.tnmt.head"
    if with_share:
        story.act("share", {"bodies": [body("binhduong.tnmt").pk]}, by=HOME_OFFICER)
    event = story.act("follow", by=username)
    assert told(event) == set()
    assert username in told(story.do("request_supplement"))
    story.act("unfollow", by=username)

    assert not Follower.objects.exists()
    with pytest.raises(NotVisible):
        story.act("follow", by=OTHER_HEAD)
    # An auditor reads all and writes nothing (rulebook §1).
    with pytest.raises(NotYours):
        story.act("follow", by="auditor")


def settled(story: Story) -> None:
    story.to("implementing")
    story.settle_commitments()
    story.refreshed()


@act("ask_unit")
def test_the_system_asks_the_unit_and_nobody_else_does(story):
    settled(story)
    asked = Event.objects.get(name="ask_unit")

    assert (asked.role, asked.kind) == ("system", "act")
    assert story.issue.unit_asked_at == asked.at
    assert {UNIT_HEAD, HOME_OFFICER} <= told(asked)
    for username in (UNIT_HEAD, HOME_HEAD):
        with pytest.raises(NotYours):
            story.act("ask_unit", by=username)


@act("unit_agrees", "unit_objects")
@pytest.mark.parametrize("name,answer", [("unit_agrees", "agrees"), ("unit_objects", "objects")])
def test_the_units_head_answers_and_the_focal_head_goes_on(story, name, answer):
    settled(story)
    with pytest.raises(NotYours):
        story.act(name, by=UNIT)
    event = story.act(name, by=UNIT_HEAD)

    assert story.issue.unit_answer == answer
    assert HOME_OFFICER in told(event)
    story.do("confirm_resolved")
    assert story.issue.state == "resolved"


@act("record_document", "countersign", "refuse_record")
def test_an_outside_answer_is_recorded_told_to_the_head_and_countersigned(story):
    story.to("central")
    version = story.issue.version
    story.at += timedelta(days=3)
    recorded = story.do("central_returned", {"document": attach_paper(story, story.issue, days_ago=1)})

    assert (recorded.name, recorded.kind, story.issue.state) == ("record_document", "act", "central")
    assert story.issue.version == version
    assert HOME_HEAD in told(recorded)
    assert reason(recorded, HOME_HEAD) == "your_turn"
    with pytest.raises(NotYours):
        story.act("countersign", {"pending": waiting(story.issue).pk}, by=HOME_OFFICER)
    signed = story.act("countersign", {"pending": waiting(story.issue).pk}, by=HOME_HEAD)
    step = Event.objects.get(name="central_returned")
    assert (step.kind, step.channel, step.cause_id) == ("step", "document", signed.pk)
    assert (step.version, story.issue.version, story.issue.state) == (version + 1, version + 1, "triage")
    assert UNIT in told(step)


@act("refuse_record")
def test_a_refused_record_lets_the_officer_record_another(story):
    story.to("central")
    story.do("central_returned", {"document": attach_paper(story, story.issue)})
    pending = waiting(story.issue)
    story.act("refuse_record", {"pending": pending.pk, "reason": "Thiếu trang 2."}, by=HOME_HEAD)
    story.do("central_concluded", {"document": attach_paper(story, story.issue)})

    assert story.issue.state == "central"
    assert waiting(story.issue).step == "central_concluded"


@act("raise_urgency", "confirm_urgency")
def test_the_unit_asks_for_urgency_and_the_focal_point_confirms_it(story):
    story.to("triage")
    version = story.issue.version
    story.act("raise_urgency", {"urgency": "express"}, by=UNIT_HEAD)
    assert (story.issue.urgency_asked, story.issue.urgency) == ("express", "normal")
    event = story.act("confirm_urgency", {"urgency": "urgent"}, by=HOME_OFFICER)

    assert (story.issue.urgency, story.issue.version) == ("urgent", version + 2)
    assert UNIT in told(event)
    for name, username in (("raise_urgency", UNIT), ("confirm_urgency", HOME_HEAD)):
        with pytest.raises(NotYours):
            story.act(name, {"urgency": "urgent"}, by=username)


def test_the_urgency_asked_in_the_form_waits_for_the_focal_point(story):
    revise_issue(story.issue, by=person(UNIT), at=story.at, data={"urgency_asked": "express"})
    story.to("triage")
    assert (story.issue.urgency_asked, story.issue.urgency) == ("express", "normal")


@act("send_outside", "keep_inside")
@pytest.mark.parametrize("name, asked", [("send_outside", 2), ("keep_inside", 1)])
def test_the_focal_head_says_whether_outside_bodies_are_asked(story, name, asked):
    policy = {"external_consultation_needs_head": True}
    Policy.objects.create(scope="BDG", version=1, valid_from=story.at, values=policy)
    story.to("triage")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk, body("bgtvt").pk]})
    version = story.issue.version
    for username in (HOME_OFFICER, LEADER, UNIT_HEAD):
        with pytest.raises(NotYours):
            story.act(name, {"reason": "Chưa cần."}, by=username)
    event = story.act(name, {"reason": "Chưa cần."}, by=HOME_HEAD)

    assert Opinion.objects.filter(consultation__issue=story.issue).count() == asked
    assert {UNIT, HOME_OFFICER} <= told(event)
    assert not {username for username in told(event) if username.startswith("bgtvt.")}
    assert story.issue.version == version
    # The body hears with its own opinion's birth (ADR 8).
    assert Notice.objects.filter(person=person("bgtvt.head")).exists() == (name == "send_outside")


@act("ask_extension", "grant_extension", "refuse_extension")
@pytest.mark.parametrize("name", ["grant_extension", "refuse_extension"])
def test_the_leads_head_asks_for_more_time_and_the_givers_focal_head_answers(story, name):
    story.to("implementing")
    commitment = story.issue.commitments.get(locality__slug="dongnai")
    due, version = commitment.due_on, commitment.version
    until = due + timedelta(days=30)
    asked = story.act(
        "ask_extension",
        {"until": until.isoformat(), "reason": "Vướng mặt bằng."},
        by="dongnai.gtvt.head",
        on=commitment,
    )
    assert (asked.version, reason(asked, OTHER_HEAD)) == (version, "extension")
    assert {HOME_OFFICER, OTHER_OFFICER, "dongnai.gtvt.officer"} <= told(asked)
    data = {"extension": commitment.extensions.get().pk, "answer": "Theo đề nghị."}
    for username in (HOME_HEAD, OTHER_OFFICER, "dongnai.gtvt.head"):
        with pytest.raises(NotYours):
            story.act(name, data, by=username, on=commitment)
    event = story.act(name, data, by=OTHER_HEAD, on=commitment)

    assert event.version == version + 1
    assert {HOME_OFFICER, OTHER_OFFICER, "dongnai.gtvt.head"} <= told(event)
    assert story.refreshed(commitment).due_on == (until if name == "grant_extension" else due)


@act("name_twin", "forget_twin")
def test_the_focal_officer_names_a_twin_and_takes_it_back_and_home_is_told(story):
    story.to("triage")
    version, code = story.issue.version, {"code": "VM-DNI-2026-0001"}
    for name in ("name_twin", "forget_twin"):
        for username in (UNIT, HOME_HEAD, LEADER):
            with pytest.raises(NotYours):
                story.act(name, code, by=username)
        event = story.act(name, code, by=HOME_OFFICER)
        assert UNIT in told(event)
        assert not {username for username in told(event) if username.startswith("dongnai.")}
    assert story.issue.version == version


@act("move_due_date")
def test_a_new_due_date_is_the_system_s_and_told_to_the_holders_and_their_heads(story):
    story.to("triage")
    version, data = story.issue.version, {"due_after": story.at.isoformat()}
    for username in (HOME_OFFICER, HOME_HEAD, LEADER):
        with pytest.raises(NotYours):
            story.act("move_due_date", data, by=username)
    event = engine.act(story.issue, "move_due_date", by=None, at=story.at, data=data)
    assert {HOME_OFFICER, HOME_HEAD} <= told(event)
    assert not {UNIT, LEADER, OTHER_OFFICER} & told(event)
    assert story.refreshed().version == version


def test_every_act_of_the_table_is_claimed_by_a_test():
    assert set(rulebook.ACTS) - CLAIMED == set()
