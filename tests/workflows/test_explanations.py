"""The explanation of a due date, line by line, as it is read and as it is kept."""

import json

from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.due_dates import (
    CALENDAR,
    EXPRESS,
    URGENT,
    VERY_URGENT,
    due,
    english,
    events,
    on,
    periods,
    urgencies,
)
from workflows.deadlines import (
    ExplanationLine,
    due_after_date,
    due_before_date,
    due_in_days,
    due_on_date,
    explanation_from_json,
    explanation_to_json,
    render_explanation,
)


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
