"""A substitution is confirmed, ended and swept while somebody acts: one outcome, nothing left over."""

from __future__ import annotations

import pytest

from tests.services.race_worker import Attempt
from tests.substitutes import DIRECTOR, LEADER

AGAIN = pytest.mark.parametrize("turn", range(3))


@AGAIN
def test_decided_and_ended_at_once(pair, turn):
    """Either the substitute was first, or nothing was decided; no link and no notice is left."""
    found = pair.ask("replaceable_leader", state="awaiting_committee")
    pair.ask("confirm", row=found["rows"][0])
    step = Attempt("engine", found["issue"], "approve_bilateral", DIRECTOR, delay=0.01 * turn)
    [outcome], _ended = pair.together(
        ("run", {"attempts": [step]}), ("end_at_once", {"row": found["rows"][0]})
    )
    assert outcome.error == ""
    assert outcome.won == (pair.ask("state_of", record=found["issue"]) == "bilateral")
    assert outcome.won or outcome.refusal in {"not_visible", "not_yours"}
    assert pair.ask("asked_of", username=LEADER, record=found["issue"]) == int(not outcome.won)
    pair.ask("sweep_now")
    assert pair.ask("asked_in_vain", username=DIRECTOR) == []


@AGAIN
def test_of_two_confirmations_for_the_same_days_one_holds(pair, turn):
    found = pair.ask("replaceable_leader", state="awaiting_committee")
    codes = pair.both(
        "confirm_at_once",
        {"row": found["rows"][0], "by": LEADER},
        {"row": found["rows"][1], "by": "admin"},
    )
    assert sorted(codes) == ["", "incomplete"]
    assert pair.ask("told_as_substitute", record=found["issue"]) == 1


@AGAIN
def test_two_sweepers_tell_once(pair, turn):
    found = pair.ask("replaceable_leader", state="awaiting_committee")
    pair.ask("confirm_silently", row=found["rows"][0])
    assert pair.both("sweep_at_once", {}, {}) == ([], [])
    assert pair.ask("told_as_substitute", record=found["issue"]) == 1
    assert pair.ask("asked_of", username=DIRECTOR, record=found["issue"]) == 1


@AGAIN
def test_the_turn_comes_while_it_ends_and_nothing_is_left_asking(pair, turn):
    found = pair.ask("replaceable_leader", state="committee_office")
    pair.ask("confirm", row=found["rows"][0])
    pair.together(("pass_on", {"record": found["issue"]}), ("end_at_once", {"row": found["rows"][0]}))
    pair.ask("sweep_now")
    assert pair.ask("asked_in_vain", username=DIRECTOR) == []
    assert pair.ask("asked_of", username=LEADER, record=found["issue"]) == 1


def test_all_that_left_nothing_out_of_step(pair):
    assert pair.ask("ill") == []
