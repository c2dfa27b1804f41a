"""Policies as data: which version holds when, what may be chosen, who saves it (rulebook §2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from coordination.actions.policies import set_policy
from tests.people import NOW, locality, person
from workflows.clocks import running_clock
from workflows.models import Event, Policy
from workflows.policies import DEFAULTS, clean_values, default_days, flag, policy_for
from workflows.refusals import Incomplete, NotYours, Stale

pytestmark = pytest.mark.django_db
BASIS = "Quyết định 12/QĐ-UBND ngày 10/11/2026"


def save(values, *, at=NOW, begins_on=None, version=0, by="admin", basis=BASIS) -> Policy:
    policy, _moved = set_policy(
        locality("binhduong"),
        values,
        basis=basis,
        begins_on=begins_on,
        expected_version=version,
        by=person(by),
        at=at,
    )
    return policy


def problems(ask) -> dict[str, str]:
    with pytest.raises(Incomplete) as refusal:
        ask()
    return refusal.value.problems


# What may be chosen


def test_the_defaults_are_the_rulebooks():
    """Rulebook §4: unit head 2, accept 2, supplement 5, triage 10, consultation 15, focal head 3 …"""
    assert default_days() == {
        "issue.awaiting_unit_head": 2,
        "issue.submitted": 2,
        "issue.returned": 5,
        "issue.triage": 10,
        "issue.awaiting_focal_head": 3,
        "issue.committee_office": 2,
        "issue.awaiting_committee": 5,
        "issue.central": 10,
        "issue.implementing": 5,
        "issue.resolved": 10,
        "opinion.requested": 15,
        "meeting.proposed": 5,
        "meeting.invited": 5,
        "meeting.countered": 3,
        "meeting.scheduled": 15,
        "meeting.held": 5,
        "meeting.minutes_shared": 5,
        "dossier.drafting": 5,
        "dossier.filed": 10,
        "dossier.returned": 5,
        "dossier.screened": 10,
        "dossier.scheduled": 5,
        "dossier.deferred": 20,
        "commitment.assigned": 3,
        "commitment.disputed": 3,
        "commitment.reported": 5,
    }
    assert policy_for("BDG", NOW) == (0, DEFAULTS)
    assert DEFAULTS["reminders"] == {"half_time": True, "day_before": True, "due_day": True, "every_days": 2}
    assert (DEFAULTS["recent_proof_hours"], DEFAULTS["silence_is_agreement"]) == (12, False)


def test_only_what_differs_from_the_defaults_is_kept():
    everything = {**DEFAULTS, "due_days": {**default_days(), "issue.triage": 7}, "silence_is_agreement": True}
    assert clean_values(everything) == {"due_days": {"issue.triage": 7}, "silence_is_agreement": True}
    assert clean_values(DEFAULTS) == {}


@pytest.mark.parametrize(
    "values,names",
    [
        ({"due_days": {"issue.triage": 0}}, {"due_days.issue.triage"}),
        ({"due_days": {"issue.triage": 61}}, {"due_days.issue.triage"}),
        ({"due_days": {"issue.triage": 2.5}}, {"due_days.issue.triage"}),
        ({"due_days": {"issue.triage": True}}, {"due_days.issue.triage"}),
        ({"due_days": {"issue.triage": "7"}}, {"due_days.issue.triage"}),
        ({"due_days": {"issue.draft": 3}}, {"due_days.issue.draft"}),
        ({"due_days": {"commitment.accepted": 3}}, {"due_days.commitment.accepted"}),
        (
            {"due_days": {"issue.triage": 0, "meeting.held": 99}},
            {"due_days.issue.triage", "due_days.meeting.held"},
        ),
        ({"reminders": {"every_days": 0}}, {"reminders.every_days"}),
        ({"reminders": {"every_days": 11}}, {"reminders.every_days"}),
        ({"reminders": {"half_time": 1}}, {"reminders.half_time"}),
        ({"reminders": {"at_midnight": True}}, {"reminders.at_midnight"}),
        ({"recent_proof_hours": 0}, {"recent_proof_hours"}),
        ({"recent_proof_hours": 73}, {"recent_proof_hours"}),
        ({"silence_is_agreement": "yes"}, {"silence_is_agreement"}),
        ({"states": ["triage"]}, {"states"}),
        ({"steps": {}, "recent_proof_hours": -1}, {"steps", "recent_proof_hours"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_nothing_else_is_switchable_and_every_wrong_value_is_named(values, names):
    assert set(problems(lambda: clean_values(values))) == names


# Versions


def test_a_version_holds_from_its_day_on_and_the_newest_that_has_begun_wins():
    first = save({"due_days": {"issue.triage": 7}})
    second = save({"due_days": {"issue.triage": 5}}, begins_on=date(2026, 12, 1), version=1)
    assert (first.version, first.valid_from, second.version) == (1, NOW, 2)
    assert timezone.localtime(second.valid_from) == datetime(2026, 12, 1, tzinfo=NOW.tzinfo)
    eve = second.valid_from - timedelta(seconds=1)
    assert [policy_for("BDG", at)[0] for at in (NOW - timedelta(days=1), NOW, eve, second.valid_from)] == [
        0,
        1,
        1,
        2,
    ]
    # A third one that holds at once takes the place of the second before it began.
    save({"due_days": {"issue.triage": 9}}, version=2)
    assert policy_for("BDG", second.valid_from)[1]["due_days"] == {"issue.triage": 9}
    assert policy_for("DNI", second.valid_from)[0] == 0


def test_it_says_who_entered_it_when_and_by_which_decision():
    policy = save({"recent_proof_hours": 4})
    assert (policy.basis, policy.made_at) == (BASIS, NOW)
    assert policy.made_by["person_name"] == str(person("admin"))
    assert policy.made_by["title"]


@pytest.mark.parametrize(
    "username", ["binhduong.skhdt.head", "binhduong.ubnd.head", "auditor", "binhduong.skhdt.clerk"]
)
def test_only_an_administrator_makes_a_policy(username):
    with pytest.raises(NotYours):
        save({"recent_proof_hours": 4}, by=username)
    assert not Policy.objects.exists()


def test_a_decision_is_needed_and_the_day_lies_ahead():
    found = problems(
        lambda: save({"due_days": {"issue.triage": 0}}, basis="  ", begins_on=date(2026, 11, 10))
    )
    assert set(found) == {"basis", "begins_on", "due_days.issue.triage"}
    assert not Policy.objects.exists()


def test_a_version_that_changes_nothing_is_refused():
    assert set(problems(lambda: save({}))) == {"values"}
    save({"recent_proof_hours": 4})
    assert set(problems(lambda: save({"recent_proof_hours": 4}, version=1))) == {"values"}
    assert save({}, version=1).values == {}


def test_of_two_administrators_who_save_at_once_the_second_is_told():
    save({"recent_proof_hours": 4})
    with pytest.raises(Stale) as refusal:
        save({"recent_proof_hours": 6}, version=0, at=NOW + timedelta(minutes=1))
    assert str(person("admin")) in refusal.value.sentence
    assert list(Policy.objects.values_list("version", flat=True)) == [1]


def test_two_rows_of_one_version_cannot_stand(monkeypatch):
    """Both read that there is none, both write: the table refuses the second, who is told."""
    save({"recent_proof_hours": 4})
    answers = iter([None, Policy.objects.get()])
    monkeypatch.setattr("coordination.actions.policies.newest_policy", lambda _scope: next(answers))
    with pytest.raises(Stale):
        save({"recent_proof_hours": 6}, version=0)
    assert Policy.objects.get().values == {"recent_proof_hours": 4}


# What a record keeps


def test_a_record_keeps_the_policy_version_of_its_last_step(story):
    story.to("awaiting_unit_head")
    save({"unit_officer_may_submit": True}, at=story.at + timedelta(minutes=1))
    issue = story.refreshed()
    assert not flag(issue, "unit_officer_may_submit")
    with pytest.raises(NotYours):
        story.do("submit", by="binhduong.gtvt.officer")
    story.do("send_back_to_author")
    event = story.do("submit", by="binhduong.gtvt.officer")
    assert (event.policy_version, flag(story.issue, "unit_officer_may_submit")) == (1, True)


def test_event_and_clock_say_by_which_version(story):
    save({"due_days": {"issue.submitted": 4}}, at=story.at)
    story.do("submit", by="binhduong.gtvt.head")
    clock = running_clock(story.issue)
    assert clock is not None
    assert (clock.policy_version, Event.objects.latest("id").policy_version) == (1, 1)
    assert {"code": "limit_by_policy", "params": {"version": 1, "days": 2}} in clock.explanation
    story.do("accept")
    clock = running_clock(story.issue)
    assert clock is not None
    assert {"code": "limit_kept_by_policy", "params": {"version": 1}} in clock.explanation
