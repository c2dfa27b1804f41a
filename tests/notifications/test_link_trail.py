"""What a link leaves in the chain: issued, delivered, proof used, decided, refused and why."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.notifications.conftest import link_of, messages_of, send_to, signed_in
from tests.notifications.links import LEADER, link, opened, press, trail
from tests.notifications.test_decision_pages import clean
from tests.people import person
from tests.substitutes import DIRECTOR, substituted
from workflows.audit import chain_faults
from workflows.models import Event

pytestmark = pytest.mark.slow

NAMES = ("link_issued", "link_delivered", "proof_used", "link_refused", "link_reported")


@pytest.fixture
def waiting(story):
    """An issue before the leader, with the mail sent."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return story


def test_from_the_mail_to_the_decision(waiting):
    browser, path, page = opened()
    assert press(browser, path, page, "approve_bilateral").status_code == 303
    rows = Event.objects.filter(machine="issue", record_id=waiting.issue.pk).order_by("seq")
    names = [event.name for event in rows if event.name in NAMES or event.channel == "link"]
    assert names == ["link_issued", "link_delivered", "proof_used", "approve_bilateral"]
    [proof] = trail("proof_used", link().selector)
    assert proof.data["method"]
    decided = Event.objects.get(name="approve_bilateral")
    assert decided.channel == "link"
    assert proof.data["digest"] == link().parts.get().digest
    assert decided.seq == proof.seq + 1
    assert list(chain_faults(rows)) == []


def test_a_decision_by_authority_says_for_whom(waiting):
    substituted(LEADER, DIRECTOR, timezone.now())
    send_to(DIRECTOR)
    messages_of(DIRECTOR).update(next_attempt_at=timezone.now())
    browser, path, page = opened(DIRECTOR)
    assert press(browser, path, page, "approve_bilateral").status_code == 303
    assert str(person(LEADER)) in Event.objects.get(name="approve_bilateral").on_behalf_of


def test_opening_leaves_nothing_in_the_chain(waiting):
    last = Event.objects.latest("pk").pk
    Client().get(link_of(LEADER), follow=True)
    Client().post(clean(link_of(LEADER)), {"step": "approve_bilateral"})
    opened()
    signed_in("dongnai.skhdt.head").get(link_of(LEADER), follow=True)
    assert not Event.objects.filter(pk__gt=last).exists()
    assert link().opened_count == 3


def test_a_known_person_who_is_refused_is_kept_with_the_reason(waiting):
    browser, path, page = opened()
    waiting.at = timezone.now()
    waiting.do("return_file", by="binhduong.ubnd.officer")
    assert press(browser, path, page, "approve_bilateral").status_code == 409
    [event] = trail("link_refused", link().selector)
    assert event.data["by"] == person(LEADER).pk
    assert event.data["step"] == "approve_bilateral"
    assert event.data["why"]


def test_somebody_else_who_presses_is_kept_by_name(waiting):
    other = "dongnai.skhdt.head"
    browser = signed_in(other)
    browser.get(link_of(LEADER))
    assert browser.post(clean(link_of(LEADER)), {"step": "approve_bilateral"}).status_code == 403
    [event] = trail("link_refused", link().selector)
    assert (event.data["by"], event.data["why"]) == (person(other).pk, "sent_to_another")


def test_a_mail_that_did_not_go_out_is_not_called_delivered(story, monkeypatch):
    from notifications.delivery import email
    from notifications.delivery.base import TemporaryFailure

    def fail(*_arguments: object) -> None:
        raise TemporaryFailure("the line is down")

    monkeypatch.setattr(email.Email, "deliver", fail)
    story.to("awaiting_committee")
    send_to(LEADER)
    assert trail("link_issued", link().selector)
    assert not trail("link_delivered", link().selector)


def test_the_trail_tells_nobody_and_shows_on_no_page(waiting):
    page = signed_in("binhduong.skhdt.officer").get(f"/issues/{waiting.issue.code}/").content.decode()
    assert link().selector not in page
