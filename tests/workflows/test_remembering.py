"""Reference data is read once while its stamp stands, and anew after any change, whoever made it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from coordination.models import Locality, Person, Seat
from coordination.roles import acting_seats, held_seats
from tests.people import NOW, person, seat
from workflows import engine
from workflows.clocks import load_calendar
from workflows.models import Calendar, CalendarDay, Policy, ReferenceStamp
from workflows.policies import policy_for
from workflows.refusals import NotYours
from workflows.registry import registry
from workflows.remembering import forget, once, reading, recall, remembered

OFFICER = "binhduong.skhdt.officer"


def stamp() -> str:
    return ReferenceStamp.objects.get().token


def statements(action) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


@pytest.mark.django_db
def test_what_was_read_once_costs_the_stamp_alone():
    officer = person(OFFICER)
    held_seats(officer, NOW)
    assert statements(lambda: held_seats(officer, NOW)) == 1
    with reading():
        held_seats(officer, NOW)
        assert statements(lambda: [held_seats(officer, NOW), policy_for("BDG", NOW)]) <= 1


def _raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _new_policy() -> None:
    Policy.objects.create(scope="BDG", version=9, valid_from=NOW - timedelta(days=1), values={})


CHANGES = {
    "a bulk update": lambda: Seat.objects.filter(person__username=OFFICER).update(title="Khác"),
    "by hand, in SQL": lambda: _raw("UPDATE coordination_organisation SET label = label WHERE id = 1"),
    "a bulk insert": lambda: CalendarDay.objects.bulk_create(
        [CalendarDay(calendar=Calendar.objects.get(scope=""), day=NOW.date(), kind="off", name="Nghỉ")]
    ),
    "a deletion": lambda: CalendarDay.objects.all().delete(),
    "a new policy": _new_policy,
    "somebody's name": lambda: Person.objects.filter(username=OFFICER).update(full_name="Tên khác"),
    "somebody's address": lambda: Person.objects.filter(username=OFFICER).update(email=""),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_writes_another_stamp(change):
    before = stamp()
    change()
    assert stamp() != before


TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass",
}


@pytest.mark.django_db
def test_signing_in_changes_nothing():
    before = stamp()
    Person.objects.filter(username=OFFICER).update(last_login=NOW)
    assert stamp() == before


@pytest.mark.django_db
@pytest.mark.parametrize("model", registry.reference, ids=lambda model: model.__name__)
def test_every_reference_table_is_watched(model):
    """The database is asked, not the code: on SQLite there is a trigger for each kind of change."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor], [table])
        found = {name for (name,) in cursor.fetchall()}
    kinds = ("_insert", "_update", "_delete") if connection.vendor == "sqlite" else ("",)
    assert {f"{table}_reference{kind}" for kind in kinds} <= found


def test_what_is_remembered_is_watched():
    """The tables that the remembered functions read are the ones in ``registry.reference``."""
    read = {"Seat", "Function", "Substitution", "DeputyMatter", "Organisation", "Locality", "Person"}
    read |= {"Policy", "Calendar", "CalendarDay", "CalendarChange"}
    read |= {"Preference", "QuietHours", "PushSubscription", "ChatAddress"}
    assert {model.__name__ for model in registry.reference} == read
    assert all(model in apps.get_models() for model in registry.reference)


@pytest.mark.django_db
def test_a_change_is_seen_by_the_next_reader():
    officer = person(OFFICER)
    assert held_seats(officer, NOW)
    calendar = load_calendar("")
    Seat.objects.filter(person=officer).update(valid_to=NOW.date() - timedelta(days=1))
    CalendarDay.objects.filter(calendar__scope="").delete()
    assert held_seats(officer, NOW) == []
    assert acting_seats(officer, NOW) == []
    assert load_calendar("") != calendar


@pytest.mark.django_db
def test_what_was_rolled_back_is_not_remembered():
    officer, before = person(OFFICER), stamp()
    with transaction.atomic():
        Seat.objects.filter(person=officer).update(title="Thử")
        assert held_seats(officer, NOW)[0].seat.title == "Thử"
        transaction.set_rollback(True)
    assert stamp() == before
    assert held_seats(officer, NOW)[0].seat.title != "Thử"


@pytest.mark.django_db
def test_a_seat_that_ended_since_the_page_was_made_is_refused(story):
    """One page holds to what it read; the door asks anew."""
    issue = story.to("triage")
    officer = person(OFFICER)
    with reading():
        assert held_seats(officer, story.at)
        Seat.objects.filter(person=officer).update(valid_to=story.at.date() - timedelta(days=1))
        assert held_seats(officer, story.at), "the page goes on with what it read"
        with pytest.raises((NotYours, engine.Refusal)):
            engine.perform(issue, "consult", by=officer, at=story.at, data={})


@pytest.mark.django_db
def test_a_save_inside_a_page_is_seen_by_the_page():
    own = seat(OFFICER)
    with reading():
        assert held_seats(own.person, NOW)[0].seat.title == own.title
        own.title = "Trưởng phòng Tổng hợp"
        own.save()
        assert held_seats(own.person, NOW)[0].seat.title == own.title


@pytest.mark.django_db
def test_without_a_stamp_nothing_is_kept():
    ReferenceStamp.objects.all().delete()
    asked = []

    @remembered
    def places() -> int:
        asked.append(1)
        return Locality.objects.count()

    places()
    places()
    assert len(asked) == 2
    # The next change makes a stamp again.
    Seat.objects.filter(person__username=OFFICER).update(title="Khác")
    places()
    places()
    assert len(asked) == 3


@pytest.mark.django_db
def test_recall_reads_only_what_is_missing():
    asked: list[set[int]] = []

    def read(missing: set[int]) -> dict[int, int]:
        asked.append(missing)
        return {key: key * 2 for key in missing}

    Seat.objects.filter(person__username=OFFICER).update(title="Khác")
    assert recall("twice", [1, 2], read) == {1: 2, 2: 4}
    assert recall("twice", [2, 3], read) == {2: 4, 3: 6}
    assert asked == [{1, 2}, {3}]


@pytest.mark.django_db
def test_once_holds_inside_the_door_only():
    numbers = iter(range(9))

    def read() -> int:
        return next(numbers)

    assert [once("k", read), once("k", read)] == [0, 1]
    with reading():
        assert [once("k", read), once("k", read)] == [2, 3]
    with reading(locked=True):
        assert [once("k", read), once("k", read)] == [4, 4]
        forget("k")
        assert once("k", read) == 5
    assert once("k", read) == 6
