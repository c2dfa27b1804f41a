"""Commitments left unmet: reopen, replace, rounds; and those of an issue that ended first (rulebook §3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from coordination.models import Commitment
from coordination.presentation import present
from coordination.queries.work import tasks_of
from tests.commitments import (
    HOME_HEAD,
    HOME_OFFICER,
    LEAD_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    carried_out,
    directed,
    held,
    round_two,
    row,
    told,
    unmet,
)
from tests.page_forms import forms_in
from tests.people import body, person
from tests.story import Story
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def settled_unmet(story: Story) -> list[Commitment]:
    """Home's commitment verified, Đồng Nai's unmet: nothing runs any more."""
    home, other = directed(story, row(story, "binhduong"), row(story))
    carried_out(story, home)
    unmet(story, other)
    return [home, other]


def test_with_one_left_unmet_the_focal_head_is_asked_to_reopen_and_for_nothing_else(client, story):
    settled_unmet(story)
    assert held(story.refreshed())[f"focal:{story.issue.home_id}:head"] == "reopen"
    assert told(Event.objects.get(name="ask_unit"))[HOME_HEAD] == "reopen"
    with translation.override("en"):
        (task,) = [one for one in tasks_of(person(HOME_HEAD), story.at) if one.record == story.issue]
        assert task.asked == ("Reopen",)
    client.force_login(person(HOME_HEAD))
    buttons = {one.name: one for one in client.get(f"/issues/{story.issue.code}/").context["steps"]}
    assert "confirm_resolved" not in buttons
    assert not buttons["reopen"].quiet
    # The unit's word changes nothing about it: nobody is asked a second time.
    event = story.act("unit_agrees", by="binhduong.gtvt.head")
    assert told(event)[HOME_HEAD] == "home"


def test_with_all_met_the_focal_head_is_asked_to_confirm(client, story):
    (home,) = directed(story, row(story, "binhduong"))
    carried_out(story, home)
    story.act("unit_agrees", by="binhduong.gtvt.head")

    assert held(story.refreshed())[f"focal:{story.issue.home_id}:head"] == "confirm"
    client.force_login(person(HOME_HEAD))
    buttons = {one.name: one for one in client.get(f"/issues/{story.issue.code}/").context["steps"]}
    assert not buttons["confirm_resolved"].quiet
    assert buttons["reopen"].quiet


def test_with_none_verified_the_focal_head_is_asked_to_reopen(story):
    (home,) = directed(story, row(story, "binhduong"))
    story.do("cancel_commitment", on=home, by=HOME_HEAD)

    assert held(story.refreshed())[f"focal:{story.issue.home_id}:head"] == "reopen"


def test_an_unmet_one_is_seen_by_both_sides(client, story):
    _home, other = settled_unmet(story)
    for username in (HOME_OFFICER, OTHER_OFFICER, LEAD_OFFICER):
        client.force_login(person(username))
        rows = client.get("/commitments/?standing=unmet").context["rows"]
        assert [one.commitment.pk for one in rows] == [other.pk], username


def test_an_unmet_one_of_an_earlier_round_is_behind_us(story):
    settled_unmet(story)
    round_two(story)
    (again,) = directed(story, row(story, "binhduong"))
    carried_out(story, again)
    story.act("unit_agrees", by="binhduong.gtvt.head")

    assert story.do("confirm_resolved").target == "resolved"


def test_what_ran_on_through_the_reopening_counts_for_the_round_in_which_it_settles(story):
    first, running, other = directed(story, row(story, "binhduong"), row(story), row(story))
    carried_out(story, first)
    unmet(story, other)
    round_two(story)
    assert list(story.refreshed().running_commitments()) == [running]
    (again,) = directed(story, row(story, "binhduong"))
    carried_out(story, again)
    assert held(story.refreshed()) == {}
    unmet(story, running)
    story.act("unit_agrees", by="binhduong.gtvt.head")

    with pytest.raises(Forbidden, match="commitments_settled"):
        story.do("confirm_resolved")
    assert [one.pk for one in story.refreshed().left_unmet()] == [running.pk]


def test_a_replaced_one_of_the_same_round_no_longer_stands_in_the_way(story):
    """Agreed points run while the issue is in triage: no reopening lies between."""
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.do("accept_slot", on=story.refreshed(meeting), by=OTHER_OFFICER)
    story.do("record_held", on=story.refreshed(meeting), by=HOME_OFFICER)
    agreed = story.data_for("share_minutes", story.refreshed(meeting))["points"][0]
    left_open = {**agreed, "agreed": False, "commitments": [], "text": "Chưa thống nhất vốn."}
    points = [{**agreed, "commitments": [row(story)]}, left_open]
    story.do("share_minutes", {"points": points}, on=story.refreshed(meeting), by=HOME_OFFICER)
    for head in (HOME_HEAD, OTHER_HEAD):
        story.do("confirm_minutes", on=story.refreshed(meeting), by=head)
    old = story.refreshed().commitments.get()
    unmet(story, old)
    for step in ("propose", "endorse", "pass_to_leader"):
        story.do(step, {"route": "directive"} if step == "propose" else {})
    (new,) = directed(story, row(story, replaces=old.pk))
    assert (new.replaces, new.round, old.round) == (old, 1, 1)
    carried_out(story, new)
    story.act("unit_agrees", by="binhduong.gtvt.head")

    assert story.do("confirm_resolved").target == "resolved"


def test_a_replacement_that_is_cancelled_replaces_nothing(story):
    _home, old = settled_unmet(story)
    round_two(story)
    (new,) = directed(story, row(story, replaces=old.pk))
    assert not Commitment.objects.left_unmet().exists()
    story.do("cancel_commitment", on=new, by=OTHER_HEAD)

    assert list(Commitment.objects.left_unmet()) == [old]


def test_only_an_unmet_one_of_the_same_issue_that_nobody_replaced_is_replaced(story):
    home, old = settled_unmet(story)
    other = Story(title="Hồ sơ khác", at=story.at)
    _home, elsewhere = settled_unmet(other)
    story.at = other.at
    round_two(story)
    for wrong in (home.pk, elsewhere.pk, 0x7FFF):
        with pytest.raises(Incomplete) as refused:
            directed(story, row(story, replaces=wrong))
        assert set(refused.value.problems) == {"commitments"}
    # One unmet commitment may be split in two.
    directed(story, row(story, replaces=old.pk), row(story, "binhduong", replaces=old.pk))
    assert old.replaced_by.count() == 2
    round_two(story)
    with pytest.raises(Incomplete):
        directed(story, row(story, replaces=old.pk))


def test_the_form_of_a_conclusion_offers_the_unmet_ones_and_both_pages_show_the_link(client, story):
    _home, old = settled_unmet(story)
    round_two(story)
    client.force_login(person("binhduong.ubnd.head"))
    address = f"/issues/{story.issue.code}/steps/direct/"
    page = client.get(address).content.decode()
    assert f'value="{old.pk}"' in page
    (form,) = [one for one in forms_in(page) if "commitments-0-replaces" in one.fields]
    # A browser sends nothing for a list of which nothing is chosen.
    left_alone = {name: value for name, value in form.fields.items() if not name.endswith("coordinators")}
    typed = left_alone | {
        "directive": "Giao lại.",
        **{
            f"commitments-0-{name}": value
            for name, value in row(story, replaces=old.pk).items()
            if name not in {"coordinators"}
        },
    }
    assert client.post(address, typed).status_code == 302
    new = Commitment.objects.get(replaces=old)
    for username in (HOME_OFFICER, OTHER_OFFICER):
        client.force_login(person(username))
        assert f"/commitments/{new.code}/" in client.get(f"/commitments/{old.code}/").content.decode()
        assert f"/commitments/{old.code}/" in client.get(f"/commitments/{new.code}/").content.decode()


def test_without_an_unmet_one_the_form_offers_nothing_to_replace(client, story):
    story.propose_to_leader(route="directive")
    client.force_login(person("binhduong.ubnd.head"))
    page = client.get(f"/issues/{story.issue.code}/steps/direct/").content.decode()
    assert "commitments-0-lead" in page
    assert "replaces" not in page


def test_minutes_name_what_their_commitments_replace_and_all_sides_confirm_it(story):
    _home, old = settled_unmet(story)
    round_two(story, route="bilateral")
    story.do("approve_bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.do("accept_slot", on=story.refreshed(meeting), by=OTHER_OFFICER)
    story.do("record_held", on=story.refreshed(meeting), by=HOME_OFFICER)
    (point,) = story.data_for("share_minutes", story.refreshed(meeting))["points"]
    points = [{**point, "commitments": [row(story, replaces=old.pk)]}]
    story.do("share_minutes", {"points": points}, on=story.refreshed(meeting), by=HOME_OFFICER)
    assert old.code in str(story.refreshed(meeting).material())
    for head in (HOME_HEAD, OTHER_HEAD):
        story.do("confirm_minutes", on=story.refreshed(meeting), by=head)

    assert story.refreshed().state == "implementing"
    assert Commitment.objects.get(meeting=meeting).replaces == old


def test_a_lead_body_is_not_told_of_a_replaced_one_it_may_not_see(client, story):
    _home, old = settled_unmet(story)
    round_two(story)
    (new,) = directed(story, row(story, lead=body("dongnai.tnmt").pk, replaces=old.pk))
    client.force_login(person("dongnai.tnmt.officer"))
    page = client.get(f"/commitments/{new.code}/").content.decode()
    assert old.code not in page
    client.force_login(person(OTHER_OFFICER))
    assert old.code in client.get(f"/commitments/{new.code}/").content.decode()


# An issue that ended before its commitments did


def reopened_by_focal_point(story: Story) -> Commitment:
    """Settled within the focal point's authority, reopened while one commitment runs: nobody brought in."""
    story.to("triage")
    story.do("propose", {"route": "settle"})
    story.do("settle", {"commitments": [row(story, "binhduong")]})
    story.do("reopen")
    return story.issue.commitments.get()


def declined(story: Story) -> None:
    story.do("propose", {"route": "decline"})
    story.do("decline")


def withdrawn(story: Story) -> None:
    story.do("withdraw")


def merged(story: Story) -> None:
    target = Story(title="Hồ sơ đích", at=story.at).to("triage")
    story.do("merge", {"target": target.code})


ENDS = [declined, withdrawn, merged]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("settles", ["verify", "declare_unmet", "cancel_commitment"])
def test_a_commitment_of_an_issue_that_ended_runs_on_and_settles(story, end, settles):
    commitment = reopened_by_focal_point(story)
    end(story)
    state = story.refreshed().state
    assert (state, list(story.issue.running_commitments())) == (end.__name__, [commitment])
    story.do("take_on", on=commitment, by="binhduong.gtvt.officer")
    asked = {"until": (commitment.due_on + timedelta(days=9)).isoformat(), "reason": "Mưa."}
    story.act("ask_extension", asked, by="binhduong.gtvt.head", on=story.refreshed(commitment))
    extension = commitment.extensions.get()
    story.act("grant_extension", {"extension": extension.pk}, by=HOME_HEAD, on=story.refreshed(commitment))
    if settles == "verify":
        story.do("report", on=story.refreshed(commitment), by="binhduong.gtvt.head")
    story.do(settles, on=story.refreshed(commitment), by=HOME_OFFICER if settles == "verify" else HOME_HEAD)

    assert (story.refreshed(commitment).is_terminal, story.refreshed().state) == (True, state)
    assert held(commitment) == {}
    assert not Event.objects.filter(name="ask_unit").exists()
    assert not story.issue.settled()


@pytest.mark.parametrize("step", ["withdraw", "merge", "reopen", "discontinue"])
def test_what_still_runs_is_read_before_an_issue_ends_or_is_opened_again(client, story, step):
    commitment = reopened_by_focal_point(story)
    if step == "reopen":
        story.do("propose", {"route": "decline"})
        story.do("decline")
    client.force_login(person("binhduong.gtvt.head" if step == "withdraw" else HOME_OFFICER))
    if step in {"reopen", "discontinue"}:
        client.force_login(person(HOME_HEAD))
    context = client.get(f"/issues/{story.issue.code}/steps/{step}/").context

    assert [one.commitment for one in context["running"].rows] == [commitment]
    with translation.override("en"):
        assert ("cancelled" in str(context["running"].note)) == (step == "discontinue")


def test_without_running_ones_no_such_list_is_shown(client, story):
    story.to("triage")
    client.force_login(person("binhduong.gtvt.head"))
    assert client.get(f"/issues/{story.issue.code}/steps/withdraw/").context["running"] is None


def test_who_decides_by_link_reads_what_became_of_each_commitment(story):
    home, other = settled_unmet(story)
    with translation.override("en"):
        facts = dict(present(story.refreshed(), person(HOME_HEAD)).facts)
        outside = dict(present(story.refreshed(), person(OTHER_HEAD)).facts)

    lines = facts["Commitments"].splitlines()
    assert [line.rsplit(": ")[-1] for line in lines] == ["Verified", "Unmet"]
    assert home.work in lines[0]
    assert other.work in lines[1]
    assert "Commitments" not in outside, "on that side each commitment stands for itself"
