"""Who guesses is slowed down and seen; whoever holds the right secret is never kept out."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from notifications.links import limits
from notifications.links import views as decision_views
from notifications.models import Alert
from tests.notifications.conftest import link_of, send_to, signed_in
from tests.notifications.links import LEADER, link, opened, press
from tests.notifications.test_decision_pages import clean
from tests.people import person

pytestmark = pytest.mark.slow

WRONG = "A" * 43


@pytest.fixture
def path(story) -> str:
    """The path of the leader's link."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return link_of(LEADER)


def guess(selector: str, times: int, **extra: str) -> list[int]:
    client = Client(**extra)
    return [client.get(f"/d/{selector}/{WRONG}").status_code for _ in range(times)]


def test_many_wrong_secrets_of_one_link_raise_one_alert_and_lock_nothing(path):
    selector = link().selector
    guess(selector, decision_views.WRONG_OF_SELECTOR - 1)
    assert not Alert.objects.exists()
    guess(selector, 11)
    alert = Alert.objects.get()
    assert (alert.code, alert.about, alert.times) == ("links_wrong_secret", selector, 2)
    assert WRONG not in str(alert.params)
    assert Client().get(path).status_code == 303


def test_a_network_that_guesses_waits_and_still_opens_what_is_right(path):
    many = decision_views.WRONG_OF_NETWORK
    answers = [guess(f"unknown{number:04}", 1)[0] for number in range(many + 2)]
    assert answers[:many] == [404] * many
    assert answers[many:] == [429, 429]
    assert Alert.objects.get().about == "127.0.0.0/24"
    assert Client().get(path).status_code == 303
    assert guess(link().selector, 1, REMOTE_ADDR="10.1.2.3") == [404]


def test_waiting_and_unknown_look_alike_too(path, monkeypatch):
    monkeypatch.setattr(decision_views, "WRONG_OF_NETWORK", 1)
    guess("unknown", 1)
    answers = {selector: Client().get(f"/d/{selector}/{WRONG}") for selector in ("unknown", link().selector)}
    assert {answer.status_code for answer in answers.values()} == {429}
    sizes = {
        len(text) - len(selector) * text.count(selector)
        for selector, text in ((selector, answer.content.decode()) for selector, answer in answers.items())
    }
    assert len(sizes) == 1


def test_nobody_presses_without_end(path, monkeypatch):
    monkeypatch.setattr(decision_views, "MOST_PRESSES", 2)
    browser, address, page = opened()
    for _ in range(2):
        page = press(browser, address, page, "approve_council", ground="policy")
        assert page.status_code == 422
    refused = press(browser, address, page, "approve_bilateral")
    assert refused.status_code == 429
    cache.clear()
    assert press(browser, address, refused, "approve_bilateral").status_code == 303


def test_nobody_guesses_the_code_of_a_file_without_end(path, monkeypatch):
    monkeypatch.setattr(decision_views, "MOST_REPORTS", 2)
    holder = Client()
    holder.get(path)
    answers = [holder.post(f"{clean(path)}report/", {"code_end": f"000{n}"}).status_code for n in range(4)]
    assert answers[2:] == [429, 429]


def test_where_the_cache_cannot_be_reached_people_still_decide(path, monkeypatch):
    def broken(*_arguments: object, **_keywords: object) -> None:
        raise ConnectionError("no cache")

    browser, address, page = opened()
    monkeypatch.setattr(limits.cache, "add", broken)
    monkeypatch.setattr(limits.cache, "incr", broken)
    assert press(browser, address, page, "approve_bilateral").status_code == 303


@pytest.mark.parametrize(
    "which", ["secret", "clean", "report", "wrong", "method", "no token", "nothing there", "owner", "other"]
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_no_answer_is_kept_indexed_framed_or_told(path, which, method):
    client = Client(enforce_csrf_checks=True)
    if which not in {"secret", "wrong"}:
        client.get(path)
    if which in {"owner", "other"}:
        client.force_login(person(LEADER if which == "owner" else "dongnai.skhdt.head"))
    address = {
        "secret": path,
        "report": f"{clean(path)}report/",
        "wrong": f"{clean(path)}{WRONG}",
        "nothing there": f"{clean(path)}a/b/c",
    }.get(which, clean(path))
    if which == "method":
        method = "delete"
    if which == "no token":
        method = "post"
    answer = getattr(client, method)(address)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    if method == "head":
        assert answer.content == b""


def test_the_page_of_another_officer_keeps_whom_it_was_sent_to(path):
    page = signed_in("dongnai.skhdt.head")
    page.get(path)
    text = page.get(clean(path)).content.decode()
    assert str(person(LEADER)) not in text
