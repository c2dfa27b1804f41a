"""The digest of the morning: one mail for all that is bundled, checked again when it is sent."""

from __future__ import annotations

import email
from datetime import timedelta
from email.policy import default as policy

import pytest

from notifications import messages
from notifications.delivery import outbox
from notifications.models import Notice, OutboxMessage
from tests.notifications.conftest import messages_of, tell
from tests.people import NOW, person
from tests.story import Story

pytestmark = pytest.mark.django_db
OFFICER, HEAD = "binhduong.gtvt.officer", "binhduong.gtvt.head"
EVENING = NOW.replace(hour=19)
MORNING = NOW.replace(hour=7, minute=30) + timedelta(days=1)


@pytest.fixture
def story(db) -> Story:
    return Story()


@pytest.fixture
def told(story) -> Story:
    """Two things about one file and one about another, all for the morning."""
    tell(story, OFFICER, at=EVENING)
    tell(story, OFFICER, why="unit", at=EVENING + timedelta(minutes=5))
    second = Story(title="Suối Siệp")
    tell(second, OFFICER, why="follower", at=EVENING + timedelta(minutes=9))
    return second


def letters(mail_server, username: str = OFFICER):
    found = [one for one in mail_server.accepted if one.rcpt_tos == [person(username).email]]
    return [email.message_from_bytes(one.content, policy=policy) for one in found]


def statuses(username: str = OFFICER) -> list[str]:
    return [row.status for row in messages_of(username)]


def test_all_that_is_bundled_goes_out_as_one_mail_by_file(told, story, mail_server):
    assert outbox.deliver_due(MORNING - timedelta(seconds=1)) == 0
    assert outbox.deliver_due(MORNING) == 3
    [letter] = letters(mail_server)
    assert letter["Message-ID"] == f"<outbox-{messages_of(OFFICER).first().pk}@127.0.0.1>"
    assert "2 hồ sơ" in letter["Subject"]
    for kind in ("plain", "html"):
        part = letter.get_body((kind,)).get_content()
        assert part.count(story.issue.title) == 1
        assert part.count("Suối Siệp") == 1
        assert "/d/" not in part
        assert "/notifications/settings/" in part
        for content in (story.issue.proposal, story.issue.tried):
            assert content not in part
    assert statuses() == ["sent"] * 3
    assert outbox.deliver_due(MORNING) == 0


def test_it_is_whole_in_its_readers_language(told, mail_server):
    reader = person(OFFICER)
    reader.language = "en"
    reader.save()
    outbox.deliver_due(MORNING)
    [letter] = letters(mail_server)
    assert letter["Subject"] == "Digest of 12/11/2026: 2 files"
    for kind in ("plain", "html"):
        assert "Dear" in letter.get_body((kind,)).get_content()
    assert 'lang="en"' in letter.get_body(("html",)).get_content()


def test_what_is_not_visible_any_more_is_left_out_and_the_rest_goes(told, story, mail_server, monkeypatch):
    levels = messages.registry.levels

    def hidden(readers, record, at):
        return {} if record.title == "Suối Siệp" else levels(readers, record, at)

    monkeypatch.setattr(messages.registry, "levels", hidden)
    outbox.deliver_due(MORNING)
    [letter] = letters(mail_server)
    assert "Suối Siệp" not in letter.get_body(("plain",)).get_content()
    assert statuses() == ["sent", "sent", "cancelled"]


def test_nothing_is_sent_where_nothing_is_left(told, mail_server, monkeypatch):
    monkeypatch.setattr(messages.registry, "levels", lambda *_: {})
    outbox.deliver_due(MORNING)
    assert letters(mail_server) == []
    assert statuses() == ["cancelled"] * 3


def test_what_was_decided_in_the_meantime_is_left_out(story, mail_server):
    row = tell(story, HEAD, why="your_turn", requires_action=True, at=EVENING)
    messages_of(HEAD).update(bundled=True, next_attempt_at=MORNING)
    Notice.objects.filter(pk=row.notice_id).update(done_at=EVENING)
    outbox.deliver_due(MORNING)
    assert letters(mail_server, HEAD) == []
    assert statuses(HEAD) == ["cancelled"]


def test_a_digest_that_fails_waits_and_comes_back_whole_under_the_same_id(told, mail_server):
    address = person(OFFICER).email
    mail_server.answers[address] = "451 try again later"
    outbox.deliver_due(MORNING)
    assert statuses() == ["failed"] * 3
    [again] = set(messages_of(OFFICER).values_list("next_attempt_at", flat=True))
    mail_server.answers.clear()
    outbox.deliver_due(again)
    [letter] = letters(mail_server)
    assert letter["Message-ID"] == f"<outbox-{messages_of(OFFICER).first().pk}@127.0.0.1>"
    assert statuses() == ["sent"] * 3


def test_a_persons_bundle_is_one_workers_and_comes_back_with_its_lease(told):
    first = outbox.claim(MORNING, 1)
    assert len(first) == 3
    assert outbox.claim(MORNING, 50) == []
    after = MORNING + outbox.LEASE + timedelta(seconds=1)
    assert {one.pk for one in outbox.claim(after, 50)} == {one.pk for one in first}


def test_digests_do_not_starve_behind_single_messages(told, story):
    for minute in range(4):
        tell(story, HEAD, why="your_turn", requires_action=True, at=NOW + timedelta(minutes=minute))
    OutboxMessage.objects.filter(bundled=False).update(status="queued")
    claimed = outbox.claim(MORNING, 5)
    assert {one.bundled for one in claimed} == {True, False}


def test_each_way_has_a_bundle_of_its_own(story, mail_server):
    row = tell(story, OFFICER, at=EVENING)
    OutboxMessage.objects.create(notice=row.notice, way="push", bundled=True, next_attempt_at=MORNING)
    outbox.deliver_due(MORNING)
    by_way = dict(messages_of(OFFICER).values_list("way", "status"))
    # No device is switched on: the push is not needed, the mail is.
    assert by_way == {"email": "sent", "push": "cancelled"}


def test_a_mail_that_decides_names_the_settings_without_a_second_link(story, mail_server):
    story.do("hand_up")
    outbox.deliver_due(story.at)
    [letter] = letters(mail_server, HEAD)
    for kind in ("plain", "html"):
        part = letter.get_body((kind,)).get_content()
        assert "/d/" in part
        assert part.count("http") == 1
        assert "Cách nhận thông báo" in part


def test_any_other_mail_links_to_the_settings(story, mail_server):
    tell(story, HEAD, why="your_turn", requires_action=True, at=NOW)
    outbox.deliver_due(NOW)
    [letter] = letters(mail_server, HEAD)
    for kind in ("plain", "html"):
        part = letter.get_body((kind,)).get_content()
        assert "/d/" not in part
        assert "/notifications/settings/" in part
