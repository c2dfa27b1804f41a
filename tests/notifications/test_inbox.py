"""Notices are written with the step, once per person, in an unbroken order."""

from __future__ import annotations

import pytest
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone

from notifications import inbox
from notifications.models import InboxCounter, Notice, OutboxMessage
from tests.people import person
from workflows.models import Event
from workflows.registry import Hearing, Telling
from workflows.remembering import reading


@pytest.fixture
def somebody_listens(monkeypatch):
    """A process with sockets is on the channel layer: without one a trial wakes nobody."""
    monkeypatch.setitem(get_channel_layer().groups, inbox.PROCESSES, {"channel": 0.0})


def seqs(username: str) -> list[int]:
    return list(Notice.objects.filter(person__username=username).values_list("seq", flat=True))


def open_actions(username: str) -> list[str]:
    rows = Notice.objects.awaiting_action().filter(person__username=username)
    return list(rows.values_list("code", flat=True))


def test_a_step_tells_each_person_once_and_never_who_acted(story):
    story.to("awaiting_committee")
    for event in Event.objects.filter(kind="step"):
        told = Notice.objects.filter(event_id=event.pk).values_list("person_id", flat=True)
        assert len(told) == len(set(told)) > 0
        assert event.person_id not in told


def test_one_person_heard_for_two_reasons_gets_one_notice_and_action_wins(story):
    head = person("binhduong.gtvt.head")
    event = Event.objects.latest("pk")
    record = story.refreshed()
    hearings = (Hearing(head.pk, "unit"), Hearing(head.pk, "your_turn", requires_action=True))
    with transaction.atomic():
        inbox.sink([Telling(event, record, hearings, story.at)])
    notice = Notice.objects.get(person=head, event_id=event.pk)
    assert (notice.why, notice.requires_action) == ("your_turn", True)


def test_seq_has_no_gap_and_the_counter_ends_with_it(story):
    story.to("awaiting_committee")
    for counter in InboxCounter.objects.all():
        assert seqs(counter.person.username) == list(range(1, counter.seq + 1))


def test_a_rolled_back_step_leaves_neither_notice_nor_gap(story):
    story.to("submitted")
    before = (Notice.objects.count(), OutboxMessage.objects.count())

    with transaction.atomic():
        story.do("accept")
        transaction.set_rollback(True)
    assert story.refreshed().state == "submitted"
    assert (Notice.objects.count(), OutboxMessage.objects.count()) == before
    story.do("accept")
    assert seqs("binhduong.gtvt.officer") == [1, 2]


def test_the_wake_up_waits_for_the_commit(
    story, somebody_listens, django_capture_on_commit_callbacks, monkeypatch
):
    woken = []

    async def remember(people):
        woken.append(dict(people))

    monkeypatch.setattr(inbox, "_send_wake_ups", remember)
    with django_capture_on_commit_callbacks(execute=True):
        story.do("hand_up")
        assert woken == []
    head = person("binhduong.gtvt.head")
    # Who acted is woken too, without a notice: their other devices show it.
    actor = person("binhduong.gtvt.officer")
    assert woken == [{actor.pk: 0, head.pk: 1, person("binhduong.gtvt.deputy").pk: 1}]


def test_a_failing_channel_layer_does_not_fail_the_step(
    story, somebody_listens, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    async def broken(_people):
        raise ConnectionError("the broker is down")

    monkeypatch.setattr(inbox, "_send_wake_ups", broken)
    with django_capture_on_commit_callbacks(execute=True):
        story.do("hand_up")
    assert story.issue.state == "awaiting_unit_head"
    assert "broker is down" in caplog.text


def test_what_was_decided_is_done_for_everybody_who_could_have(story):
    story.to("awaiting_focal_head")
    assert open_actions("binhduong.skhdt.head") == ["propose"]
    story.do("endorse")
    assert open_actions("binhduong.skhdt.head") == []
    assert open_actions("binhduong.skhdt.deputy") == []
    assert open_actions("binhduong.ubnd.officer") == ["endorse"]


def test_a_note_leaves_the_turn_open(story):
    story.to("awaiting_focal_head")
    story.act("note_internal", {"text": "Đã trao đổi."}, by="binhduong.skhdt.officer")
    assert open_actions("binhduong.skhdt.head") == ["propose"]


def test_a_record_counts_once_however_often_it_came_back(story):
    story.to("awaiting_focal_head")
    story.do("send_back")
    story.do("propose")
    assert inbox.counts(person("binhduong.skhdt.head")).actions == 1


def test_reading_moves_the_version_and_only_up_to_what_was_shown(story):
    story.to("awaiting_committee")
    officer = person("binhduong.gtvt.officer")
    before = inbox.counts(officer)
    assert before.unread == before.cursor == 5
    assert inbox.mark_read(officer, 3, at=timezone.now()) == 3
    after = inbox.counts(officer)
    assert (after.unread, after.version) == (2, before.version + 1)
    assert inbox.mark_read(officer, 3, at=timezone.now()) == 0
    assert inbox.counts(officer).version == after.version


def test_replay_continues_after_the_cursor_in_batches(story):
    story.to("awaiting_committee")
    pk = person("binhduong.gtvt.officer").pk
    assert [n.seq for n in inbox.replay(pk, 0, limit=2)] == [1, 2]
    assert [n.seq for n in inbox.replay(pk, 3)] == [4, 5]


def test_somebody_without_an_address_gets_the_notice_and_no_message(story):
    head = person("binhduong.gtvt.head")
    head.email = ""
    head.save()
    story.do("hand_up")
    assert seqs(head.username) == [1]
    assert not OutboxMessage.objects.filter(notice__person=head).exists()


def test_a_step_writes_its_notices_in_few_statements(story, django_assert_max_num_queries):
    story.to("committee_office")
    telling = Telling(
        Event.objects.latest("pk"),
        story.refreshed(),
        tuple(Hearing(pk, "home") for pk in range(60, 100)),
        story.at,
    )
    with transaction.atomic(), reading(locked=True):
        inbox.sink([telling])  # so that what these people chose is known
        transaction.set_rollback(True)
    with django_assert_max_num_queries(16), transaction.atomic(), reading(locked=True):
        inbox.sink([telling])
