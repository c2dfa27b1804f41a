"""Two officers on one draft submission in the same moment: one saves, the other is told, nothing mixes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.race_worker import Attempt

OFFICER = "binhduong.skhdt.officer"
AGAIN = pytest.mark.parametrize("turn", range(3))


@AGAIN
def test_two_who_begin_a_draft_on_the_same_issues_do_not_both_begin_one(pair, turn):
    """Crosswise: each names first what the other names last."""
    records = pair.ask("prepare", state="triage", count=2)
    begin = Attempt("draft", records[0], "", OFFICER, data={"issues": records, "content": "Bản một."})
    crosswise = {"issues": records[::-1], "content": "Bản hai."}
    outcomes = pair.at_once(begin, replace(begin, data=crosswise))
    assert not [one.error for one in outcomes if one.error]
    assert sorted(one.refusal for one in outcomes) == ["", "incomplete"]
    assert [pair.ask("happened", record=record, name="amend") for record in records] == [1, 1]


@AGAIN
def test_two_who_save_the_same_draft_do_not_write_over_each_other(pair, turn):
    records = pair.ask("prepare", state="triage", count=2)
    save = Attempt("draft", records[0], "", OFFICER, data={"issues": records, "content": "Bản đầu."})
    pair.at_once(save, replace(save, delay=0.5))
    one, two = ({"issues": records, "content": text} for text in ("Bản một.", "Bản hai."))
    outcomes = pair.at_once(replace(save, data=one), replace(save, data=two))
    assert not [one.error for one in outcomes if one.error]
    assert sorted(one.refusal for one in outcomes) == ["", "stale"]
    assert [pair.ask("happened", record=record, name="amend") for record in records] == [2, 2]


@AGAIN
def test_a_draft_that_is_proposed_is_not_saved_in_the_same_moment(pair, turn):
    records = pair.ask("prepare", state="triage", count=2)
    save = Attempt("draft", records[0], "", OFFICER, data={"issues": records, "content": "Bản đầu."})
    pair.at_once(save, replace(save, delay=0.5))
    again = replace(save, data={"issues": records, "content": "Bản hai."})
    propose = Attempt("engine", records[1], "propose", OFFICER)
    outcomes = pair.at_once(again, propose)
    assert not [one.error for one in outcomes if one.error]
    assert sorted(one.won for one in outcomes) == [False, True]
    proposed = "awaiting_focal_head" if outcomes[1].won else "triage"
    assert [pair.ask("state_of", record=record) for record in records] == [proposed] * 2


def test_all_that_left_nothing_out_of_step(pair):
    """Chains, inboxes and work items agree."""
    assert pair.ask("ill") == []
