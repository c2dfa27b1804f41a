"""Due dates against a table counted by hand, and what holds for every one of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.due_dates import (
    CALENDAR,
    EXPRESS,
    NORMAL,
    URGENT,
    VERY_URGENT,
    at,
    due,
    events,
    on,
    periods,
    urgencies,
)
from workflows.calendar import ZONE, CalendarError
from workflows.deadlines import (
    DeadlineError,
    Urgency,
    due_after_date,
    due_before_date,
    due_in_days,
    due_on_date,
    explanation_from_json,
    overdue,
)

# Counted by hand. Every due moment without urgency is the close of office, 17:00.
IN_DAYS = [
    # around Tuesday 24/11/2026, Ngày Văn hóa Việt Nam
    ("23/11/2026 09:00", 1, "25/11/2026"),
    ("23/11/2026 09:00", 2, "26/11/2026"),
    ("24/11/2026 09:00", 1, "25/11/2026"),  # event on the holiday itself
    ("16/11/2026 08:00", 5, "23/11/2026"),
    ("16/11/2026 16:59", 6, "25/11/2026"),
    # the day of the event is not counted, whatever its hour
    ("02/11/2026 00:00", 1, "03/11/2026"),
    ("02/11/2026 07:00", 1, "03/11/2026"),
    ("02/11/2026 23:59", 1, "03/11/2026"),
    ("20/11/2026 19:00", 1, "23/11/2026"),  # Friday evening
    ("20/11/2026 19:00", 2, "25/11/2026"),
    # event on a rest day
    ("22/11/2026 10:00", 1, "23/11/2026"),
    ("22/11/2026 10:00", 5, "30/11/2026"),
    ("21/11/2026 23:59", 2, "25/11/2026"),
    # 2/1/2026 off, 10/1/2026 worked
    ("31/12/2025 09:00", 1, "05/01/2026"),
    ("31/12/2025 09:00", 5, "09/01/2026"),
    ("31/12/2025 09:00", 6, "10/01/2026"),
    ("31/12/2025 09:00", 7, "12/01/2026"),
    ("10/01/2026 09:00", 1, "12/01/2026"),
    # Tết 2026
    ("12/02/2026 10:00", 1, "13/02/2026"),
    ("12/02/2026 10:00", 2, "23/02/2026"),
    ("13/02/2026 10:00", 1, "23/02/2026"),
    ("10/02/2026 10:00", 10, "03/03/2026"),
    ("17/02/2026 09:00", 2, "24/02/2026"),
    # Giỗ Tổ on a Sunday, 30/4 and 1/5
    ("24/04/2026 09:00", 1, "28/04/2026"),
    ("24/04/2026 09:00", 5, "06/05/2026"),
    # Quốc khánh 2026 with its swap
    ("21/08/2026 09:00", 1, "22/08/2026"),
    ("21/08/2026 09:00", 2, "24/08/2026"),
    ("28/08/2026 09:00", 2, "04/09/2026"),
    # the years before
    ("07/02/2024 09:00", 1, "15/02/2024"),
    ("17/04/2024 09:00", 1, "19/04/2024"),
    ("26/04/2024 09:00", 2, "03/05/2024"),
    ("26/04/2024 09:00", 3, "04/05/2024"),
    ("30/08/2024 09:00", 1, "04/09/2024"),
    ("24/01/2025 09:00", 1, "03/02/2025"),
    ("04/04/2025 09:00", 1, "08/04/2025"),
    ("25/04/2025 09:00", 1, "26/04/2025"),
    ("29/04/2025 09:00", 1, "05/05/2025"),
    ("29/08/2025 09:00", 1, "03/09/2025"),
    # the year after
    ("31/12/2026 09:00", 1, "04/01/2027"),
    ("03/02/2027 09:00", 1, "11/02/2027"),
    ("15/04/2027 09:00", 1, "19/04/2027"),
    ("29/04/2027 09:00", 1, "04/05/2027"),
    ("01/09/2027 09:00", 1, "06/09/2027"),
]


@pytest.mark.parametrize("event, days, day", IN_DAYS)
def test_a_period_in_working_days_ends_at_close_of_office(event, days, day):
    assert due(event, days).due_at == at(f"{day} 17:00")


@pytest.mark.parametrize(
    "event, days, urgency, due_at",
    [
        # khẩn: half, rounded up
        ("02/11/2026 09:00", 10, URGENT, "09/11/2026 17:00"),
        ("02/11/2026 09:00", 5, URGENT, "05/11/2026 17:00"),
        ("02/11/2026 09:00", 3, URGENT, "04/11/2026 17:00"),
        ("02/11/2026 09:00", 2, URGENT, "03/11/2026 17:00"),
        ("02/11/2026 09:00", 1, URGENT, "03/11/2026 17:00"),
        ("20/11/2026 09:00", 3, URGENT, "25/11/2026 17:00"),
        # thượng khẩn: one working day
        ("02/11/2026 09:00", 10, VERY_URGENT, "03/11/2026 17:00"),
        ("02/11/2026 09:00", 1, VERY_URGENT, "03/11/2026 17:00"),
        ("06/11/2026 16:59", 5, VERY_URGENT, "09/11/2026 17:00"),
        ("23/11/2026 09:00", 5, VERY_URGENT, "25/11/2026 17:00"),
        # hỏa tốc: two working hours counted from the event
        ("02/11/2026 07:00", 5, EXPRESS, "02/11/2026 09:30"),
        ("02/11/2026 09:30", 5, EXPRESS, "02/11/2026 11:30"),
        ("02/11/2026 10:30", 5, EXPRESS, "02/11/2026 14:00"),
        ("02/11/2026 11:30", 5, EXPRESS, "02/11/2026 15:00"),
        ("02/11/2026 12:15", 5, EXPRESS, "02/11/2026 15:00"),  # during lunch
        ("02/11/2026 15:00", 5, EXPRESS, "02/11/2026 17:00"),
        ("02/11/2026 17:00", 5, EXPRESS, "03/11/2026 09:30"),
        ("06/11/2026 16:30", 5, EXPRESS, "09/11/2026 09:00"),  # Friday
        ("06/11/2026 22:00", 5, EXPRESS, "09/11/2026 09:30"),
        ("01/11/2026 10:00", 5, EXPRESS, "02/11/2026 09:30"),  # event on a Sunday
        ("13/02/2026 16:30", 5, EXPRESS, "23/02/2026 09:00"),  # over Tết
        ("21/08/2026 16:30", 5, EXPRESS, "22/08/2026 09:00"),  # into a worked Saturday
        ("23/11/2026 16:00", 5, EXPRESS, "25/11/2026 08:30"),
    ],
)
def test_urgency_shortens_the_clocks_it_may_shorten(event, days, urgency, due_at):
    assert due(event, days, urgency).due_at == at(due_at)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_urgency_leaves_other_peoples_time_alone(urgency):
    deadline = due("02/11/2026 09:00", 5, urgency, shortened=False)
    assert deadline.due_at == at("09/11/2026 17:00")
    codes = {line.code for line in deadline.explanation}
    assert ("urgency_does_not_apply" in codes) == (urgency is not NORMAL)


@pytest.mark.parametrize(
    "moment, day",
    [
        (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), "23/11/2026"),  # Sunday 23:59 in Vietnam
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "25/11/2026"),  # Monday 00:00 in Vietnam
    ],
)
def test_the_day_of_the_event_is_the_day_in_vietnam(moment, day):
    assert due_in_days(CALENDAR, at=moment, days=1, shortened=False).due_at == at(f"{day} 17:00")


@pytest.mark.parametrize(
    "day, due_on",
    [
        ("23/11/2026", "23/11/2026"),
        ("24/11/2026", "25/11/2026"),
        ("22/11/2026", "23/11/2026"),
        ("14/02/2026", "23/02/2026"),
        ("02/01/2026", "05/01/2026"),
        ("10/01/2026", "10/01/2026"),
        ("30/04/2027", "04/05/2027"),
    ],
)
def test_its_own_date_moves_off_a_rest_day(day, due_on):
    assert due_on_date(CALENDAR, on=on(day)).due_at == at(f"{due_on} 17:00")


@pytest.mark.parametrize(
    "day, due_on",
    [
        ("25/11/2026", "23/11/2026"),  # the annual report: 24/11 is off
        ("25/11/2025", "24/11/2025"),  # it was not yet in 2025
        ("24/11/2026", "23/11/2026"),
        ("23/11/2026", "20/11/2026"),
        ("23/02/2026", "13/02/2026"),
        ("11/01/2026", "10/01/2026"),
    ],
)
def test_before_a_date_is_the_last_working_day_before_it(day, due_on):
    assert due_before_date(CALENDAR, on=on(day)).due_at == at(f"{due_on} 17:00")


@pytest.mark.parametrize(
    "day, days, due_on",
    [
        ("16/11/2026", 5, "23/11/2026"),
        ("20/11/2026", 5, "30/11/2026"),
        ("21/11/2026", 1, "23/11/2026"),
        ("12/02/2026", 5, "26/02/2026"),
    ],
)
def test_after_a_date_the_date_is_not_counted(day, days, due_on):
    assert due_after_date(CALENDAR, on=on(day), days=days).due_at == at(f"{due_on} 17:00")


def test_late_begins_after_the_due_moment_in_any_zone():
    due_at = at("23/11/2026 17:00")
    assert not overdue(due_at, due_at)
    assert not overdue(due_at, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert overdue(due_at, datetime(2026, 11, 23, 10, 0, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: due("02/11/2026 09:00", 0),
        lambda: due("02/11/2026 09:00", -3, EXPRESS),
        lambda: due_after_date(CALENDAR, on=date(2026, 11, 2), days=0),
        lambda: overdue(at("02/11/2026 09:00"), at("02/11/2026 09:00").replace(tzinfo=None)),
        lambda: explanation_from_json([{"code": "no_such_line", "params": {}}]),
        lambda: explanation_from_json([{"code": "due"}]),
    ],
)
def test_what_the_rules_do_not_know_is_refused(ask):
    with pytest.raises(DeadlineError):
        ask()


def test_a_moment_without_a_zone_is_refused():
    naive = at("02/11/2026 09:00").replace(tzinfo=None)
    with pytest.raises(CalendarError):
        due_in_days(CALENDAR, at=naive, days=1, shortened=False)


# What holds for every deadline


@settings(deadline=None)
@given(event=events, days=periods)
def test_more_urgent_is_never_due_later(event, days):
    dues = [
        due_in_days(CALENDAR, at=event, days=days, urgency=urgency, shortened=True).due_at
        for urgency in Urgency
    ]
    assert dues == sorted(dues, reverse=True)


@settings(deadline=None)
@given(event=events, later=st.integers(0, 20_000), days=periods, urgency=urgencies)
def test_a_later_event_is_never_due_earlier(event, later, days, urgency):
    first, second = (
        due_in_days(CALENDAR, at=moment, days=days, urgency=urgency, shortened=True).due_at
        for moment in (event, event + timedelta(minutes=later))
    )
    assert event < first <= second


@settings(deadline=None)
@given(event=events, days=periods)
def test_the_explanation_accounts_for_every_day(event, days):
    """Days on the way less days explained as skipped are exactly the days of the period."""
    deadline = due_in_days(CALENDAR, at=event, days=days, shortened=False)
    span = (deadline.due_at.date() - event.astimezone(ZONE).date()).days
    skipped = [line for line in deadline.explanation if line.code.startswith("skipped_")]
    assert span - len(skipped) == days
