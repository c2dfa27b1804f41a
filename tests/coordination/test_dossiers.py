"""The dossier before a Council: which Council, one conclusion for several, the exits, the evidence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coordination.models import (
    Commitment,
    Conclusion,
    CouncilMembership,
    CouncilSession,
    Dossier,
    Ground,
)
from coordination.queries.councils import councils_for
from coordination.queries.dossiers import evidence_of, ground_words
from notifications.models import Notice
from tests.council import (
    OFFICE,
    SESSION_DAY,
    TODAY,
    along,
    conclusions,
    paper,
    scheduled,
    session_data,
    the_session,
    together,
)
from tests.people import body, locality, person
from tests.story import Story
from tests.workflows.effect_rows import HOME_HEAD, HOME_OFFICER, OTHER_OFFICER, confirm, minutes_shared
from tests.workflows.papers import attach_paper, waiting
from workflows import engine
from workflows.models import Event
from workflows.refusals import Incomplete, Stale

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def steps_of(record: Any) -> list[str]:
    rows = Event.objects.filter(machine=record.machine, record_id=record.pk, kind=Event.Kind.STEP)
    return list(rows.order_by("seq").values_list("name", flat=True))


# Which Council


def test_an_issue_of_two_sides_may_belong_to_two_councils_and_the_leader_chooses():
    story = Story(other="longan")
    story.propose_to_leader(route="council", ground="policy")
    offers = {offer.council.slug: offer for offer in councils_for(story.issue, TODAY)}
    assert set(offers) == {"dongnambo", "ktdtphianam"}
    assert offers["ktdtphianam"].outside == ()
    assert len(offers["ktdtphianam"].members) == 8
    assert offers["dongnambo"].outside == (str(locality("longan")),)
    story.do("approve_council", {"council": body("ktdtphianam").pk})
    assert story.dossier.council == body("ktdtphianam")


@pytest.mark.parametrize("council", ["dongnambo", "binhduong.ubnd", None])
def test_only_a_council_of_which_the_home_is_a_member_that_day(story, council):
    story.propose_to_leader(route="council", ground="policy")
    CouncilMembership.objects.filter(council=body("dongnambo"), locality=locality("binhduong")).update(
        valid_to=TODAY - timedelta(days=1)
    )
    with pytest.raises(Incomplete) as refused:
        story.do("approve_council", {"council": council and body(council).pk})
    sentence = str(refused.value.problems["council"])
    if council == "dongnambo":
        assert str(body("dongnambo")) in sentence
        assert f"{TODAY:%d/%m/%Y}" in sentence
    story.do("approve_council", {"council": body("ktdtphianam").pk})


# One conclusion for several dossiers


def test_one_conclusion_serves_several_dossiers_each_with_its_own_event_and_commitments(story):
    second = Story(title="Suối Siệp")
    first_dossier, second_dossier = together(story, second)
    given = paper(**{"with": [along(second, second_dossier, version=second_dossier.version)]})
    story.do("record_conclusion", {"conclusion": given}, on=first_dossier)

    (conclusion,) = Conclusion.objects.all()
    assert (conclusion.number, conclusion.dated, conclusion.session) == ("05/TB-HĐV", TODAY, the_session())
    for dossier in (first_dossier, second_dossier):
        fresh = story.refreshed(dossier)
        assert (fresh.state, fresh.concluded_by) == ("decided", conclusion)
        assert steps_of(fresh)[-1] == "record_conclusion"
        assert steps_of(fresh.issue)[-1] == "council_concluded"
        assert fresh.issue.state == "implementing"
        assert Commitment.objects.filter(dossier=fresh, issue=fresh.issue).count() == 2


def test_what_it_says_of_others_stays_out_of_a_dossiers_event(story):
    second = Story(title="Suối Siệp")
    first, other = together(story, second)
    given = paper(**{"with": [along(second, other)]})
    story.do("record_conclusion", {"conclusion": given}, on=first)
    own, others = (Event.objects.get(record_id=row.pk, name="record_conclusion") for row in (first, other))
    assert other.ref not in str(own.data)
    assert "with" not in own.data["conclusion"]
    assert own.data["conclusion"] == others.data["conclusion"]
    assert others.cause_id == own.pk


def test_everybody_hears_of_their_own_dossier(story):
    second = Story(home="dongnai", other="brvt", unit="dongnai.gtvt", title="Đường liên cảng")
    first, other = together(story, second)
    story.do("record_conclusion", {"conclusion": paper(**{"with": [along(second, other)]})}, on=first)
    heard = {
        dossier.pk: set(
            Notice.objects.filter(
                machine="dossier", record_id=dossier.pk, code="record_conclusion"
            ).values_list("person__username", flat=True)
        )
        for dossier in (first, other)
    }
    assert "binhduong.gtvt.officer" in heard[first.pk] - heard[other.pk]
    assert "brvt.skhdt.officer" in heard[other.pk] - heard[first.pk]


@pytest.mark.parametrize("number", ["05/TB-HĐV", " 05/tb-hđv "])
def test_a_number_is_used_once_in_a_session(story, number):
    second = Story(title="Suối Siệp")
    first, other = together(story, second)
    story.do("record_conclusion", {"conclusion": paper()}, on=first)
    for step in ("record_conclusion", "refer"):
        with pytest.raises(Incomplete) as refused:
            story.do(step, {"conclusion": paper(number)}, on=other)
        assert set(refused.value.problems) == {"conclusion"}
    assert conclusions() == ["05/TB-HĐV"]
    assert story.refreshed(other).state == "scheduled"


def test_the_same_number_in_another_session_is_another_conclusion(story):
    second = Story(title="Suối Siệp")
    first, other = scheduled(story), scheduled(second, **session_data(name="Phiên họp lần thứ 7"))
    story.at = second.at = max(story.at, second.at)
    story.do("record_conclusion", {"conclusion": paper()}, on=first)
    second.do("record_conclusion", {"conclusion": paper()}, on=other)
    assert conclusions() == ["05/TB-HĐV"] * 2


def test_a_later_dossier_joins_a_conclusion_that_is_recorded(story):
    second, third = Story(title="Suối Siệp"), Story(title="Rạch Cái Cầu")
    dossiers = together(story, second, third)
    story.do("record_conclusion", {"conclusion": paper()}, on=dossiers[0])
    recorded = {"id": Conclusion.objects.get().pk}
    story.do("record_conclusion", {"conclusion": recorded}, on=dossiers[1])
    story.do("refer", {"conclusion": recorded}, on=dossiers[2])
    assert conclusions() == ["05/TB-HĐV"]
    assert {story.refreshed(row).conclusion for row in dossiers} == {"Hội đồng thống nhất."}
    with pytest.raises(Incomplete):
        story.do("refer", {"conclusion": {"id": 0}}, on=scheduled(Story(title="Khác", at=story.at)))


@pytest.mark.parametrize("missing", ["number", "dated", "content"])
def test_a_conclusion_has_number_day_and_content(story, missing):
    dossier = scheduled(story)
    with pytest.raises(Incomplete) as refused:
        story.do("record_conclusion", {"conclusion": {**paper(), missing: ""}}, on=dossier)
    assert set(refused.value.problems) == {"conclusion"}
    assert not Conclusion.objects.exists()


def test_a_conclusion_is_not_dated_ahead(story):
    dossier = scheduled(story)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    with pytest.raises(Incomplete):
        story.do("record_conclusion", {"conclusion": paper(dated=tomorrow)}, on=dossier)


@pytest.mark.parametrize("other", ["itself", "elsewhere", "deferred", "twice", "no commitments"])
def test_only_dossiers_that_wait_for_the_same_session_are_taken_along(story, other):
    second = Story(title="Suối Siệp")
    first, companion = together(story, second)
    third = Story(title="Rạch Cái Cầu", at=story.at)
    rows = [along(second, companion)]
    if other == "itself":
        rows = [along(story, first)]
    elif other == "elsewhere":
        rows = [along(third, scheduled(third, **session_data(name="Phiên họp lần thứ 7")))]
    elif other == "deferred":
        story.do("defer", on=companion)
    elif other == "twice":
        rows *= 2
    else:
        rows[0]["commitments"] = []
    with pytest.raises(Incomplete) as refused:
        story.do("record_conclusion", {"conclusion": paper(**{"with": rows})}, on=first)
    assert set(refused.value.problems) == {"conclusion"}
    assert not Conclusion.objects.exists()
    assert story.refreshed(first).state == "scheduled"


def test_a_dossier_that_changed_since_it_was_read_stops_the_whole_conclusion(story):
    second = Story(title="Suối Siệp")
    first, companion = together(story, second)
    rows = [along(second, companion, version=companion.version - 1)]
    with pytest.raises(Stale):
        story.do("record_conclusion", {"conclusion": paper(**{"with": rows})}, on=first)
    assert not Conclusion.objects.exists()
    assert {story.refreshed(row).state for row in (first, companion)} == {"scheduled"}
    assert not Commitment.objects.exists()


# The exits


def test_a_supplement_leaves_the_issue_with_the_council_and_it_comes_back_on_an_agenda(story):
    dossier = scheduled(story)
    story.do("return_dossier", on=dossier)
    assert (story.issue.state, story.dossier.on_agenda, story.dossier.session) == (
        "council",
        None,
        the_session(),
    )
    content = "Hồ sơ đã bổ sung."
    changes = {"content": content}
    engine.amend(story.dossier, changes, by=person(HOME_OFFICER), at=story.at + timedelta(hours=1))
    story.at += timedelta(hours=1)
    story.do("file", on=story.dossier)
    story.do("screen", on=story.dossier)
    story.do("schedule", {"session": {"id": the_session().pk}}, on=story.dossier)
    assert (story.dossier.content, story.dossier.on_agenda) == (content, the_session())


def test_a_deferred_dossier_goes_on_a_later_session(story):
    story.do("defer", on=scheduled(story))
    later = session_data(name="Phiên họp lần thứ 7", on=(SESSION_DAY + timedelta(days=90)).isoformat())
    story.do("schedule", {"session": later}, on=story.dossier)
    assert story.dossier.on_agenda == CouncilSession.objects.get(name="Phiên họp lần thứ 7")


def test_a_referral_names_the_authority_and_its_conclusion(story):
    dossier = scheduled(story)
    story.do("refer", {"conclusion": paper("06/TB-HĐV"), "authority": "Thủ tướng Chính phủ"}, on=dossier)
    assert (story.issue.state, story.dossier.authority) == ("central", "Thủ tướng Chính phủ")
    assert story.dossier.concluded_by == Conclusion.objects.get(number="06/TB-HĐV")


def test_the_content_is_drafted_from_the_submission(story):
    story.to("triage")
    words = {"subject": "Về cầu Bạch Đằng 2", "content": "Kính trình về cầu Bạch Đằng 2."}
    story.do("propose", {"route": "council", "ground": "policy", "submission": words})
    for step in ("endorse", "pass_to_leader", "approve_council"):
        story.do(step, {"ground": "policy"})
    assert (story.dossier.content, story.dossier.ground) == (words["content"], "policy")


# What the ground rests on


@pytest.mark.parametrize("ground", Ground.values)
def test_the_legal_test_is_told_in_words(ground):
    assert ground_words(Dossier(ground=ground))


def evidence(story: Story, username: str, level: str, *, office: bool = False) -> list[tuple[str, ...]]:
    found = evidence_of(story.dossier, person(username), level, story.at, office=office)
    return [(row.label, *row.lines, row.path) for row in found]


def after_a_failed_meeting(story: Story) -> None:
    """Consulted a ministry, met without agreement, and went to the Council."""
    story.to("triage")
    story.do("consult", {"bodies": [body("bgtvt").pk, body("bkhdt").pk]})
    answer = {"opinion": {"stance": "agree", "content": "Đề nghị thống nhất trước."}}
    story.do("answer", answer, on=story.opinion("bgtvt"), by="bgtvt.head")
    story.do("conclude_consultation")
    meeting = minutes_after_triage(story)
    confirm(story, meeting)
    assert story.issue.state == "triage"
    for step in ("propose", "endorse", "pass_to_leader", "approve_council", "file"):
        record = story.dossier if step == "file" else None
        story.do(step, {"route": "council"}, on=record)


def minutes_after_triage(story: Story) -> Any:
    """A meeting whose one point stays open."""
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step)
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.do("accept_slot", on=story.refreshed(meeting), by=OTHER_OFFICER)
    story.do("record_held", on=story.refreshed(meeting), by=HOME_OFFICER)
    point = story.data_for("share_minutes", story.refreshed(meeting))["points"][0]
    point |= {"agreed": False, "commitments": [], "text": "Chưa thống nhất điểm đấu nối."}
    story.do("share_minutes", {"points": [point]}, on=story.refreshed(meeting), by=HOME_OFFICER)
    return story.refreshed(meeting)


def test_open_minutes_and_a_ministrys_opinion_are_listed_as_evidence(story):
    after_a_failed_meeting(story)
    opinion, minutes = evidence(story, HOME_OFFICER, "full")
    assert opinion[1:] == ("Đề nghị thống nhất trước.", f"/opinions/{story.opinion('bgtvt').key}/")
    assert minutes[1:] == ("Chưa thống nhất điểm đấu nối.", f"/meetings/{story.meeting.key}/")


@pytest.mark.parametrize(
    "username, office, path", [("dongnai.skhdt.head", False, True), (OFFICE, True, False)]
)
def test_outside_home_the_evidence_is_the_minutes_alone(story, username, office, path):
    after_a_failed_meeting(story)
    ((_label, text, link),) = evidence(story, username, "shared", office=office)
    assert text == "Chưa thống nhất điểm đấu nối."
    assert bool(link) == path


def test_a_side_that_was_at_no_meeting_reads_no_minutes(story):
    after_a_failed_meeting(story)
    assert evidence(story, "tphcm.skhdt.officer", "shared") == []


def test_agreed_points_are_no_evidence(story):
    confirm(story, minutes_shared(story))
    assert not Dossier.objects.exists()
    dossier = Dossier(issue=story.issue, home=story.issue.home, council=body("dongnambo"), ground="policy")
    assert evidence_of(dossier, person(HOME_OFFICER), "full", story.at, office=False) == []


def test_what_the_competent_authority_sent_back_is_evidence(story):
    story.to("central")
    paper_of = attach_paper(story, story.issue)
    story.do("central_returned", {"document": paper_of, "reason": "Hai tỉnh thống nhất trước."})
    pending = {"pending": waiting(story.issue).pk}
    story.act("countersign", pending, by=HOME_HEAD)
    for step in ("propose", "endorse", "pass_to_leader", "approve_council", "file"):
        record = story.dossier if step == "file" else None
        story.do(step, {"route": "council"}, on=record)
    ((_label, paper_words, reason, link),) = evidence(story, HOME_OFFICER, "full")
    assert paper_of["number"] in paper_words
    assert (reason, link) == ("Hai tỉnh thống nhất trước.", "")
    # Nobody was a party then, so it was told to nobody outside.
    assert evidence(story, "dongnai.skhdt.head", "shared") == []
    assert evidence(story, OFFICE, "shared", office=True) == []
