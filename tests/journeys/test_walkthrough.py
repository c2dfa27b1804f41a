"""Each route of ``manage.py walkthrough``, as a person at a terminal starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from django.conf import settings

from coordination.walkthrough.routes import ROUTES

pytestmark = pytest.mark.slow

TO_THE_LEADER = ["propose", "endorse", "pass_to_leader"]
REPORTED = ["hand_up", "submit", "accept"]
CONSULTED = ["consult", "conclude_consultation"]
# The issue's own steps, from draft to closed.
ISSUE_STEPS = {
    "bilateral": [
        *REPORTED,
        *CONSULTED,
        *TO_THE_LEADER,
        "approve_bilateral",
        "meeting_agreed",
        "confirm_resolved",
        "close",
    ],
    # The meeting fails, and what could not be agreed becomes the Council's matter.
    "council": [
        *REPORTED,
        *TO_THE_LEADER,
        "approve_bilateral",
        "meeting_left_open",
        *CONSULTED,
        *TO_THE_LEADER,
        "approve_council",
        "council_concluded",
        "confirm_resolved",
        "close",
    ],
    # A commitment is late and not met, and so the issue is opened again.
    "directive": [
        *REPORTED,
        *TO_THE_LEADER,
        "direct",
        "reopen",
        *TO_THE_LEADER,
        "direct",
        "confirm_resolved",
        "close",
    ],
}
# The steps of the records beside the issue that the route turns on.
BESIDE = {
    "bilateral": {
        "opinion": ["answer", "answer"],
        "meeting": [
            "invite",
            "counter_propose",
            "accept_counter",
            "record_held",
            "share_minutes",
            "confirm_minutes",
            "confirm_minutes",
        ],
    },
    "council": {
        "opinion": ["answer"],
        "meeting": ["invite", "decline_invitation"],
        "dossier": ["file", "screen", "schedule", "record_conclusion"],
    },
    "directive": {"meeting": []},
}
COMMITMENTS = {
    "bilateral": {"take_on": 3, "report": 3, "verify": 3},
    "council": {"take_on": 2, "report": 2, "verify": 2},
    "directive": {"take_on": 2, "report": 2, "verify": 2, "declare_unmet": 1},
}
BY_LINK = {
    "bilateral": [
        "submit",
        "answer",
        "endorse",
        "approve_bilateral",
        "invite",
        "confirm_minutes",
        "confirm_minutes",
        "confirm_resolved",
    ],
    "council": [
        "submit",
        "endorse",
        "approve_bilateral",
        "answer",
        "endorse",
        "approve_council",
        "file",
        "confirm_resolved",
    ],
    "directive": ["submit", "endorse", "direct", "endorse", "direct", "confirm_resolved"],
}


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    """All routes, one after the other, on one throw-away server."""
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "walkthrough", "--json"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, f"{done.stdout[:4000]}\n{done.stderr[-4000:]}"
    return json.loads(done.stdout)


def steps_of(played: dict[str, Any], route: str, machine: str) -> list[dict[str, Any]]:
    return [step for step in played["steps"] if step["route"] == route and step["machine"] == machine]


def test_everything_that_was_expected_happened(played, capsys):
    assert played["ok"], played["problems"]
    assert {route["route"]: route["state"] for route in played["routes"]} == dict.fromkeys(ROUTES, "closed")
    figures = {name: played[name] for name in ("notices", "caught_up", "seconds")}
    with capsys.disabled():
        sys.stdout.write(f"\nwalkthrough: {figures}\n")


@pytest.mark.parametrize("route", ROUTES)
def test_the_issue_goes_its_way_without_a_leap(played, route):
    steps = steps_of(played, route, "issue")
    assert [step["step"] for step in steps] == ISSUE_STEPS[route]
    assert steps[0]["from"] == "draft"
    assert steps[-1]["to"] == "closed"
    assert [step["from"] for step in steps[1:]] == [step["to"] for step in steps[:-1]]


@pytest.mark.parametrize("route", ROUTES)
def test_the_records_beside_the_issue_move_too(played, route):
    for machine, steps in BESIDE[route].items():
        assert [step["step"] for step in steps_of(played, route, machine)] == steps
    done = Counter(step["step"] for step in steps_of(played, route, "commitment"))
    assert done == COMMITMENTS[route]


@pytest.mark.parametrize("route", ROUTES)
def test_what_was_decided_from_a_link_says_so(played, route):
    taken = [step["step"] for step in played["steps"] if step["route"] == route and step["channel"] == "link"]
    assert sorted(taken) == sorted(BY_LINK[route])


@pytest.mark.parametrize("route", ROUTES)
def test_every_notice_arrived_also_after_a_break(played, route):
    events = [one for one in played["steps"] + played["other_events"] if one["route"] == route]
    notices = [notice for event in events for notice in event["notices"]]
    assert notices
    assert all(notice["seconds"] is not None for notice in notices)
    assert len({(notice["to"], notice["seq"]) for notice in notices}) == len(notices)
    # Somebody came late and somebody lost the connection in the middle.
    assert len({notice["to"] for notice in notices if notice["caught_up"]}) >= 2
    assert all(notice["to"] != event["by"] for event in events for notice in event["notices"])


def test_dong_nai_hears_the_moment_it_becomes_a_party(played):
    told_before: list[str] = []
    for step in steps_of(played, "bilateral", "issue"):
        told = [notice["to"] for notice in step["notices"] if notice["to"].startswith("dongnai.")]
        if step["step"] == "approve_bilateral":
            assert "dongnai.skhdt.officer" in told
            break
        told_before += told
    assert told_before == []
