"""Sessions of a Council: opened in a term, with an agenda, moved with everybody told (rulebook §3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from coordination.actions.sessions import move_session, open_session
from coordination.locking import lock_set
from coordination.models import CouncilMembership, CouncilSession, CouncilTerm
from coordination.queries.sessions import (
    get_session_for,
    name_to_propose,
    session_page,
    sessions_for,
)
from notifications.models import Notice
from tests.council import (
    NAME,
    OFFICE,
    OTHER_OFFICE,
    SESSION_DAY,
    TODAY,
    held,
    paper,
    scheduled,
    screened,
    session_data,
    the_session,
    together,
)
from tests.people import NOW, body, locality, person
from tests.story import Story
from workflows import engine
from workflows.clocks import load_calendar, running_clock
from workflows.models import AccessEntry, Event
from workflows.refusals import Forbidden, Incomplete, NotVisible, NotYours

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATER = SESSION_DAY + timedelta(days=14)


def opened(name: str = NAME, by: str = OFFICE, council: str = "dongnambo", **more: Any) -> CouncilSession:
    given = {"held_on": SESSION_DAY, "place": "Bình Dương", **more}
    return open_session(body(council), by=person(by), at=NOW, name=name, **given)


def moved(session: CouncilSession, at: Any, by: str = OFFICE, **more: Any) -> None:
    given = {"was": session.held_on, "held_on": LATER, "place": session.place, **more}
    move_session(session, by=person(by), at=at, **given)


def amendments() -> Any:
    return Event.objects.filter(kind=Event.Kind.AMEND).order_by("id")


def dongnai_story() -> Story:
    """An issue of Đồng Nai, with which Bình Dương has nothing to do."""
    return Story(home="dongnai", other="brvt", unit="dongnai.gtvt", title="Đường liên cảng")


def test_a_session_is_held_in_the_term_and_with_the_members_of_its_day():
    council, ends = body("dongnambo"), SESSION_DAY + timedelta(days=5)
    CouncilTerm.objects.filter(council=council).update(valid_to=ends)
    following = CouncilTerm.objects.create(
        council=council, chair_title="Chủ tịch nhiệm kỳ sau", valid_from=ends + timedelta(days=1)
    )
    CouncilMembership.objects.filter(council=council, locality=locality("tayninh")).update(valid_to=ends)
    first, second = opened(), opened("Phiên họp lần thứ 7", held_on=LATER)

    assert first.term_in_force == CouncilTerm.objects.exclude(pk=following.pk).get(council=council)
    assert second.term_in_force == following
    assert locality("tayninh") in first.members()
    assert locality("tayninh") not in second.members()


def test_a_term_entered_later_chairs_the_sessions_of_its_days():
    council = body("dongnambo")
    CouncilTerm.objects.filter(council=council).update(valid_to=TODAY)
    session = opened()
    assert session.term_in_force is None
    term = CouncilTerm.objects.create(council=council, chair_title="Chủ tịch mới", valid_from=SESSION_DAY)
    assert session.term_in_force == term


@pytest.mark.parametrize(
    "change, refusal",
    [
        ({"held_on": TODAY - timedelta(days=1)}, Incomplete),
        ({"name": NAME}, Incomplete),
        ({"by": OTHER_OFFICE}, NotYours),
        ({"by": "binhduong.skhdt.officer"}, NotYours),
        ({"by": "dongnambo.vanphong.head"}, NotYours),
    ],
    ids=["past", "named twice", "another Council's office", "a focal point", "the office's head"],
)
def test_a_session_is_not_opened_so(change, refusal):
    opened()
    with pytest.raises(refusal):
        opened(**{"name": "Phiên họp bất thường", **change})
    assert CouncilSession.objects.count() == 1


def test_the_same_name_on_another_day_or_of_another_council_is_another_session():
    opened()
    opened(held_on=LATER)
    opened(by=OTHER_OFFICE, council="ktdtphianam")
    assert CouncilSession.objects.count() == 3


def test_the_next_name_counts_on_from_the_highest_number():
    council = body("dongnambo").pk
    assert name_to_propose(council) == "Phiên họp lần thứ 1"
    for name in (NAME, "Phiên họp lần thứ 12", "Phiên họp bất thường năm 2026"):
        opened(name)
    assert name_to_propose(council) == "Phiên họp lần thứ 13"


def test_scheduling_opens_a_session_or_takes_one_that_is_planned(story):
    dossier = scheduled(story)
    session = the_session()
    assert (dossier.session, session.place, session.term is not None) == (session, "Bình Dương", True)
    assert session.opened_by is not None

    second, third = Story(title="Suối Siệp"), Story(title="Rạch Cái Cầu")
    scheduled(second, id=session.pk)
    scheduled(third, **session_data(place=""))
    assert {second.dossier.session, third.dossier.session} == {session}
    event = Event.objects.filter(name="schedule").latest("id")
    assert event.data["session"] == session.as_data()


@pytest.mark.parametrize(
    "given",
    [
        {"on": (TODAY - timedelta(days=1)).isoformat()},
        {"name": " "},
        {"on": "hôm nào"},
        {"place": "Đồng Nai"},
        {"id": "elsewhere"},
        {"id": "past"},
    ],
    ids=["past", "no name", "no day", "planned in another place", "another Council's", "held already"],
)
def test_a_dossier_is_not_scheduled_so(story, given):
    opened()
    dossier = screened(story)
    if given.get("id") == "elsewhere":
        given = {"id": opened(by=OTHER_OFFICE, council="ktdtphianam").pk}
    elif given.get("id") == "past":
        given = {"id": held(opened("Phiên họp lần thứ 5"), TODAY - timedelta(days=3)).pk}
    with pytest.raises(Incomplete) as refused:
        story.do("schedule", {"session": session_data(**given)}, on=dossier)
    assert set(refused.value.problems) == {"session"}


def test_the_agenda_stands_in_the_order_of_scheduling(story):
    second = Story(title="Suối Siệp")
    first_dossier = screened(story)
    second_dossier = scheduled(second)
    story.at = second.at
    story.do("schedule", {"session": session_data()}, on=first_dossier)
    page = session_page(the_session(), person(OFFICE), story.at)
    assert [row.dossier for row in page.agenda] == [second_dossier, story.refreshed(first_dossier)]


def test_moving_a_session_is_an_event_on_each_dossier_and_counts_its_time_anew(story):
    second = Story(title="Suối Siệp")
    dossiers = together(story, second)
    versions = [dossier.version for dossier in dossiers]
    session, old = the_session(), the_session().as_data()
    moved(session, story.at + timedelta(hours=1), place="Đồng Nai")

    new = {**old, "on": LATER.isoformat(), "place": "Đồng Nai"}
    assert CouncilSession.objects.get(pk=session.pk).as_data() == new
    events = list(amendments())
    assert [event.record_id for event in events] == [dossier.pk for dossier in dossiers]
    assert all(event.data == {"changed": {"session": [old, new]}} for event in events)
    due = load_calendar("BDG").add_working_days(LATER, 5)
    for dossier, version in zip(dossiers, versions, strict=True):
        clock = running_clock(dossier)
        assert clock is not None
        assert clock.due_at is not None
        assert timezone.localtime(clock.due_at).date() == due
        assert story.refreshed(dossier).version == version + 1


def test_the_parties_hear_of_the_new_day_as_they_heard_of_the_old_one(story):
    scheduled(story)
    moved(the_session(), story.at + timedelta(hours=1))
    (event,) = amendments()
    assert event.told == "parties+council"
    told = set(Notice.objects.filter(event_id=event.pk).values_list("person__username", flat=True))
    assert {"binhduong.gtvt.officer", "dongnai.skhdt.officer", "dongnai.skhdt.head"} <= told
    assert OFFICE not in told
    assert not {name for name in told if name.startswith(("tayninh", "ktdtphianam"))}


def test_a_dossier_that_left_the_agenda_does_not_move(story):
    second = Story(title="Suối Siệp")
    first, _second = together(story, second)
    story.do("defer", on=first)
    moved(the_session(), story.at + timedelta(hours=1))
    assert [event.record_id for event in amendments()] == [second.dossier.pk]
    assert running_clock(first).side == "council"


def test_a_session_without_dossiers_just_moves():
    session = opened()
    moved(session, NOW)
    assert CouncilSession.objects.get().held_on == LATER
    assert not amendments().exists()


def test_a_session_is_not_moved_by_others_nor_to_a_day_that_is_past_or_taken(story):
    scheduled(story)
    session, at = the_session(), story.at
    opened("Phiên họp lần thứ 6", held_on=LATER)
    for username in ("binhduong.skhdt.head", OTHER_OFFICE):
        with pytest.raises(NotYours):
            moved(session, at, by=username)
    with pytest.raises(Incomplete):
        moved(session, at, held_on=TODAY - timedelta(days=1))
    with pytest.raises(Incomplete):
        moved(session, at, held_on=LATER)
    assert CouncilSession.objects.get(pk=session.pk).held_on == SESSION_DAY
    assert not amendments().exists()


def test_who_moves_a_session_that_somebody_else_moved_first_is_told(story):
    scheduled(story)
    session, read = the_session(), the_session()
    moved(session, story.at + timedelta(hours=1))
    with pytest.raises(Forbidden) as refused:
        moved(read, story.at + timedelta(hours=2), held_on=LATER + timedelta(days=7))
    assert refused.value.code == "session_moved"
    assert f"{LATER:%d/%m/%Y}" in refused.value.sentence
    assert amendments().count() == 1


def test_a_session_with_a_conclusion_was_held_and_stays(story):
    second = Story(title="Suối Siệp")
    first, _second = together(story, second)
    story.do("record_conclusion", {"conclusion": paper()}, on=first)
    with pytest.raises(Forbidden) as refused:
        moved(the_session(), story.at + timedelta(hours=1))
    assert refused.value.code == "session_was_held"
    assert not amendments().exists()


def test_the_door_lets_no_one_else_amend_what_is_scheduled(story):
    dossier = scheduled(story)
    with pytest.raises(NotYours):
        engine.amend(dossier, {"content": "Khác"}, by=person(OFFICE), at=story.at)
    with pytest.raises(NotYours):
        engine.amend(dossier, {"session": {}}, by=person("binhduong.skhdt.head"), at=story.at)


def test_what_moves_together_is_locked_together(story):
    second = Story(title="Suối Siệp")
    first, other = together(story, second)
    both = {story.issue.pk, second.issue.pk}
    given = {"id": the_session().pk, "was": SESSION_DAY.isoformat()}
    assert lock_set(first, {"session": given}) == both
    assert lock_set(first, {"conclusion": paper(**{"with": [{"dossier": other.ref}]})}) == both
    assert lock_set(first, {"conclusion": paper()}) == {story.issue.pk}


@pytest.mark.parametrize(
    "username, agenda",
    [
        (OFFICE, {"own", "foreign"}),
        ("dongnambo.vanphong.head", {"own", "foreign"}),
        ("auditor", {"own", "foreign"}),
        ("binhduong.gtvt.officer", {"own"}),
        ("binhduong.skhdt.head", {"own"}),
        ("binhduong.ubnd.officer", {"own"}),
        ("brvt.skhdt.officer", {"foreign"}),
        ("dongnai.skhdt.officer", {"own", "foreign"}),
    ],
)
def test_a_locality_sees_its_own_dossiers_on_the_agenda_and_the_office_all(story, username, agenda):
    foreign = dongnai_story()
    own, other = together(story, foreign)
    names = {own.pk: "own", other.pk: "foreign"}
    session = get_session_for(person(username), the_session().pk, story.at)
    page = session_page(session, person(username), story.at)
    assert {names[row.dossier.pk] for row in page.agenda} == agenda
    ((listed,), past) = sessions_for(person(username), story.at)
    assert {names[dossier.pk] for dossier in listed.agenda} == agenda
    assert past == []


@pytest.mark.parametrize(
    "username", ["tayninh.skhdt.officer", OTHER_OFFICE, "bgtvt.head", "binhduong.tnmt.head"]
)
def test_who_has_nothing_on_the_agenda_learns_of_no_session(story, username):
    scheduled(story)
    with pytest.raises(NotVisible):
        get_session_for(person(username), the_session().pk, story.at)
    assert sessions_for(person(username), story.at) == ([], [])


def test_before_its_dossier_is_scheduled_a_locality_learns_of_no_session(story):
    session = opened()
    screened(story)
    with pytest.raises(NotVisible):
        get_session_for(person("binhduong.skhdt.officer"), session.pk, story.at)


def test_an_auditor_reads_and_it_is_logged(story):
    scheduled(story)
    get_session_for(person("auditor"), the_session().pk, story.at)
    assert AccessEntry.objects.filter(machine="session", record_id=the_session().pk).count() == 1
    get_session_for(person(OFFICE), the_session().pk, story.at)
    assert AccessEntry.objects.filter(machine="session").count() == 1
