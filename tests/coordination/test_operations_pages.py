"""The operator's pages: the queue, dead letters, alerts, workers, and what messages look like."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from notifications.alerts import SENTENCES, close_alert, in_words, raise_alert, settle_alert
from notifications.delivery.samples import NOWHERE, SAMPLES, preview
from notifications.models import Alert, Heartbeat, OutboxMessage
from tests.people import NOW, person
from tests.story import Story

pytestmark = pytest.mark.django_db
PAGE = reverse("operations")
ADDRESSES = (PAGE, reverse("message-list"), reverse("message-sample", args=["mail-decide"]))


@pytest.fixture
def admin(client):
    client.force_login(person("admin"))
    return client


@pytest.fixture
def dead(story) -> OutboxMessage:
    """A dead letter to the unit's head."""
    story.do("hand_up")
    OutboxMessage.objects.exclude(notice__person__username="binhduong.gtvt.head").delete()
    OutboxMessage.objects.update(status="dead", attempts=12, error="server answered 550")
    return OutboxMessage.objects.get()


def page(client) -> str:
    return client.get(PAGE).content.decode()


@pytest.mark.parametrize("username", ["auditor", "binhduong.skhdt.head", "binhduong.skhdt.clerk"])
def test_for_others_there_are_no_such_pages(client, username):
    client.force_login(person(username))
    assert {client.get(path).status_code for path in ADDRESSES} == {404}
    assert client.post(reverse("dead-letters"), {"do": "again"}).status_code == 404
    assert client.post(reverse("alert-close", args=[1])).status_code == 404
    client.logout()
    assert {client.get(path).status_code for path in ADDRESSES} == {302}


def test_the_page_is_in_the_administrators_menu_alone(admin):
    assert f'href="{PAGE}"' in page(admin)
    admin.force_login(person("auditor"))
    assert f'href="{PAGE}"' not in admin.get("/notifications/").content.decode()


def test_the_queue_is_counted_by_way_and_state(admin, dead):
    notice = dead.notice
    OutboxMessage.objects.create(notice=notice, way="push", next_attempt_at=timezone.now())
    table = dict(admin.get(PAGE).context["queue"].table)
    assert [table["thư điện tử"], table["thông báo đẩy"]] == [(0, 0, 0, 1), (1, 0, 0, 0)]
    assert admin.get(PAGE).context["queue"].dead_count == 1


def test_the_oldest_that_could_go_now_is_named(admin, dead):
    assert "Không có thông báo nào đến hạn" in page(admin)
    due = timezone.now() - timedelta(hours=3)
    OutboxMessage.objects.create(notice=dead.notice, way="push", next_attempt_at=due)
    OutboxMessage.objects.create(notice=dead.notice, way="chat", next_attempt_at=due + timedelta(days=1))
    assert admin.get(PAGE).context["queue"].oldest == due
    assert timezone.localtime(due).strftime("%H:%M %d/%m/%Y") in page(admin)


def test_a_dead_letter_says_for_whom_and_why_and_nothing_of_the_file(admin, dead, story):
    text = page(admin)
    for said in (str(dead.notice.person), "server answered 550", story.issue.ref, "cần xử lý"):
        assert said in text
    assert story.issue.title not in text


def test_a_dead_letter_is_sent_again_or_given_up_and_its_reason_stays(admin, dead):
    admin.post(reverse("dead-letters"), {"do": "again", "message": [dead.pk]})
    dead.refresh_from_db()
    assert (dead.status, dead.attempts) == ("queued", 0)
    # What is not dead is left alone.
    admin.post(reverse("dead-letters"), {"do": "give_up", "message": [dead.pk]})
    dead.refresh_from_db()
    assert dead.status == "queued"
    OutboxMessage.objects.update(status="dead", error="server answered 550")
    answer = admin.post(reverse("dead-letters"), {"do": "give_up", "message": [dead.pk, "x"]}, follow=True)
    dead.refresh_from_db()
    assert (dead.status, dead.error) == ("cancelled", "server answered 550")
    assert "Đã thôi gửi 1 thông báo" in answer.content.decode()
    assert admin.post(reverse("dead-letters"), {"do": "burn"}).status_code == 404


def test_a_worker_that_has_fallen_silent_is_marked(admin):
    Heartbeat.objects.create(worker="may-1:deliver", at=timezone.now())
    Heartbeat.objects.create(worker="may-2:deliver", at=timezone.now() - timedelta(minutes=5))
    workers = {worker.name: worker.silent for worker in admin.get(PAGE).context["queue"].workers}
    assert workers == {"may-1:deliver": False, "may-2:deliver": True}
    assert "mất tín hiệu" in page(admin)


def test_an_alert_is_open_once_until_somebody_closes_it(admin):
    for _again in range(3):
        raise_alert("worker_silent", "may-1", {"since": "09:00 11/11/2026"}, NOW)
    raise_alert("worker_silent", "may-2", {"since": "09:00 11/11/2026"}, NOW)
    alert = Alert.objects.get(about="may-1")
    assert (alert.times, alert.raised_at) == (3, NOW)
    assert "Tiến trình nền may-1 không có tín hiệu từ 09:00 11/11/2026." in page(admin)
    admin.post(reverse("alert-close", args=[alert.pk]))
    alert.refresh_from_db()
    assert (alert.closed_by, alert.closed_at is not None) == (person("admin"), True)
    assert "may-1" not in page(admin)
    assert not close_alert(alert.pk, by=person("admin"), at=NOW)
    raise_alert("worker_silent", "may-1", {"since": "10:00 11/11/2026"}, NOW)
    assert settle_alert("worker_silent", "may-1", at=NOW)
    assert Alert.objects.filter(closed_at__isnull=True).count() == 1


def test_every_alert_has_a_sentence_in_both_languages_and_none_breaks_the_page():
    params = {"number": 3, "since": "09:00", "times": 20, "name": "Lê Văn A"}
    for code in SENTENCES:
        alert = raise_alert(code, "x", params, NOW)
        vietnamese = in_words(alert)
        with translation.override("en"):
            assert in_words(alert) != vietnamese
        assert "%(" not in vietnamese
    with pytest.raises(ValueError, match="needs a sentence"):
        raise_alert("no_such_code", "", {}, NOW)
    assert in_words(Alert(code="dead_letters", about="x", params={})) == "dead_letters x"
    assert "cua_ngay_mai" in in_words(Alert(code="cua_ngay_mai", params={}))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_of_message_can_be_read_in_both_languages_and_leads_nowhere(admin, name, settings):
    shown = {language: preview(name, language, at=NOW) for language in ("vi", "en")}
    assert shown["vi"].subject != shown["en"].subject
    for one in shown.values():
        for part in (one.text, one.html):
            assert settings.BASE_URL not in part
            assert part.count("http") == part.count(NOWHERE)
    assert bool(shown["vi"].html) == name.startswith("mail")
    text = admin.get(reverse("message-sample", args=[name])).content.decode()
    for one in shown.values():
        assert one.subject.split(" ")[0] in text
    if name.startswith("mail"):
        frame = admin.get(reverse("message-html", args=[name, "vi"]))
        assert "default-src 'none'" in frame["Content-Security-Policy"]
        assert 'lang="vi"' in frame.content.decode()


def test_a_sample_that_there_is_not(admin):
    assert admin.get(reverse("message-sample", args=["nothing"])).status_code == 404
    assert admin.get(reverse("message-html", args=["mail-act", "fr"])).status_code == 404


def test_a_sample_writes_nothing(admin):
    Story()
    before = OutboxMessage.objects.count()
    for name in SAMPLES:
        admin.get(reverse("message-sample", args=[name]))
    assert OutboxMessage.objects.count() == before
