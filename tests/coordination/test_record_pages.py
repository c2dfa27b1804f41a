"""Record pages and steps on them: what is shown to whom, and what happens when somebody was first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from coordination.models import Issue, Meeting
from coordination.presentation import present, records_of, stepper, subject_of
from coordination.queries.commitments import work_by_side
from tests.page_forms import forms_in
from tests.people import body, person
from tests.story import Story
from workflows.models import AccessEntry, Event, PendingStep
from workflows.refusals import NotVisible

pytestmark = pytest.mark.slow

OFFICER, HEAD = "binhduong.skhdt.officer", "binhduong.skhdt.head"
LEADER = "binhduong.ubnd.head"
OTHER = "dongnai.skhdt.officer"


def step_at(record, step: str) -> str:
    plural = {
        "issue": "issues",
        "meeting": "meetings",
        "dossier": "dossiers",
        "commitment": "commitments",
        "opinion": "opinions",
    }[record.machine]
    return reverse("step", args=[plural, record.key, step])


def act_at(record, act: str) -> str:
    return step_at(record, act).replace("/steps/", "/acts/")


def page(client, username: str, record) -> str:
    client.force_login(person(username))
    answer = client.get(reverse(record.machine, args=[record.key]))
    assert answer.status_code == 200
    return answer.content.decode()


def names(client, username: str, record) -> list[str]:
    client.force_login(person(username))
    answer = client.get(reverse(record.machine, args=[record.key]))
    return [button.name for button in answer.context["steps"]]


def test_the_page_shows_exactly_the_steps_that_would_work(client, story):
    story.to("triage")
    assert "propose" in names(client, OFFICER, story.issue)
    assert "propose" not in names(client, HEAD, story.issue)
    assert names(client, "auditor", story.issue) == []
    story.do("propose")
    offered = names(client, HEAD, story.issue)
    assert "endorse" in offered
    assert not {"settle", "decline"} & set(offered), "the route proposed rules them out"


def test_a_draft_s_reference_keeps_working_once_there_is_a_code(client, story):
    ref = story.issue.ref
    story.to("submitted")
    client.force_login(person(OFFICER))
    for key in (ref, story.issue.code):
        assert client.get(f"/issues/{key}/").status_code == 200


def test_a_step_is_taken_through_its_page_and_leads_back_to_the_record(client, story):
    issue = story.to("triage")
    client.force_login(person(OFFICER))
    form = next(
        f
        for f in forms_in(client.get(step_at(issue, "propose")).content.decode())
        if "submission_subject" in f.fields
    )
    answer = client.post(step_at(issue, "propose"), form.fields | {"route": "bilateral"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/issues/{issue.code}/"
    assert story.refreshed().state == Issue.State.AWAITING_FOCAL_HEAD


def test_what_is_missing_is_told_on_the_page_and_what_was_typed_stays(client, story):
    issue = story.to("triage")
    client.force_login(person(OFFICER))
    answer = client.post(step_at(issue, "propose"), {"submission_subject": "Về việc thử", "route": ""})
    assert answer.status_code == 422
    assert "Về việc thử" in answer.content.decode()
    assert story.refreshed().state == Issue.State.TRIAGE


def test_who_comes_second_learns_who_was_first_and_keeps_the_text(client, story):
    issue = story.to("awaiting_committee")
    version = issue.version
    story.do("approve_bilateral")
    client.force_login(person(LEADER))
    answer = client.post(
        step_at(issue, "return_to_focal"), {"reason": "Làm rõ nguồn vốn", "expected_version": version}
    )
    assert answer.status_code == 409
    text = answer.content.decode()
    assert str(person(LEADER)) in text
    assert "Làm rõ nguồn vốn" in text
    again = client.post(step_at(issue, "approve_bilateral"), {"expected_version": version})
    assert again.status_code == 409
    assert Event.objects.filter(record_id=issue.pk, name="approve_bilateral").count() == 1


def test_a_change_under_a_form_is_told_and_the_form_can_be_sent_again(client, story):
    issue = story.to("triage")
    client.force_login(person(OFFICER))
    answer = client.post(
        step_at(issue, "request_supplement"),
        {"reason": "Thiếu", "missing": "Bản vẽ", "expected_version": issue.version - 1},
    )
    assert answer.status_code == 409
    form = next(f for f in forms_in(answer.content.decode()) if "missing" in f.fields)
    assert form.fields["missing"] == "Bản vẽ"
    assert client.post(step_at(issue, "request_supplement"), form.fields).status_code == 302


def test_the_wrong_seat_is_refused_and_reads_why(client, story):
    issue = story.to("awaiting_focal_head")
    client.force_login(person(OFFICER))
    assert client.get(step_at(issue, "endorse")).status_code == 403
    assert client.post(step_at(issue, "endorse"), {}).status_code == 403
    assert client.post(step_at(issue, "nonsense"), {}).status_code == 409


def test_before_a_leader_shares_they_read_what_and_with_whom(client, story):
    issue = story.to("awaiting_committee")
    client.force_login(person(LEADER))
    text = client.get(step_at(issue, "approve_bilateral")).content.decode()
    assert 'class="sharing"' in text
    assert "Đồng Nai" in text
    assert issue.proposal in text
    assert issue.tried not in text.split("Hồ sơ hiện tại")[0].split('<details class="mt-3"')[0]


def test_the_other_side_sees_the_shared_part_and_nothing_else(client, story):
    issue = story.to("awaiting_committee")
    story.act("note_internal", {"text": "Chỉ nội bộ"}, by=OFFICER)
    story.do("approve_bilateral")
    story.act("note_shared", {"text": "Kính gửi các bên"}, by=OFFICER)
    text = page(client, OTHER, issue)
    for shown in (issue.title, issue.proposal, "Hiện trạng binhduong", "Kính gửi các bên"):
        assert shown in text
    for hidden in (
        issue.tried,
        issue.legal_bases,
        "Chỉ nội bộ",
        "Kính trình UBND",
        "Tờ trình",
        str(person("binhduong.gtvt.officer")),
    ):
        assert hidden not in text, hidden
    assert issue.tried in page(client, OFFICER, issue)


def test_an_inner_state_does_not_show_outside(client, story):
    issue = story.to("bilateral")
    meeting = story.meeting
    story.do("cancel_meeting", on=meeting)
    story.do("propose", {"route": "council", "ground": "policy"})
    client.force_login(person(OTHER))
    assert client.get(f"/issues/{issue.code}/").context["state"] == "triage"
    client.force_login(person(OFFICER))
    assert client.get(f"/issues/{issue.code}/").context["state"] == "awaiting_focal_head"


def test_a_consulted_ministry_reads_question_position_and_its_own_opinion_only(client, story):
    issue = story.to("consulting")
    story.do(
        "answer",
        on=story.opinion("binhduong.ubnd"),
        by=LEADER,
        data={"opinion": {"stance": "disagree", "content": "Ý kiến của UBND"}},
    )
    opinion = story.opinion("bgtvt")
    text = page(client, "bgtvt.officer", opinion)
    assert "Đề nghị cho ý kiến." in text
    assert "Đồng ý chủ trương." in text
    for hidden in (issue.title, issue.code, issue.proposal, "Ý kiến của UBND"):
        assert hidden not in text, hidden
    for record in (issue, story.opinion("binhduong.ubnd")):
        assert client.get(reverse(record.machine, args=[record.key])).status_code == 404
    assert "Ý kiến của UBND" in page(client, OFFICER, issue)


def test_minutes_show_outside_once_they_are_shared(client, story):
    story.to("bilateral")
    meeting = story.meeting
    for step, by in (("invite", HEAD), ("accept_slot", "dongnai.skhdt.head")):
        story.do(step, on=story.refreshed(meeting), by=by)
    story.at = max(story.at, story.refreshed(meeting).starts_at)
    story.do("record_held", on=story.refreshed(meeting))
    story.do("share_minutes", on=story.refreshed(meeting))
    assert "Thống nhất bàn giao mặt bằng." in page(client, OTHER, story.meeting)
    story.do("dispute_minutes", on=story.refreshed(meeting), by="dongnai.skhdt.head")
    assert "Thống nhất bàn giao mặt bằng." not in page(client, OTHER, story.meeting)
    assert "Thống nhất bàn giao mặt bằng." in page(client, OFFICER, story.meeting)


def test_minutes_are_confirmed_with_the_digest_on_the_page(client, story):
    story.to("bilateral")
    meeting = story.meeting
    for step, by in (("invite", HEAD), ("accept_slot", "dongnai.skhdt.head")):
        story.do(step, on=story.refreshed(meeting), by=by)
    story.at = max(story.at, story.refreshed(meeting).starts_at)
    story.do("record_held", on=story.refreshed(meeting))
    story.do("share_minutes", on=story.refreshed(meeting))
    for username in (HEAD, "dongnai.skhdt.head"):
        text = page(client, username, story.meeting)
        form = next(f for f in forms_in(text) if "same_digest" in f.fields)
        assert client.post(form.action, form.fields).status_code == 302
    assert story.meeting.state == Meeting.State.CONCLUDED
    assert "NV-BDG" in page(client, OTHER, story.issue)


def test_whose_turn_and_until_when_stand_on_the_page(client, story):
    issue = story.to("triage")
    text = page(client, OFFICER, issue)
    assert str(person(OFFICER)) in text
    context = client.get(f"/issues/{issue.code}/").context
    assert context["due"].why[0] in text
    assert [turn.label for turn in context["turns"]]
    assert context["due"].at.astimezone().strftime("%Y") in text


def test_a_counterpart_s_step_is_recorded_by_document_and_countersigned(client, story):
    story.to("bilateral")
    story.do("invite", {"slots": [story.slot(days=365)]}, on=story.meeting)
    meeting = story.meeting
    client.force_login(person(OFFICER))
    answer = client.get(reverse("meeting", args=[meeting.code]))
    path = next(row.path for row in answer.context["recordable"] if "accept_slot" in row.path)
    form = next(f for f in forms_in(client.get(path).content.decode()) if "document_number" in f.fields)
    fields = form.fields | {
        "slot": meeting.slots.get(current=True).pk,
        "document_number": "45/UBND-KTN",
        "document_dated": "2026-11-12",
        "document_issuer": "UBND tỉnh Đồng Nai",
    }
    upload = SimpleUploadedFile("cv.pdf", b"%PDF-1.4 trial")
    answer = client.post(path.split("?")[0], fields | {"document_file": upload})
    assert answer.status_code == 302
    assert story.meeting.state == Meeting.State.INVITED
    pending = PendingStep.objects.get(status="waiting")
    assert "45/UBND-KTN" in page(client, HEAD, meeting)
    answer = client.post(act_at(meeting, "countersign"), {"pending": pending.pk})
    assert answer.status_code == 302
    assert story.meeting.state == Meeting.State.SCHEDULED


def test_acts_are_done_from_the_page(client, story):
    issue = story.to("triage")
    client.force_login(person(OFFICER))
    for act, fields in (
        ("note_internal", {"text": "Đã gọi điện"}),
        ("follow", {}),
        ("share", {"bodies": [body("binhduong.tnmt").pk]}),
        ("remind", {}),
    ):
        answer = client.post(act_at(issue, act), fields)
        assert answer.status_code == 302, act
    assert client.post(act_at(issue, "note_internal"), {"text": ""}).status_code == 422
    assert client.post(act_at(issue, "ask_unit"), {}).status_code == 409
    client.force_login(person("binhduong.tnmt.officer"))
    assert client.get(f"/issues/{issue.code}/").context["level"] == "shared"
    assert client.post(act_at(issue, "share"), {}).status_code == 403


def test_minutes_are_amended_from_the_page_and_the_dossier_too(client, story):
    story.to("council")
    client.force_login(person(OFFICER))
    path = act_at(story.dossier, "amend")
    assert client.post(path, {"content": "Nội dung mới", "expected_version": 1}).status_code == 302
    assert story.dossier.content == "Nội dung mới"
    stale = client.post(path, {"content": "Khác", "expected_version": 1})
    assert stale.status_code == 409
    assert "Khác" in stale.content.decode()


def test_what_an_auditor_reads_is_logged_and_others_are_not(client, story):
    issue = story.to("triage")
    page(client, OFFICER, issue)
    assert not AccessEntry.objects.exists()
    page(client, "auditor", issue)
    entry = AccessEntry.objects.get()
    assert (entry.person_id, entry.record_id) == (person("auditor").pk, issue.pk)


def test_lists_show_what_has_reached_the_reader(client, story):
    story.to("implementing")
    for username, seen in ((OFFICER, 2), (OTHER, 2), ("tayninh.skhdt.officer", 0), ("auditor", 2)):
        client.force_login(person(username))
        assert len(client.get("/commitments/").context["rows"]) == seen, username
    client.force_login(person(OFFICER))
    sides = client.get("/commitments/").context["sides"]
    assert [(side.tally.running, side.tally.late) for side in sides] == [(1, 0), (1, 0)]
    assert len(client.get("/commitments/?side=DNI").context["rows"]) == 1
    assert client.get("/meetings/").context["rows"] == []
    assert client.get("/dossiers/").status_code == 200


def test_a_link_is_about_the_submission_while_its_issue_waits_for_a_head_or_leader(story):
    second = Story(title="Suối Siệp").to("triage")
    story.to("triage")
    assert subject_of(person(HEAD), story.issue) == ("issue", story.issue.pk)
    given = {
        "subject": "Tờ trình",
        "content": "Kính trình",
        "with": [{"issue": second.ref, "route": "bilateral", "ground": ""}],
    }
    story.do("propose", {"submission": given})
    kind, pk = subject_of(person(HEAD), story.issue)
    assert kind == "submission"
    assert [record.pk for record in records_of(kind, pk)] == [story.issue.pk, second.pk]
    assert records_of("issue", second.pk)[0].pk == second.pk


def test_a_presentation_says_no_more_than_the_reader_may_know(story):
    story.to("awaiting_committee")
    with pytest.raises(NotVisible):
        present(story.issue, person(OTHER))
    home = present(story.issue, person(LEADER))
    assert home.paper is not None
    story.do("approve_bilateral")
    outside = present(story.issue, person(OTHER))
    assert outside.paper is None
    assert story.issue.tried in dict(home.facts).values()
    assert story.issue.tried not in dict(outside.facts).values()


@pytest.mark.parametrize(
    "state, standing",
    [
        ("draft", "c....."),
        ("triage", "pc...."),
        ("awaiting_committee", "ppc..."),
        ("bilateral", "pppc.."),
        ("implementing", "pppc."),
        ("closed", "ppppp"),
    ],
)
def test_the_stepper_says_what_is_behind_and_what_is_ahead(story, state, standing):
    story.to(state)
    marks = {"past": "p", "current": "c", "ahead": "."}
    with translation.override("en"):
        assert "".join(marks[stage.standing] for stage in stepper(story.issue)) == standing


def test_a_late_commitment_is_seen_as_late(client, story):
    story.to("implementing")
    commitment = story.issue.commitments.first()
    later = timezone.now() + timedelta(days=400)
    sides = work_by_side([commitment], later)
    assert sides[0].late == 1
