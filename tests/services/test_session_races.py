"""Two officers of a Council's office at once: one number, one conclusion, no day that nobody told of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.council import OFFICE
from tests.services.race_worker import Attempt

AGAIN = pytest.mark.parametrize("turn", range(1, 4))


@AGAIN
def test_a_number_recorded_for_two_dossiers_at_once_is_given_once(pair, turn):
    made = pair.ask("dossiers_of_a_session", turn=turn)
    one, other = (
        Attempt("engine", record, "record_conclusion", OFFICE, data=made["alone"])
        for record in made["scheduled"]
    )
    outcomes = pair.at_once(one, other)
    assert not [one.error for one in outcomes if one.error]
    assert sorted(outcome.refusal for outcome in outcomes) == ["", "incomplete"]
    assert pair.ask("conclusions_of", session=made["session"]) == [1]


@AGAIN
def test_two_conclusions_that_take_each_other_along_end_in_one(pair, turn):
    made = pair.ask("dossiers_of_a_session", turn=10 + turn)
    one, other = (
        Attempt("engine", record, "record_conclusion", OFFICE, data=data)
        for record, data in zip(made["scheduled"], made["with"], strict=True)
    )
    outcomes = pair.at_once(one, other)
    assert not [one.error for one in outcomes if one.error]
    assert sorted(outcome.won for outcome in outcomes) == [False, True]
    assert pair.ask("conclusions_of", session=made["session"]) == [2]


@AGAIN
def test_a_dossier_scheduled_while_the_session_moves_knows_the_day(pair, turn):
    made = pair.ask("dossiers_of_a_session", turn=20 + turn)
    attempt = Attempt(
        "engine", made["waiting"], "schedule", OFFICE, data={"session": {"id": made["session"]}}
    )
    (outcome,), refused = pair.together(
        ("run", {"attempts": [attempt]}), ("move_at_once", {"session": made["session"], "days": 7})
    )
    assert (outcome.error, outcome.refusal, refused) == ("", "", "")
    days = pair.ask("days_of", session=made["session"])
    assert days["held_on"] == date.fromisoformat(made["day"]) + timedelta(days=7)
    assert days["told"] == [days["held_on"]] * 3
    assert days["counted"] == [days["held_on"]] * 3


@AGAIN
def test_a_session_moved_twice_at_once_moves_once(pair, turn):
    made = pair.ask("dossiers_of_a_session", turn=30 + turn)
    refused = pair.together(
        *(("move_at_once", {"session": made["session"], "days": days}) for days in (7, 14))
    )
    assert sorted(refused) == ["", "session_moved"]
    days = pair.ask("days_of", session=made["session"])
    assert days["told"] == days["counted"] == [days["held_on"]] * 2
