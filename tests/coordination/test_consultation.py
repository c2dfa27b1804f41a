"""Outside bodies after countersignature, and silence as an outcome of its own (rulebook §2, §3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from coordination.models import Consultation, Function, Opinion
from coordination.queries.work import tasks_of
from notifications.models import Notice
from tests.people import body, locality, person
from tests.story import Story
from workflows import engine, sweeps
from workflows.machines.acts import ACTS
from workflows.models import Event, Policy, WorkItem
from workflows.refusals import Forbidden, Incomplete, NotYours
from workflows.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD = "binhduong.skhdt.officer", "binhduong.skhdt.head"
INSIDE = ("binhduong.tnmt", "binhduong.gtvt")
OUTSIDE = ("bgtvt", "dongnai.gtvt")


def policy(at: datetime, **values: Any) -> None:
    """A new version of Bình Dương's choices, in force from ``at``."""
    version = Policy.objects.filter(scope="BDG").count() + 1
    Policy.objects.create(scope="BDG", version=version, valid_from=at, values=values)


def consult(story: Story, *slugs: str, **data: Any) -> Consultation:
    story.to("triage")
    story.do("consult", {"bodies": [body(slug).pk for slug in slugs], **data})
    return Consultation.objects.get(issue=story.issue)


@pytest.fixture
def withheld(story) -> Consultation:
    """Two bodies of the home locality are asked, two outside ones wait for the focal head."""
    policy(story.at, external_consultation_needs_head=True)
    return consult(story, *INSIDE, *OUTSIDE)


def asked(consultation: Consultation) -> set[str]:
    return set(consultation.opinions.values_list("body__slug", flat=True))


def answer(story: Story, *slugs: str) -> None:
    for slug in slugs:
        story.do("answer", on=story.opinion(slug), by=f"{slug}.head")


def head_is_asked(story: Story) -> bool:
    rows = WorkItem.objects.filter(machine="issue", record_id=story.issue.pk, purpose="send_outside")
    return list(rows.filter(finished=None).values_list("holder", flat=True)) == [
        f"focal:{locality('binhduong').pk}:head"
    ]


def let_time_pass(story: Story, days: int = 30) -> None:
    story.at += timedelta(days=days)
    sweeps.run(story.at)
    story.refreshed()


def test_without_the_policy_every_body_is_asked_at_once(story):
    consultation = consult(story, *INSIDE, *OUTSIDE)

    assert asked(consultation) == {*INSIDE, *OUTSIDE}
    assert not head_is_asked(story)
    assert "withheld" not in Event.objects.get(name="consult").data


def test_with_it_the_home_bodies_are_asked_and_the_outside_ones_wait_for_the_focal_head(story, withheld):
    assert asked(withheld) == set(INSIDE)
    assert {one.slug for one in withheld.withheld.all()} == set(OUTSIDE)
    assert head_is_asked(story)
    event = Event.objects.get(name="consult")
    assert Notice.objects.get(person=person(HEAD), event_id=event.pk).requires_action
    assert event.data["withheld"] == sorted(body(slug).pk for slug in OUTSIDE)


def test_a_body_that_waits_hears_nothing_and_sees_nothing(client, story, withheld):
    for slug in OUTSIDE:
        for username in (f"{slug}.officer", f"{slug}.head"):
            assert not Notice.objects.filter(person=person(username)).exists()
            assert registry.visible(person(username), story.issue, story.at) is None
            client.force_login(person(username))
            assert client.get(f"/issues/{story.issue.code}/").status_code == 404
            assert withheld.question not in client.get("/").content.decode()


def test_sent_by_the_head_they_join_the_same_consultation_until_the_same_day(story, withheld):
    event = story.act("send_outside", by=HEAD)

    assert asked(withheld) == {*INSIDE, *OUTSIDE}
    assert event.data == {"bodies": sorted(body(slug).pk for slug in OUTSIDE)}
    assert not withheld.withheld.exists()
    assert not head_is_asked(story)
    ministry = story.opinion("bgtvt")
    assert ministry.consultation == withheld
    assert ministry.due_date() == withheld.due_on
    assert Notice.objects.get(person=person("bgtvt.head")).requires_action
    answer(story, *INSIDE, "dongnai.gtvt")
    assert story.refreshed().state == "consulting"
    answer(story, "bgtvt")
    assert story.refreshed().state == "triage"
    assert not WorkItem.objects.filter(
        machine__in=["opinion", "consultation"], finished__isnull=True
    ).exists()


def test_one_who_joins_after_others_answered_is_waited_for(story, withheld):
    answer(story, INSIDE[0])
    story.act("send_outside", by=HEAD)
    answer(story, INSIDE[1])
    assert story.refreshed().state == "consulting"
    answer(story, *OUTSIDE)
    assert story.refreshed().state == "triage"


def test_it_does_not_conclude_by_itself_while_the_head_has_not_decided(story, withheld):
    answer(story, *INSIDE)
    assert story.refreshed().state == "consulting"
    assert head_is_asked(story)
    story.act("send_outside", by=HEAD)
    answer(story, *OUTSIDE)
    assert story.refreshed().state == "triage"


def test_kept_inside_with_a_reason_the_consultation_ends_with_the_last_answer(story, withheld):
    with pytest.raises(Incomplete):
        story.act("keep_inside", {"reason": "  "}, by=HEAD)
    event = story.act("keep_inside", {"reason": "Chưa cần lấy ý kiến Bộ."}, by=HEAD)

    assert event.data["reason"] == "Chưa cần lấy ý kiến Bộ."
    assert (asked(withheld), withheld.withheld.count()) == (set(INSIDE), 0)
    assert not head_is_asked(story)
    answer(story, *INSIDE)
    assert story.refreshed().state == "triage"


def test_kept_inside_after_every_answer_it_ends_at_once(story, withheld):
    answer(story, *INSIDE)
    kept = story.act("keep_inside", {"reason": "Đã đủ ý kiến."}, by=HEAD)

    assert story.issue.state == "triage"
    assert Event.objects.get(name="conclude_consultation").cause_id == kept.pk


def test_with_outside_bodies_alone_nobody_is_asked_before_the_head_decides(story):
    policy(story.at, external_consultation_needs_head=True)
    consultation = consult(story, "bgtvt")
    assert (story.issue.state, asked(consultation)) == ("consulting", set())
    story.act("send_outside", by=HEAD)
    answer(story, "bgtvt")
    assert story.refreshed().state == "triage"


def test_concluded_by_hand_the_outside_bodies_are_not_asked_any_more(story, withheld):
    event = story.do("conclude_consultation")

    assert story.issue.state == "triage"
    assert event.data["not_asked"] == sorted(body(slug).pk for slug in OUTSIDE)
    assert not withheld.withheld.exists()
    assert not head_is_asked(story)
    with pytest.raises(Forbidden):
        story.act("send_outside", by=HEAD)


@pytest.mark.parametrize("answered", [(), INSIDE])
def test_when_it_is_due_it_concludes_without_the_outside_bodies(story, withheld, answered):
    answer(story, *answered)
    assert story.refreshed().state == "consulting"
    let_time_pass(story)

    assert story.issue.state == "triage"
    assert (asked(withheld), withheld.withheld.count()) == (set(INSIDE), 0)
    assert not head_is_asked(story)


def test_once_due_the_request_does_not_go_out_any_more(story, withheld):
    story.at += timedelta(days=30)
    with pytest.raises(Forbidden) as refused:
        story.act("send_outside", by=HEAD)
    assert refused.value.code == "consultation_due"


@pytest.mark.parametrize("name", ["send_outside", "keep_inside"])
@pytest.mark.parametrize("username", [OFFICER, "binhduong.ubnd.head", "binhduong.gtvt.head"])
def test_nobody_but_the_focal_head_decides_on_it(story, withheld, name, username):
    with pytest.raises(NotYours):
        story.act(name, {"reason": "Không gửi."}, by=username)


@pytest.mark.parametrize("name", ["send_outside", "keep_inside"])
def test_what_was_decided_is_not_decided_twice(story, withheld, name):
    story.act("send_outside", by=HEAD)
    with pytest.raises(Forbidden) as refused:
        story.act(name, {"reason": "Không gửi."}, by=HEAD)
    assert refused.value.code == "nothing_withheld"


def test_a_discontinued_issue_takes_the_waiting_bodies_along(story, withheld):
    story.do("discontinue")
    assert not withheld.withheld.exists()
    assert not WorkItem.objects.filter(finished=None).exclude(holder="").exists()


def lapsed(story: Story, slug: str) -> Opinion:
    """The opinion of a body that nobody gave."""
    consult(story, slug)
    let_time_pass(story)
    return story.opinion(slug)


@pytest.mark.parametrize(
    "slug, rule, silence",
    [
        ("binhduong.tnmt", True, "agreement"),
        ("binhduong.tnmt", False, "no_answer"),
        ("dongnai.gtvt", True, "no_answer"),
        ("bgtvt", True, "no_answer"),
        ("binhduong.ubnd", True, "no_answer"),
    ],
)
def test_silence_is_agreement_under_the_same_committee_where_the_locality_says_so(story, slug, rule, silence):
    policy(story.at, silence_is_agreement=rule)
    opinion = lapsed(story, slug)
    assert (opinion.state, opinion.silence) == ("lapsed", silence)


def test_a_central_body_seated_in_the_locality_is_not_under_its_committee(story):
    policy(story.at, silence_is_agreement=True)
    Function.objects.create(organisation=body("binhduong.tnmt"), kind=Function.Kind.CENTRAL)
    assert lapsed(story, "binhduong.tnmt").silence == "no_answer"


def test_the_policy_of_the_day_it_lapses_decides_and_later_ones_change_nothing(story):
    consult(story, "binhduong.tnmt")
    policy(story.at, silence_is_agreement=True)
    let_time_pass(story)
    policy(story.at, silence_is_agreement=False)
    assert story.opinion("binhduong.tnmt").silence == "agreement"


def test_a_late_answer_stands_beside_the_silence_and_moves_nothing(story):
    policy(story.at, silence_is_agreement=True)
    lapsed(story, "binhduong.tnmt")
    version, count = story.issue.version, Event.objects.filter(machine="issue").count()
    given = {"opinion": {"stance": "disagree", "content": "Chưa bố trí tái định cư."}}
    event = story.do("answer_late", given, on=story.opinion("binhduong.tnmt"), by="binhduong.tnmt.head")

    opinion = story.opinion("binhduong.tnmt")
    assert (opinion.state, opinion.silence, opinion.stance) == ("answered_late", "agreement", "disagree")
    assert (story.refreshed().version, story.issue.state) == (version, "triage")
    assert Event.objects.filter(machine="issue").count() == count
    assert Notice.objects.filter(person=person(OFFICER), event_id=event.pk).exists()
    # It holds nothing up either.
    story.do("propose")
    assert story.issue.state == "awaiting_focal_head"


def test_an_answer_in_time_is_no_silence(story):
    policy(story.at, silence_is_agreement=True)
    consult(story, "binhduong.tnmt")
    answer(story, "binhduong.tnmt")
    assert story.opinion("binhduong.tnmt").silence == ""


def test_a_second_consultation_in_the_same_triage_asks_anew(story):
    consult(story, "binhduong.tnmt")
    answer(story, "binhduong.tnmt")
    story.do("consult", {"bodies": [body("binhduong.tnmt").pk, body("bgtvt").pk]})

    assert story.opinion("binhduong.tnmt").state == "requested"
    assert [row["state"] for row in story.issue.opinion_table()] == ["answered"]
    answer(story, "binhduong.tnmt", "bgtvt")
    assert len(story.refreshed().opinion_table()) == 3


def test_after_reopening_the_round_begins_with_no_opinion(story):
    consult(story, "binhduong.tnmt")
    answer(story, "binhduong.tnmt")
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step, {"route": "bilateral"})
    story.do("invite", on=story.meeting)
    story.do("accept_slot", on=story.meeting, by="dongnai.skhdt.head")
    story.do("record_held", on=story.meeting)
    story.do("share_minutes", on=story.meeting)
    for username in (HEAD, "dongnai.skhdt.head"):
        story.do("confirm_minutes", on=story.meeting, by=username)
    story.do("reopen")

    assert story.issue.opinion_table() == []
    story.do("consult", {"bodies": [body("bgtvt").pk]})
    answer(story, "bgtvt")
    assert [row["body"] for row in story.refreshed().opinion_table()] == [str(body("bgtvt"))]
    event = engine.amend(
        story.issue,
        {"opinion_table": [{"opinion": story.opinion("bgtvt").ref, "uptake": "accepted"}]},
        by=person(OFFICER),
        at=story.at,
    )
    assert event is not None
    with pytest.raises(Incomplete):
        engine.amend(
            story.refreshed(),
            {"opinion_table": [{"opinion": story.opinion("binhduong.tnmt").ref, "uptake": "noted"}]},
            by=person(OFFICER),
            at=story.at,
        )


def test_the_heads_own_work_says_what_is_asked(story, withheld):
    tasks = {task.issue.pk: task for task in tasks_of(person(HEAD), story.at)}
    wanted = tuple(str(ACTS[name].label) for name in ("send_outside", "keep_inside"))
    assert tasks[story.issue.pk].asked == wanted


def test_the_page_of_the_issue_says_who_was_asked_and_who_waits(client, story, withheld):
    answer(story, INSIDE[0])
    client.force_login(person(HEAD))
    page = client.get(f"/issues/{story.issue.code}/")
    (shown,) = page.context["consultations"]
    assert (shown.answered, len(shown.opinions), len(shown.withheld)) == (1, 2, 2)
    assert shown.due is not None
    assert {"send_outside", "keep_inside"} <= page.context["acts"]
    story.act("send_outside", by=HEAD)
    page = client.get(f"/issues/{story.issue.code}/")
    (shown,) = page.context["consultations"]
    assert (len(shown.opinions), shown.withheld) == (4, ())
    assert not {"send_outside", "keep_inside"} & page.context["acts"]
