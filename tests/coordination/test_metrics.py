"""/metrics: who may read it, what it counts, and that nothing a person wrote becomes a name in it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from django.db import transaction
from django.test import Client
from django.utils import timezone

from coordination.checks import service_settings
from coordination.measuring import REQUEST_SECONDS, REQUESTS, totals, within
from coordination.queries import standing
from notifications.alerts import raise_alert
from notifications.delivery.outbox import deliver_due
from notifications.models import Heartbeat, OutboxMessage
from tests.notifications.conftest import link_of
from tests.people import person
from tests.story import Story
from workflows import engine
from workflows.doing import REFUSALS, STEP_SECONDS, TRANSITIONS
from workflows.refusals import Refusal

pytestmark = pytest.mark.django_db
TOKEN = "a-token-that-monitoring-alone-has-0123456789"
FAR = "203.0.113.5"
OFFICER = "binhduong.gtvt.officer"


@pytest.fixture(autouse=True)
def counted_anew():
    standing._counted.cache_clear()
    yield
    standing._counted.cache_clear()


def text() -> str:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return answer.content.decode()


def figure(said: str, name: str, **labels: str) -> float:
    """The value of the one sample with this name and these labels."""
    inside = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    [value] = re.findall(rf"^{name}{re.escape(f'{{{inside}}}') if inside else ''} (\S+)$", said, re.MULTILINE)
    return float(value)


@pytest.mark.parametrize(
    "addresses, token, asks_from, header, status",
    [
        (["127.0.0.0/8"], "", "127.0.0.1", None, 200),
        (["127.0.0.0/8"], "", FAR, None, 403),
        ([], "", "127.0.0.1", None, 403),
        (["10.1.0.0/16", "::1"], "", "::1", None, 200),
        (["10.1.0.0/16"], "", "10.2.0.1", None, 403),
        ([], TOKEN, FAR, f"Bearer {TOKEN}", 200),
        ([], TOKEN, FAR, f"Bearer {TOKEN[:-1]}", 403),
        ([], TOKEN, FAR, f"Basic {TOKEN}", 403),
        ([], "", FAR, "Bearer ", 403),
        (["127.0.0.0/8"], TOKEN, "127.0.0.1", "Bearer no", 403),
        ([], TOKEN, "", None, 403),
    ],
)
def test_the_world_may_not_read_it(settings, addresses, token, asks_from, header, status):
    settings.METRICS_ADDRESSES, settings.METRICS_TOKEN = addresses, token
    client = Client(REMOTE_ADDR=asks_from, headers={"Authorization": header} if header else {})
    answer = client.get("/metrics")
    assert answer.status_code == status
    assert (b"lien_tinh_" in answer.content) == (status == 200)
    if status == 403:
        assert b"METRICS_TOKEN" in answer.content


def test_a_token_that_can_be_guessed_is_refused_in_service(settings):
    settings.TRIAL, settings.METRICS_TOKEN = False, "short"
    assert "coordination.E011" in {problem.id for problem in service_settings(None)}
    settings.METRICS_TOKEN = TOKEN
    settings.METRICS_ADDRESSES = ["10.0.0.0/8", "everybody"]
    assert {"coordination.E012"} == {problem.id for problem in service_settings(None)} & {
        "coordination.E011",
        "coordination.E012",
    }


def hand_up(story: Story) -> None:
    """Through the engine: a story that another test told before is only laid out again."""
    engine.perform(story.issue, "hand_up", by=person(OFFICER), at=story.at)


def test_a_step_counts_once_it_is_committed(story, django_capture_on_commit_callbacks):
    key = ("issue", "hand_up")
    before = totals(TRANSITIONS, "machine", "step").get(key, 0)
    timed = STEP_SECONDS.labels(*key)._sum.get()
    with django_capture_on_commit_callbacks(execute=True):
        hand_up(story)
    assert totals(TRANSITIONS, "machine", "step")[key] == before + 1
    assert STEP_SECONDS.labels(*key)._sum.get() > timed
    assert figure(text(), "lien_tinh_transitions_total", machine="issue", step="hand_up") == before + 1


def test_what_is_undone_does_not_count(story, django_capture_on_commit_callbacks):
    before = totals(TRANSITIONS)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        hand_up(story)
        transaction.set_rollback(True)
    assert totals(TRANSITIONS) == before


def test_a_refusal_counts_by_its_code_and_no_asked_word_becomes_a_name(story):
    before = totals(REFUSALS, "machine", "step", "code")
    with pytest.raises(Refusal) as refused:
        engine.perform(story.issue, "submit", by=person(OFFICER), at=story.at)
    with pytest.raises(Refusal):
        engine.perform(story.issue, "a-word-from-an-address", by=person(OFFICER), at=story.at)
    after = totals(REFUSALS, "machine", "step", "code")
    new = {key for key in after if after[key] > before.get(key, 0)}
    assert ("issue", "submit", refused.value.code) in new
    assert [key for key in new if key[1] == "unknown"]
    assert "a-word-from-an-address" not in text()


def test_a_page_is_named_by_its_view_and_never_by_its_path(client, db):
    story = Story(at=timezone.now() - timedelta(hours=30))
    story.do("hand_up")
    while deliver_due(timezone.now()):
        pass
    address = link_of("binhduong.gtvt.head")
    client.force_login(person(OFFICER))
    before = totals(REQUESTS, "page", "status").get(("issue", "200"), 0)
    assert client.get(f"/issues/{story.issue.ref}/").status_code == 200
    assert client.get(address).status_code == 303
    said = text()
    assert totals(REQUESTS, "page", "status")["issue", "200"] == before + 1
    for secret in (story.issue.ref, *address.split("/")[-2:]):
        assert secret not in said
    assert REQUEST_SECONDS.labels("issue")._sum.get() > 0
    client.get("/no-such-page-at-all/")
    assert "no-such-page" not in text()


def test_a_method_nobody_knows_is_no_name_either(client):
    client.generic("BREW", "/healthz")
    assert "BREW" not in text()


def test_the_installation_is_asked_in_few_statements(story, django_assert_max_num_queries):
    story.do("hand_up")
    now = timezone.now()
    OutboxMessage.objects.update(next_attempt_at=now - timedelta(minutes=5))
    Heartbeat.objects.create(worker="celery@one", at=now - timedelta(seconds=40))
    raise_alert("dead_letters", "", {"number": 1}, now)
    with django_assert_max_num_queries(6):
        said = text()
    number = OutboxMessage.objects.filter(way="email").count()
    assert number > 0
    assert figure(said, "lien_tinh_outbox_messages", way="email", status="queued") == number
    assert 300 <= figure(said, "lien_tinh_outbox_oldest_seconds") < 330
    assert 40 <= figure(said, "lien_tinh_worker_heartbeat_age_seconds", worker="celery@one") < 70
    assert figure(said, "lien_tinh_alerts", code="dead_letters") == 1
    assert figure(said, "lien_tinh_records", machine="issue", state=story.refreshed().state) == 1
    assert figure(said, "lien_tinh_unanswered", part="database") == 0
    with django_assert_max_num_queries(5):
        # All records are counted once a minute.
        text()


def test_a_part_that_is_down_hides_no_other(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    said = text()
    assert figure(said, "lien_tinh_unanswered", part="broker") == 1
    assert figure(said, "lien_tinh_unanswered", part="database") == 0
    assert "lien_tinh_outbox_oldest_seconds" in said


@pytest.mark.services
def test_the_queue_of_the_workers_is_counted(settings, redis_url, monkeypatch):
    # Workers of other tests may be at the real one.
    queue = f"work-{uuid4()}"
    monkeypatch.setattr(standing, "WORK_QUEUE", queue)
    settings.REDIS_URL = redis_url
    with redis.Redis.from_url(redis_url) as broker:
        broker.lpush(queue, "one", "two", "three")
        try:
            assert figure(text(), "lien_tinh_tasks_waiting") == 3
        finally:
            broker.delete(queue)


def test_what_most_of_it_takes_is_a_buckets_end(story):
    hand_up(story)
    share = within(STEP_SECONDS, 0.95)
    assert share is not None
    assert share >= (within(STEP_SECONDS, 0.5) or 0)


def test_the_operators_page_says_how_it_goes(client, story):
    story.do("hand_up")
    client.force_login(person("admin"))
    page = client.get("/operations/")
    [(_kind, [(state, number)])] = page.context["records"]
    assert (str(state), number) == (story.refreshed().get_state_display(), 1)
    assert "Tình hình hoạt động" in page.content.decode()
    assert story.issue.ref not in page.content.decode()
