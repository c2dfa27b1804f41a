"""What follows from a substitution: who holds, sees, hears and decides, and what the event keeps."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from coordination.actions.substitutions import confirm_substitution, end_substitution
from coordination.models import Seat
from coordination.queries.timelines import timeline
from coordination.queries.work import tasks_of
from notifications import inbox
from notifications.holders import holders_of, work_of
from notifications.models import Notice
from tests.people import NOW, person, seat
from tests.substitutes import DECISION, DIRECTOR, HEAD, LEADER, OFFICER, SECOND, drafted, substituted
from tests.workflows.papers import attach_paper, waiting
from workflows import audit, engine, sweeps
from workflows.clock_sweeps import NotDue
from workflows.models import Event, WorkItem
from workflows.refusals import NotVisible, NotYours
from workflows.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_officer"), pytest.mark.slow]

DECEMBER = date(2026, 12, 1)
DEPUTY = "binhduong.skhdt.deputy"


def asked(username: str) -> list[str]:
    """What still asks this person to act, by the reason."""
    open_notices = Notice.objects.awaiting_action().filter(person__username=username)
    return list(open_notices.order_by("seq").values_list("why", flat=True))


def told(event: Event) -> set[str]:
    return set(Notice.objects.filter(event_id=event.pk).values_list("person__username", flat=True))


def morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(7, 30)))


def swept(at: datetime) -> int:
    """How many handovers the sweep did; what another one of them has done already is left."""
    sweep = next(one for one in registry.sweeps or () if one.name == "substitutions")
    done = 0
    for one in list(sweep.plan(at, at)):
        with suppress(NotDue):
            sweep.take(one, at=at)
            done += 1
    return done


# At once


def test_until_it_is_confirmed_nothing_follows(story):
    story.to("awaiting_focal_head")
    drafted(HEAD, SECOND, story.at)
    assert person(SECOND).pk not in holders_of(story.issue, story.at)
    assert asked(SECOND) == []
    with pytest.raises(NotYours):
        story.do("endorse", by=SECOND)


def test_from_the_confirmation_on_the_substitute_holds_and_decides_and_the_head_still_can(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at)
    reader = person(SECOND)
    assert {person(HEAD).pk, reader.pk} <= holders_of(story.issue, story.at)
    (task,) = tasks_of(reader, story.at)
    assert (task.record, task.for_head) == (story.issue, str(seat(HEAD)))
    assert asked(SECOND) == ["substitute"]
    assert asked(HEAD) == ["your_turn"]
    story.do("send_back", by=HEAD)
    assert asked(SECOND) == asked(HEAD) == []
    story.do("propose")
    assert asked(SECOND) == asked(HEAD) == ["your_turn"]
    story.do("endorse", by=SECOND)
    assert story.issue.state == "committee_office"
    assert asked(SECOND) == asked(HEAD) == []


def test_the_event_keeps_the_person_their_own_seat_the_head_and_the_decision(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at)
    event = story.do("endorse", by=SECOND)
    assert (event.person_id, event.seat_id, event.title) == (
        person(SECOND).pk,
        seat(SECOND).pk,
        "Trưởng phòng",
    )
    assert event.role == "focal.head"
    assert event.on_behalf_of == f"{person(HEAD)}, {seat(HEAD).title}, {DECISION}"
    assert (
        Event.objects.get(data__behalf__person_id=person(HEAD).pk, data__behalf__decision=DECISION) == event
    )
    assert event.hash == audit.seal(event)


def test_the_timeline_says_by_whose_authority_and_for_which_head_a_deputy_signs(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at)
    story.do("endorse", by=SECOND)
    story.do("recall_file", by="binhduong.skhdt.deputy")
    recalled, endorsed = timeline(story.issue, person(HEAD), "full").newest[:2]
    assert str(person(HEAD)) in endorsed.who
    assert DECISION in endorsed.who
    assert str(person(SECOND)) in endorsed.who
    assert seat(HEAD).title in recalled.who
    assert str(person(HEAD)) not in recalled.who


def test_a_deputy_in_charge_signs_for_the_head_by_an_authority_of_their_own(story):
    story.to("awaiting_focal_head")
    event = story.do("endorse", by="binhduong.skhdt.deputy")
    assert event.on_behalf_of == ""
    assert event.data["behalf"] == {"form": "KT", "title": seat(HEAD).title}


def test_the_head_hears_what_was_done_on_their_behalf(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at)
    event = story.do("endorse", by=SECOND)
    assert HEAD in told(event)
    assert SECOND not in told(event)


def test_the_substitute_hears_what_the_head_hears(story):
    story.to("bilateral")
    other = "dongnai.skhdt.officer"
    substituted("dongnai.skhdt.head", other, story.at)
    substituted("dongnai.ubnd.head", "dongnai.gtvt.head", story.at)
    event = story.act("note_shared", {"text": "Gửi các bên."}, by=OFFICER)
    assert {other, "dongnai.skhdt.head"} <= told(event)


def test_it_counts_for_the_kinds_of_matter_it_covers(story):
    story.to("awaiting_focal_head")
    row = substituted(HEAD, SECOND, story.at, kinds=["environment"])
    assert asked(SECOND) == []
    assert work_of([person(SECOND).pk], story.at) == {person(SECOND).pk: 0}
    with pytest.raises(NotYours):
        story.do("endorse", by=SECOND)
    end_substitution(row, by=person(HEAD), at=story.at)
    substituted(HEAD, SECOND, story.at, kinds=["environment", "land"])
    assert asked(SECOND) == ["substitute"]
    assert work_of([person(SECOND).pk], story.at) == {person(SECOND).pk: 1}
    story.do("endorse", by=SECOND)


def test_the_substitute_of_another_body_sees_what_the_head_sees_of_these_kinds(story):
    story.to("awaiting_committee")
    reader = person(DIRECTOR)
    assert registry.visible(reader, story.issue, story.at) is None
    row = substituted(LEADER, DIRECTOR, story.at, kinds=["planning"])
    assert registry.visible(person(DIRECTOR), story.issue, story.at) is None
    end_substitution(row, by=person("admin"), at=story.at)
    row = substituted(LEADER, DIRECTOR, story.at, kinds=["land"])
    assert registry.visible(person(DIRECTOR), story.issue, story.at) == "full"
    end_substitution(row, by=person(LEADER), at=story.at)
    assert registry.visible(person(DIRECTOR), story.issue, story.at) is None
    with pytest.raises(NotVisible):
        story.do("approve_bilateral", by=DIRECTOR)


def test_authority_is_not_passed_on(story):
    story.to("awaiting_committee")
    substituted(LEADER, DIRECTOR, story.at)
    substituted(DIRECTOR, "binhduong.tnmt.officer", story.at)
    assert person(DIRECTOR).pk in holders_of(story.issue, story.at)
    assert person("binhduong.tnmt.officer").pk not in holders_of(story.issue, story.at)
    assert registry.visible(person("binhduong.tnmt.officer"), story.issue, story.at) is None
    row = drafted(LEADER, "binhduong.ubnd.deputy", story.at, since=DECEMBER)
    with pytest.raises(NotYours):
        confirm_substitution(row, by=person(DIRECTOR), at=story.at)


def test_a_page_that_was_read_before_the_end_decides_nothing_after_it(story):
    """What was read of somebody's seats before the lock is read again under it."""
    story.to("awaiting_focal_head")
    row = substituted(HEAD, SECOND, story.at)
    reader, at = person(SECOND), story.at + timedelta(hours=1)
    assert "focal.head" in {one.role for one in registry.roles.capacities(reader, story.issue, at)}
    end_substitution(row, by=person(HEAD), at=story.at)
    with pytest.raises(NotYours):
        engine.perform(story.issue, "endorse", by=reader, at=at)


def test_when_it_ends_nothing_asks_the_substitute_any_more_and_the_head_still_is(story):
    story.to("awaiting_focal_head")
    row = substituted(HEAD, SECOND, story.at)
    counted = inbox.counts(person(SECOND))
    end_substitution(row, by=person(HEAD), at=story.at + timedelta(minutes=5))
    assert asked(SECOND) == []
    assert asked(HEAD) == ["your_turn"]
    assert inbox.counts(person(SECOND)).version > counted.version
    assert work_of([person(SECOND).pk], story.at + timedelta(hours=1)) == {person(SECOND).pk: 0}


def test_a_second_substitution_asks_again_and_one_asks_once(story):
    story.to("awaiting_focal_head")
    row = substituted(HEAD, SECOND, story.at)
    assert swept(story.at + timedelta(hours=1)) == 0
    end_substitution(row, by=person(HEAD), at=story.at + timedelta(hours=2))
    substituted(HEAD, SECOND, story.at + timedelta(hours=3), decision="13/QĐ")
    assert asked(SECOND) == ["substitute"]
    assert Notice.objects.filter(person__username=SECOND, why="substitute").count() == 2


def test_whoever_is_asked_already_by_their_own_seat_is_not_asked_twice(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, DEPUTY, story.at)
    assert asked(DEPUTY) == ["your_turn"]
    (task,) = tasks_of(person(DEPUTY), story.at)
    assert task.for_head == ""
    event = story.do("endorse", by=DEPUTY)
    assert event.data["behalf"]["form"] == "KT"


def test_no_work_item_and_no_event_is_written_for_it(story):
    story.to("awaiting_focal_head")
    items = WorkItem.objects.order_by("pk").values_list("pk", "status", "holder")
    before = Event.objects.count(), list(items.all())
    row = substituted(HEAD, SECOND, story.at)
    end_substitution(row, by=person(HEAD), at=story.at + timedelta(hours=1))
    assert (Event.objects.count(), list(items.all())) == before


# By date


def test_it_begins_and_ends_by_its_local_days(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at, since=DECEMBER, days=1)
    reader, before = person(SECOND).pk, morning(DECEMBER) - timedelta(hours=8)
    assert reader not in holders_of(story.issue, before)
    assert asked(SECOND) == []
    for moment in (morning(DECEMBER), morning(DECEMBER) + timedelta(hours=40)):
        assert reader in holders_of(story.issue, moment)
    assert reader not in holders_of(story.issue, morning(DECEMBER) + timedelta(hours=41))


def test_the_sweep_asks_on_the_first_day_and_lets_go_after_the_last_once(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at, since=DECEMBER, days=1)
    assert swept(morning(DECEMBER) - timedelta(days=1)) == 0
    assert swept(morning(DECEMBER)) == 1
    assert asked(SECOND) == ["substitute"]
    assert swept(morning(DECEMBER) + timedelta(hours=1)) == 0
    assert swept(morning(DECEMBER) + timedelta(days=2)) == 1
    assert asked(SECOND) == []
    assert swept(morning(DECEMBER) + timedelta(days=3)) == 0


def test_the_dry_run_says_who_will_be_asked_and_writes_nothing(story):
    story.to("awaiting_focal_head")
    row = substituted(HEAD, SECOND, story.at, since=DECEMBER, days=1)
    now = morning(DECEMBER) - timedelta(days=1)
    planned = [one for sweep, one in sweeps.plan(now, morning(DECEMBER)) if sweep.name == "substitutions"]
    (line,) = planned
    assert (line.record, line.whom) == (story.issue, (f"seat:{row.substitute_id}",))
    assert line.when == morning(DECEMBER) - timedelta(hours=7, minutes=30)
    assert sweeps.label_of(line)
    assert asked(SECOND) == []


def test_a_turn_that_came_after_the_beginning_is_not_asked_twice(story):
    story.to("triage")
    substituted(HEAD, SECOND, story.at)
    story.do("propose")
    assert asked(SECOND) == ["your_turn"]
    assert swept(story.at + timedelta(minutes=30)) == 0
    assert asked(SECOND) == ["your_turn"]


def test_a_seat_that_ends_ends_the_authority_and_what_it_asked_for(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, SECOND, story.at, days=20)
    Seat.objects.filter(pk=seat(SECOND).pk).update(valid_to=story.at.date())
    tomorrow = story.at + timedelta(days=1)
    assert person(SECOND).pk not in holders_of(story.issue, tomorrow)
    swept(tomorrow)
    assert asked(SECOND) == []


def test_a_document_dated_before_the_substitution_is_told_to_the_substitute_of_today(story):
    story.to("central")
    story.at += timedelta(days=3)
    story.do("central_returned", {"document": attach_paper(story, story.issue, days_ago=2)})
    substituted("binhduong.skhdt.head", SECOND, story.at)
    assert asked(SECOND) == ["substitute"]
    signed = story.act("countersign", {"pending": waiting(story.issue).pk}, by=SECOND)
    assert signed.data["behalf"]["person_id"] == person(HEAD).pk
    assert story.issue.state == "triage"
    assert asked(SECOND) == []


# The leader who was named


def test_the_named_leaders_substitute_holds_the_file_and_no_other_leader_does(story):
    story.to("committee_office")
    substituted(LEADER, DIRECTOR, story.at)
    story.do("pass_to_leader")
    assert asked(DIRECTOR) == asked(LEADER) == ["your_turn"]
    assert asked("binhduong.ubnd.deputy") == []
    event = story.do("approve_bilateral", by=DIRECTOR)
    assert (event.role, story.issue.state) == ("committee.head", "bilateral")


def test_a_leader_who_was_named_is_replaced_afterwards_too(story):
    story.to("awaiting_committee")
    substituted(LEADER, DIRECTOR, story.at)
    assert asked(DIRECTOR) == ["substitute"]
    assert registry.visible(person(DIRECTOR), story.issue, story.at) == "full"


def test_where_another_leader_was_named_the_chairmans_substitute_holds_nothing(story):
    story.to("committee_office")
    story.do("pass_to_leader", {"decider": seat("binhduong.ubnd.deputy").pk})
    substituted(LEADER, DIRECTOR, story.at)
    assert asked(DIRECTOR) == []
    assert person(DIRECTOR).pk not in holders_of(story.issue, story.at)


def test_when_the_named_leaders_seat_ends_the_office_passes_the_file_on_again(story):
    story.to("awaiting_committee")
    Seat.objects.filter(pk=seat(LEADER).pk).update(valid_to=NOW.date())
    story.at += timedelta(days=1)
    assert holders_of(story.issue, story.at) == set()
    story.do("pass_to_leader", {"decider": seat("binhduong.ubnd.deputy").pk})
    assert holders_of(story.issue, story.at) == {person("binhduong.ubnd.deputy").pk}
