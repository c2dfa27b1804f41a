"""Periods and their ends, in a test's words."""

from datetime import UTC, date, datetime

from django.utils.translation import override
from hypothesis import strategies as st

from workflows.calendar import ZONE
from workflows.deadlines import (
    Deadline,
    Urgency,
    due_in_days,
    render_explanation,
)
from workflows.holidays import national_calendar

CALENDAR = national_calendar()
NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT
VERY_URGENT, EXPRESS = Urgency.VERY_URGENT, Urgency.EXPRESS
events = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 10, 1),  # noqa: DTZ001
    timezones=st.sampled_from([ZONE, UTC]),
)
periods = st.integers(min_value=1, max_value=30)
urgencies = st.sampled_from(list(Urgency))


def on(text: str) -> date:
    """A day, "dd/mm/yyyy"."""
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=ZONE).date()


def at(text: str) -> datetime:
    """A wall-clock moment in Vietnam, "dd/mm/yyyy HH:MM"."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=ZONE)


def due(event: str, days: int, urgency: Urgency = NORMAL, *, shortened: bool = True) -> Deadline:
    """The end of a period in working days."""
    return due_in_days(CALENDAR, at=at(event), days=days, urgency=urgency, shortened=shortened)


def english(deadline: Deadline) -> list[str]:
    """Its explanation, line by line."""
    with override("en"):
        return render_explanation(deadline.explanation)
