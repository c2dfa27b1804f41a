"""What proves who one is: set up, used, renamed and removed by its owner, after one more proof."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

from coordination.demo.loading import PASSWORD
from notifications.links.proof import PROVED_BY
from notifications.models import DecisionLink
from tests.factors import SECRET, code_of, with_app
from tests.notifications.conftest import link_of, send_to, signed_in
from tests.people import person

pytestmark = pytest.mark.slow

WHO = "binhduong.ubnd.head"
SIGN_IN = "/accounts/sign-in/"
CONFIRM = "/security/confirm/"
PAGES = ["/security/passkeys/new/", "/security/app/", "/security/codes/", "/security/password/"]


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Each test begins with no attempt counted and no code used."""
    cache.clear()


@pytest.fixture
def client(db) -> Client:
    return signed_in(WHO)


def confirm(client: Client, **given: str) -> Any:
    return client.post(CONFIRM, given or {"password": PASSWORD})


def sign_in(browser: Client, password: str = PASSWORD, username: str = WHO, **more: str) -> Any:
    return browser.post(SIGN_IN, {"username": username, "password": password, **more})


# The page, and the proof before each change


def test_the_page_shows_what_is_set_up_and_is_only_ones_own(client):
    assert "Thêm khóa truy cập" in client.get("/security/").content.decode()
    assert "Mã khôi phục" not in client.get("/security/").content.decode()
    with_app("dongnai.ubnd.head")
    assert "Đã đặt ngày" not in client.get("/security/").content.decode()
    assert Client().get("/security/")["Location"] == f"{SIGN_IN}?next=/security/"


@pytest.mark.parametrize("path", PAGES)
def test_a_change_asks_first_who_it_is_and_leads_back(client, path):
    asked = client.get(path)
    assert (asked.status_code, asked["Location"]) == (302, f"{CONFIRM}?next={path.replace('/', '%2F')}")
    assert client.post(path, {"new_password1": "x"})["Location"].startswith(CONFIRM)
    assert confirm(client, password="wrong").status_code == 403
    assert client.get(path).status_code == 302
    assert confirm(client, password=PASSWORD, next=path)["Location"] == path
    # The codes stand beside a factor: without one there is nothing to see.
    assert client.get(path).status_code == (302 if "codes" in path else 200)


def test_the_proof_for_changes_lasts_ten_minutes(client):
    confirm(client)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**one, "at": one["at"] - 601} for one in records]
    session.save()
    assert client.get(PAGES[1])["Location"].startswith(CONFIRM)


def test_nobody_is_led_elsewhere_after_a_proof(client):
    assert confirm(client, password=PASSWORD, next="https://evil.example/")["Location"] == "/security/"


# The authenticator app


def test_an_app_is_set_up_with_a_real_code_and_asked_for_from_then_on(client):
    confirm(client)
    page = client.get("/security/app/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page).group(1)

    wrong = client.post("/security/app/", {"code": "000000" if code_of(secret) != "000000" else "000001"})
    assert wrong.status_code == 422
    assert secret in wrong.content.decode()
    code = code_of(secret)
    done = client.post("/security/app/", {"code": code})
    assert done["Location"] == "/security/codes/"
    assert client.session[PROVED_BY] == "totp"
    stored = Authenticator.objects.get(user=person(WHO), type="totp")
    assert secret not in str(stored.data)

    other = Client()
    asked = sign_in(other)
    assert asked["Location"] == "/accounts/sign-in/confirm/"
    assert "_auth_user_id" not in other.session
    # The code of the set-up is used up.
    assert other.post("/accounts/sign-in/confirm/", {"code": code}).status_code == 200
    assert "_auth_user_id" not in other.session
    # As the telephone whose clock is half a minute ahead shows it.
    assert other.post("/accounts/sign-in/confirm/", {"code": code_of(secret, ago=-30)}).status_code == 302
    assert int(other.session["_auth_user_id"]) == person(WHO).pk


def test_recovery_codes_sign_in_once_each_and_let_a_lost_app_be_removed(client):
    with_app(WHO)
    confirm(client, code=code_of(SECRET))
    client.post("/security/codes/")
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/security/codes/").content.decode())
    assert len(codes) == 10

    other = Client()
    sign_in(other)
    assert other.post("/accounts/sign-in/confirm/", {"code": codes[0]}).status_code == 302
    assert other.session[PROVED_BY] == "recovery_code"
    again = Client()
    sign_in(again)
    assert again.post("/accounts/sign-in/confirm/", {"code": codes[0]}).status_code == 200
    assert "_auth_user_id" not in again.session

    assert confirm(other, password=PASSWORD).status_code == 403
    assert confirm(other, code=codes[1]).status_code == 302
    other.post("/security/app/", {"remove": "on"})
    assert not Authenticator.objects.filter(user=person(WHO)).exists()


def test_a_new_key_of_the_product_keeps_the_apps_working(db, settings):
    with_app(WHO)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-long-and-random-key-for-the-product-0123456789"
    browser = Client()
    sign_in(browser)
    assert browser.post("/accounts/sign-in/confirm/", {"code": code_of()}).status_code == 302
    assert int(browser.session["_auth_user_id"]) == person(WHO).pk


def test_where_signing_in_was_asked_from_survives_the_second_factor(client):
    with_app(WHO)
    other = Client()
    sign_in(other, next="/issues/")
    answer = other.post("/accounts/sign-in/confirm/", {"code": code_of(SECRET)})
    assert answer["Location"] == "/issues/"


def test_the_second_factor_is_nothing_without_the_password(db):
    with_app(WHO)
    browser = Client()
    assert browser.get("/accounts/sign-in/confirm/")["Location"] == SIGN_IN
    assert browser.post("/accounts/sign-in/confirm/", {"code": code_of(SECRET)})["Location"] == SIGN_IN
    assert "_auth_user_id" not in browser.session


# Password, and everywhere


def test_another_password_ends_the_other_sessions(client):
    other = signed_in(WHO)
    confirm(client)
    weak = client.post("/security/password/", {"new_password1": "12345678", "new_password2": "12345678"})
    assert weak.status_code == 422
    new = "mot-cau-dai-de-nho-2026"
    done = client.post("/security/password/", {"new_password1": new, "new_password2": new})
    assert done["Location"] == "/security/"
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert sign_in(Client(), new)["Location"] == "/"


def test_signing_out_everywhere_ends_sessions_and_links_but_not_this_one(story):
    story.to("awaiting_committee")
    send_to(WHO)
    path = link_of(WHO)
    here, there, colleague = signed_in(WHO), signed_in(WHO), signed_in("dongnai.ubnd.head")
    assert there.get("/").status_code == 200

    assert here.post("/security/everywhere/")["Location"] == "/security/"

    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert colleague.get("/").status_code == 200
    link = DecisionLink.objects.get(person=person(WHO))
    assert link.revoked_why == DecisionLink.Why.SIGNED_OUT
    # A dead link still leads, after signing in, to the record.
    there.get(path)
    clean = path.rsplit("/", 1)[0] + "/"
    sign_in(there, next=clean)
    page = there.get(clean).content.decode()
    assert 'name="nonce"' not in page
    assert f"/issues/{story.issue.key}/" in page


def test_signing_out_everywhere_is_a_post_of_who_is_signed_in(client):
    assert client.get("/security/everywhere/").status_code == 405
    assert Client().post("/security/everywhere/")["Location"].startswith(SIGN_IN)


# What is not there


def test_no_page_of_allauth_is_mounted_that_is_not_ours():
    ours = ("coordination.", "notifications.", "django.")
    found = {}

    def look(patterns: Any) -> None:
        for one in patterns:
            if hasattr(one, "url_patterns"):
                look(one.url_patterns)
            elif not one.callback.__module__.startswith(ours) and "allauth" in one.callback.__module__:
                found[one.name] = one.callback.__module__

    look(get_resolver().url_patterns)
    assert found == {}
    for path in ("signup", "login", "password/reset", "email", "2fa"):
        assert Client().get(f"/accounts/{path}/").status_code == 404


def test_a_closed_account_does_not_sign_in(db):
    closed = person(WHO)
    closed.is_active = False
    closed.save()
    browser = Client()
    answer = sign_in(browser)
    assert answer["Location"] == SIGN_IN
    assert "Tài khoản này đã đóng" in browser.get(SIGN_IN).content.decode()
    assert "_auth_user_id" not in browser.session


def test_who_is_signed_in_as_somebody_else_leaves_first(client):
    with_app("dongnai.ubnd.head")
    assert sign_in(client, username="dongnai.ubnd.head")["Location"] == "/accounts/sign-in/confirm/"
    assert client.get("/").status_code == 302
    client.post("/accounts/sign-in/confirm/", {"code": code_of(SECRET)})
    assert int(client.session["_auth_user_id"]) == person("dongnai.ubnd.head").pk


# Guessing


def test_too_many_wrong_passwords_are_told_and_the_owner_gets_in_where_they_are_known(db):
    home = Client(REMOTE_ADDR="203.0.113.5")
    assert sign_in(home).status_code == 302
    home.post("/accounts/sign-out/")
    stranger = Client(REMOTE_ADDR="198.51.100.7")
    for _attempt in range(5):
        assert "không đúng" in sign_in(stranger, "wrong").content.decode()
    refused = sign_in(stranger, PASSWORD)
    assert "Sai quá nhiều lần. Anh/chị chờ năm phút" in refused.content.decode()
    assert "_auth_user_id" not in stranger.session

    # Neither from a browser that knows them, nor from another address, are they kept out.
    assert sign_in(home).status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.9")).status_code == 302


def test_guessing_from_many_addresses_is_stopped_and_a_known_browser_still_gets_in(db, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_anywhere": "6/h/key"}
    home = Client(REMOTE_ADDR="203.0.113.5")
    sign_in(home)
    home.post("/accounts/sign-out/")
    for number in range(6):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "wrong")
    assert "Sai quá nhiều lần" in sign_in(Client(REMOTE_ADDR="192.0.2.9")).content.decode()
    assert sign_in(home).status_code == 302


def test_a_mark_of_one_person_counts_for_nobody_else(db):
    """A browser in which one person signed in gives no fresh attempts at another's password."""
    browser = Client(REMOTE_ADDR="203.0.113.5")
    sign_in(browser, username="dongnai.ubnd.head")
    browser.post("/accounts/sign-out/")
    for _attempt in range(5):
        sign_in(Client(REMOTE_ADDR="203.0.113.5"), "wrong")
    assert "Sai quá nhiều lần" in sign_in(browser).content.decode()


def test_wrong_codes_are_counted_too(client):
    with_app(WHO)
    for _attempt in range(5):
        assert confirm(client, code="abc").status_code == 403
    refused = confirm(client, code=code_of(SECRET))
    assert "Sai quá nhiều lần" in refused.content.decode()


def test_a_wrong_passkey_leads_back_and_too_many_are_slowed_down(db, settings):
    settings.MFA_RATE_LIMITS = {"webauthn_login": "2/m/ip"}
    browser = Client()
    for given in ("", '{"id": "AA", "response": {}}'):
        answer = browser.post("/accounts/sign-in/passkey/", {"credential": given, "next": "/issues/"})
        assert answer["Location"] == f"{SIGN_IN}?next=%2Fissues%2F"
    assert "Khóa truy cập này không được chấp nhận" in browser.get(SIGN_IN).content.decode()
    refused = browser.post("/accounts/sign-in/passkey/", {"credential": "{}"})
    assert refused.status_code == 429
    assert "Không có gì bị khóa" in refused.content.decode()


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "7", "{}", '{"id": "AA", "response": {}}', '{"rawId": 1, "response": {"userHandle": 3}}'],
)
def test_an_answer_of_nobodys_browser_is_wrong_and_breaks_nothing(client, answer):
    confirm(client)
    client.post("/security/passkeys/new/options/")
    made = client.post("/security/passkeys/new/", {"credential": answer, "passwordless": "on"})
    assert made.status_code == 422
    assert not Authenticator.objects.exists()

    browser = Client()
    browser.post("/accounts/sign-in/passkey/options/")
    assert browser.post("/accounts/sign-in/passkey/", {"credential": answer}).status_code == 302
    with_app(WHO)
    sign_in(browser)
    assert browser.post("/accounts/sign-in/confirm/", {"credential": answer}).status_code == 200
    assert "_auth_user_id" not in browser.session


def test_by_an_address_of_numbers_the_trial_says_where_passkeys_work(client):
    confirm(client)
    page = client.get("/security/passkeys/new/", headers={"host": "127.0.0.1:8000"}).content.decode()
    assert "http://localhost:8000/security/passkeys/new/" in page
    assert (
        "http://localhost"
        not in client.get("/security/passkeys/new/", headers={"host": "localhost:8000"}).content.decode()
    )
