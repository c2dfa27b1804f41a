"""«Nội dung sắp chia sẻ với …»: read before a step or an act lets others see something (rulebook §5)."""

from __future__ import annotations

from html import unescape

import pytest
from django.utils import translation

from coordination.actions.issues import attach_file
from coordination.queries.sharing import about_to_share, readers_of
from tests.people import body, locality, person
from tests.story import Story
from tests.workflows.papers import pdf
from workflows.models import Policy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OFFICER, HEAD, LEADER = "binhduong.skhdt.officer", "binhduong.skhdt.head", "binhduong.ubnd.head"
OTHER = "dongnai.skhdt.officer"
QUESTION = "Đề nghị cho ý kiến."


@pytest.fixture(autouse=True)
def in_vietnamese():
    with translation.override("vi"):
        yield


def shares(story: Story, name: str, username: str, on=None):
    """What this person reads before the step or act ``name``."""
    record = story.refreshed(on) if on else story.refreshed()
    return about_to_share(record, name, person=person(username), at=story.at)


def words(sharing) -> str:
    return " ".join([str(sharing.note), *(text for _label, text in sharing.facts), *sharing.files])


def read(client, username: str, path: str) -> str:
    client.force_login(person(username))
    answer = client.get(path)
    assert answer.status_code == 200, (username, path)
    return unescape(answer.content.decode())


@pytest.mark.parametrize("step", ["approve_bilateral", "approve_council"])
def test_a_leader_reads_exactly_the_shared_part_before_localities_come_in(story, step):
    story.to("triage")
    officer = person(OFFICER)
    for name, shared in (("noi-bo.pdf", False), ("chung.pdf", True)):
        attach_file(story.refreshed(), pdf(name), by=officer, at=story.at, shared=shared)
    for decided in ("propose", "endorse", "pass_to_leader"):
        story.do(decided)
    sharing = shares(story, step, LEADER)

    assert sharing.who == ("Đồng Nai",)
    read_by_them = words(sharing)
    for shown in (story.issue.title, story.issue.proposal, "Hiện trạng binhduong", "chung.pdf"):
        assert shown in read_by_them
    for hidden in (story.issue.tried, story.issue.legal_bases, "Kính trình UBND", "noi-bo.pdf"):
        assert hidden not in read_by_them


def test_a_locality_that_comes_in_later_reads_the_commitments_given_before(story):
    story.to("implementing")
    assert "Bàn giao mặt bằng phía binhduong" in words(shares(story, "approve_bilateral", LEADER))


def test_who_consults_reads_that_the_question_and_the_position_go_out_and_to_whom(client, story):
    story.to("triage")
    page = f"/issues/{story.issue.code}/steps/consult/"
    sharing = shares(story, "consult", OFFICER)
    assert sharing.files == ()
    assert story.issue.tried not in words(sharing)
    assert str(sharing.note) in read(client, OFFICER, page)
    plain = str(sharing.note)
    values = {"external_consultation_needs_head": True}
    Policy.objects.create(scope="BDG", version=1, valid_from=story.at, values=values)
    assert str(shares(story, "consult", OFFICER).note).startswith(plain)
    assert str(shares(story, "consult", OFFICER).note) != plain


def test_the_head_reads_what_the_outside_bodies_will_read_before_it_goes_out(client, story):
    values = {"external_consultation_needs_head": True}
    Policy.objects.create(scope="BDG", version=1, valid_from=story.at, values=values)
    story.to("consulting")
    sharing = shares(story, "send_outside", HEAD)

    assert sharing.who == (str(body("bgtvt")),)
    assert {QUESTION, "Đồng ý chủ trương."} <= {text for _label, text in sharing.facts}
    for hidden in (story.issue.title, story.issue.code, story.issue.proposal):
        assert hidden not in words(sharing)
    text = read(client, HEAD, f"/issues/{story.issue.code}/acts/send_outside/")
    assert 'class="sharing"' in text
    assert QUESTION in text
    assert str(body("bgtvt")) in text


@pytest.mark.parametrize("username, who", [(OFFICER, "Đồng Nai"), (OTHER, "Bình Dương")])
def test_a_note_to_the_parties_names_the_other_side(client, story, username, who):
    story.to("bilateral")
    assert shares(story, "note_shared", username).who == (who,)
    assert who in read(client, username, f"/issues/{story.issue.code}/")


def test_nobody_outside_nothing_shared(story):
    story.to("triage")
    for name in ("note_shared", "attach", "request_supplement", "note_internal", "assign"):
        assert shares(story, name, OFFICER) is None
    assert readers_of(story.issue) == []


def test_who_attaches_reads_when_the_parties_get_the_file(client, story):
    story.to("bilateral")
    home, other = shares(story, "attach", OFFICER), shares(story, "attach", OTHER)
    assert (home.who, other.who) == (("Đồng Nai",), ("Bình Dương",))
    assert str(home.note) != str(other.note)
    assert str(home.note) in read(client, OFFICER, f"/issues/{story.issue.code}/acts/attach/")


def test_a_body_reads_who_gets_its_answer_and_when_its_file_goes_along(client, story):
    story.to("consulting")
    opinion = story.opinion("bgtvt")
    answer = shares(story, "answer", "bgtvt.head", on=opinion)
    assert answer.who == (locality("binhduong").full_name,)
    assert shares(story, "attach", "bgtvt.officer", on=opinion).who == ("Bình Dương",)
    text = read(client, "bgtvt.head", f"/opinions/{opinion.code}/steps/answer/")
    with translation.override(person("bgtvt.head").language):
        assert str(answer.note) in text


@pytest.mark.parametrize(
    "step, username, who",
    [
        ("invite", OFFICER, ("Đồng Nai",)),
        ("share_minutes", OFFICER, ("Đồng Nai",)),
        ("counter_propose", OTHER, ("Bình Dương",)),
        ("decline_invitation", OTHER, ("Bình Dương",)),
        ("cancel_meeting", OFFICER, ("Đồng Nai",)),
    ],
)
def test_the_sides_of_a_meeting_share_with_each_other(story, step, username, who):
    story.to("bilateral")
    assert shares(story, step, username, on=story.meeting).who == who


@pytest.mark.parametrize(
    "step, reaches",
    [("reopen", True), ("discontinue", True), ("propose", False), ("consult", True), ("accept", False)],
)
def test_a_reason_that_the_parties_are_told_is_announced_as_such(story, step, reaches):
    story.to("bilateral")
    sharing = shares(story, step, HEAD)
    assert (sharing is not None) == reaches


def test_sharing_with_a_body_of_the_locality_shows_the_shared_part(story):
    story.to("triage")
    sharing = shares(story, "share", OFFICER)
    assert story.issue.proposal in words(sharing)
    assert story.issue.tried not in words(sharing)
    story.act("share", {"bodies": [body("binhduong.tnmt").pk]}, by=OFFICER)
    assert [str(reader) for reader in readers_of(story.issue)] == [str(body("binhduong.tnmt"))]


def test_a_council_is_named_before_its_dossier_is_filed_and_reads_it_afterwards(story):
    story.to("council")
    assert shares(story, "file", HEAD, on=story.dossier).who == (str(body("dongnambo")),)
    assert readers_of(story.dossier) == []
    story.do("file", on=story.dossier)
    assert [str(reader) for reader in readers_of(story.dossier)] == [str(body("dongnambo"))]


# The page of the record, for the home side


def test_the_home_sees_which_parts_are_shared_and_others_see_no_such_marks(client, story):
    story.to("triage")
    page = f"/issues/{story.issue.code}/"
    assert "reach-shared" not in read(client, OFFICER, page)
    assert 'class="reach"' in read(client, OFFICER, page)
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        story.do(step)
    assert "reach-shared" in read(client, OFFICER, page)
    assert 'class="reach' not in read(client, OTHER, page)
