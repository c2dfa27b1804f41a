"""Files reach whom their record has reached, as downloads, and run nowhere."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coordination.actions.issues import attach_file
from tests.people import person

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.4 trial"


@pytest.fixture
def attach(story):
    def attach(name: str, *, shared: bool = False):
        story.refreshed()
        return attach_file(
            story.issue,
            SimpleUploadedFile(name, PDF),
            by=person("binhduong.skhdt.officer"),
            at=story.at,
            shared=shared,
        )

    return attach


def fetched(client, username: str, attachment) -> int:
    client.force_login(person(username))
    answer = client.get(reverse("file", args=[attachment.pk]))
    answer.close()
    return answer.status_code


def test_home_reads_every_file_and_the_other_side_only_the_shared_ones_once_brought_in(client, story, attach):
    story.to("triage")
    inner, shared = attach("noi-bo.pdf"), attach("chung.pdf", shared=True)
    assert fetched(client, "binhduong.gtvt.head", inner) == 200
    assert fetched(client, "dongnai.skhdt.officer", shared) == 404
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step)
    assert fetched(client, "dongnai.skhdt.officer", shared) == 200
    assert fetched(client, "dongnai.skhdt.officer", inner) == 404
    assert fetched(client, "tayninh.skhdt.officer", shared) == 404
    assert fetched(client, "auditor", inner) == 200


def test_a_file_is_saved_never_shown(client, story, attach):
    story.to("triage")
    attachment = attach("Biên bản.pdf")
    client.force_login(person("binhduong.skhdt.officer"))
    answer = client.get(reverse("file", args=[attachment.pk]))
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content) == PDF
    answer.close()


def test_nobody_without_a_session_and_no_such_file(client, story, attach):
    story.to("triage")
    attachment = attach("a.pdf")
    path = reverse("file", args=[attachment.pk])
    assert client.get(path).status_code == 302
    assert fetched(client, "binhduong.skhdt.officer", attachment) == 200
    assert client.get(reverse("file", args=[attachment.pk + 1])).status_code == 404
    assert client.post(path).status_code == 405


def test_what_a_side_hands_in_is_for_all_parties_and_what_it_is_not_is_refused(client, story):
    story.to("bilateral")
    client.force_login(person("dongnai.skhdt.officer"))
    path = reverse("act", args=["meetings", story.meeting.code, "attach"])
    bad = client.post(path, {"file": SimpleUploadedFile("cong-van.pdf", b"<script>alert(1)</script>")})
    assert bad.status_code == 422
    answer = client.post(path, {"file": SimpleUploadedFile("cong-van.pdf", PDF)})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(reverse("meeting", args=[story.meeting.code])).content.decode()
    assert "cong-van.pdf" in page
