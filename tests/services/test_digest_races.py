"""Two workers claim the digests of the morning at once: each person gets one, with all that is theirs."""

from __future__ import annotations

import pytest

from tests.services.processes import pair_on

PEOPLE, EACH = 30, 4


@pytest.mark.parametrize("turn", range(3))
def test_each_persons_bundle_is_claimed_once_and_whole(pair, turn):
    rows = pair.ask("bundle", people=PEOPLE, each=EACH)
    assert rows == PEOPLE * EACH
    rounds = [one for claimed in pair.both("claim_all", {}, {}) for one in claimed]
    everything = [row for claimed in rounds for _person, row in claimed]
    assert len(everything) == len(set(everything)) == rows
    parts: dict[int, int] = {}
    for claimed in rounds:
        for person in {person for person, _row in claimed}:
            parts[person] = parts.get(person, 0) + 1
    assert set(parts.values()) == {1}
    assert len(parts) == PEOPLE


@pytest.mark.services
@pytest.mark.slow
def test_who_is_told_something_at_this_moment_is_left_to_the_next_round_and_holds_up_nobody(postgres_shelf):
    with pair_on(postgres_shelf.copy(postgres_shelf.people())) as pair:
        pair.ask("bundle", people=5, each=2)
        busy = pair.ask("somebody_bundled")
        _held, (during, after) = pair.together(("hold_counter", {"person": busy}), ("claim_meanwhile", {}))
    assert (len(during), busy in during) == (4, False)
    assert after == {busy}
