"""When a clock reminds, against moments counted by hand on the wall calendar (rulebook §4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_calendar import at
from workflows.calendar import WorkingCalendar
from workflows.deadlines import Urgency, due_in_days, due_on_date
from workflows.holidays import national_calendar
from workflows.reminders import Kind, Schedule, Times, words

CALENDAR = national_calendar()
HALF, BEFORE, DAY, OVERDUE, CHASE = Kind.HALF, Kind.DAY_BEFORE, Kind.DAY, Kind.OVERDUE, Kind.CHASE


def schedule(
    started: str, days: int, *, urgency: Urgency = Urgency.NORMAL, calendar: WorkingCalendar = CALENDAR
) -> Schedule:
    """The reminders of a clock of so many working days."""
    due = due_in_days(calendar, at=at(started), days=days, urgency=urgency, shortened=True).due_at
    return Schedule(calendar, at(started), due, express=urgency is Urgency.EXPRESS)


def first(found: Schedule, number: int) -> list[tuple[str, datetime]]:
    """The first reminders of a clock, as the sweep meets them."""
    rows, moment = [], found.started_at
    for _ in range(number):
        moment = found.next_after(moment)
        reminder = found.last_by(moment)
        assert reminder is not None
        rows.append((reminder.kind, moment))
    return rows


# started (the day of the event is not counted), working days, what goes out and when
ROWS = [
    # Wednesday 11/11/2026, an ordinary week. Half of ten days is over when the fifth has ended.
    (
        "11/11/2026 09:00",
        10,
        [(HALF, "19/11/2026 07:30"), (BEFORE, "25/11/2026 07:30"), (DAY, "26/11/2026 07:30")],
    ),
    # Half of five days ends with the third morning: over lunch nobody is reminded.
    (
        "11/11/2026 09:00",
        5,
        [(HALF, "16/11/2026 13:00"), (BEFORE, "17/11/2026 07:30"), (DAY, "18/11/2026 07:30")],
    ),
    # Two on one day are one: it says what is nearer to the end.
    ("11/11/2026 09:00", 4, [(BEFORE, "16/11/2026 07:30"), (DAY, "17/11/2026 07:30")]),
    ("11/11/2026 09:00", 3, [(BEFORE, "13/11/2026 07:30"), (DAY, "16/11/2026 07:30")]),
    ("11/11/2026 09:00", 2, [(BEFORE, "12/11/2026 07:30"), (DAY, "13/11/2026 07:30")]),
    ("11/11/2026 09:00", 1, [(DAY, "12/11/2026 07:30"), (OVERDUE, "16/11/2026 07:30")]),
    # 15 days over 24/11, which is a day off.
    (
        "11/11/2026 09:00",
        15,
        [(HALF, "23/11/2026 13:00"), (BEFORE, "02/12/2026 07:30"), (DAY, "03/12/2026 07:30")],
    ),
    # The day before Wednesday 25/11 is Monday 23/11, for Tuesday is off.
    ("20/11/2026 16:00", 2, [(BEFORE, "23/11/2026 07:30"), (DAY, "25/11/2026 07:30")]),
    # Begun on Friday evening: counted from Monday, nobody is reminded at the weekend.
    ("13/11/2026 19:30", 2, [(BEFORE, "16/11/2026 07:30"), (DAY, "17/11/2026 07:30")]),
    # Over Tết 2026 (14/2 to 22/2): five days from Thursday 12/2 are due on Thursday 26/2.
    (
        "12/02/2026 16:00",
        5,
        [(HALF, "24/02/2026 13:00"), (BEFORE, "25/02/2026 07:30"), (DAY, "26/02/2026 07:30")],
    ),
    # Due on the last day before Tết: overdue by two days only when two days have been worked.
    (
        "12/02/2026 08:00",
        1,
        [(DAY, "13/02/2026 07:30"), (OVERDUE, "24/02/2026 07:30"), (OVERDUE, "26/02/2026 07:30")],
    ),
    # 2/1/2026 is off and Saturday 10/1/2026 is worked instead: the day before Monday 12/1 is that Saturday.
    ("07/01/2026 08:00", 4, [(BEFORE, "10/01/2026 07:30"), (DAY, "12/01/2026 07:30")]),
    (
        "08/01/2026 08:00",
        1,
        [(DAY, "09/01/2026 07:30"), (OVERDUE, "12/01/2026 07:30"), (OVERDUE, "14/01/2026 07:30")],
    ),
    # Due on Friday 30/10: again every second working day.
    (
        "29/10/2026 10:00",
        1,
        [
            (DAY, "30/10/2026 07:30"),
            (OVERDUE, "03/11/2026 07:30"),
            (OVERDUE, "05/11/2026 07:30"),
            (OVERDUE, "09/11/2026 07:30"),
        ],
    ),
]


@pytest.mark.parametrize("started, days, expected", ROWS)
def test_a_clock_reminds_at_half_time_the_day_before_the_day_itself_and_again(started, days, expected):
    found = schedule(started, days)
    assert first(found, len(expected)) == [(kind, at(moment)) for kind, moment in expected]


@pytest.mark.parametrize(
    "started, expected",
    [
        # Two working hours from Friday 16:30 end on Monday at 9:00; half of the time is over in the night.
        ("20/11/2026 16:30", [(HALF, "22/11/2026 00:45"), (DAY, "23/11/2026 07:30")]),
        # In the middle of a morning: only half time comes before the end.
        ("18/11/2026 08:00", [(HALF, "18/11/2026 09:00"), (OVERDUE, "20/11/2026 07:30")]),
        # Over lunch, when nobody else would be reminded.
        ("18/11/2026 11:00", [(HALF, "18/11/2026 12:45"), (OVERDUE, "20/11/2026 07:30")]),
        # In the evening, for the next morning.
        ("18/11/2026 21:30", [(HALF, "19/11/2026 03:30"), (DAY, "19/11/2026 07:30")]),
    ],
)
def test_express_is_reminded_of_at_night_and_at_weekends_too(started, expected):
    found = schedule(started, 5, urgency=Urgency.EXPRESS)
    assert first(found, len(expected)) == [(kind, at(moment)) for kind, moment in expected]
    midnight = at("22/11/2026 00:45")
    assert found.goes_out_at(midnight) == midnight


@pytest.mark.parametrize(
    "moment, goes_out",
    [
        ("18/11/2026 09:15", "18/11/2026 09:15"),
        ("18/11/2026 07:29", "18/11/2026 07:30"),
        ("18/11/2026 11:30", "18/11/2026 13:00"),
        ("18/11/2026 17:00", "19/11/2026 07:30"),
        ("20/11/2026 23:50", "23/11/2026 07:30"),
        ("21/11/2026 10:00", "23/11/2026 07:30"),
        ("23/11/2026 17:01", "25/11/2026 07:30"),  # 24/11 is off
        ("13/02/2026 20:00", "23/02/2026 07:30"),  # Tết
        ("10/01/2026 09:00", "10/01/2026 09:00"),  # a Saturday worked for 2/1
    ],
)
def test_outside_office_hours_a_reminder_waits_for_the_next_opening(moment, goes_out):
    assert schedule("11/11/2026 09:00", 5).goes_out_at(at(moment)) == at(goes_out)


def test_missed_reminders_are_one_which_stands_for_the_last_of_them():
    found = schedule("11/11/2026 09:00", 5)
    reminder = found.last_by(at("23/11/2026 08:00"))
    assert reminder is not None
    assert (reminder.kind, reminder.number, reminder.days_late) == (OVERDUE, 4, 2)
    assert found.next_after(at("23/11/2026 08:00")) == at("25/11/2026 07:30")


def test_nothing_is_due_before_the_first_moment():
    found = schedule("11/11/2026 09:00", 10)
    assert found.last_by(at("19/11/2026 07:29")) is None


def test_the_head_hears_from_the_second_reminder_on():
    found = schedule("11/11/2026 09:00", 5)
    numbers = [found.last_by(at(day)) for day in ("16/11/2026 13:00", "17/11/2026 07:30", "18/11/2026 07:30")]
    assert [(one.number, one.reaches_heads) for one in numbers if one] == [(1, False), (2, True), (3, True)]


@pytest.mark.parametrize(
    "days, expected",
    [
        (10, ["26/11/2026 07:30", "10/12/2026 07:30", "24/12/2026 07:30"]),  # competent authority
        (20, ["10/12/2026 07:30", "08/01/2027 07:30", "12/02/2027 07:30"]),  # deferred by the Council
    ],
)
def test_who_is_outside_is_chased_again_after_so_many_days(days, expected):
    due = due_in_days(CALENDAR, at=at("11/11/2026 09:00"), days=days, shortened=False).due_at
    found = Schedule(CALENDAR, at("11/11/2026 09:00"), due, chase_days=days)
    assert first(found, 3) == [(CHASE, at(moment)) for moment in expected]


def test_a_date_that_was_set_for_today_or_has_passed_reminds_only_of_being_late():
    for on in (date(2026, 11, 11), date(2026, 11, 10)):
        due = due_on_date(CALENDAR, on=on).due_at
        found = Schedule(CALENDAR, at("11/11/2026 09:00"), due)
        [(kind, moment)] = first(found, 1)
        assert (kind, moment) == (OVERDUE, at("12/11/2026 07:30") + timedelta(days=on.day - 10))


def test_a_locality_may_want_fewer_reminders():
    base = schedule("11/11/2026 09:00", 10)
    times = Times(half_time=False, day_before=False, every_days=3)
    found = Schedule(base.calendar, base.started_at, base.due_at, times=times)
    assert first(found, 2) == [(DAY, at("26/11/2026 07:30")), (OVERDUE, at("01/12/2026 07:30"))]


@given(
    started=st.datetimes(datetime(2025, 12, 20), datetime(2027, 2, 1)),  # noqa: DTZ001 (the zone is the calendar's)
    days=st.integers(1, 25),
)
def test_reminders_are_in_order_in_office_hours_and_one_a_day(started, days):
    moment = started.replace(tzinfo=CALENDAR.zone)
    due = due_in_days(CALENDAR, at=moment, days=days, shortened=False).due_at
    rows = first(Schedule(CALENDAR, moment, due), 7)
    assert all(CALENDAR.is_office_time(reminded) for _kind, reminded in rows)
    assert all(one.date() < other.date() for (_, one), (_, other) in pairwise(rows))
    assert moment < rows[0][1]
    assert (DAY, due.replace(hour=7, minute=30)) in rows


@pytest.mark.parametrize(
    "kind, days_late, english",
    [
        (HALF, 0, "half of the time has passed"),
        (BEFORE, 0, "due on the next working day"),
        (DAY, 0, "due today"),
        (OVERDUE, 1, "overdue by 1 working day"),
        (OVERDUE, 4, "overdue by 4 working days"),
        (CHASE, 0, "time to chase the answer"),
    ],
)
def test_a_reminder_says_how_far_the_time_has_run(kind, days_late, english):
    with translation.override("en"):
        assert words({"kind": kind, "number": 1, "days_late": days_late}) == english
