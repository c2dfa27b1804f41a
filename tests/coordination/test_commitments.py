"""Commitments: one lead and those who help, evidence, who verifies, who has no account (rulebook §3)."""

from __future__ import annotations

import pytest

from coordination.actions.issues import attach_file
from coordination.models import Commitment, Seat
from coordination.queries.work import tasks_of
from notifications.models import Notice
from tests.commitments import (
    HELPER,
    HELPER_HEAD,
    HOME_HEAD,
    HOME_OFFICER,
    LEAD,
    LEAD_OFFICER,
    OTHER_HEAD,
    OTHER_OFFICER,
    directed,
    held,
    row,
    told,
)
from tests.page_forms import forms_in
from tests.people import body, locality, person
from tests.workflows.papers import pdf, record_step, waiting
from workflows.models import Event
from workflows.refusals import NotYours, SeparationOfDuties
from workflows.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def helped(story) -> Commitment:
    """Đồng Nai's commitment, which Sở TN&MT Bình Dương coordinates."""
    (commitment,) = directed(story, row(story, coordinators=[body("binhduong.tnmt").pk]))
    return commitment


def test_a_coordinating_body_hears_of_its_commitment_from_the_start(story, helped):
    born = Event.objects.get(machine="commitment", name="begin")
    assert told(born)[HELPER] == told(born)[HELPER_HEAD] == "coordinator"
    event = story.do("take_on", on=helped, by=LEAD_OFFICER)

    assert told(event)[HELPER] == "coordinator"


def test_a_coordinating_body_reads_its_item_and_the_shared_part_and_nothing_else(client, story, helped):
    story.act("note_internal", {"text": "CHỈ-NỘI-BỘ"}, by=HOME_OFFICER)
    client.force_login(person(HELPER))
    for record in (helped, story.issue):
        assert registry.visible(person(HELPER), record, story.at) == "shared"
        page = client.get(f"/{'issues' if record.machine == 'issue' else 'commitments'}/{record.code}/")
        assert page.status_code == 200
        assert "CHỈ-NỘI-BỘ" not in page.content.decode()
    assert registry.visible(person("binhduong.xaydung.officer"), helped, story.at) is None


def test_a_coordinating_body_may_write_and_attach_but_not_take_the_leads_steps(story, helped):
    note = story.act("note_shared", {"text": "Đã gửi số liệu."}, by=HELPER, on=helped)
    assert {LEAD, HOME_OFFICER, OTHER_OFFICER} <= set(told(note))
    attach_file(helped, pdf(), by=person(HELPER), at=story.at)
    for step in ("take_on", "dispute"):
        with pytest.raises(NotYours):
            story.do(step, on=helped, by=HELPER_HEAD)
    with pytest.raises(NotYours):
        story.act("ask_extension", {}, by=HELPER_HEAD, on=helped)
    assert not any(key.startswith(f"body:{body('binhduong.tnmt').pk}:") for key in held(helped))


def test_the_lead_writes_to_the_parties_too(story, helped):
    note = story.act("note_shared", {"text": "Đang kiểm đếm."}, by=LEAD_OFFICER, on=helped)
    assert {HELPER, HOME_OFFICER} <= set(told(note))


# Evidence, and who verifies it


def test_the_report_carries_its_files_which_both_sides_read_beside_what_was_expected(client, story):
    (commitment,) = directed(story, row(story, product="Biên bản bàn giao mặt bằng"))
    story.do("take_on", on=commitment, by=LEAD_OFFICER)
    client.force_login(person(LEAD))
    address = f"/commitments/{commitment.code}/steps/report/"
    (form,) = [one for one in forms_in(client.get(address).content.decode()) if "evidence" in one.fields]
    given = {**form.fields, "files": [pdf("bien-ban.pdf"), pdf("anh.pdf", b"2")], "evidence": ""}
    assert client.post(address, given).status_code == 422
    given |= {"files": [pdf("bien-ban.pdf"), pdf("anh.pdf", b"2")], "evidence": "Đã bàn giao 100%."}
    assert client.post(address, given).status_code == 302

    assert story.refreshed(commitment).state == "reported"
    for username in (HOME_OFFICER, OTHER_OFFICER):
        client.force_login(person(username))
        page = client.get(f"/commitments/{commitment.code}/").content.decode()
        for words in ("Biên bản bàn giao mặt bằng", "Đã bàn giao 100%.", "bien-ban.pdf", "anh.pdf"):
            assert words in page, (username, words)


def test_a_file_that_is_refused_leaves_nothing_behind(client, story):
    (commitment,) = directed(story, row(story))
    story.do("take_on", on=commitment, by=LEAD_OFFICER)
    client.force_login(person(LEAD))
    given = {"evidence": "Đã xong.", "files": [pdf("thu.exe")]}
    answer = client.post(f"/commitments/{commitment.code}/steps/report/", given)

    assert answer.status_code == 422
    assert "Đã xong." in answer.content.decode()
    assert story.refreshed(commitment).state == "accepted"
    assert not Event.objects.filter(machine="commitment", name="attach").exists()


def test_who_reported_for_the_lead_does_not_verify_it_in_the_focal_point(story):
    Seat.objects.create(
        person=person(LEAD), organisation=body("binhduong.skhdt"), level=Seat.Level.OFFICER, title="CV"
    )
    (commitment,) = directed(story, row(story))
    for step in ("take_on", "report"):
        story.do(step, on=story.refreshed(commitment), by=LEAD)
    with pytest.raises(SeparationOfDuties):
        story.do("verify", on=story.refreshed(commitment), by=LEAD)


def test_a_rejected_report_says_why_until_it_is_reported_again(client, story):
    (commitment,) = directed(story, row(story))
    story.do("take_on", on=commitment, by=LEAD_OFFICER)
    story.do("report", on=story.refreshed(commitment), by=LEAD)
    story.do("reject_report", {"reason": "Thiếu 2 hộ."}, on=story.refreshed(commitment))
    client.force_login(person(LEAD_OFFICER))

    def body_of_page() -> str:
        context = client.get(f"/commitments/{commitment.code}/").context
        return str(context["reason_heading"])

    assert body_of_page() == "Lý do chưa chấp nhận báo cáo"
    story.do("report", on=story.refreshed(commitment), by=LEAD)
    assert body_of_page() == ""


def test_a_new_lead_begins_with_nothing_delivered(story):
    (commitment,) = directed(story, row(story))
    story.do("take_on", on=commitment, by=LEAD_OFFICER)
    story.do("report", on=story.refreshed(commitment), by=LEAD)
    story.do("reject_report", on=story.refreshed(commitment))
    event = story.do(
        "reassign", {"lead": body("dongnai.tnmt").pk}, on=story.refreshed(commitment), by=OTHER_HEAD
    )
    commitment = story.refreshed(commitment)

    assert (commitment.state, commitment.lead, commitment.evidence) == ("assigned", body("dongnai.tnmt"), "")
    assert told(event)["dongnai.tnmt.head"] == "your_turn"
    assert Event.objects.get(name="report").data["evidence"]


# Who follows it at home, and who has no account


def test_a_new_accountable_officer_takes_over_what_waits_to_be_verified(story):
    Seat.objects.create(
        person=person("binhduong.skhdt.clerk"),
        organisation=body("binhduong.skhdt"),
        level=Seat.Level.OFFICER,
        title="Chuyên viên",
    )
    second = Seat.objects.filter(person=person("binhduong.skhdt.clerk"), level="officer").get()
    (commitment,) = directed(story, row(story))
    for step, by in (("take_on", LEAD_OFFICER), ("report", LEAD)):
        story.do(step, on=story.refreshed(commitment), by=by)
    first = Notice.objects.get(person=person(HOME_OFFICER), code="report")
    assert first.requires_action
    event = story.act("assign", {"accountable": second.pk}, by=HOME_HEAD)
    first.refresh_from_db()

    assert held(commitment) == {f"seat:{second.pk}": "turn"}
    assert first.done_at is not None, "nobody asks the former officer any more"
    assert "binhduong.skhdt.clerk" in told(event)
    assert commitment in [task.record for task in tasks_of(person("binhduong.skhdt.clerk"), story.at)]
    story.do("verify", on=story.refreshed(commitment), by="binhduong.skhdt.clerk")


@pytest.mark.parametrize("lead", ["bgtvt", "dongnai.gtvt"])
def test_a_lead_without_an_account_takes_on_and_reports_by_document(client, story, lead):
    (commitment,) = directed(story, row(story, lead=body(lead).pk))
    client.force_login(person(HOME_OFFICER))
    recordable = client.get(f"/commitments/{commitment.code}/").context["recordable"]
    assert {one.side for one in recordable if "take_on" in one.path} == {str(body(lead))}
    for step, data in (("take_on", {}), ("report", {"evidence": "Theo báo cáo số 12/BC."})):
        record_step(story, commitment, step, data)
        pending = {"pending": waiting(commitment).pk}
        story.act("countersign", pending, by=HOME_HEAD, on=story.refreshed(commitment))
        done = Event.objects.get(machine="commitment", name=step)
        assert (done.channel, done.organisation_id) == ("document", body(lead).pk)
        assert done.locality_id == body(lead).locality_id
    story.do("verify", on=story.refreshed(commitment))

    assert story.refreshed(commitment).state == "verified"


def test_the_other_side_reassigns_and_cancels_by_document(client, story):
    first, second = directed(story, row(story), row(story))
    client.force_login(person(HOME_OFFICER))
    recordable = client.get(f"/commitments/{first.code}/").context["recordable"]
    sides = {one.side for one in recordable if "reassign" in one.path or "cancel_commitment" in one.path}
    assert sides == {str(locality("dongnai"))}
    new_lead = {"lead": body("dongnai.tnmt").pk, "reason": "Theo phân công của UBND tỉnh."}
    for commitment, step, data in (
        (first, "reassign", new_lead),
        (second, "cancel_commitment", {"reason": "Không còn cần."}),
    ):
        record_step(story, commitment, step, data)
        pending = {"pending": waiting(commitment).pk}
        story.act("countersign", pending, by=HOME_HEAD, on=story.refreshed(commitment))

    assert story.refreshed(first).lead == body("dongnai.tnmt")
    assert story.refreshed(second).state == "cancelled"
    assert Event.objects.get(name="reassign").locality_id == locality("dongnai").pk


def test_the_home_side_does_not_record_its_own_steps_by_document(client, story):
    (commitment,) = directed(story, row(story, "binhduong"))
    client.force_login(person(HOME_OFFICER))
    assert client.get(f"/commitments/{commitment.code}/").context["recordable"] == []
