"""What becomes of issues, as shares, and the SQL files in which the database writes their rows by itself."""

from __future__ import annotations

import re
from itertools import accumulate
from pathlib import Path
from typing import Any

import psycopg

# The parts of ``sql/`` in the order in which they run for each stretch of issues.
PARTS = ("plan", "issues", "beside", "turns", "events")
_FOLDER = Path(__file__).parent / "sql"
# Statements end where an empty line follows.
_END = re.compile(r";\n(?:\n|\Z)")
_INTO = re.compile(r"INSERT INTO (\w+)")

# In ten-thousandths: most of what was ever reported is done with.
SHARES = {
    "closed": 8_600,
    "declined": 300,
    "withdrawn": 250,
    "merged": 150,
    "draft": 60,
    "awaiting_unit_head": 20,
    "submitted": 35,
    "returned": 35,
    "triage": 120,
    "consulting": 80,
    "awaiting_focal_head": 35,
    "committee_office": 25,
    "awaiting_committee": 35,
    "bilateral": 50,
    "council": 20,
    "central": 35,
    "implementing": 120,
    "resolved": 30,
}
# What took an issue into its state: step, state before, who is told, role, who acted.
ENTERED = {
    "awaiting_unit_head": ("hand_up", "draft", "unit", "reporting.officer", "author"),
    "submitted": ("submit", "draft", "home", "reporting.head", "boss"),
    "returned": ("request_supplement", "submitted", "home", "focal.officer", "officer"),
    "triage": ("accept", "submitted", "home", "focal.officer", "officer"),
    "consulting": ("consult", "triage", "home+consulted", "focal.officer", "officer"),
    "awaiting_focal_head": ("propose", "triage", "home", "focal.officer", "officer"),
    "committee_office": ("endorse", "awaiting_focal_head", "home", "focal.head", "head"),
    "awaiting_committee": ("pass_to_leader", "committee_office", "home", "committee.officer", "decider"),
    "bilateral": ("approve_bilateral", "awaiting_committee", "parties", "committee.head", "decider"),
    "council": ("approve_council", "awaiting_committee", "parties", "committee.head", "decider"),
    "central": ("approve_central", "awaiting_committee", "home", "committee.head", "decider"),
    "implementing": ("direct", "awaiting_committee", "home+leads", "committee.head", "decider"),
    "resolved": ("confirm_resolved", "implementing", "parties", "focal.head", "head"),
    "closed": ("close", "resolved", "parties", "focal.officer", "officer"),
    "declined": ("decline", "awaiting_focal_head", "parties", "focal.head", "head"),
    "withdrawn": ("withdraw", "submitted", "home", "reporting.head", "boss"),
    "merged": ("merge", "triage", "home", "focal.officer", "officer"),
}
# Issue 1 is the record with a thousand events.
LONG, LONG_EVENTS = 1, 1_000


def write_states(connection: psycopg.Connection[Any]) -> None:
    """The table from which the SQL draws states: up to which draw each goes, and what led there."""
    assert sum(SHARES.values()) == 10_000
    connection.execute(
        "CREATE TABLE bench_state (state text PRIMARY KEY, upto float8, step text, before text, told text,"
        " role text, who text)"
    )
    for state, upto in zip(SHARES, accumulate(SHARES.values()), strict=True):
        connection.execute(
            "INSERT INTO bench_state VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [state, upto / 10_000, *ENTERED.get(state, ("",) * 5)],
        )


def statements() -> list[tuple[str, str]]:
    """Every statement of a stretch in order, with the table that it fills ("" for those that fill none)."""
    found = []
    for part in PARTS:
        for statement in _END.split((_FOLDER / f"{part}.sql").read_text()):
            if statement.strip():
                into = _INTO.search(statement)
                found.append((into.group(1) if into else "", statement))
    return found


def tables() -> list[str]:
    """The product's tables that are filled."""
    return list(dict.fromkeys(table for table, _statement in statements() if table))
