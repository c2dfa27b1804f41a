"""What leaves the home locality (issue 2, "must show" 8), byte by byte, through the real pages.

Every internal field holds a canary; what may be shared holds a mark. Another locality gets 404 before
it is brought in, and afterwards pages with the marks and without one canary.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coordination.actions.issues import attach_file
from coordination.models import Attachment, Commitment, Dossier, Issue, Meeting, Opinion
from tests.people import body, person
from tests.story import Story
from tests.workflows.walk_data import pdf
from workflows.registry import registry

pytestmark = pytest.mark.slow

CANARY, MARK, QUESTION = "ZQXK", "MWVT", "HJRF"
OUTSIDE = ("dongnai.skhdt.officer", "dongnai.skhdt.head", "dongnai.ubnd.head", "dongnai.ubnd.officer")
MODELS = (Issue, Meeting, Dossier, Commitment, Opinion)
LISTS = (
    "/",
    "/issues/",
    # A search finds nothing by what was never shared; it is asked in small letters, pages echo it.
    f"/issues/?q={CANARY.lower()}",
    "/issues/?q=cau",
    "/meetings/",
    "/dossiers/",
    "/commitments/",
    "/overview/",
    "/notifications/",
)


class Marked(Story):
    """A story whose every word says whether it may leave home."""

    def content(self, **changes: Any) -> dict[str, Any]:
        given = super().content(**changes)
        given |= {
            "title": f"Cầu {MARK}-title",
            "project": f"Dự án {MARK}-project",
            "tried": f"{CANARY}-tried",
            "proposal": f"{MARK}-proposal",
            "legal_bases": f"{CANARY}-bases",
        }
        for row in given["localities"]:
            row["situation"] = f"{MARK}-situation"
        return given

    def data_for(self, step: str, record: Any) -> dict[str, Any]:
        """Home's own words are canaries; what the parties exchange is marked."""
        given = super().data_for(step, record)
        if record.machine in {"issue", "dossier"}:
            given["reason"] = f"{CANARY}-reason-{step}"
        given |= {
            "missing": f"{CANARY}-missing",
            "submission": {"subject": f"{CANARY}-subject", "content": f"{CANARY}-submission"},
            "question": f"{QUESTION}-question",
            "position": f"{QUESTION}-position",
            "agenda": f"{MARK}-agenda",
            "attendance": f"{MARK}-attendance",
        }
        for row in given.get("points", ()):
            row["text"] = f"{MARK}-point"
        return given

    def commitments(self) -> list[dict[str, Any]]:
        return [row | {"work": f"{MARK}-work"} for row in super().commitments()]

    def through_home(self) -> None:
        """Everything that can happen at home before anybody is brought in."""
        self.do("hand_up")
        self.do("send_back_to_author")
        self.do("hand_up")
        self.do("submit")
        self.do("request_supplement")
        self.do("submit", by="binhduong.gtvt.head")
        self.do("accept")
        officer = person("binhduong.skhdt.officer")
        for name, shared in ((f"{CANARY}-noi-bo.pdf", False), (f"{MARK}-chung.pdf", True)):
            attach_file(self.refreshed(), pdf(name), by=officer, at=self.at, shared=shared)
        self.act("note_internal", {"text": f"{CANARY}-note"}, by="binhduong.skhdt.officer")
        asked = [body(slug).pk for slug in ("bgtvt", "binhduong.tnmt", "bkhdt")]
        self.do("consult", {"bodies": asked})
        for slug in ("bgtvt", "binhduong.tnmt"):
            answer = {"stance": "agree", "content": f"{CANARY}-opinion-of-{slug}"}
            self.do("answer", {"opinion": answer}, on=self.opinion(slug), by=f"{slug}.head")
        self.do("conclude_consultation")
        self.do("propose")
        self.do("send_back")
        self.do("propose")
        self.do("endorse")
        self.do("pass_to_leader")
        self.do("return_to_focal")
        self.do("propose")
        self.do("endorse")
        self.do("pass_to_leader")


def pages_of(client: Client, username: str) -> tuple[dict[str, int], str]:
    """Every address this person could try: its status, and all that came back as one text."""
    client.force_login(person(username))
    statuses, texts = {}, []
    paths = list(LISTS)
    for model in MODELS:
        for record in model.objects.all():
            for key in {record.ref, record.code or record.ref}:
                paths.append(reverse(record.machine, args=[key]))
    paths += [reverse("file", args=[row.pk]) for row in Attachment.objects.all()]
    for path in paths:
        answer = client.get(path)
        statuses[path] = answer.status_code
        headers = " ".join(f"{name}: {value}" for name, value in answer.items())
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        # A page repeats the address it was asked for; that is no news to who asked.
        texts.append(f"{headers}\n{content.decode('utf-8', 'replace')}".replace(path, ""))
    return statuses, "\n".join(texts)


def words_for(username: str, at: Any) -> str:
    """What mails and decision pages would say of every record that has reached this person."""
    assert registry.visible is not None
    assert registry.present is not None
    who = person(username)
    found = []
    for model in MODELS:
        for record in model.objects.all():
            if registry.visible(who, record, at):
                found.append(repr(registry.present(record, who)))
    return "\n".join(found)


def around(text: str, word: str) -> str:
    """Where a canary was found, for the failure."""
    place = text.index(word)
    return text[max(0, place - 160) : place + 80]


def nothing_inside(text: str, *words: str) -> None:
    for word in words:
        assert word not in text, around(text, word)


@pytest.mark.django_db
def test_before_it_is_brought_in_another_locality_gets_404_and_not_a_word(client):
    story = Marked()
    story.through_home()
    for username in OUTSIDE:
        statuses, text = pages_of(client, username)
        for path, status in statuses.items():
            assert status == (200 if path in LISTS else 404), (username, path)
        nothing_inside(text + words_for(username, story.at), CANARY, MARK, QUESTION, story.issue.code)


@pytest.mark.django_db
def test_brought_in_it_reads_the_shared_part_only(client):
    story = Marked()
    story.through_home()
    story.do("approve_bilateral")
    story.act("note_shared", {"text": f"{MARK}-note"}, by="binhduong.skhdt.officer")
    story.do("invite", on=story.meeting)
    story.do("accept_slot", on=story.meeting, by="dongnai.skhdt.officer")
    story.do("record_held", on=story.meeting)
    story.do("share_minutes", on=story.meeting)
    story.do("confirm_minutes", on=story.meeting, by="binhduong.skhdt.head")
    story.do("confirm_minutes", on=story.meeting, by="dongnai.skhdt.head")
    marks = ("title", "project", "proposal", "situation", "note", "chung.pdf", "agenda", "attendance",
             "point", "work")  # fmt: skip
    for username in OUTSIDE:
        statuses, text = pages_of(client, username)
        assert statuses[f"/issues/{story.issue.code}/"] == 200, username
        assert statuses[f"/issues/{story.issue.ref}/"] == 200, username
        assert statuses[f"/meetings/{story.meeting.code}/"] == 200, username
        for attachment in Attachment.objects.all():
            wanted = 200 if attachment.shared else 404
            assert statuses[reverse("file", args=[attachment.pk])] == wanted, attachment.name
        for opinion in Opinion.objects.all():
            assert statuses[f"/opinions/{opinion.ref}/"] == 404
        nothing_inside(text + words_for(username, story.at), CANARY, QUESTION)
        missing = [mark for mark in marks if f"{MARK}-{mark}" not in text]
        assert not missing, (username, missing)


@pytest.mark.django_db
def test_a_council_s_other_localities_read_no_home_only_step(client):
    """A dossier returned for a supplement is home's and the Council's affair."""
    story = Marked()
    story.through_home()
    story.do("approve_council")
    for step in ("file", "return_dossier", "file", "screen", "schedule"):
        story.do(step, on=story.dossier)
    for username in OUTSIDE:
        _statuses, text = pages_of(client, username)
        nothing_inside(text + words_for(username, story.at), CANARY, QUESTION)


@pytest.mark.django_db
def test_a_ministry_that_is_consulted_reads_question_position_and_its_own_opinion(client):
    story = Marked()
    story.through_home()
    own = story.opinion("bgtvt")
    for username in ("bgtvt.officer", "bgtvt.head"):
        statuses, text = pages_of(client, username)
        seen = {path for path, status in statuses.items() if status == 200 and path not in LISTS}
        assert seen == {f"/opinions/{own.ref}/", f"/opinions/{own.code}/"}
        for word in (f"{QUESTION}-question", f"{QUESTION}-position", f"{CANARY}-opinion-of-bgtvt"):
            assert word in text
        rest = (text + words_for(username, story.at)).replace(f"{CANARY}-opinion-of-bgtvt", "")
        nothing_inside(rest, CANARY, MARK, story.issue.code)


@pytest.mark.django_db
def test_a_body_of_home_that_is_consulted_reads_no_canary_but_its_own(client):
    story = Marked()
    story.through_home()
    _statuses, text = pages_of(client, "binhduong.tnmt.officer")
    own = f"{CANARY}-opinion-of-binhduong.tnmt"
    assert own in text
    assert f"{MARK}-title" in text
    nothing_inside(text.replace(own, ""), CANARY)


@pytest.mark.django_db
def test_the_canaries_are_really_there_for_home(client):
    """The positive control: home and the auditor read what the others must not."""
    story = Marked()
    story.through_home()
    for username in ("binhduong.skhdt.officer", "auditor"):
        _statuses, text = pages_of(client, username)
        for word in ("tried", "bases", "submission", "note", "opinion-of-bgtvt", "noi-bo.pdf",
                     "reason-send_back", "missing"):  # fmt: skip
            assert f"{CANARY}-{word}" in text, (username, word)
