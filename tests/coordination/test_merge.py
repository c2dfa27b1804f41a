"""Merging a file into another of the same home: what is told before, and what is read afterwards."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from coordination.actions.issues import attach_file
from coordination.models import Follower
from tests.people import person
from tests.story import Story
from workflows.refusals import Incomplete, WrongState
from workflows.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OFFICER, HEAD, LEADER = "binhduong.skhdt.officer", "binhduong.skhdt.head", "binhduong.ubnd.head"
MARK = "CANARY-GHI-CHU"


def attached(story: Story, name: str):
    upload = SimpleUploadedFile(name, b"%PDF-1.4 trial")
    return attach_file(story.issue, upload, by=person(OFFICER), at=story.at)


@pytest.fixture
def target(db) -> Story:
    story = Story(unit="binhduong.tnmt", title="Hồ sơ đích")
    story.to("triage")
    return story


@pytest.fixture
def merged(target) -> Story:
    """A file of another unit, with a note and an attachment, merged into the target."""
    story = Story(title="Hồ sơ ghép", at=target.at)
    story.to("triage")
    story.act("note_internal", {"text": MARK}, by=OFFICER)
    attached(story, "canary-ghep.pdf")
    story.do("merge", {"target": target.issue.code})
    target.at = story.at
    target.refreshed()
    return story


def page(client, username: str, story: Story) -> str:
    client.force_login(person(username))
    answer = client.get(f"/issues/{story.issue.code}/")
    return answer.content.decode() if answer.status_code == 200 else ""


def test_each_of_the_two_shows_the_other(client, merged, target):
    assert f"/issues/{target.issue.code}/" in page(client, HEAD, merged)
    assert f"/issues/{merged.issue.code}/" in page(client, HEAD, target)


@pytest.mark.parametrize("username", [OFFICER, HEAD, LEADER, "auditor"])
def test_notes_and_files_are_read_from_the_target_at_home(client, merged, target, username):
    text = page(client, username, target)
    assert MARK in text
    assert "canary-ghep.pdf" in text
    path = text.partition('href="/files/')[2].partition('"')[0]
    answer = client.get(f"/files/{path}")
    assert answer.status_code == 200
    answer.close()


def test_only_notes_files_and_the_merging_itself_stand_in_the_targets_history(client, merged, target):
    client.force_login(person(HEAD))
    entries = client.get(f"/issues/{target.issue.code}/").context["timeline"].whole
    assert sum(1 for entry in entries if merged.issue.code in entry.record) == 3


def test_who_sees_the_target_from_outside_reads_nothing_of_what_was_merged(client, merged, target):
    attached(target, "muc-tieu.pdf")
    for step in ("propose", "endorse", "pass_to_leader", "approve_bilateral"):
        target.do(step)
    for username in ("dongnai.skhdt.officer", "dongnai.ubnd.head"):
        text = page(client, username, target)
        assert target.issue.title in text
        for mark in (MARK, "canary-ghep.pdf", merged.issue.code, merged.issue.title):
            assert mark not in text, mark


def test_another_unit_of_the_home_reads_the_target_and_not_the_merged_file(client, merged, target):
    text = page(client, "binhduong.tnmt.officer", target)
    assert target.issue.title in text
    for mark in (MARK, "canary-ghep.pdf", merged.issue.code):
        assert mark not in text, mark


def test_reporters_follow_over_several_merges_and_can_read_where_it_went(merged, target):
    last = Story(unit="binhduong.tnmt", title="Hồ sơ cuối", at=target.at)
    last.to("triage")
    target.at = last.at
    target.do("merge", {"target": last.issue.code})

    assert last.refreshed().merged_before() == [target.issue, merged.issue]
    followers = {one.person.username for one in Follower.objects.filter(issue=last.issue)}
    assert {"binhduong.gtvt.officer", "binhduong.tnmt.officer"} <= followers
    assert registry.visible(person("binhduong.gtvt.officer"), last.issue, target.at) == "shared"


def test_a_circle_cannot_be_made(merged, target):
    with pytest.raises(WrongState):
        merged.do("merge", {"target": target.issue.code})
    with pytest.raises(Incomplete):
        target.do("merge", {"target": merged.issue.code})
    with pytest.raises(Incomplete):
        target.do("merge", {"target": target.issue.code})


@pytest.mark.parametrize("state", ["closed", "declined", "draft"])
def test_only_an_open_file_with_a_code_is_a_target(target, state):
    other = Story(title="Đích không được", at=target.at)
    other.to(state)
    target.at = other.at
    with pytest.raises(Incomplete):
        target.do("merge", {"target": other.issue.key})


def test_a_file_of_another_locality_is_no_target(target):
    elsewhere = Story(home="dongnai", other="binhduong", unit="dongnai.gtvt", at=target.at)
    elsewhere.to("triage")
    with pytest.raises(Incomplete) as refusal:
        target.do("merge", {"target": elsewhere.issue.code})
    with pytest.raises(Incomplete) as unknown:
        target.do("merge", {"target": "VM-DNI-2026-9999"})
    assert refusal.value.sentence == unknown.value.sentence


def test_the_page_says_what_will_happen_and_offers_what_belongs_together(client, target):
    story = Story(title="Hồ sơ ghép", at=target.at)
    story.to("triage")
    client.force_login(person(OFFICER))
    path = f"/issues/{story.issue.code}/steps/merge/"
    answer = client.get(path)
    part = answer.context["form"].parts[0]
    assert [one.issue for one in part.suggested] == [target.issue]
    assert 'class="alert alert-info conflict"' in answer.content.decode()
    assert client.post(path, {"target_suggested": "", "target": ""}).status_code == 422
    both = client.post(path, {"target_suggested": target.issue.code, "target": "VM-BDG-2026-0099"})
    assert both.status_code == 422
    assert "VM-BDG-2026-0099" in both.content.decode()
    assert client.post(path, {"target_suggested": target.issue.code}).status_code == 302
    assert story.refreshed().merged_into == target.issue


def test_any_open_file_of_the_home_is_named_by_its_code(client, target):
    story = Story(title="Khác cặp", other="tphcm", at=target.at)
    story.to("triage")
    client.force_login(person(OFFICER))
    path = f"/issues/{story.issue.code}/steps/merge/"
    refused = client.post(path, {"target": "VM-BDG-2026-0099"})
    assert refused.status_code == 422
    assert "VM-BDG-2026-0099" in refused.content.decode()
    assert client.post(path, {"target": target.issue.code}).status_code == 302
    assert story.refreshed().state == "merged"
