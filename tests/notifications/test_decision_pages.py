"""The pages of a decision link, as browsers, scanners and other people meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from notifications.models import DecisionLink, Notice
from tests.notifications.conftest import link_of, send_all, send_to, signed_in
from tests.people import person
from tests.story import Story
from workflows import engine
from workflows.models import Event

pytestmark = pytest.mark.slow

LEADER = "binhduong.ubnd.head"


@pytest.fixture
def waiting(story):
    """An issue before the leader, with the mail sent."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return story


def clean(path: str) -> str:
    """The address without its secret."""
    return path.rsplit("/", 1)[0] + "/"


def nonce_on(response: Any) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', response.content.decode())
    assert found, "the page asks for a decision"
    return found.group(1)


def opened(username: str = LEADER) -> tuple[Client, str, Any]:
    """The link followed by its own person: browser, clean address, page."""
    client = signed_in(username)
    path = link_of(username)
    response = client.get(path)
    assert response.status_code == 303
    page = client.get(response["Location"])
    assert page.status_code == 200
    return client, clean(path), page


def press(client: Client, path: str, page: Any, step: str, **fields: Any) -> Any:
    part = DecisionLink.objects.get(selector=path.strip("/").split("/")[1]).parts.first()
    assert part is not None
    typed = {f"{part.pk}-{step}-{name}": value for name, value in fields.items()}
    return client.post(path, {"nonce": nonce_on(page), "step": step, **typed})


# Opening


def test_opening_leads_to_an_address_without_the_secret(waiting):
    path = link_of(LEADER)
    response = Client().get(path)
    assert (response.status_code, response["Location"]) == (303, clean(path))
    cookie = response.cookies["decision_link"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 600
    assert cookie["path"] == clean(path)


@pytest.mark.parametrize("which", ["secret", "clean", "unknown"])
def test_nothing_of_it_is_kept_indexed_framed_or_told(waiting, which):
    client, path = Client(), link_of(LEADER)
    address = {"secret": path, "clean": clean(path), "unknown": "/d/unknown/secret"}[which]
    if which == "clean":
        client.get(path)
    response = client.get(address)
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_wrong_and_unknown_look_alike(waiting):
    path = link_of(LEADER)
    wrong = Client().get(path[:-4] + "AAAA")
    unknown = Client().get("/d/nobodyknowsthis/" + "A" * 43)
    without = Client().get(clean(path))
    assert wrong.status_code == unknown.status_code == without.status_code == 404

    def words(response: Any) -> str:
        own = r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"|value="/d/[^"]*"'
        return re.sub(own, "", response.content.decode())

    assert words(wrong) == words(unknown) == words(without)


def everything(tables_left_out: frozenset[str] = frozenset()) -> dict[str, list[Any]]:
    """The whole database but what opening is allowed to change."""
    allowed = {"notifications_decisionlink": {"opened_count", "last_opened_at"}}
    rows: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "django_session" or table in tables_left_out:
                continue
            columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
            kept = [c for c in columns if c not in allowed.get(table, set())]
            names = ", ".join(f'"{c}"' for c in kept)
            cursor.execute(f'SELECT {names} FROM "{table}" ORDER BY 1')
            rows[table] = cursor.fetchall()
    return rows


def test_a_scanner_that_tries_everything_changes_nothing(waiting):
    path = link_of(LEADER)
    before = everything()
    scanner = Client()
    for _ in range(3):
        scanner.head(path)
        page = scanner.get(path, follow=True)
        for address in re.findall(r'(?:href|action)="(/(?!static)[^"]*)"', page.content.decode()):
            scanner.get(address)
            scanner.post(address, {"step": "approve_bilateral", "nonce": "x"})
        for method in ("post", "put", "delete", "patch"):
            getattr(scanner, method)(path)
        scanner.post(clean(path), {"step": "approve_bilateral", "nonce": "x"})
    assert everything() == before
    assert DecisionLink.objects.get(selector=path.split("/")[2]).opened_count >= 3


def test_before_identity_only_code_kind_and_due_date(waiting):
    client, path = Client(), link_of(LEADER)
    page = client.get(path, follow=True).content.decode()
    issue = waiting.issue
    assert issue.code in page
    for secret in (issue.title, issue.proposal, "Tờ trình", str(person(LEADER)), "nonce"):
        assert secret not in page
    assert f"/accounts/sign-in/?next=%2Fd%2F{path.split('/')[2]}%2F" in page


def test_the_cookie_of_one_link_opens_no_other(waiting):
    client, path = Client(), link_of(LEADER)
    value = client.get(path).cookies["decision_link"].value
    other = Client()
    other.cookies["decision_link"] = value
    assert other.get("/d/anotherselector/").status_code == 404


def test_signed_in_as_another_it_was_sent_to_another_officer(waiting):
    client = signed_in("binhduong.skhdt.head")
    page = client.get(link_of(LEADER), follow=True)
    assert page.status_code == 403
    text = page.content.decode()
    assert waiting.issue.code not in text
    assert waiting.issue.title not in text
    refused = client.post(clean(link_of(LEADER)), {"step": "approve_bilateral", "nonce": "x"})
    assert refused.status_code == 403
    assert waiting.refreshed().state == "awaiting_committee"


# Deciding


def test_the_person_reads_the_paper_and_decides(waiting):
    client, path, page = opened()
    text = page.content.decode()
    assert "Kính trình UBND xem xét." in text
    assert waiting.issue.title in text
    answer = press(client, path, page, "approve_bilateral")
    assert (answer.status_code, answer["Location"]) == (303, path)
    event = Event.objects.get(name="approve_bilateral")
    assert (event.channel, event.person_id) == ("link", person(LEADER).pk)
    link = DecisionLink.objects.get(person__username=LEADER)
    part = link.parts.get()
    assert (part.used_step, part.event_id) == ("approve_bilateral", event.pk)
    assert link.used_at is not None


def test_afterwards_the_same_person_is_told_what_they_decided(waiting):
    client, path, page = opened()
    press(client, path, page, "approve_bilateral")
    event = Event.objects.get(name="approve_bilateral")
    for answer in (client.get(path), client.get(link_of(LEADER), follow=True)):
        assert answer.status_code == 200
        text = answer.content.decode()
        assert f"#{event.pk}" in text or f"số {event.pk}" in text
        assert "nonce" not in text


def test_pressing_twice_decides_once(waiting):
    client, path, page = opened()
    press(client, path, page, "approve_bilateral")
    notices = Notice.objects.count()
    again = press(client, path, page, "approve_bilateral")
    assert again.status_code == 303
    other = press(client, path, page, "return_to_focal", reason="Đổi ý")
    assert other.status_code == 303
    assert Event.objects.filter(name="approve_bilateral").count() == 1
    assert not Event.objects.filter(name="return_to_focal").exists()
    assert Notice.objects.count() == notices


def test_what_is_missing_is_asked_for_with_what_was_typed(waiting):
    client, path, page = opened()
    answer = press(client, path, page, "approve_council", ground="policy")
    assert answer.status_code == 422
    assert waiting.refreshed().state == "awaiting_committee"
    assert '<details class="decision-step card"' in answer.content.decode()
    assert DecisionLink.objects.get(person__username=LEADER).is_live(timezone.now())


def test_a_step_that_needs_something_is_taken_with_it(waiting):
    client, path, page = opened()
    answer = press(client, path, page, "return_to_focal", reason="Làm rõ nguồn vốn.")
    assert answer.status_code == 303
    assert waiting.refreshed().state == "triage"


def test_without_the_nonce_of_a_shown_page_nothing_happens(waiting):
    client, path, page = opened()
    for nonce in ("", "x", nonce_on(page)[:-2]):
        answer = client.post(path, {"step": "approve_bilateral", "nonce": nonce})
        assert answer.status_code == 403
    assert waiting.refreshed().state == "awaiting_committee"


def test_a_nonce_of_another_session_is_refused(waiting):
    _client, path, page = opened()
    another_device = signed_in(LEADER)
    answer = another_device.post(path, {"step": "approve_bilateral", "nonce": nonce_on(page)})
    assert answer.status_code == 403


def test_without_a_csrf_token_nothing_happens(waiting):
    client = signed_in(LEADER, enforce_csrf_checks=True)
    page = client.get(link_of(LEADER), follow=True)
    answer = client.post(clean(link_of(LEADER)), {"step": "approve_bilateral", "nonce": nonce_on(page)})
    assert answer.status_code == 403
    assert waiting.refreshed().state == "awaiting_committee"


def test_a_step_that_the_rulebook_does_not_mark_by_link_is_refused(waiting):
    client, path, page = opened()
    for step in ("pass_to_leader", "close", "material", "nothing"):
        assert press(client, path, page, step).status_code in {403, 409}
    assert waiting.refreshed().state == "awaiting_committee"


def test_content_that_changed_after_the_page_is_shown_anew_and_asked_again(waiting, monkeypatch):
    client, path, page = opened()
    issue = waiting.issue
    type(issue).objects.filter(pk=issue.pk).update(proposal="Đề nghị khác hẳn.")
    answer = press(client, path, page, "approve_bilateral")
    assert answer.status_code == 409
    assert "Đề nghị khác hẳn." in answer.content.decode()
    assert waiting.refreshed().state == "awaiting_committee"
    again = press(client, path, answer, "approve_bilateral")
    assert again.status_code == 303
    assert waiting.refreshed().state == "bilateral"


def test_an_amendment_since_the_message_is_named_on_the_page(story, monkeypatch):
    story.to("awaiting_unit_head")
    send_all()
    issue = story.issue
    monkeypatch.setattr(type(issue), "AMENDABLE", {"awaiting_unit_head": {"reporting.officer": ("*",)}})
    author = person(story.who("reporting.officer"))
    engine.amend(issue, {"proposal": "Đề nghị đã sửa."}, by=author, at=timezone.now())
    client, path, page = opened("binhduong.gtvt.head")
    text = page.content.decode()
    assert "<ins>Đề nghị đã sửa.</ins>" in text
    assert f"<del>{issue.proposal}</del>" in text
    assert press(client, path, page, "submit").status_code == 303


def test_who_was_first_is_named_to_who_comes_second(story):
    story.to("awaiting_focal_head")
    send_all()
    deputy, path, page = opened("binhduong.skhdt.deputy")
    story.do("endorse", by="binhduong.skhdt.head")
    answer = press(deputy, path, page, "endorse")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert str(person("binhduong.skhdt.head")) in text
    assert Event.objects.filter(name="endorse").count() == 1
    later = deputy.get(path)
    assert str(person("binhduong.skhdt.head")) in later.content.decode()
    assert "nonce" not in later.content.decode()


def test_a_dead_link_still_leads_to_the_record(waiting):
    DecisionLink.objects.update(
        minted_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )
    anonymous = Client()
    assert anonymous.get(link_of(LEADER), follow=True).status_code == 200
    client = signed_in(LEADER)
    page = client.get(link_of(LEADER), follow=True)
    assert page.status_code == 200
    assert f'href="/issues/{waiting.issue.code}/"' in page.content.decode()
    assert "nonce" not in page.content.decode()


def test_a_submission_of_two_issues_is_decided_one_by_one(story):
    second = Story(at=story.at, title="Đường Vành đai 4")
    for one in (story, second):
        one.to("triage")
    joined = [{"issue": second.issue.ref, "route": "bilateral"}]
    story.do(
        "propose",
        {"submission": {"subject": "Tờ trình chung", "content": "Hai hồ sơ.", "with": joined}},
    )
    assert second.refreshed().state == "awaiting_focal_head"
    send_all()
    client, path, page = opened("binhduong.skhdt.head")
    text = page.content.decode()
    assert story.issue.title in text
    assert second.issue.title in text
    first_nonce = nonce_on(page)
    client.post(path, {"nonce": first_nonce, "step": "endorse"})
    link = DecisionLink.objects.filter(person__username="binhduong.skhdt.head").latest("pk")
    assert link.is_live(timezone.now())
    client.post(path, {"nonce": nonce_on(client.get(path)), "step": "endorse"})
    link.refresh_from_db()
    assert link.used_at is not None
    assert Event.objects.filter(name="endorse").count() == 2
