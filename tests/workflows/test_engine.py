"""The engine's own promises: versions, digests, events, codes, clocks, turns, who is told."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from coordination.models import CodeCounter
from notifications.holders import holders_of
from notifications.models import Notice
from tests.people import locality, person, seat
from tests.story import Story
from tests.workflows.effect_rows import (
    HOME_HEAD,
    HOME_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    holders,
    minutes_shared,
    scheduled_dossier,
)
from workflows import audit, engine
from workflows.clocks import load_calendar
from workflows.machines.base import Machine
from workflows.models import Clock, Event, Policy
from workflows.refusals import NotYours
from workflows.registry import registry

pytestmark = pytest.mark.django_db
UNIT, UNIT_HEAD, LEADER = "binhduong.gtvt.officer", "binhduong.gtvt.head", "binhduong.ubnd.head"


def running(record: Machine) -> Clock:
    return Clock.objects.get(machine=record.machine, record_id=record.pk, stopped_at=None)


def told(event: Event) -> dict[str, str]:
    """User name → why, of everyone who was told of an event."""
    return dict(Notice.objects.filter(event_id=event.pk).values_list("person__username", "why"))


# Events and versions


def test_every_step_and_amendment_moves_the_version_by_one_and_a_note_does_not(story):
    assert (story.issue.version, story.issue.event_count) == (1, 1)
    story.do("hand_up")
    story.do("submit")
    assert (story.issue.version, story.issue.event_count) == (3, 3)
    story.act("note_internal", {"text": "Ghi chú."}, by=HOME_OFFICER)

    assert (story.issue.version, story.issue.event_count) == (3, 4)


def test_an_event_keeps_who_seat_title_and_body_as_they_were(story):
    story.to("submitted")
    event = story.do("accept")
    officer = seat(HOME_OFFICER)

    assert (event.person_id, event.person_name) == (officer.person_id, str(officer.person))
    assert (event.seat_id, event.title, event.role) == (officer.pk, officer.title, "focal.officer")
    assert (event.organisation_id, event.organisation_name) == (
        officer.organisation_id,
        officer.organisation.name,
    )
    assert (event.source, event.target, event.at) == ("submitted", "triage", story.at)


@pytest.mark.parametrize("verb", ["UPDATE workflows_event SET name = 'x'", "DELETE FROM workflows_event"])
def test_the_database_refuses_to_change_or_remove_an_event(story, verb):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)
    assert Event.objects.filter(record_id=story.issue.pk).exists()


def test_events_are_chained_and_the_record_holds_the_end(story):
    story.to("triage")
    events = list(Event.objects.filter(machine="issue", record_id=story.issue.pk).order_by("seq"))

    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert all(audit.seal(event) == event.hash for event in events)
    assert story.issue.head_hash == events[-1].hash


@pytest.mark.parametrize(
    "spelt",
    ["Cầu  Bạch Đằng 2 ", "\tCầu Bạch\nĐằng 2", unicodedata.normalize("NFD", "Cầu Bạch Đằng 2")],
)
def test_the_digest_minds_neither_white_space_nor_the_way_a_letter_is_composed(story, spelt):
    digest = audit.digest(story.issue.material())
    story.issue.title = spelt
    assert audit.digest(story.issue.material()) == digest
    story.issue.title = "Cầu Bạch Đằng 3"
    assert audit.digest(story.issue.material()) != digest


def test_an_amendment_that_changes_nothing_writes_nothing(story):
    before = Event.objects.count()
    assert engine.amend(story.issue, {"title": story.issue.title}, by=person(UNIT), at=story.at) is None
    assert Event.objects.count() == before
    assert story.refreshed().version == 1


def test_an_amendment_is_an_event_with_old_and_new(story):
    old = story.issue.proposal
    event = engine.amend(story.issue, {"proposal": "Đề nghị khác."}, by=person(UNIT), at=story.at)

    assert event.kind == "amend"
    assert event.data == {"changed": {"proposal": [old, "Đề nghị khác."]}}


def test_an_edit_of_the_minutes_voids_the_confirmations(story):
    meeting = minutes_shared(story)
    story.do("confirm_minutes", on=meeting, by=OTHER_HEAD)
    engine.amend(
        story.refreshed(meeting), {"attendance": "Thêm một người."}, by=person(HOME_OFFICER), at=story.at
    )
    assert not meeting.sides.exclude(confirmed_at=None).exists()
    story.do("confirm_minutes", on=story.refreshed(meeting), by=OTHER_HEAD)
    assert story.refreshed(meeting).state == "minutes_shared"


# Codes


def test_a_submit_that_is_rolled_back_gives_its_number_back(story):
    with transaction.atomic():
        story.do("submit", by=UNIT_HEAD)
        assert story.issue.code == "VM-BDG-2026-0001"
        transaction.set_rollback(True)
    assert not CodeCounter.objects.filter(series="VM-BDG-2026").exists()
    story.refreshed()
    other = Story(title="Hồ sơ khác")
    other.do("submit", by=UNIT_HEAD)
    story.do("submit", by=UNIT_HEAD)

    assert (other.issue.code, story.issue.code) == ("VM-BDG-2026-0001", "VM-BDG-2026-0002")


def test_codes_count_by_locality_and_year(story):
    story.do("submit", by=UNIT_HEAD)
    elsewhere = Story("binhphuoc", "dongnai", "binhphuoc.gtvt")
    elsewhere.do("submit", by="binhphuoc.gtvt.head")
    next_year = Story(title="Năm sau", at=story.at + timedelta(days=60))
    next_year.do("submit", by=UNIT_HEAD)

    assert [one.issue.code for one in (story, elsewhere, next_year)] == [
        "VM-BDG-2026-0001",
        "VM-BPC-2026-0001",
        "VM-BDG-2027-0001",
    ]


# Clocks: rulebook §4, working days and whose time; NOW is Wednesday 11/11/2026.

DEFAULTS = {
    "awaiting_unit_head": ("unit", 2),
    "submitted": ("focal", 2),
    "returned": ("unit", 5),
    "triage": ("focal", 10),
    "awaiting_focal_head": ("focal", 3),
    "committee_office": ("committee", 2),
    "awaiting_committee": ("committee", 5),
    "central": ("central", 10),
    "resolved": ("focal", 10),
}


@pytest.mark.parametrize("state", DEFAULTS)
def test_each_state_has_the_default_clock_of_the_rulebook(story, state):
    side, days = DEFAULTS[state]
    story.to(state)
    clock = running(story.issue)
    calendar = load_calendar("BDG")
    due_on = calendar.add_working_days(timezone.localtime(clock.started_at).date(), days)

    assert (clock.side, clock.started_at) == (side, story.issue.moved_at)
    assert clock.due_at == calendar.end_of_day(due_on)
    assert clock.explanation[0] == {"code": "period", "params": {"days": days}}


def test_a_due_date_by_hand(story):
    """Submitted on Wednesday 11/11: two working days later is Friday 13/11, at 17:00."""
    story.do("submit", by=UNIT_HEAD)
    due = timezone.localtime(running(story.issue).due_at)
    assert (due.date(), due.hour) == (date(2026, 11, 13), 17)


@pytest.mark.parametrize("state", ["draft", "bilateral", "council", "implementing", "closed", "withdrawn"])
def test_no_clock_runs_where_the_time_is_another_records(story, state):
    story.to(state)
    assert not Clock.objects.filter(machine="issue", record_id=story.issue.pk, stopped_at=None).exists()


def test_clocks_of_what_hangs_on_the_issue(story):
    story.to("bilateral")
    assert (running(story.meeting).side, running(story.meeting).key) == ("home", "proposed")
    story.do("invite", on=story.meeting, by=HOME_HEAD)
    invited = running(story.meeting)
    assert invited.side == "other"
    story.do("accept_slot", on=story.meeting, by=OTHER_OFFICER)
    invited.refresh_from_db()

    assert invited.stopped_at == story.at
    assert running(story.meeting).due_at.date() >= story.meeting.starts_at.date()


def test_before_a_session_the_clock_hangs_on_its_date(story):
    dossier = scheduled_dossier(story)
    due_on = load_calendar("BDG").add_working_days(dossier.session.held_on, 5)
    assert timezone.localtime(running(dossier).due_at).date() == due_on


@pytest.mark.parametrize("urgency,days", [("urgent", 5), ("very_urgent", 1)])
def test_urgency_shortens_the_steps_of_home_and_no_one_elses(story, urgency, days):
    story.to("submitted")
    story.act("confirm_urgency", {"urgency": urgency}, by=HOME_OFFICER)
    story.do("accept")
    calendar = load_calendar("BDG")
    start = timezone.localtime(story.at).date()
    assert running(story.issue).due_at == calendar.end_of_day(calendar.add_working_days(start, days))
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step)
    start = timezone.localtime(story.at).date()
    meeting_due = calendar.end_of_day(calendar.add_working_days(start, 5))

    assert running(story.meeting).due_at == meeting_due


def test_a_policy_changes_the_days_and_the_clock_keeps_its_version(story):
    Policy.objects.create(
        scope="BDG", version=3, valid_from=story.issue.created_at, values={"due_days": {"issue.submitted": 4}}
    )
    story.do("submit", by=UNIT_HEAD)
    calendar = load_calendar("BDG")
    due_on = calendar.add_working_days(timezone.localtime(story.at).date(), 4)
    assert (running(story.issue).due_at, running(story.issue).policy_version) == (
        calendar.end_of_day(due_on),
        3,
    )


# Turns

TURNS = {
    "draft": "body:{unit}:officer",
    "awaiting_unit_head": "body:{unit}:head",
    "submitted": "focal:{home}:officer",
    "returned": "body:{unit}:officer",
    "triage": "seat:{officer}",
    "consulting": "seat:{officer}",
    "awaiting_focal_head": "focal:{home}:head",
    "committee_office": "committee:{home}:officer",
    "awaiting_committee": "seat:{leader}",
    "bilateral": "",
    "council": "",
    "central": "seat:{officer}",
    "implementing": "",
    "resolved": "seat:{officer}",
    "closed": "",
    "declined": "",
    "withdrawn": "",
    "merged": "",
}


@pytest.mark.parametrize("state", TURNS)
def test_work_items_are_whose_turn_it_is(story, state):
    story.to(state)
    issue = story.issue
    names = {
        "unit": issue.unit_id,
        "home": issue.home_id,
        "officer": seat(HOME_OFFICER).pk,
        "leader": seat(LEADER).pk,
    }
    assert holders(issue) == {TURNS[state].format(**names)} - {""}


def test_a_deputy_in_charge_of_the_matter_holds_the_turn_and_acts_as_head(story):
    story.to("awaiting_focal_head")
    deputy = person("binhduong.skhdt.deputy")
    assert deputy.pk in holders_of(story.issue, story.at)
    event = story.do("endorse", by="binhduong.skhdt.deputy")
    assert (event.role, event.person_id) == ("focal.head", deputy.pk)


def test_a_deputy_in_charge_of_something_else_does_not(story):
    engine.amend(story.issue, {"kinds": ["environment"]}, by=person(UNIT), at=story.at)
    story.refreshed()
    story.to("awaiting_focal_head")
    assert person("binhduong.skhdt.deputy").pk not in holders_of(story.issue, story.at)
    with pytest.raises(NotYours):
        story.do("endorse", by="binhduong.skhdt.deputy")


def test_only_the_leader_who_was_named_holds_the_item(story):
    story.to("committee_office")
    story.do("pass_to_leader", {"decider": seat("binhduong.ubnd.deputy").pk})
    assert holders(story.issue) == {f"seat:{seat('binhduong.ubnd.deputy').pk}"}
    story.do("pass_to_leader")
    assert holders(story.issue) == {f"seat:{seat(LEADER).pk}"}


# Who is told, and why


def test_the_unit_hears_at_home_and_the_next_holder_has_the_turn(story):
    event = story.do("hand_up")
    assert told(event) == {UNIT_HEAD: "your_turn", "binhduong.gtvt.deputy": "your_turn"}
    event = story.do("submit")
    assert told(event) == {HOME_OFFICER: "your_turn", UNIT: "unit"}


def test_nobody_of_the_other_locality_hears_before_it_is_a_party_and_then_it_does(story):
    story.to("awaiting_committee")
    assert not Notice.objects.filter(person__username__startswith="dongnai.").exists()
    heard = told(story.do("approve_bilateral"))

    assert {OTHER_OFFICER: "party", OTHER_HEAD: "party", UNIT: "unit"}.items() <= heard.items()
    assert LEADER not in heard


def test_a_central_recommendation_is_told_at_home_only(story):
    story.to("central")
    assert not Notice.objects.filter(person__username__startswith="dongnai.").exists()
    assert registry.visible(person(OTHER_HEAD), story.issue, story.at) is None


def test_a_consulted_body_hears_of_its_own_opinion_only(story):
    story.to("consulting")
    notices = Notice.objects.filter(person=person("bgtvt.officer"))
    assert {(notice.machine, notice.why) for notice in notices} == {("opinion", "your_turn")}
    answered = story.do("answer", on=story.opinion("bgtvt"), by="bgtvt.head")

    assert told(answered)["bgtvt.officer"] == "consulted"
    assert not Notice.objects.filter(person=person("bgtvt.officer"), machine="issue").exists()


def test_leads_and_the_council_hear_of_theirs(story):
    dossier = scheduled_dossier(story)
    council = Notice.objects.filter(person=person("dongnambo.vanphong.officer"))
    assert {notice.machine for notice in council} == {"dossier"}
    story.do("record_conclusion", on=dossier)

    lead = Notice.objects.filter(person=person("dongnai.gtvt.head"), machine="commitment")
    assert {notice.why for notice in lead} == {"your_turn"}
    assert story.refreshed().brought_in() == {locality("dongnai").pk}


def test_who_acted_is_never_told_of_it(story):
    story.to("closed")
    for event in Event.objects.exclude(person_id=None):
        assert not Notice.objects.filter(event_id=event.pk, person_id=event.person_id).exists()


def test_a_side_that_a_conclusion_brought_in_is_not_the_units_to_describe(story):
    story.propose_to_leader(route="directive")
    promised = [{**story.commitments()[0], "locality": locality("tayninh").pk}]
    story.do("direct", {"commitments": promised})
    story.do("reopen")
    story.do("request_supplement")

    story.do("hand_up")

    assert story.issue.state == "awaiting_unit_head"
    assert story.issue.sides.get(locality__slug="tayninh").situation == ""
