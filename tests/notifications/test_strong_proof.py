"""Whoever has a passkey or an authenticator app decides by it; a password alone is not enough any more."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.cache import cache

from coordination.demo.loading import PASSWORD
from notifications.links.proof import PROVED_AT, PROVED_BY
from tests.factors import code_of, with_app
from tests.notifications.conftest import link_of, send_to, signed_in
from tests.notifications.test_decision_pages import clean
from tests.notifications.test_recent_proof import LEADER, decide, decisions, signed_in_before
from tests.people import person
from workflows.models import Event

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Each test begins with no attempt counted and no code used."""
    cache.clear()


@pytest.fixture
def opened(story):
    """The leader's browser with the page of the link, and the address."""
    story.to("awaiting_committee")
    send_to(LEADER)
    client, path = signed_in(LEADER), link_of(LEADER)
    client.get(path)
    return client, clean(path)


def proofs() -> list[str]:
    """By what the decisions in the chain were proved."""
    rows = Event.objects.filter(name="proof_used").order_by("pk")
    return [row.data["method"] for row in rows]


def proved_by(client: Any, method: str) -> None:
    """Let the last proof of this browser be of such a kind, of just now."""
    session = client.session
    session[PROVED_BY] = method
    session.save()


def test_the_password_is_refused_where_an_app_is_set_up(opened):
    client, path = opened
    with_app(LEADER)
    signed_in_before(client, 13)
    page = client.get(path).content.decode()
    assert 'name="password"' not in page
    assert 'name="code"' in page

    refused = decide(client, path, password=PASSWORD)
    assert refused.status_code == 403
    assert "thiếu mã của ứng dụng xác thực" in refused.content.decode()
    assert "Cần làm rõ." in refused.content.decode()
    assert decisions() == 0


def test_a_code_of_the_app_proves_and_counts_from_then_on(opened):
    client, path = opened
    with_app(LEADER)
    signed_in_before(client, 13)
    wrong = decide(client, path, code="000000" if code_of() != "000000" else "000001")
    assert wrong.status_code == 403
    assert "Cần làm rõ." in wrong.content.decode()

    assert decide(client, path, code=code_of()).status_code == 303
    assert (decisions(), proofs()) == (1, ["totp"])
    assert client.session[PROVED_BY] == "totp"


def test_a_code_passes_once_for_as_long_as_it_is_right(opened):
    client, path = opened
    with_app(LEADER)
    # Half a minute old: still right, and allauth itself would have forgotten its use by now.
    code = code_of(ago=30)
    other = signed_in(LEADER)
    assert other.post("/security/confirm/", {"code": code}).status_code == 302
    cache.delete(f"allauth.mfa.totp.used?user={person(LEADER).pk}&code={code}")
    signed_in_before(client, 13)
    assert decide(client, path, code=code).status_code == 403
    assert decisions() == 0


def test_a_session_that_began_with_the_password_is_asked_though_it_is_young(opened):
    client, path = opened
    signed_in_before(client, 1)
    assert 'name="code"' not in client.get(path).content.decode()
    with_app(LEADER)
    page = client.get(path).content.decode()
    assert 'name="code"' in page
    refused = decide(client, path)
    assert refused.status_code == 403
    assert "cách xác nhận mạnh hơn mật khẩu" in refused.content.decode()

    proved_by(client, "totp")
    assert decide(client, path).status_code == 303
    assert proofs() == ["recent"]


def test_a_recovery_code_signs_in_but_does_not_decide(opened):
    client, path = opened
    with_app(LEADER)
    confirmed = client.post("/security/confirm/", {"code": code_of()})
    assert confirmed.status_code == 302
    client.post("/security/codes/")
    codes = Authenticator.objects.get(user=person(LEADER), type="recovery_codes").wrap().get_unused_codes()
    signed_in_before(client, 13)
    assert decide(client, path, code=codes[0]).status_code == 403
    assert decisions() == 0


def test_a_passkey_is_asked_first_and_nothing_weaker_passes(opened):
    client, path = opened
    credential = {"clientExtensionResults": {"credProps": {"rk": True}}}
    WebAuthn.add(person(LEADER), "Điện thoại", credential)
    page = client.get(path).content.decode()
    assert 'data-passkey="get"' in page
    assert "passkeys.js" in page
    assert 'name="password"' not in page
    assert 'name="code"' not in page

    for given in ({"password": PASSWORD}, {"code": "123456"}, {"credential": "{}"}, {"credential": "no"}):
        refused = decide(client, path, **given)
        assert refused.status_code == 403, given
        assert "Cần làm rõ." in refused.content.decode()
    assert decisions() == 0
    session = client.session
    assert session.get(PROVED_BY) == "password"
    assert PROVED_AT in session


def test_the_challenge_is_only_for_who_is_signed_in(client, db):
    assert client.post("/proof/passkey/").status_code == 403
    assert client.get("/proof/passkey/").status_code == 405


def test_without_either_the_password_still_proves(opened):
    client, path = opened
    signed_in_before(client, 13)
    assert decide(client, path, password=PASSWORD).status_code == 303
    assert proofs() == ["password"]


def test_guessing_with_the_decision_is_counted_and_told(opened):
    client, path = opened
    signed_in_before(client, 13)
    for _attempt in range(5):
        assert decide(client, path, password="wrong").status_code == 403
    refused = decide(client, path, password=PASSWORD)
    assert refused.status_code == 403
    assert "Sai quá nhiều lần" in refused.content.decode()
    assert decisions() == 0
