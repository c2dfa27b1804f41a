"""An answer drafted by the body's officer and given by its head; until then it is the body's alone."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from coordination.actions.issues import attach_file
from coordination.forms.steps import step_form
from coordination.models import Attachment
from coordination.presentation import present
from notifications.links.decision_links import steps_by_link
from notifications.models import Notice
from tests.page_forms import forms_in
from tests.people import person
from tests.story import Story
from tests.workflows.papers import record_step, waiting
from workflows import engine, sweeps
from workflows.models import Event
from workflows.permissions import step_info
from workflows.refusals import Incomplete, NotYours

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD = "bgtvt.officer", "bgtvt.head"
HOME = ("binhduong.skhdt.officer", "binhduong.skhdt.head", "binhduong.gtvt.officer", "binhduong.ubnd.head")
DRAFT = "ZQXK bản thảo chưa ký"


@pytest.fixture
def drafted(story) -> Story:
    """A ministry is asked; its officer has drafted the answer and attached a file to it."""
    story.to("consulting")
    draft = {"stance": "disagree", "content": DRAFT}
    engine.amend(story.opinion("bgtvt"), draft, by=person(OFFICER), at=story.at)
    upload = SimpleUploadedFile("ZQXK-phu-luc.pdf", b"%PDF-1.4 trial")
    attach_file(story.opinion("bgtvt"), upload, by=person(OFFICER), at=story.at, shared=True)
    return story


def opinion_page(story: Story) -> str:
    return f"/opinions/{story.opinion('bgtvt').code}/"


def read(client, username: str, path: str) -> str:
    client.force_login(person(username))
    answer = client.get(path)
    assert answer.status_code == 200, (username, path)
    return unescape(answer.content.decode())


def test_the_officer_drafts_on_the_opinions_page_and_the_head_finds_it_there(client, story):
    story.to("consulting")
    page = read(client, OFFICER, opinion_page(story))
    address = f"{opinion_page(story)}acts/amend/"
    assert address in page
    form = next(f for f in forms_in(read(client, OFFICER, address)) if "content" in f.fields)
    sent = client.post(address, form.fields | {"stance": "disagree", "content": DRAFT})
    assert sent.status_code == 302
    assert DRAFT in read(client, OFFICER, opinion_page(story))
    assert Notice.objects.filter(person=person(HEAD), why="consulted").exists()

    address = f"{opinion_page(story)}steps/answer/"
    form = next(f for f in forms_in(read(client, HEAD, address)) if "opinion_content" in f.fields)
    assert form.fields["opinion_content"] == DRAFT
    assert form.fields["opinion_stance"] == "disagree"
    assert client.post(address, form.fields).status_code == 302
    assert story.opinion("bgtvt").state == "answered"


def test_the_link_shows_the_head_the_same_draft(drafted):
    opinion, head = drafted.opinion("bgtvt"), person(HEAD)
    (step,) = steps_by_link(opinion, head, drafted.at)
    form = step_form(opinion, step.info, head, at=drafted.at, prefix="1-answer")
    assert form["opinion_content"].value() == DRAFT
    assert form["opinion_stance"].value() == "disagree"


def test_a_draft_is_saved_half_written_and_only_by_the_body(client, story):
    story.to("consulting")
    opinion = story.opinion("bgtvt")
    assert engine.amend(opinion, {"stance": "", "content": "Mới viết"}, by=person(OFFICER), at=story.at)
    with pytest.raises(Incomplete):
        engine.amend(opinion, {"stance": "perhaps"}, by=person(OFFICER), at=story.at)
    with pytest.raises(NotYours):
        engine.amend(opinion, {"content": "Viết hộ"}, by=person(HOME[0]), at=story.at)
    with pytest.raises(NotYours):
        story.do("answer", on=opinion, by=OFFICER)


@pytest.mark.parametrize("username", HOME)
def test_the_home_reads_nothing_of_it_before_the_answer(client, drafted, username):
    pages = ["/", "/notifications/", f"/issues/{drafted.issue.code}/", opinion_page(drafted)]
    for path in pages:
        text = read(client, username, path)
        assert "ZQXK" not in text, (username, path)
    attachment = Attachment.objects.get(name__startswith="ZQXK")
    assert client.get(f"/files/{attachment.pk}/").status_code == 404
    with translation.override("vi"):
        assert "ZQXK" not in repr(present(drafted.opinion("bgtvt"), person(username)))


def test_nobody_at_home_is_told_that_something_is_being_drafted(drafted):
    events = Event.objects.filter(machine="opinion", name__in=["amend", "attach"])
    assert set(events.values_list("told", flat=True)) == {"own"}
    told = Notice.objects.filter(event_id__in=events.values("pk")).values_list("person__username", flat=True)
    assert set(told) == {HEAD}


def test_once_given_the_answer_and_its_file_cross_and_the_earlier_draft_does_not(client, drafted):
    given = {"opinion": {"stance": "agree", "content": "Thống nhất hướng tuyến."}}
    drafted.do("answer", given, on=drafted.opinion("bgtvt"), by=HEAD)
    attachment = Attachment.objects.get(name__startswith="ZQXK")
    for username in HOME:
        text = read(client, username, f"/issues/{drafted.issue.code}/")
        assert "Thống nhất hướng tuyến." in text
        assert attachment.name in text
        assert DRAFT not in text
        assert DRAFT not in read(client, username, opinion_page(drafted))
        assert b"".join(client.get(f"/files/{attachment.pk}/").streaming_content)


def test_a_draft_that_was_never_given_stays_with_the_body(client, drafted):
    drafted.at += timedelta(days=30)
    sweeps.run(drafted.at)
    assert drafted.opinion("bgtvt").state == "lapsed"
    assert DRAFT not in str(drafted.refreshed().opinion_table())
    for username in HOME:
        assert "ZQXK" not in read(client, username, f"/issues/{drafted.issue.code}/")
    # The body goes on from it, late.
    form = step_form(
        drafted.opinion("bgtvt"),
        step_info(drafted.opinion("bgtvt"), "answer_late"),
        person(HEAD),
        at=drafted.at,
    )
    assert form["opinion_content"].value() == DRAFT


def test_who_records_the_bodys_letter_does_not_read_its_draft(client, drafted):
    address = f"{opinion_page(drafted)}acts/record_document/?step=answer&side="
    assert "ZQXK" not in read(client, HOME[0], address)
    opinion = drafted.opinion("bgtvt")
    given = {"opinion": {"stance": "agree", "content": "Theo công văn."}}
    record_step(drafted, opinion, "answer", given)
    pending = waiting(opinion)
    drafted.act("countersign", {"pending": pending.pk}, by=HOME[1], on=drafted.refreshed(opinion))
    assert (drafted.opinion("bgtvt").state, drafted.opinion("bgtvt").content) == (
        "answered",
        "Theo công văn.",
    )


def test_a_late_answer_is_recorded_by_document_too(client, drafted):
    drafted.at += timedelta(days=30)
    sweeps.run(drafted.at)
    opinion = drafted.opinion("bgtvt")
    address = f"{opinion_page(drafted)}acts/record_document/?step=answer_late"
    assert address in read(client, HOME[0], opinion_page(drafted))
    record_step(
        drafted, opinion, "answer_late", {"opinion": {"stance": "agree", "content": "Theo công văn."}}
    )
    pending = waiting(opinion)
    drafted.act("countersign", {"pending": pending.pk}, by=HOME[1], on=drafted.refreshed(opinion))
    late = drafted.opinion("bgtvt")
    assert (late.state, late.silence, late.content) == ("answered_late", "no_answer", "Theo công văn.")


def test_an_auditor_reads_drafts_too(client, drafted):
    assert DRAFT in read(client, "auditor", opinion_page(drafted))
