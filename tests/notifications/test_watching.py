"""Background work that stands still is noticed: silent workers, old messages, dead ones."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from notifications import tasks, watching
from notifications.alerts import in_words
from notifications.models import Alert, Heartbeat, OutboxMessage
from tests.notifications.conftest import send_all

WORKER = "celery@may-1"


def open_alerts() -> set[tuple[str, str]]:
    return set(Alert.objects.filter(closed_at=None).values_list("code", "about"))


def watched(minutes: float = 0) -> set[tuple[str, str]]:
    """Watch so many minutes from now; which alerts are open then."""
    watching.watch(timezone.now() + timedelta(minutes=minutes))
    return open_alerts()


def test_a_worker_that_falls_silent_is_missed_until_it_is_back(db):
    watching.beat(WORKER, at=timezone.now())
    assert watched(2) == set()
    assert watched(4) == {("worker_silent", WORKER)}
    watching.beat(WORKER, at=timezone.now() + timedelta(minutes=5))
    assert watched(6) == set()


def test_a_worker_that_is_stopped_is_not_missed(db):
    watching.beat(WORKER, at=timezone.now())
    watched(4)
    watching.ended(WORKER, at=timezone.now())
    assert watched(10) == set()


def test_a_worker_gone_for_good_is_forgotten_its_alert_is_not(db):
    watching.beat(WORKER, at=timezone.now())
    watched(2 * 24 * 60)
    assert not Heartbeat.objects.exists()
    assert watched(2 * 24 * 60 + 1) == {("worker_silent", WORKER)}


def test_an_old_message_is_told_once_and_settled_when_it_is_gone(story, caplog):
    story.do("hand_up")
    OutboxMessage.objects.update(next_attempt_at=timezone.now())
    assert watched(14) == set()
    with caplog.at_level(logging.ERROR):
        for minutes in (16, 17, 18):
            assert watched(minutes) == {("oldest_message", "")}
    assert len(caplog.records) == 1, "the error reports hear of it once, not every minute"
    assert Alert.objects.get().times == 1
    send_all()
    assert watched(19) == set()


def test_a_message_whose_worker_died_counts_from_when_it_was_due(story):
    story.do("hand_up")
    now = timezone.now()
    OutboxMessage.objects.update(
        next_attempt_at=now, status="claimed", claimed_until=now + timedelta(minutes=10)
    )
    assert watched(9) == set(), "leased: somebody is at it"
    assert watched(16) == {("oldest_message", "")}


def test_dead_messages_are_counted_in_words(story):
    story.do("hand_up")
    OutboxMessage.objects.update(status="dead")
    assert watched() == {("dead_letters", "")}
    assert in_words(Alert.objects.get()).endswith(f"{OutboxMessage.objects.count()}.")


def test_the_tasks_do_what_they_say(story):
    story.do("hand_up")
    tasks.deliver()
    tasks.heartbeat()
    tasks.watch()
    assert set(OutboxMessage.objects.values_list("status", flat=True)) == {"sent"}
    assert Heartbeat.objects.get().worker == tasks.ONE_PROCESS
    assert open_alerts() == set()


def readiness(expected: int) -> dict[str, bool]:
    answer = Client().get("/readyz")
    assert answer.status_code == expected, answer.content
    said = json.loads(answer.content)
    assert said["ready"] is (expected == 200)
    return {name: part["ok"] for name, part in said["parts"].items()}


def test_ready_with_a_worker_and_nothing_old(db):
    assert readiness(503) == {
        "database": True,
        "broker": True,
        "layer": True,
        "workers": False,
        "outbox": True,
    }
    watching.beat(WORKER, at=timezone.now())
    assert set(readiness(200).values()) == {True}


def test_not_ready_with_an_old_message(story):
    story.do("hand_up")
    watching.beat(WORKER, at=timezone.now())
    OutboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=20))
    assert readiness(503)["outbox"] is False


def test_a_broker_that_does_not_answer_is_said_without_its_address(db, settings):
    settings.REDIS_URL = "redis://:geheim@127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert json.loads(answer.content)["parts"]["broker"] == {"ok": False, "error": "ConnectionError"}
    assert b"geheim" not in answer.content
