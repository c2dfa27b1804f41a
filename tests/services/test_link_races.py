"""One person, one link, two devices, pressed at once: one step, one event, one batch of notices."""

from __future__ import annotations

from typing import Any

from coordination.models import Issue
from tests.services.race_worker import Attempt
from tests.services.test_races import CHAIRMAN, FILES, Races, staggered

REASON = {"reason": "Cần làm rõ tiến độ."}


def test_two_devices_decide_at_once_by_one_link(pair: Any, show: Any) -> None:
    """The same button on both, or opposite ones: each device reads in the end what was decided."""
    races = Races(pair, "awaiting_committee")
    links = pair.ask("send_links", username=CHAIRMAN, files=races.files)
    runners = []
    for number, file in enumerate(races.files):
        phone = Attempt("device", file, "approve_bilateral", CHAIRMAN, link=links[file[1]])
        desk = (
            phone
            if number % 2
            else Attempt("device", file, "return_to_focal", CHAIRMAN, data=REASON, link=links[file[1]])
        )
        runners.append(staggered(number, phone, desk))
    since = pair.ask("last_ids")
    first, second = pair.both(
        "run", {"attempts": [one for one, _ in runners]}, {"attempts": [two for _, two in runners]}
    )
    told = pair.ask("told_since", since=since)
    assert set(told) == set(races.files)
    met = 0
    for file, race in zip(races.files, zip(first, second, strict=True), strict=True):
        assert not [one.error for one in race if one.error]
        [(name, step, _at, channel)] = told[file]["steps"]
        assert channel == "link"
        notices = sorted(told[file]["notices"])
        assert notices
        assert len(notices) == len(set(notices)), "nobody heard twice"
        # The winner and the loser are one person: both read what they decided, never an error.
        assert [one.status for one in race] == [303, 303], race
        for one in race:
            assert str(Issue.steps()[step].label) in one.page, (step, name)
            assert 'name="nonce"' not in one.page
        met += max(one.began for one in race) < min(one.ended for one in race)
    assert met > FILES / 3
    show("two devices", f"{FILES} races, {met} of them overlapping")
    assert pair.ask("ill") == []
