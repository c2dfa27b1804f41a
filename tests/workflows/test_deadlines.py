"""Due dates against a table counted by hand, and the explanation of each, line by line."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calendar import ZONE, CalendarError
from workflows.deadlines import (
    Deadline,
    DeadlineError,
    ExplanationLine,
    Urgency,
    due_after_date,
    due_before_date,
    due_in_days,
    due_on_date,
    explanation_from_json,
    explanation_to_json,
    overdue,
    render_explanation,
)
from workflows.holidays import national_calendar

CALENDAR = national_calendar()
NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT
VERY_URGENT, EXPRESS = Urgency.VERY_URGENT, Urgency.EXPRESS


def on(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=ZONE).date()


def at(text: str) -> datetime:
    """A wall-clock moment in Vietnam, "dd/mm/yyyy HH:MM"."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=ZONE)


def due(event: str, days: int, urgency: Urgency = NORMAL, *, shortened: bool = True) -> Deadline:
    return due_in_days(CALENDAR, at=at(event), days=days, urgency=urgency, shortened=shortened)


def english(deadline: Deadline) -> list[str]:
    with override("en"):
        return render_explanation(deadline.explanation)


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


# Explanations


def test_each_rest_day_on_the_way_is_explained_with_its_reason():
    assert english(due("20/11/2026 19:00", 3)) == [
        "Time limit: 3 working days.",
        "20/11/2026: day of the event, not counted.",
        "21/11/2026: Saturday, not counted.",
        "22/11/2026: Sunday, not counted.",
        "24/11/2026: day off (Ngày Văn hóa Việt Nam), not counted.",
        "Due on 26/11/2026 at 17:00.",
    ]


def test_a_worked_saturday_is_explained():
    assert english(due("21/08/2026 09:00", 1)) == [
        "Time limit: 1 working day.",
        "21/08/2026: day of the event, not counted.",
        "22/08/2026: make-up day (Làm bù ngày 31/8/2026), counted.",
        "Due on 22/08/2026 at 17:00.",
    ]


def test_the_effect_of_urgency_is_explained():
    assert english(due("02/11/2026 09:00", 5, URGENT))[:3] == [
        "Time limit: 5 working days.",
        "Urgent: 5 working days shortened to 3 working days.",
        "02/11/2026: day of the event, not counted.",
    ]
    assert english(due("02/11/2026 09:00", 5, VERY_URGENT))[1] == (
        "Very urgent: 5 working days shortened to 1 working day."
    )
    assert english(due("02/11/2026 09:00", 1, URGENT))[1] == (
        "Urgent: the time limit is already the shortest."
    )
    assert english(due("02/11/2026 09:00", 5, EXPRESS, shortened=False))[1] == (
        "Express: does not shorten this time limit."
    )


def test_the_hours_of_an_express_deadline_are_explained():
    assert english(due("06/11/2026 16:30", 5, EXPRESS)) == [
        "Time limit: 5 working days.",
        "Express: 2 working hours counted from the event.",
        "06/11/2026 at 16:30: the event, counted from here.",
        "06/11/2026: 16:30-17:00 counted.",
        "07/11/2026: Saturday, not counted.",
        "08/11/2026: Sunday, not counted.",
        "09/11/2026: 07:30-09:00 counted.",
        "Due on 09/11/2026 at 09:00.",
    ]
    assert english(due("02/11/2026 10:30", 2, EXPRESS))[3:-1] == [
        "02/11/2026: 10:30-11:30 counted.",
        "02/11/2026: 13:00-14:00 counted.",
    ]
    assert english(due("22/08/2026 10:30", 2, EXPRESS))[3:-1] == [
        "22/08/2026: make-up day (Làm bù ngày 31/8/2026), counted.",
        "22/08/2026: 10:30-11:30 counted.",
        "22/08/2026: 13:00-14:00 counted.",
    ]
    assert english(due("01/11/2026 10:00", 2, EXPRESS))[2:] == [
        "01/11/2026 at 10:00: the event, counted from here.",
        "01/11/2026: Sunday, not counted.",
        "02/11/2026: 07:30-09:30 counted.",
        "Due on 02/11/2026 at 09:30.",
    ]


def test_deadlines_by_date_are_explained():
    assert english(due_on_date(CALENDAR, on=on("24/11/2026"))) == [
        "The date set: 24/11/2026.",
        "24/11/2026: day off (Ngày Văn hóa Việt Nam), not counted.",
        "Moved to the next working day, 25/11/2026.",
        "Due on 25/11/2026 at 17:00.",
    ]
    assert english(due_on_date(CALENDAR, on=on("23/11/2026"))) == [
        "The date set: 23/11/2026.",
        "Due on 23/11/2026 at 17:00.",
    ]
    assert english(due_before_date(CALENDAR, on=on("25/11/2026"))) == [
        "Due before 25/11/2026.",
        "24/11/2026: day off (Ngày Văn hóa Việt Nam), not counted.",
        "Due on 23/11/2026 at 17:00.",
    ]
    assert english(due_before_date(CALENDAR, on=on("22/11/2026"))) == [
        "Due before 22/11/2026.",
        "21/11/2026: Saturday, not counted.",
        "Due on 20/11/2026 at 17:00.",
    ]
    assert english(due_before_date(CALENDAR, on=on("11/01/2026")))[1:] == [
        "10/01/2026: make-up day (Làm bù ngày 2/1/2026), counted.",
        "Due on 10/01/2026 at 17:00.",
    ]
    assert english(due_after_date(CALENDAR, on=on("22/11/2026"), days=1))[1:] == [
        "22/11/2026: the day itself is not counted.",
        "Due on 23/11/2026 at 17:00.",
    ]
    assert english(due_on_date(CALENDAR, on=on("10/01/2026")))[1:] == [
        "10/01/2026: make-up day (Làm bù ngày 2/1/2026), counted.",
        "Due on 10/01/2026 at 17:00.",
    ]
    assert english(due_after_date(CALENDAR, on=on("20/11/2026"), days=1)) == [
        "Time limit: 1 working day after 20/11/2026.",
        "20/11/2026: the day itself is not counted.",
        "21/11/2026: Saturday, not counted.",
        "22/11/2026: Sunday, not counted.",
        "Due on 23/11/2026 at 17:00.",
    ]


# What holds for every deadline

events = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 10, 1),  # noqa: DTZ001
    timezones=st.sampled_from([ZONE, UTC]),
)
periods = st.integers(min_value=1, max_value=30)
urgencies = st.sampled_from(list(Urgency))


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


@settings(deadline=None)
@given(event=events, days=periods, urgency=urgencies, shortened=st.booleans())
def test_an_explanation_survives_storage_and_can_always_be_read(event, days, urgency, shortened):
    deadline = due_in_days(CALENDAR, at=event, days=days, urgency=urgency, shortened=shortened)
    lines = deadline.explanation
    stored = json.loads(json.dumps(explanation_to_json(lines)))
    assert explanation_from_json(stored) == lines
    with override("en"):
        sentences = render_explanation(lines)
    assert len(sentences) == len(lines)
    assert not any("%(" in sentence for sentence in sentences)


def test_a_line_is_a_code_with_plain_parameters():
    line = ExplanationLine(code="due", params={"date": "2026-11-23", "time": "17:00"})
    assert due("20/11/2026 09:00", 1).explanation[-1] == line
