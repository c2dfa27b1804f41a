"""Two processes do different things at once that meet in one place: a join, a series of codes.

Nobody loses here: both are done, what follows from both happens once, and nobody waits for ever.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.race_worker import Attempt, Outcome

AGAIN = pytest.mark.parametrize("turn", range(2))


def all_won(outcomes: list[Outcome]) -> bool:
    """Both were done; says what went wrong where not."""
    assert not [one.error or one.refusal for one in outcomes if not one.won]
    return True


@AGAIN
def test_two_opinions_answered_at_once_share_one_join(pair, turn):
    asked = pair.ask("consultation")
    opinion = {"opinion": {"stance": "agree", "content": "Thống nhất."}}
    first, second = (
        Attempt("engine", record, "answer", by, data=opinion) for record, by in asked["opinions"]
    )
    assert all_won(pair.at_once(first, second))
    assert pair.ask("happened", record=asked["issue"], name="conclude_consultation") == 1
    assert pair.ask("state_of", record=asked["issue"]) == "triage"
    assert pair.ask("concluded", consultation=asked["consultation"])


@AGAIN
def test_two_commitments_settled_at_once_ask_the_unit_once(pair, turn):
    """The officer verifies one while the head says that the other was not met."""
    reported = pair.ask("reported_commitments")
    one, other = reported["commitments"]
    verify = Attempt("engine", one, "verify", "binhduong.skhdt.officer")
    unmet = Attempt("engine", other, "declare_unmet", "binhduong.skhdt.head", data={"reason": "Quá hạn."})
    assert all_won(pair.at_once(verify, unmet))
    assert pair.ask("happened", record=reported["issue"], name="ask_unit") == 1


@AGAIN
def test_two_sides_confirm_the_minutes_at_once_and_it_concludes_once(pair, turn):
    held = pair.ask("shared_minutes")
    # A counterpart's confirmation does not change what the other one read.
    home = Attempt(
        "engine",
        held["meeting"],
        "confirm_minutes",
        "binhduong.skhdt.head",
        data={"same_digest": held["digest"]},
        versioned=False,
    )
    assert all_won(pair.at_once(home, replace(home, by="dongnai.skhdt.head")))
    assert pair.ask("state_of", record=held["meeting"]) == "concluded"
    assert pair.ask("happened", record=held["issue"], name="meeting_agreed") == 1
    assert pair.ask("state_of", record=held["issue"]) == "implementing"
    assert pair.ask("born", issue=held["issue"]) == 2


def test_codes_have_no_gap_however_many_submit(pair):
    """Two provinces, each from both processes; every fifth step fails after its number was given."""
    tayninh = pair.ask("drafts", count=50, unit="tayninh.gtvt")
    longan = pair.ask("drafts", count=10, unit="longan.gtvt")
    codes = pair.both(
        "submit_all",
        {"issues": [*tayninh[:25], *longan[:5]]},
        {"issues": [*longan[5:], *tayninh[25:]]},
    )
    given = sorted([*codes[0], *codes[1]])
    year = given[0].split("-")[2]
    assert given == [
        *(f"VM-LAN-{year}-{number:04d}" for number in range(1, 11)),
        *(f"VM-TNH-{year}-{number:04d}" for number in range(1, 51)),
    ]


@AGAIN
def test_two_files_merged_into_each_other_at_once_do_not_wait_for_each_other(pair, turn):
    """Both lock both files; whoever comes second finds that its target is gone."""
    one, two = pair.ask("prepare", state="triage", count=2)
    keys = [pair.ask("key_of", record=record) for record in (one, two)]
    merge = Attempt("engine", one, "merge", "binhduong.skhdt.officer")
    outcomes = pair.at_once(
        replace(merge, data={"reason": "Trùng nội dung.", "target": keys[1]}),
        replace(merge, record=two, data={"reason": "Trùng nội dung.", "target": keys[0]}),
    )
    assert not [one.error for one in outcomes if one.error]
    assert sorted(one.won for one in outcomes) == [False, True]
    assert sorted(pair.ask("state_of", record=record) for record in (one, two)) == ["merged", "triage"]


def test_all_that_left_nothing_out_of_step(pair):
    """Chains, inboxes and work items agree, whatever ran on this database before."""
    assert pair.ask("ill") == []
