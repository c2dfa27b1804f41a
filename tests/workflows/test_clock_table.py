"""The clock table: dates counted by hand on the wall calendar, each with its explanation in full.

``clock_table.csv`` beside this file was written by hand before it was compared with the code; the
column ``counted_by_hand`` is the counting itself ("23=1" means that the 23rd is the first day counted).
The days off of 2026 were read from the Government's letters named in ``workflows/holidays.py`` and
agree with the public list of the package `holidays` 0.109, except for 2/1 ↔ 10/1/2026, which the
latter lacks and Công văn 12729/VPCP-KGVX of 25/12/2025 ordered.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from django.utils.translation import override

from workflows.calendar import ZONE, OfficeHours, WorkingCalendar
from workflows.clocks import SHORTENED_SIDES
from workflows.deadlines import (
    Deadline,
    Urgency,
    due_after_date,
    due_before_date,
    due_in_days,
    due_on_date,
    render_explanation,
)
from workflows.holidays import national_calendar

TABLE = Path(__file__).with_name("clock_table.csv")
ROWS_AT_LEAST = 60
NATIONAL = national_calendar()
SWAPPED = {date(2026, 1, 2), date(2026, 1, 10)}
CALENDARS: dict[str, WorkingCalendar] = {
    "national": NATIONAL,
    # As it was until 25/12/2025, a week before the swap of 2/1 and 10/1/2026.
    "before_swap": replace(
        NATIONAL,
        days_off={day: why for day, why in NATIONAL.days_off.items() if day not in SWAPPED},
        make_up_days={day: why for day, why in NATIONAL.make_up_days.items() if day not in SWAPPED},
    ),
    "own_hours": replace(
        NATIONAL, hours=OfficeHours(((time(7, 0), time(11, 0)), (time(13, 30), time(17, 30))))
    ),
    "sunday_rest": replace(NATIONAL, weekly_rest=frozenset({6})),
}
# What the customer named: every one of these stands in the table.
ASKED_FOR = {
    "Tết 2026": "Tết Nguyên đán",
    "24/11/2026": "24/11/2026: ngày nghỉ (Ngày Văn hóa Việt Nam)",
    "2/1 ↔ 10/1/2026": "10/01/2026: ngày làm bù (Làm bù ngày 2/1/2026), có tính.",
    "31/8 ↔ 22/8/2026": "31/08/2026: ngày nghỉ (Nghỉ hoán đổi, làm bù 22/8/2026)",
}


@dataclass(frozen=True)
class Row:
    """One row: what happened when, under which rule, and what was counted by hand."""

    rule: str
    event: str
    days: str
    urgency: str
    side: str
    calendar: str
    due: str
    counted_by_hand: str
    codes: str
    explanation: str

    def __str__(self) -> str:
        return f"{self.rule} {self.event} {self.days} {self.urgency} {self.side} {self.calendar}"

    def deadline(self) -> Deadline:
        """What the code makes of it."""
        calendar, days = CALENDARS[self.calendar], int(self.days or 0)
        if self.rule == "days":
            return due_in_days(
                calendar,
                at=moment(self.event),
                days=days,
                urgency=Urgency(self.urgency),
                shortened=self.side in SHORTENED_SIDES,
            )
        on = datetime.strptime(self.event, "%d/%m/%Y").replace(tzinfo=ZONE).date()
        if self.rule == "after":
            return due_after_date(calendar, on=on, days=days)
        return {"own": due_on_date, "before": due_before_date}[self.rule](calendar, on=on)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=ZONE)


def rows() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_due_moment_and_its_explanation_are_those_counted_by_hand(row, record_property):
    deadline = row.deadline()
    assert deadline.due_at == moment(row.due)
    assert [line.code for line in deadline.explanation] == row.codes.split(" ")
    with override("vi"):
        assert render_explanation(deadline.explanation) == row.explanation.split(" | ")
    record_property("clock_rows", 1)


def test_the_table_is_long_enough_and_no_row_stands_twice():
    keys = [str(row) for row in rows()]
    assert len(keys) >= ROWS_AT_LEAST
    assert len(set(keys)) == len(keys)
    assert all(row.counted_by_hand for row in rows())


@pytest.mark.parametrize("words", list(ASKED_FOR.values()), ids=list(ASKED_FOR))
def test_what_was_asked_for_stands_in_the_table(words):
    assert any(words in row.explanation for row in rows())


def test_the_rows_cover_every_rule_every_urgency_and_every_side_of_a_clock():
    table = rows()
    assert {row.rule for row in table} == {"days", "own", "before", "after"}
    assert {row.urgency for row in table} == {urgency.value for urgency in Urgency}
    assert {row.side for row in table} >= {
        *SHORTENED_SIDES,
        "other",
        "consulted",
        "council",
        "central",
        "lead",
    }
    assert {row.calendar for row in table} == set(CALENDARS)
