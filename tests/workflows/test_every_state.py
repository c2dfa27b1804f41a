"""Every state of the issue machine can be reached by real steps, and has a way on."""

import pytest

from coordination.models import Issue
from tests.story import Story
from workflows.management.commands.verify_audit import faults


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(Issue.State.values))
def test_state_is_reached_by_steps(state):
    issue = Story().to(state)

    assert issue.state == state
    assert faults() == []


def test_every_state_that_is_no_end_has_a_way_on():
    for state in Issue.State.values:
        assert Issue.steps_from(state) or state in {"withdrawn", "merged"}, state
