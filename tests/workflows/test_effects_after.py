"""Effects from the meeting table to the end: the second half of ``effects.csv``."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest

from coordination.actions.issues import attach_file
from coordination.models import Commitment, Follower, Meeting, Opinion
from notifications.models import DecisionLink
from tests.people import locality, person, seat
from tests.story import Story
from tests.workflows import rulebook
from tests.workflows.effect_rows import (
    CLAIMED,
    HOME_HEAD,
    HOME_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    confirm,
    holders,
    minutes_shared,
    names,
    row,
    scheduled_dossier,
)
from tests.workflows.papers import pdf, record_step, waiting
from workflows import engine
from workflows.models import Clock, Event
from workflows.refusals import Forbidden

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@row("meeting.confirm_minutes (last side)")
def test_the_last_confirmation_concludes_and_agreed_points_become_commitments(story):
    meeting = minutes_shared(story)
    story.do("confirm_minutes", on=meeting, by=OTHER_HEAD)
    assert (story.refreshed(meeting).state, story.refreshed().state) == ("minutes_shared", "bilateral")
    assert not Commitment.objects.exists()
    story.do("confirm_minutes", on=story.refreshed(meeting), by=HOME_HEAD)

    assert (story.refreshed(meeting).state, story.refreshed().state) == ("concluded", "implementing")
    assert Commitment.objects.filter(issue=story.issue, meeting=meeting, state="assigned").count() == 2
    assert names(story.issue)[-1] == "meeting_agreed"


@row("meeting.confirm_minutes (last side)")
@pytest.mark.parametrize("point", [{"agreed": False}, {"commitments": []}])
def test_an_open_point_or_no_commitment_at_all_leaves_the_issue_open(story, point):
    confirm(story, minutes_shared(story, **point))

    assert story.refreshed().state == "triage"
    assert not Commitment.objects.exists()
    assert Event.objects.get(name="meeting_left_open").data["outcome"]


@row("issue.meeting_left_open with agreed points")
def test_agreed_commitments_run_while_the_issue_is_in_triage(story):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.do("accept_slot", on=story.refreshed(meeting), by=OTHER_OFFICER)
    story.do("record_held", on=story.refreshed(meeting), by=HOME_OFFICER)
    agreed = story.data_for("share_minutes", story.refreshed(meeting))["points"][0]
    points = [agreed, {**agreed, "agreed": False, "commitments": [], "text": "Chưa thống nhất vốn."}]
    story.do("share_minutes", {"points": points}, on=story.refreshed(meeting), by=HOME_OFFICER)
    confirm(story, meeting)
    assert (story.refreshed().state, story.issue.running_commitments().count()) == ("triage", 2)
    story.settle_commitments()

    assert story.refreshed().state == "triage"
    assert "ask_unit" not in names(story.issue)
    assert holders(story.issue) == {f"seat:{seat(HOME_OFFICER).pk}"}


@row("meeting.decline_invitation (last side left) / no_answer / cancel_meeting / close_unconfirmed")
@pytest.mark.parametrize("end", ["decline_invitation", "no_answer", "cancel_meeting", "close_unconfirmed"])
def test_a_meeting_that_fails_brings_its_issues_back_with_the_outcome(story, end):
    meeting = minutes_shared(story) if end == "close_unconfirmed" else None
    if meeting is None:
        story.to("bilateral")
        meeting = story.meeting
        story.do("invite", {"slots": [story.slot(60)]}, on=meeting, by=HOME_HEAD)
    if end in {"no_answer", "close_unconfirmed"}:
        for _ in range(2):
            story.act("remind", by=HOME_OFFICER, on=story.refreshed(meeting))
        story.at += timedelta(days=30)
    story.do(end, on=story.refreshed(meeting), by=OTHER_OFFICER if end == "decline_invitation" else HOME_HEAD)

    left_open = Event.objects.get(name="meeting_left_open")
    assert story.refreshed().state == "triage"
    assert str(story.refreshed(meeting).get_state_display()) in left_open.data["outcome"]


@row("meeting.decline_invitation (last side left) / no_answer / cancel_meeting / close_unconfirmed")
def test_with_several_sides_only_the_last_one_that_declines_ends_the_meeting(db):
    story = Story()
    third = {"locality": locality("tphcm").pk, "role": "affected", "situation": "Hiện trạng"}
    sides = story.content()["localities"]
    engine.amend(
        story.issue, {"localities": [*sides, third]}, by=person("binhduong.gtvt.officer"), at=story.at
    )
    story.refreshed()
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.do("accept_slot", on=story.refreshed(meeting), by=OTHER_OFFICER)
    assert story.refreshed(meeting).state == "invited"
    story.do("decline_invitation", on=story.refreshed(meeting), by="tphcm.skhdt.officer")

    assert (story.refreshed(meeting).state, story.refreshed().state) == ("invited", "bilateral")
    # No state without a way on: who had accepted a meeting of three answers for one of two.
    assert holders(meeting) == {f"focal:{locality('dongnai').pk}:officer+head"}
    story.do("decline_invitation", on=story.refreshed(meeting), by=OTHER_OFFICER)
    assert (story.refreshed(meeting).state, story.refreshed().state) == ("declined", "triage")


@row("dossier.record_conclusion / refer / reject_dossier / withdraw_dossier")
@pytest.mark.parametrize(
    "step,issue_step,state",
    [
        ("record_conclusion", "council_concluded", "implementing"),
        ("refer", "council_referred", "central"),
        ("reject_dossier", "council_returned", "triage"),
        ("withdraw_dossier", "council_returned", "triage"),
    ],
)
def test_the_end_of_a_dossier_moves_its_issue(story, step, issue_step, state):
    dossier = scheduled_dossier(story)
    event = story.do(step, on=dossier)

    assert story.refreshed().state == state
    assert Event.objects.get(name=issue_step).cause_id == event.pk


@row("dossier.return_dossier / defer")
@pytest.mark.parametrize("step,side", [("return_dossier", "home"), ("defer", "council")])
def test_a_dossier_that_is_returned_or_deferred_leaves_the_issue_before_the_council(story, step, side):
    dossier = scheduled_dossier(story)
    story.do(step, on=dossier)

    assert story.refreshed().state == "council"
    assert Clock.objects.get(machine="dossier", record_id=dossier.pk, stopped_at=None).side == side


@row("commitment.verify / declare_unmet / cancel_commitment")
def test_the_last_commitment_that_settles_asks_the_unit_and_hands_the_turn_to_the_focal_head(story):
    story.to("implementing")
    assert holders(story.issue) == set()
    story.settle_commitments()

    home = story.refreshed().home_id
    assert "ask_unit" in names(story.issue)
    heads = {key for key in holders(story.issue) if not key.startswith("seat:")}
    assert heads == {f"focal:{home}:head", f"body:{story.issue.unit_id}:head"}
    with pytest.raises(Forbidden, match="unit_heard"):
        story.do("confirm_resolved")
    story.at += timedelta(days=8)
    story.do("confirm_resolved")
    assert story.issue.state == "resolved"


@row("commitment.verify / declare_unmet / cancel_commitment")
def test_with_an_unmet_commitment_the_focal_head_can_only_reopen(story):
    story.to("implementing")
    first, second = story.issue.commitments.order_by("id")
    story.do("declare_unmet", on=first)
    assert "ask_unit" not in names(story.refreshed())
    story.do("cancel_commitment", on=second, by=OTHER_HEAD)
    story.act("unit_agrees", by="binhduong.gtvt.head")
    with pytest.raises(Forbidden, match="commitments_settled"):
        story.do("confirm_resolved")
    story.do("reopen")

    assert story.issue.state == "triage"


@row("issue.reopen")
def test_reopening_begins_a_round_and_keeps_what_runs(story):
    story.to("implementing")
    first, second = story.issue.commitments.order_by("id")
    story.do("declare_unmet", on=first)
    story.do("reopen")
    assert story.issue.round == 2
    assert list(story.issue.running_commitments()) == [second]
    for step in ("endorse", "pass_to_leader", "direct"):
        if step == "endorse":
            story.do("propose", {"route": "directive"})
        story.do(step)
    story.settle_commitments()
    story.act("unit_agrees", by="binhduong.gtvt.head")
    # The unmet one of the first round is settled by the commitment that replaces it.
    story.do("confirm_resolved")

    assert story.issue.state == "resolved"


def open_things(story: Story) -> dict[str, object]:
    """The records of the issue that discontinuing takes along."""
    return {
        "opinions": set(
            Opinion.objects.filter(consultation__issue=story.issue).values_list("state", flat=True)
        ),
        "meetings": set(
            Meeting.objects.filter(agenda_items__issue=story.issue).values_list("state", flat=True)
        ),
        "dossiers": set(story.issue.dossiers.values_list("state", flat=True)),
        "commitments": set(story.issue.commitments.values_list("state", flat=True)),
    }


@row("issue.discontinue / discontinue_decided")
@pytest.mark.parametrize(
    "state,step,taken",
    [
        ("consulting", "discontinue", {"opinions": {"cancelled"}}),
        ("bilateral", "discontinue_decided", {"meetings": {"cancelled"}}),
        ("council", "discontinue_decided", {"dossiers": {"withdrawn"}}),
        ("implementing", "discontinue_decided", {"commitments": {"cancelled"}}),
    ],
)
@pytest.mark.parametrize("days", [0, 40])
def test_discontinuing_takes_along_what_is_open(story, state, step, taken, days):
    story.to(state)
    story.at += timedelta(days=days)
    event = story.do(step)
    nothing = {"opinions": set(), "meetings": set(), "dossiers": set(), "commitments": set()}

    assert story.issue.state == "closed"
    assert open_things(story) == {**nothing, **taken}
    ends = Event.objects.filter(cause_id=event.pk).exclude(machine="issue")
    assert ends
    assert {end.role for end in ends} == {"system"}
    if state in {"bilateral", "implementing"}:
        assert person(OTHER_OFFICER).notices.filter(event_id=event.pk).exists()


@row("issue.discontinue / discontinue_decided")
def test_a_meeting_with_another_issue_goes_on_without_the_one_discontinued(story):
    story.to("bilateral")
    second = Story(title="Hồ sơ thứ hai", at=story.at)
    second.to("awaiting_committee")
    second.do("approve_bilateral", {"meeting": story.meeting.code})
    story.at = second.at
    meeting = story.meeting
    story.do("discontinue_decided")

    assert story.refreshed(meeting).state == "proposed"
    assert [item.issue for item in meeting.agenda_items.filter(left_at=None)] == [second.issue]
    second.do("discontinue_decided")
    assert story.refreshed(meeting).state == "cancelled"


@row("issue.merge")
def test_reporters_and_followers_follow_the_target_and_can_read_it(story):
    target = Story(unit="binhduong.tnmt", title="Hồ sơ đích").to("triage")
    story.to("triage")
    story.act("follow", by="binhduong.ubnd.officer")
    attach_file(story.issue, pdf(), by=person(HOME_OFFICER), at=story.at)
    story.do("merge", {"target": target.code})

    followers = {one.person.username for one in Follower.objects.filter(issue=target)}
    assert followers == {"binhduong.gtvt.officer", "binhduong.ubnd.officer"}
    assert story.issue.merged_into == target


@row("any step or amendment")
def test_a_step_moves_version_clock_and_revokes_links_that_no_longer_fit(story):
    story.to("awaiting_focal_head")
    version = story.issue.version
    running = Clock.objects.get(machine="issue", record_id=story.issue.pk, stopped_at=None)
    story.do("endorse")
    running.refresh_from_db()

    assert story.issue.version == version + 1
    assert running.stopped_at == story.at
    assert (
        Clock.objects.get(machine="issue", record_id=story.issue.pk, stopped_at=None).started_at == story.at
    )
    assert not DecisionLink.objects.filter(person=person(HOME_HEAD), revoked_at=None, used_at=None).exists()


@row("a counterpart's step recorded by document")
def test_a_recorded_step_waits_for_the_countersignature_and_is_dated_as_the_paper(story):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.at += timedelta(days=2)
    record_step(
        story,
        meeting,
        "accept_slot",
        {"slot": meeting.slots.get().pk},
        side=locality("dongnai").pk,
        days_ago=1,
    )
    assert story.refreshed(meeting).state == "invited"
    assert f"focal:{meeting.home_id}:head" in holders(meeting)
    story.act("countersign", {"pending": waiting(meeting).pk}, by=HOME_HEAD, on=story.refreshed(meeting))

    accepted = Event.objects.get(name="accept_slot")
    assert story.refreshed(meeting).state == "scheduled"
    assert (accepted.channel, accepted.role, accepted.person_id) == ("document", "other.focal", None)
    assert accepted.locality_id == locality("dongnai").pk
    assert accepted.at.date() == story.at.date() - timedelta(days=1)


@row("a counterpart's step recorded by document")
def test_a_recorded_step_may_be_refused(story):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    record_step(
        story, meeting, "decline_invitation", {"reason": "Chưa bố trí được."}, side=locality("dongnai").pk
    )
    pending = waiting(meeting)
    story.act(
        "refuse_record",
        {"pending": pending.pk, "reason": "Nhầm văn bản."},
        by=HOME_HEAD,
        on=story.refreshed(meeting),
    )
    pending.refresh_from_db()

    assert (pending.status, story.refreshed(meeting).state) == ("refused", "invited")
    assert holders(meeting) == {f"focal:{locality('dongnai').pk}:officer+head"}


@row("a counterpart's step recorded by document")
def test_a_recorded_step_is_overtaken_silently(story):
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    slot = {"slot": meeting.slots.get().pk}
    record_step(story, meeting, "accept_slot", slot, side=locality("dongnai").pk)
    pending = waiting(meeting)
    story.do("accept_slot", slot, on=story.refreshed(meeting), by=OTHER_OFFICER)
    pending.refresh_from_db()

    assert pending.status == "overtaken"
    assert names(meeting)[-1] == "accept_slot"
    assert holders(meeting) == {f"seat:{seat(HOME_OFFICER).pk}"}


def test_every_row_of_the_table_is_claimed_by_a_test():
    importlib.import_module("tests.workflows.test_effects")

    assert set(rulebook.EFFECTS) - CLAIMED == set()
