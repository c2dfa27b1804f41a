"""The administrator's calendars: what a decision may change, what it moves, who is second (rulebook §4)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from coordination.actions.calendars import begin_own_calendar, change_calendar
from coordination.forms.calendars import FORMS
from tests.page_forms import forms_in
from tests.people import NOW, locality, person
from tests.story import Story
from workflows.calendar import OfficeHours
from workflows.calendar_edits import (
    CalendarEdit,
    DayKind,
    Entry,
    day_off,
    edited,
    make_up_day,
    office_week,
    ordinary_day,
    swap,
)
from workflows.clocks import load_calendar, running_clock
from workflows.holidays import national_calendar
from workflows.models import Calendar, CalendarChange, CalendarDay, Event
from workflows.refusals import Incomplete, NotYours, Stale

TODAY = date(2026, 11, 11)
NATIONAL = national_calendar()
BASIS = "Công văn 12729/VPCP-KGVX ngày 25/12/2025"


def problems(ask) -> dict[str, str]:
    with pytest.raises(Incomplete) as refusal, override("en"):
        ask()
    with override("en"):
        return {name: str(sentence) for name, sentence in refusal.value.problems.items()}


def save(
    edit: CalendarEdit, *, scope="", version=0, by="admin", basis=BASIS, at=NOW
) -> tuple[CalendarChange, int]:
    return change_calendar(
        Calendar.objects.get(scope=scope), edit, basis=basis, expected_version=version, by=person(by), at=at
    )


# What a decision may change


def test_a_swap_makes_one_day_off_and_one_worked():
    edit = swap(
        NATIONAL,
        date(2026, 11, 30),
        date(2026, 12, 5),
        off_name="Nghỉ hoán đổi",
        worked_name="Làm bù",
        today=TODAY,
    )
    after = edited(NATIONAL, edit)
    assert not after.is_working_day(date(2026, 11, 30))
    assert after.is_working_day(date(2026, 12, 5))
    assert NATIONAL.is_working_day(date(2026, 11, 30))
    assert after.version == NATIONAL.version + 1


@pytest.mark.parametrize(
    "ask,name,sentence",
    [
        # A day that has passed: past results do not change.
        (lambda: day_off(NATIONAL, date(2026, 11, 10), "Nghỉ", today=TODAY), "day", "10/11/2026 has passed"),
        (lambda: make_up_day(NATIONAL, date(2026, 11, 7), "Bù", today=TODAY), "day", "07/11/2026 has passed"),
        (lambda: ordinary_day(NATIONAL, date(2026, 9, 2), today=TODAY), "day", "02/09/2026 has passed"),
        # A day off on a rest day, a make-up day on a working day, each day once.
        (
            lambda: day_off(NATIONAL, date(2026, 11, 14), "Nghỉ", today=TODAY),
            "day",
            "rest day already: Saturday",
        ),
        (
            lambda: day_off(NATIONAL, date(2026, 11, 24), "Nghỉ", today=TODAY),
            "day",
            "rest day already: Ngày Văn hóa Việt Nam",
        ),
        (
            lambda: make_up_day(NATIONAL, date(2026, 11, 12), "Bù", today=TODAY),
            "day",
            "is a working day already",
        ),
        (
            lambda: make_up_day(NATIONAL, date(2026, 11, 24), "Bù", today=TODAY),
            "day",
            "make it an ordinary day first",
        ),
        (
            lambda: make_up_day(NATIONAL, date(2026, 8, 22), "Bù", today=date(2026, 8, 1)),
            "day",
            "is a make-up day already",
        ),
        (
            lambda: day_off(NATIONAL, date(2026, 8, 22), "Nghỉ", today=date(2026, 8, 1)),
            "day",
            "is a make-up day already",
        ),
        (lambda: ordinary_day(NATIONAL, date(2026, 11, 12), today=TODAY), "day", "Nothing is written down"),
        (lambda: day_off(NATIONAL, date(2026, 11, 12), "  ", today=TODAY), "name", "Say which day it is"),
        (
            lambda: office_week(NATIONAL, NATIONAL.hours, NATIONAL.weekly_rest),
            "hours",
            "Nothing differs",
        ),
        (
            lambda: office_week(NATIONAL, NATIONAL.hours, frozenset(range(7))),
            "weekly_rest",
            "A week has a working day",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(ask, name, sentence):
    found = problems(ask)
    assert set(found) == {name}
    assert sentence in found[name]


def test_a_swap_names_what_is_wrong_with_either_day():
    found = problems(
        lambda: swap(
            NATIONAL, date(2026, 11, 14), date(2026, 11, 12), off_name="a", worked_name="b", today=TODAY
        )
    )
    assert set(found) == {"off", "worked"}


def test_today_may_still_be_declared_off():
    """A storm: what is due today moves to the next working day."""
    after = edited(NATIONAL, day_off(NATIONAL, TODAY, "Nghỉ do bão", today=TODAY))
    assert after.next_working_day(TODAY) == date(2026, 11, 12)


def test_taking_back_a_swap_leaves_the_week_as_it_was():
    before = swap(NATIONAL, date(2026, 11, 30), date(2026, 12, 5), off_name="a", worked_name="b", today=TODAY)
    after = edited(edited(NATIONAL, before), CalendarEdit(dict.fromkeys(before.days)))
    assert (after.days_off, after.make_up_days) == (NATIONAL.days_off, NATIONAL.make_up_days)


# What is written


@pytest.mark.django_db
def test_each_change_is_a_version_with_before_and_after():
    save(CalendarEdit({date(2026, 11, 30): Entry(DayKind.OFF, "Nghỉ hoán đổi")}))
    change, _moved = save(CalendarEdit({date(2026, 11, 30): None}), version=1, basis="Công văn 2/VPCP")
    assert (change.version, change.basis, change.made_by["person_name"]) == (
        2,
        "Công văn 2/VPCP",
        str(person("admin")),
    )
    assert change.changed == {"days": {"2026-11-30": [{"kind": "off", "name": "Nghỉ hoán đổi"}, None]}}
    assert load_calendar("BDG").version == 2
    assert load_calendar("BDG").is_working_day(date(2026, 11, 30))


@pytest.mark.django_db
def test_the_calendar_is_read_in_two_queries_and_then_remembered(django_assert_num_queries):
    save(CalendarEdit({date(2026, 11, 30): Entry(DayKind.OFF, "Nghỉ hoán đổi")}))
    # Read by nobody since it changed.
    Calendar.objects.filter(scope="").update(name="Lịch làm việc")
    with django_assert_num_queries(3):  # whether anything changed, calendar, days
        load_calendar("BDG")
    with django_assert_num_queries(1):
        load_calendar("BDG")


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["auditor", "binhduong.ubnd.head", "binhduong.skhdt.officer"])
def test_only_an_administrator_changes_a_calendar(username):
    with pytest.raises(NotYours):
        save(CalendarEdit({date(2026, 11, 30): Entry(DayKind.OFF, "Nghỉ")}), by=username)
    assert not CalendarChange.objects.exists()


@pytest.mark.django_db
def test_a_decision_is_needed():
    with pytest.raises(Incomplete):
        save(CalendarEdit({date(2026, 11, 30): Entry(DayKind.OFF, "Nghỉ")}), basis=" ")
    assert not CalendarDay.objects.filter(day=date(2026, 11, 30)).exists()


@pytest.mark.django_db
def test_of_two_administrators_the_second_is_told():
    save(CalendarEdit({date(2026, 11, 30): Entry(DayKind.OFF, "Nghỉ")}))
    with pytest.raises(Stale) as refusal:
        save(CalendarEdit({date(2026, 12, 1): Entry(DayKind.OFF, "Nghỉ")}), version=0)
    assert str(person("admin")) in refusal.value.sentence
    assert not CalendarDay.objects.filter(day=date(2026, 12, 1)).exists()


@pytest.mark.django_db
def test_a_locality_s_own_calendar_begins_as_a_copy_and_then_goes_its_own_way():
    save(CalendarEdit({date(2026, 11, 30): Entry(DayKind.OFF, "Nghỉ hoán đổi")}))
    own, change = begin_own_calendar(locality("binhduong"), basis=BASIS, by=person("admin"), at=NOW)
    assert (own.scope, change.version, change.changed) == ("BDG", 2, {"copied": 1})
    assert own.days.count() == Calendar.objects.get(scope="").days.count()
    assert load_calendar("BDG").days_off == load_calendar("DNI").days_off

    save(CalendarEdit({date(2026, 12, 1): Entry(DayKind.OFF, "Nghỉ chung")}), version=1)
    save(CalendarEdit({date(2026, 12, 2): Entry(DayKind.OFF, "Nghỉ riêng")}), scope="BDG", version=2)

    day = [date(2026, 12, 1), date(2026, 12, 2)]
    assert [load_calendar("DNI").is_working_day(one) for one in day] == [False, True]
    assert [load_calendar("BDG").is_working_day(one) for one in day] == [True, False]
    with pytest.raises(Incomplete):
        begin_own_calendar(locality("binhduong"), basis=BASIS, by=person("admin"), at=NOW)


@pytest.mark.django_db
def test_other_office_hours_move_what_is_due_at_the_close_of_office(story):
    story.to("triage")
    hours = OfficeHours(((time(7), time(11)), (time(13), time(16, 30))))
    _change, moved = save(office_week(load_calendar(""), hours, frozenset({5, 6})), at=story.at)
    assert moved == 1
    due = timezone.localtime(running_clock(story.issue).due_at)
    assert f"{due:%d/%m %H:%M}" == "26/11 16:30"
    assert load_calendar("").hours == hours


# The pages


def address(kind: str = "", word: str = "country") -> str:
    return reverse("calendar-change", args=[word, kind]) if kind else reverse("calendar", args=[word])


def ahead(weekday: int, *, after: int = 20) -> date:
    """A day of the week some time ahead, that the calendar writes nothing down for."""
    calendar = load_calendar("")
    day = timezone.localdate() + timedelta(days=after)
    while day.weekday() != weekday or day in calendar.days_off or day in calendar.make_up_days:
        day += timedelta(days=1)
    return day


@pytest.fixture
def admin(client):
    client.force_login(person("admin"))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["auditor", "binhduong.skhdt.head", "binhduong.ubnd.clerk"])
def test_the_pages_are_for_administrators(client, username):
    client.force_login(person(username))
    paths = [reverse("calendar-list"), address(), *(address(kind) for kind in FORMS)]
    assert {client.get(path).status_code for path in paths} == {403}
    assert {client.post(path, {}).status_code for path in paths if path != address()} == {403}
    client.logout()
    assert {client.get(path).status_code for path in paths} == {302}


@pytest.mark.django_db
def test_an_unknown_calendar_or_change_is_not_there(admin):
    for path in ("/calendars/XXX/", "/calendars/BDG/", "/calendars/country/holiday/"):
        assert admin.get(path).status_code == 404


@pytest.mark.django_db
def test_the_year_shows_days_off_and_make_up_days_with_their_decision(admin):
    text = admin.get(f"{address()}?year=2026").content.decode()
    assert 'class="day day-off" title="Ngày Văn hóa Việt Nam"' in text
    assert 'class="day day-worked" title="Làm bù ngày 2/1/2026"' in text
    assert "Công văn 12729/VPCP-KGVX ngày 25/12/2025" in text
    assert admin.get(f"{address()}?year=nonsense").status_code == 200


@pytest.mark.django_db
def test_a_swap_is_previewed_then_saved_and_nothing_before(admin):
    off, worked = ahead(0), ahead(5)
    story = Story(at=timezone.now().replace(microsecond=0) - timedelta(days=1))
    story.to("consulting")
    typed = {"off": off.isoformat(), "worked": worked.isoformat(), "basis": BASIS, "expected_version": "0"}
    events, days = Event.objects.count(), CalendarDay.objects.count()

    preview = admin.post(address("swap"), {**typed, "do": "preview"})

    assert preview.status_code == 200
    assert f"{off:%d/%m/%Y}" in preview.content.decode()
    assert (Event.objects.count(), CalendarDay.objects.count()) == (events, days)
    [form] = [form for form in forms_in(preview.content.decode()) if "basis" in form.fields]
    assert form.fields["off"] == off.isoformat()

    answer = admin.post(address("swap"), {**form.fields, "do": "save"})

    assert answer.status_code == 302
    calendar = load_calendar("")
    assert f"{worked.day}/{worked.month}/{worked.year}" in calendar.why_off(off)
    assert f"{off.day}/{off.month}/{off.year}" in calendar.make_up_days[worked]
    assert CalendarChange.objects.get().basis == BASIS


@pytest.mark.django_db
def test_what_was_changed_after_the_preview_is_previewed_again(admin):
    off, worked = ahead(0), ahead(5)
    typed = {"off": off.isoformat(), "worked": worked.isoformat(), "basis": BASIS, "expected_version": "0"}
    assert admin.post(address("swap"), {**typed, "do": "save"}).status_code == 200
    preview = admin.post(address("swap"), {**typed, "do": "preview"}).content.decode()
    [form] = [form for form in forms_in(preview) if "basis" in form.fields]
    other = ahead(1).isoformat()
    assert admin.post(address("swap"), {**form.fields, "off": other, "do": "save"}).status_code == 200
    assert not CalendarChange.objects.exists()


@pytest.mark.django_db
def test_a_refused_change_keeps_what_was_typed(admin):
    monday, saturday = ahead(0).isoformat(), ahead(5).isoformat()
    typed = {"off": saturday, "worked": monday, "basis": BASIS, "expected_version": "0", "do": "preview"}
    answer = admin.post(address("swap"), typed)
    assert answer.status_code == 422
    [form] = [form for form in forms_in(answer.content.decode()) if "basis" in form.fields]
    assert (form.fields["off"], form.fields["worked"], form.fields["basis"]) == (saturday, monday, BASIS)


@pytest.mark.django_db
def test_the_second_administrator_sees_the_conflict_and_keeps_what_they_typed(admin):
    day = ahead(1)
    typed = {"day": day.isoformat(), "name": "Nghỉ", "basis": BASIS, "expected_version": "0"}
    preview = admin.post(address("day-off"), {**typed, "do": "preview"}).content.decode()
    [form] = [form for form in forms_in(preview) if "basis" in form.fields]
    save(CalendarEdit({ahead(2): Entry(DayKind.OFF, "Nghỉ khác")}), at=timezone.now())

    answer = admin.post(address("day-off"), {**form.fields, "do": "save"})

    assert answer.status_code == 409
    [form] = [form for form in forms_in(answer.content.decode()) if "basis" in form.fields]
    assert (form.fields["day"], form.fields["expected_version"]) == (day.isoformat(), "1")
    again = admin.post(address("day-off"), {**form.fields, "do": "preview"}).content.decode()
    [form] = [form for form in forms_in(again) if "basis" in form.fields]
    assert admin.post(address("day-off"), {**form.fields, "do": "save"}).status_code == 302
    assert not load_calendar("").is_working_day(day)


@pytest.mark.django_db
def test_a_locality_gets_its_own_calendar_on_the_page(admin):
    assert (
        admin.post("/calendars/", {"locality": "BDG", "basis": "", "expected_version": "0"}).status_code
        == 422
    )
    answer = admin.post("/calendars/", {"locality": "BDG", "basis": BASIS, "expected_version": "0"})
    assert (answer.status_code, answer["Location"]) == (302, "/calendars/BDG/")
    assert admin.get("/calendars/BDG/").status_code == 200


@pytest.mark.django_db
def test_hours_and_days_taken_back_are_changed_on_the_page(admin):
    week = {
        "morning_from": "07:00",
        "morning_to": "11:00",
        "afternoon_from": "10:00",
        "afternoon_to": "17:00",
        "weekly_rest": ["5", "6"],
        "basis": BASIS,
        "expected_version": "0",
        "do": "preview",
    }
    assert admin.post(address("week"), week).status_code == 422
    assert admin.post(address("week"), {**week, "afternoon_from": "13:00"}).status_code == 200
    coming = CalendarDay.objects.filter(day__gt=timezone.localdate()).order_by("day")[0]
    typed = {"day": coming.day.isoformat(), "basis": BASIS, "expected_version": "0", "do": "preview"}
    assert admin.post(address("ordinary"), typed).status_code == 200
    typed["day"] = timezone.localdate().isoformat()
    assert admin.post(address("ordinary"), typed).status_code == 422
    assert not CalendarChange.objects.exists()


@pytest.mark.django_db
def test_the_menu_leads_an_administrator_to_the_pages_and_nobody_else(client):
    client.force_login(person("admin"))
    text = client.get("/").content.decode()
    assert reverse("calendar-list") in text
    assert reverse("policy-list") in text
    client.force_login(person("binhduong.skhdt.head"))
    assert reverse("calendar-list") not in client.get("/").content.decode()
