"""“Không phải tôi”: whoever holds the link may end it, and can do nothing else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Alert, DecisionLink
from tests.notifications.conftest import last_mail, link_of, send_to, signed_in
from tests.notifications.links import LEADER, link, opened, press, trail
from tests.notifications.test_decision_pages import clean
from tests.people import person
from workflows.models import Event

pytestmark = pytest.mark.slow


@pytest.fixture
def waiting(story):
    """An issue before the leader, with the mail sent."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return story


@pytest.fixture
def holder(waiting) -> Client:
    """Somebody with the mail, not signed in."""
    client = Client(enforce_csrf_checks=True)
    assert client.get(link_of(LEADER)).status_code == 303
    return client


def report_address() -> str:
    return f"{clean(link_of(LEADER))}report/"


def send(client: Client, code_end: str) -> object:
    """Fill the page in and send it, token and all."""
    client.get(report_address())
    token = client.cookies["csrftoken"].value
    return client.post(report_address(), {"code_end": code_end, "csrfmiddlewaretoken": token})


def test_the_mail_and_both_pages_lead_to_it(waiting, holder):
    mail = last_mail(LEADER)
    assert "Không phải tôi" in mail.text
    assert "Không phải tôi" in mail.html
    assert f'href="{report_address()}"' in holder.get(clean(link_of(LEADER))).content.decode()
    _browser, _path, page = opened()
    assert f'href="{report_address()}"' in page.content.decode()


def test_the_holder_ends_the_link_without_signing_in(waiting, holder):
    answer = send(holder, waiting.issue.code[-4:])
    assert answer.status_code == 200
    assert link().revoked_why == "reported"
    alert = Alert.objects.get(code="link_reported")
    assert alert.about == link().selector
    [event] = trail("link_reported", link().selector)
    assert (event.kind, event.machine, event.record_id) == ("trail", "issue", waiting.issue.pk)
    assert event.person_id is None


def test_nothing_else_happens(waiting, holder):
    last = Event.objects.latest("pk").pk
    send(holder, waiting.issue.code[-4:])
    assert set(Event.objects.filter(pk__gt=last).values_list("name", flat=True)) == {"link_reported"}
    assert waiting.refreshed().state == "awaiting_committee"
    # The leader still decides in the file; the link's page says what became of it.
    page = signed_in(LEADER).get(link_of(LEADER), follow=True).content.decode()
    assert "nonce" not in page
    assert f'href="/issues/{waiting.issue.code}/"' in page
    waiting.do("approve_bilateral")


def test_whoever_does_not_know_the_code_of_the_file_ends_nothing(waiting, holder):
    for code_end in ("", "123456", "AAAA"):
        assert send(holder, code_end).status_code == 422
    assert link().is_live(timezone.now())
    assert not Alert.objects.exists()
    assert waiting.issue.code not in holder.get(report_address()).content.decode()


def test_looking_at_the_page_ends_nothing(waiting, holder):
    for method in (holder.get, holder.head):
        assert method(report_address()).status_code == 200
    assert link().is_live(timezone.now())


def test_without_the_link_there_is_no_such_page(waiting):
    stranger = Client()
    assert stranger.get(report_address()).status_code == 404
    answer = stranger.post(report_address(), {"code_end": waiting.issue.code[-4:]})
    assert answer.status_code == 404
    assert signed_in("dongnai.skhdt.head").get(report_address()).status_code == 404
    assert link().is_live(timezone.now())


def test_a_forged_form_ends_nothing(waiting, holder):
    answer = holder.post(report_address(), {"code_end": waiting.issue.code[-4:]})
    assert answer.status_code == 403
    assert link().is_live(timezone.now())


def test_its_own_person_may_report_it_and_is_named(waiting):
    browser, _path, _page = opened()
    assert browser.post(report_address(), {"code_end": waiting.issue.code[-4:]}).status_code == 200
    [event] = trail("link_reported", link().selector)
    assert event.data["by"] == person(LEADER).pk


def test_a_second_report_adds_nothing(waiting, holder):
    for _ in range(2):
        assert send(holder, waiting.issue.code[-4:]).status_code == 200
    assert len(trail("link_reported", link().selector)) == 1
    assert Alert.objects.get().times == 1


def test_after_a_decision_a_report_is_heard_and_the_decision_stands(waiting, holder):
    browser, path, page = opened()
    press(browser, path, page, "approve_bilateral")
    send(holder, waiting.issue.code[-4:])
    assert Alert.objects.filter(code="link_reported").exists()
    assert DecisionLink.objects.get(pk=link().pk).revoked_at is None
    assert waiting.refreshed().state == "bilateral"


def test_a_reported_link_tells_a_stranger_nothing_any_more(waiting, holder):
    send(holder, waiting.issue.code[-4:])
    again = Client().get(link_of(LEADER), follow=True)
    assert again.status_code == 200
    assert waiting.issue.code not in again.content.decode()
