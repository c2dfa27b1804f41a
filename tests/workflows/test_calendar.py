"""Working days and office hours against dates counted by hand on the wall calendar."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calendar import (
    DEFAULT_HOURS,
    ZONE,
    CalendarError,
    OfficeHours,
    WorkingCalendar,
)
from workflows.holidays import COVERED_YEARS, MAKE_UP_DAYS, OFF_DAYS, national_calendar

CALENDAR = national_calendar()
DAY = timedelta(days=1)


def on(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=ZONE).date()


def at(text: str) -> datetime:
    """A wall-clock moment in Vietnam, "dd/mm/yyyy HH:MM"."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=ZONE)


# The lists


@pytest.mark.parametrize(
    "first, last, before, after",
    [
        ("08/02/2024", "14/02/2024", "07/02/2024", "15/02/2024"),  # Tết Giáp Thìn
        ("18/04/2024", "18/04/2024", "17/04/2024", "19/04/2024"),  # Giỗ Tổ, a Thursday
        ("27/04/2024", "01/05/2024", "26/04/2024", "02/05/2024"),  # with 29/4 swapped
        ("31/08/2024", "03/09/2024", "30/08/2024", "04/09/2024"),  # Quốc khánh
        ("25/01/2025", "02/02/2025", "24/01/2025", "03/02/2025"),  # Tết Ất Tỵ
        ("05/04/2025", "07/04/2025", "04/04/2025", "08/04/2025"),  # Giỗ Tổ, a Monday
        ("30/04/2025", "04/05/2025", "29/04/2025", "05/05/2025"),  # with 2/5 swapped
        ("30/08/2025", "02/09/2025", "29/08/2025", "03/09/2025"),  # Quốc khánh
        ("01/01/2026", "04/01/2026", "31/12/2025", "05/01/2026"),  # with 2/1 swapped
        ("14/02/2026", "22/02/2026", "13/02/2026", "23/02/2026"),  # Tết Bính Ngọ
        ("25/04/2026", "27/04/2026", "24/04/2026", "28/04/2026"),  # Giỗ Tổ, a Sunday
        ("30/04/2026", "03/05/2026", "29/04/2026", "04/05/2026"),
        ("29/08/2026", "02/09/2026", "28/08/2026", "03/09/2026"),  # with 31/8 swapped
        ("24/11/2026", "24/11/2026", "23/11/2026", "25/11/2026"),  # Ngày Văn hóa
        ("01/01/2027", "03/01/2027", "31/12/2026", "04/01/2027"),
        ("04/02/2027", "10/02/2027", "03/02/2027", "11/02/2027"),  # Tết Đinh Mùi, provisional
        ("16/04/2027", "18/04/2027", "15/04/2027", "19/04/2027"),  # Giỗ Tổ, a Friday
        ("30/04/2027", "03/05/2027", "29/04/2027", "04/05/2027"),  # 1/5 a Saturday
        ("02/09/2027", "05/09/2027", "01/09/2027", "06/09/2027"),
        ("24/11/2027", "24/11/2027", "23/11/2027", "25/11/2027"),
    ],
)
def test_a_holiday_runs_from_its_first_to_its_last_day(first, last, before, after):
    day = on(first)
    while day <= on(last):
        assert not CALENDAR.is_working_day(day), day
        day += DAY
    assert CALENDAR.previous_working_day(on(first)) == on(before)
    assert CALENDAR.next_working_day(on(last)) == on(after)


@pytest.mark.parametrize("day", ["04/05/2024", "26/04/2025", "10/01/2026", "22/08/2026"])
def test_a_make_up_saturday_is_worked(day):
    assert on(day).weekday() == 5
    assert CALENDAR.is_working_day(on(day))
    assert CALENDAR.why_off(on(day)) is None
    assert not CALENDAR.is_working_day(on(day) + DAY)


@pytest.mark.parametrize(
    "year, worked",
    # Weekdays of the year, less days off that fall on weekdays, plus worked Saturdays.
    [(2024, 262 - 12 + 1), (2025, 261 - 12 + 1), (2026, 261 - 14 + 2), (2027, 261 - 12)],
)
def test_a_year_has_as_many_working_days_as_counted_by_hand(year, worked):
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == worked


def test_each_listed_day_is_named_reasoned_and_listed_once():
    days = [off.day for off in OFF_DAYS] + [worked.day for worked in MAKE_UP_DAYS]
    assert len(days) == len(set(days))
    assert days == sorted(days[: len(OFF_DAYS)]) + sorted(days[len(OFF_DAYS) :])
    assert {day.year for day in days} == set(COVERED_YEARS)
    assert all(off.name and off.basis for off in OFF_DAYS)
    assert all(worked.name and worked.basis for worked in MAKE_UP_DAYS)


def test_a_make_up_day_is_a_saturday_for_a_weekday_that_is_off():
    off = {entry.day for entry in OFF_DAYS}
    for worked in MAKE_UP_DAYS:
        assert worked.day.weekday() == 5
        assert worked.instead_of.weekday() < 5
        assert worked.instead_of in off


def test_only_unannounced_days_of_2027_are_provisional_and_say_so():
    provisional = {entry.day for entry in OFF_DAYS if entry.provisional}
    tet = {date(2027, 2, day) for day in range(4, 11)}
    assert provisional == tet | {date(2027, 9, 3)}
    assert CALENDAR.why_off(date(2027, 2, 8)) == "Tết Nguyên đán (dự kiến)"


@pytest.mark.parametrize(
    "day, why",
    [
        ("21/11/2026", "saturday"),
        ("22/11/2026", "sunday"),
        ("23/11/2026", None),
        ("24/11/2026", "Ngày Văn hóa Việt Nam"),
        ("26/04/2026", "Giỗ Tổ Hùng Vương"),  # a Sunday: the holiday is the better answer
        ("02/01/2026", "Nghỉ hoán đổi, làm bù 10/1/2026"),
        ("10/01/2026", None),
    ],
)
def test_a_rest_day_says_why(day, why):
    assert CALENDAR.why_off(on(day)) == why


# Periods in days


@pytest.mark.parametrize(
    "start, count, end",
    [
        ("23/11/2026", 0, "23/11/2026"),
        ("22/11/2026", 0, "23/11/2026"),  # 0 days from a rest day: the next working day
        ("22/11/2026", 1, "23/11/2026"),
        ("22/11/2026", 2, "25/11/2026"),
        ("10/02/2026", 10, "03/03/2026"),  # 3 days before Tết, 7 after
        ("31/12/2025", 6, "10/01/2026"),
        ("31/12/2025", 7, "12/01/2026"),
    ],
)
def test_working_days_are_added_without_the_first_day(start, count, end):
    assert CALENDAR.add_working_days(on(start), count) == on(end)


@pytest.mark.parametrize(
    "start, count, end",
    [
        ("16/11/2026", 4, "20/11/2026"),
        ("20/11/2026", 2, "23/11/2026"),  # ends on a Sunday
        ("21/11/2026", 3, "25/11/2026"),  # ends on 24/11
        ("13/02/2026", 1, "23/02/2026"),  # ends on the first day of Tết
        ("07/01/2026", 3, "10/01/2026"),  # ends on a worked Saturday
        ("14/11/2026", 0, "16/11/2026"),
    ],
)
def test_a_period_in_calendar_days_moves_off_the_rest_day_it_ends_on(start, count, end):
    assert CALENDAR.add_calendar_days(on(start), count) == on(end)


@pytest.mark.parametrize(
    "a, b, days",
    [
        ("16/11/2026", "16/11/2026", 0),
        ("16/11/2026", "20/11/2026", 4),
        ("20/11/2026", "22/11/2026", 0),
        ("20/11/2026", "25/11/2026", 2),
        ("13/02/2026", "23/02/2026", 1),
        ("09/01/2026", "12/01/2026", 2),
        ("25/11/2026", "20/11/2026", -2),
    ],
)
def test_working_days_between_leaves_out_the_first_day_and_counts_the_last(a, b, days):
    assert CALENDAR.working_days_between(on(a), on(b)) == days


# Office hours


@pytest.mark.parametrize(
    "start, hours, end",
    [
        ("02/11/2026 09:30", 2, "02/11/2026 11:30"),
        ("02/11/2026 10:30", 2, "02/11/2026 14:00"),
        ("02/11/2026 12:00", 0.5, "02/11/2026 13:30"),
        ("02/11/2026 07:30", 8, "02/11/2026 17:00"),
        ("02/11/2026 07:30", 20, "04/11/2026 11:30"),
        ("06/11/2026 16:30", 2, "09/11/2026 09:00"),
        ("02/11/2026 10:00", 0, "02/11/2026 10:00"),
        ("02/11/2026 11:30", 0, "02/11/2026 13:00"),  # the session's last minute is shut
        ("06/11/2026 18:00", 0, "09/11/2026 07:30"),
        ("13/02/2026 16:45", 0.5, "23/02/2026 07:45"),
        ("09/01/2026 16:00", 2, "10/01/2026 08:30"),  # into a worked Saturday
    ],
)
def test_hours_pass_only_while_the_office_is_open(start, hours, end):
    assert CALENDAR.add_working_hours(at(start), hours) == at(end)


@pytest.mark.parametrize(
    "start, end, seconds",
    [
        ("02/11/2026 07:30", "02/11/2026 17:00", 28_800),
        ("02/11/2026 00:00", "03/11/2026 00:00", 28_800),
        ("02/11/2026 11:00", "02/11/2026 13:30", 3_600),
        ("02/11/2026 11:30", "02/11/2026 13:00", 0),
        ("06/11/2026 16:30", "09/11/2026 09:00", 7_200),
        ("07/11/2026 08:00", "08/11/2026 16:00", 0),
        ("13/02/2026 16:00", "23/02/2026 08:30", 7_200),
        ("23/11/2026 16:00", "25/11/2026 08:00", 5_400),
        ("09/11/2026 09:00", "06/11/2026 16:30", -7_200),
    ],
)
def test_seconds_are_counted_only_while_the_office_is_open(start, end, seconds):
    assert CALENDAR.working_seconds_between(at(start), at(end)) == seconds


@pytest.mark.parametrize(
    "moment, is_open",
    [
        ("02/11/2026 07:29", False),
        ("02/11/2026 07:30", True),
        ("02/11/2026 11:30", False),
        ("02/11/2026 13:00", True),
        ("02/11/2026 17:00", False),
        ("07/11/2026 09:00", False),
        ("22/08/2026 09:00", True),
        ("24/11/2026 09:00", False),
    ],
)
def test_the_office_is_open_within_its_sessions_on_working_days(moment, is_open):
    assert CALENDAR.is_office_time(at(moment)) is is_open


def test_moments_are_read_on_the_wall_clock_of_the_locality():
    monday_morning = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam
    assert CALENDAR.add_working_hours(monday_morning, 1) == at("02/11/2026 10:00")
    assert CALENDAR.end_of_day(on("02/11/2026")) == datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
    assert CALENDAR.end_of_day(on("02/11/2026")).isoformat() == "2026-11-02T17:00:00+07:00"


def test_a_locality_has_its_own_hours():
    afternoon = OfficeHours(sessions=((time(7), time(11)), (time(13, 30), time(17, 30))))
    calendar = WorkingCalendar(days_off={}, make_up_days={}, hours=afternoon)
    assert calendar.end_of_day(on("02/11/2026")) == at("02/11/2026 17:30")
    assert calendar.add_working_hours(at("02/11/2026 10:30"), 2) == at("02/11/2026 15:00")
    assert DEFAULT_HOURS.seconds_per_day == afternoon.seconds_per_day == 28_800


# What is refused


@pytest.mark.parametrize(
    "sessions",
    [
        (),
        ((time(11, 30), time(7, 30)),),
        ((time(7, 30), time(7, 30)),),
        ((time(7, 30), time(13, 0)), (time(11, 30), time(17, 0))),
        ((time(7, 30, tzinfo=UTC), time(11, 30, tzinfo=UTC)),),
    ],
)
def test_impossible_office_hours_are_refused(sessions):
    with pytest.raises(CalendarError):
        OfficeHours(sessions=sessions)


def test_a_calendar_that_contradicts_itself_is_refused():
    day = date(2026, 1, 10)
    with pytest.raises(CalendarError, match="2026-01-10"):
        WorkingCalendar(days_off={day: "nghỉ"}, make_up_days={day: "làm bù"})
    with pytest.raises(CalendarError, match="reason"):
        WorkingCalendar(days_off={day: ""}, make_up_days={})


def test_a_calendar_without_working_days_is_refused_rather_than_searched_for_ever():
    never = {date(2026, 1, 1) + n * DAY: "nghỉ" for n in range(800)}
    calendar = WorkingCalendar(days_off=never, make_up_days={})
    with pytest.raises(CalendarError, match="no working day"):
        calendar.next_working_day(date(2026, 1, 1))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: CALENDAR.add_working_days(date(2026, 11, 2), -1),
        lambda: CALENDAR.add_calendar_days(date(2026, 11, 2), -1),
        lambda: CALENDAR.add_working_hours(at("02/11/2026 09:00"), -0.5),
        lambda: CALENDAR.add_working_hours(at("02/11/2026 09:00"), float("nan")),
        lambda: CALENDAR.local(at("02/11/2026 09:00").replace(tzinfo=None)),
        lambda: CALENDAR.is_working_day(at("02/11/2026 09:00")),
    ],
)
def test_a_question_without_an_answer_is_refused(ask):
    with pytest.raises(CalendarError):
        ask()


def test_a_calendar_does_not_change_with_the_dict_it_was_made_from():
    off = {date(2026, 11, 24): "Ngày Văn hóa Việt Nam"}
    calendar = WorkingCalendar(days_off=off, make_up_days={})
    off.clear()
    assert not calendar.is_working_day(date(2026, 11, 24))


# What holds for every calendar

days = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 1))
counts = st.integers(min_value=0, max_value=60)
moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 12, 1),  # noqa: DTZ001
    timezones=st.just(ZONE),
)


@st.composite
def calendars(draw) -> WorkingCalendar:
    """The real one, or one with any days off and any make-up days."""
    if draw(st.booleans()):
        return CALENDAR
    off = draw(st.sets(days, max_size=40))
    worked = draw(st.sets(days, max_size=20)) - off
    return WorkingCalendar(dict.fromkeys(off, "nghỉ"), dict.fromkeys(worked, "làm bù"))


@settings(deadline=None)
@given(calendar=calendars(), start=days, count=counts)
def test_adding_working_days_ends_on_a_working_day(calendar, start, count):
    end = calendar.add_working_days(start, count)
    assert calendar.is_working_day(end)
    assert end >= start + count * DAY


@settings(deadline=None)
@given(calendar=calendars(), start=days, later=st.integers(0, 30), count=counts, more=counts)
def test_adding_working_days_keeps_the_order(calendar, start, later, count, more):
    end = calendar.add_working_days(start, count)
    assert calendar.add_working_days(start + later * DAY, count) >= end
    assert (calendar.add_working_days(start, count + more) > end) == (
        calendar.working_days_between(end, calendar.add_working_days(start, count + more)) > 0
    )


@settings(deadline=None)
@given(calendar=calendars(), start=days, count=st.integers(1, 60), more=counts)
def test_counting_back_gives_the_days_that_were_added(calendar, start, count, more):
    end = calendar.add_working_days(start, count)
    assert calendar.working_days_between(start, end) == count
    assert calendar.working_days_between(end, start) == -count
    assert calendar.add_working_days(end, more) == calendar.add_working_days(start, count + more)


@settings(deadline=None)
@given(calendar=calendars(), start=moments, minutes=st.integers(1, 6_000))
def test_counting_back_gives_the_hours_that_were_added(calendar, start, minutes):
    start = start.replace(microsecond=0)
    end = calendar.add_working_hours(start, minutes / 60)
    assert abs(calendar.working_seconds_between(start, end) - minutes * 60) <= 1
    assert calendar.is_office_time(end - timedelta(seconds=1))


@settings(deadline=None)
@given(calendar=calendars(), start=moments, parts=st.lists(st.integers(0, 2_000_000), max_size=4))
def test_the_parts_of_a_records_life_add_up_to_the_whole(calendar, start, parts):
    edges = [start]
    for seconds in parts:
        edges.append(edges[-1] + timedelta(seconds=seconds, milliseconds=seconds % 1000))
    spent = [calendar.working_seconds_between(a, b) for a, b in pairwise(edges)]
    assert sum(spent) == calendar.working_seconds_between(edges[0], edges[-1])
