"""Two sides of a meeting answer at the same moment, in two processes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.race_worker import Attempt

AGAIN = pytest.mark.parametrize("turn", range(2))


@AGAIN
def test_two_sides_accept_the_same_time_at_once_and_it_is_settled_once(pair, turn):
    asked = pair.ask("invited_three")
    home, slot = asked["meeting"], asked["slots"][0]
    one = Attempt("engine", home, "accept_slot", "dongnai.skhdt.officer", data={"slot": slot})
    outcomes = pair.at_once(one, replace(one, by="tphcm.skhdt.officer"))

    assert [(each.won, each.refusal, each.error) for each in outcomes] == [(True, "", "")] * 2
    assert pair.ask("state_of", record=home) == "scheduled"
    assert pair.ask("answers", meeting=home)["sequence"] == 0
    assert pair.ask("happened", record=home, name="accept_slot") == 2


@AGAIN
def test_of_two_sides_that_accept_different_times_at_once_one_is_told_of_the_other(pair, turn):
    asked = pair.ask("invited_three")
    home, (first, second) = asked["meeting"], asked["slots"]
    one = Attempt("engine", home, "accept_slot", "dongnai.skhdt.officer", data={"slot": first})
    outcomes = pair.at_once(one, replace(one, by="tphcm.skhdt.officer", data={"slot": second}))

    assert sorted((each.won, each.refusal, each.error) for each in outcomes) == [
        (False, "incomplete", ""),
        (True, "", ""),
    ]
    winner = next(each.by.split(".")[0] for each in outcomes if each.won)
    found = pair.ask("answers", meeting=home)
    assert found["answers"][winner] == "accepted"
    assert sorted(found["answers"].values()) == ["", "accepted"]
    assert found["chosen"] == [first if winner == "dongnai" else second]
    assert pair.ask("state_of", record=home) == "invited"


@AGAIN
def test_two_officers_of_one_side_accept_at_once_and_one_is_told_who_was_first(pair, turn):
    asked = pair.ask("invited_three")
    home, slot = asked["meeting"], asked["slots"][0]
    one = Attempt("engine", home, "accept_slot", "dongnai.skhdt.officer", data={"slot": slot})
    outcomes = pair.at_once(one, replace(one, by="dongnai.skhdt.head"))

    assert sorted((each.won, each.refusal) for each in outcomes) == [(False, "already_done"), (True, "")]
    assert pair.ask("state_of", record=home) == "invited"


def test_all_that_left_nothing_out_of_step(pair):
    assert pair.ask("ill") == []
