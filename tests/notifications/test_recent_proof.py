"""A link is enough to decide only soon after a sign-in; how soon is the locality's policy (rulebook §2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.demo.loading import PASSWORD
from notifications.links.proof import PROVED_AT
from notifications.models import DecisionLink
from tests.notifications.conftest import link_of, send_to, signed_in
from tests.notifications.test_decision_pages import clean, nonce_on
from tests.people import person
from workflows.models import Event, Policy

pytestmark = pytest.mark.slow

LEADER = "binhduong.ubnd.head"


@pytest.fixture
def opened(story):
    """The leader's browser with the page of the link, and the address."""
    story.to("awaiting_committee")
    send_to(LEADER)
    client, path = signed_in(LEADER), link_of(LEADER)
    client.get(path)
    return client, clean(path)


def signed_in_before(client, hours: float) -> None:
    """Let the sign-in of this browser lie so many hours back."""
    session = client.session
    session[PROVED_AT] = (timezone.now() - timedelta(hours=hours)).timestamp()
    session.save()


def decide(client, path: str, **typed: str):
    page = client.get(path)
    part = DecisionLink.objects.get(selector=path.strip("/").split("/")[1]).parts.get()
    reason = {f"{part.pk}-return_to_focal-reason": "Cần làm rõ."}
    return client.post(path, {"nonce": nonce_on(page), "step": "return_to_focal", **reason, **typed})


def decisions() -> int:
    return Event.objects.filter(name="return_to_focal").count()


def test_soon_after_a_sign_in_the_link_is_enough(opened):
    client, path = opened
    signed_in_before(client, 11.9)
    assert 'name="password"' not in client.get(path).content.decode()
    assert decide(client, path).status_code == 303
    assert decisions() == 1


def test_later_the_password_comes_with_the_decision(opened):
    client, path = opened
    signed_in_before(client, 12.1)
    assert 'name="password"' in client.get(path).content.decode()

    refused = decide(client, path)
    assert refused.status_code == 403
    assert "Cần làm rõ." in refused.content.decode()
    assert decide(client, path, password="wrong").status_code == 403
    assert decisions() == 0

    assert decide(client, path, password=PASSWORD).status_code == 303
    assert decisions() == 1
    assert client.session[PROVED_AT] > (timezone.now() - timedelta(minutes=1)).timestamp()


def test_how_long_it_lasts_is_the_policy_of_the_locality(opened):
    client, path = opened
    signed_in_before(client, 5)
    row = {"valid_from": timezone.now() - timedelta(days=1), "values": {"recent_proof_hours": 4}}
    Policy.objects.create(scope="DNI", version=1, **row)
    assert 'name="password"' not in client.get(path).content.decode()
    Policy.objects.create(scope="BDG", version=1, **row)
    assert decide(client, path).status_code == 403
    assert decide(client, path, password=PASSWORD).status_code == 303


def test_a_session_that_never_proved_anything_is_asked(opened):
    client, path = opened
    session = client.session
    del session[PROVED_AT]
    session.save()
    assert decide(client, path).status_code == 403
    assert decisions() == 0


def test_every_way_of_signing_in_is_a_proof(client, db):
    answer = client.post("/accounts/sign-in/", {"username": LEADER, "password": PASSWORD})
    assert answer.status_code == 302
    assert PROVED_AT in client.session
    client.logout()
    client.post("/accounts/sign-in/as/", {"person": LEADER})
    assert person(LEADER).pk == int(client.session["_auth_user_id"])
    assert PROVED_AT in client.session
