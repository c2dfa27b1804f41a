"""Signing in: with a password, in the trial with one click; the language goes with the person."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from coordination.demo.loading import PASSWORD
from tests.people import person

pytestmark = pytest.mark.slow

OFFICER = "binhphuoc.gtvt.officer"


def test_a_visitor_is_led_to_the_sign_in_page_and_back(client, db):
    answer = client.get("/issues/")
    assert answer["Location"] == "/accounts/sign-in/?next=/issues/"
    done = client.post("/accounts/sign-in/", {"username": OFFICER, "password": PASSWORD, "next": "/issues/"})
    assert done["Location"] == "/issues/"


def test_the_trial_page_shows_the_way_and_everybody_by_locality(client, db):
    page = client.get("/accounts/sign-in/").content.decode()
    for name in ("binhphuoc.gtvt.officer", "dongnai.skhdt.officer", "bgtvt.head", "auditor", "admin"):
        assert f'value="{name}"' in page
    assert "autofocus" not in page


def test_the_trial_page_asks_few_queries_for_all_its_people(client, db, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        client.get("/accounts/sign-in/")


def test_one_click_signs_in_as_a_demo_person(client, db):
    answer = client.post("/accounts/sign-in/as/", {"person": OFFICER, "next": "/issues/new/"})
    assert answer["Location"] == "/issues/new/"
    assert int(client.session["_auth_user_id"]) == person(OFFICER).pk


def test_one_click_does_not_exist_in_service(client, db, settings):
    settings.TRIAL = False
    assert client.post("/accounts/sign-in/as/", {"person": OFFICER}).status_code == 404
    assert OFFICER not in client.get("/accounts/sign-in/").content.decode()
    assert "_auth_user_id" not in client.session


def test_one_click_takes_nothing_but_a_post_with_its_token(db):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    assert client.get("/accounts/sign-in/as/").status_code == 405
    assert client.post("/accounts/sign-in/as/", {"person": OFFICER}).status_code == 403


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(client, db, elsewhere):
    for address, data in (
        ("/accounts/sign-in/as/", {"person": OFFICER}),
        ("/i18n/setlang/", {"language": "en"}),
    ):
        assert client.post(address, {**data, "next": elsewhere})["Location"] == "/"


def test_signing_out_is_a_post(client, db):
    client.force_login(person(OFFICER))
    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.post("/accounts/sign-out/")["Location"] == "/accounts/sign-in/"
    assert "_auth_user_id" not in client.session


def test_a_switch_of_language_is_kept_on_the_person(client, db):
    client.force_login(person(OFFICER))
    client.post("/i18n/setlang/", {"language": "en", "next": "/issues/"})
    assert person(OFFICER).language == "en"
    assert client.get("/issues/")["Content-Language"] == "en"


def test_a_visitors_switch_is_kept_in_a_cookie_and_vietnamese_comes_first(client, db):
    assert client.get("/accounts/sign-in/", headers={"accept-language": "en"})["Content-Language"] == "vi"
    client.post("/i18n/setlang/", {"language": "en"})
    assert client.get("/accounts/sign-in/")["Content-Language"] == "en"
    client.post("/i18n/setlang/", {"language": "xx"})
    assert client.get("/accounts/sign-in/")["Content-Language"] == "en"


def test_every_page_has_a_strict_policy_and_nothing_inline(client, db):
    answer = client.get("/accounts/sign-in/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    for inline in ("<style", " style=", " onclick=", "javascript:"):
        assert inline not in page


def test_healthz_answers_without_a_database(client):
    assert client.get("/healthz").content == b"ok"


def test_administration_is_for_an_administrators_seat_of_today(client, db):
    for name, status in (("admin", 200), ("auditor", 302), ("binhduong.ubnd.head", 302)):
        client.force_login(person(name))
        assert client.get("/admin/").status_code == status
    client.force_login(person("admin"))
    for model in ("locality", "organisation", "person", "seat", "substitution", "region"):
        listed = reverse(f"admin:coordination_{model}_changelist")
        assert client.get(listed).status_code == 200
        found = client.get(listed).context["cl"].result_list
        if found:
            change = reverse(f"admin:coordination_{model}_change", args=[found[0].pk])
            assert client.get(change).status_code == 200
            assert client.post(f"{change.removesuffix('change/')}delete/").status_code == 403


def test_administration_knows_no_record(client, db):
    client.force_login(person("admin"))
    records = ("coordination/issue", "coordination/meeting", "workflows/event", "workflows/workitem")
    # Calendars and policies are changed on pages of their own, which say first what they move.
    for app in (*records, "workflows/calendar", "workflows/policy"):
        assert client.get(f"/admin/{app}/").status_code == 404
    assert django_settings.LOGIN_URL == "sign-in"
