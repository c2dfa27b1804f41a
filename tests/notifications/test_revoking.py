"""What ends a link before it is used, one by one; a dead link still leads to the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.actions.substitutions import end_substitution
from coordination.models import Seat
from notifications.links import revoking
from notifications.models import DecisionLink
from tests.notifications.conftest import link_of, messages_of, send_all, send_to, signed_in
from tests.notifications.links import LEADER, link, opened, press
from tests.notifications.test_decision_pages import clean, nonce_on
from tests.people import person, seat
from tests.story import Story
from tests.substitutes import DIRECTOR, substituted
from workflows import engine, sweeps
from workflows.models import Event

pytestmark = pytest.mark.slow

OFFICER, DEPUTY = "binhduong.ubnd.officer", "binhduong.ubnd.deputy"


@pytest.fixture
def waiting(story):
    """An issue before the leader, with the mail sent."""
    story.to("awaiting_committee")
    send_to(LEADER)
    return story


def leads_to_the_record(story: Story) -> str:
    """The page of the leader's dead link; it asks for nothing."""
    page = signed_in(LEADER).get(link_of(LEADER), follow=True)
    text = page.content.decode()
    assert page.status_code == 200
    assert f'href="/issues/{story.issue.code}/"' in text
    assert "nonce" not in text
    return text


def test_any_other_step_on_the_record(waiting):
    waiting.do("return_file", by=OFFICER)
    assert link().revoked_why == "unfit"
    assert str(person(OFFICER)) in leads_to_the_record(waiting)


def test_one_issue_decided_elsewhere_keeps_the_link_for_the_rest(story):
    second = Story(at=story.at, title="Đường Vành đai 4")
    for one in (story, second):
        one.to("triage")
    joined = [{"issue": second.issue.ref, "route": "bilateral"}]
    paper = {"subject": "Tờ trình chung", "content": "Hai hồ sơ.", "with": joined}
    story.do("propose", {"submission": paper})
    head = "binhduong.skhdt.head"
    send_to(head)
    story.do("send_back", by="binhduong.skhdt.deputy")
    assert link(head).is_live(timezone.now())
    browser, path, page = opened(head)
    text = page.content.decode()
    assert text.count('name="step" value="endorse"') == 1
    assert browser.post(path, {"nonce": nonce_on(page), "step": "endorse"}).status_code == 303
    assert second.refreshed().state == "committee_office"
    assert story.refreshed().state == "triage"
    assert link(head).used_at is not None


def test_the_turn_passed_to_another_leader(waiting):
    waiting.do("pass_to_leader", {"decider": seat(DEPUTY).pk})
    assert link().revoked_why == "unfit"
    text = leads_to_the_record(waiting)
    assert "Chuyển" in text or "không còn" in text
    send_all()
    assert link(DEPUTY).is_live(timezone.now())


def test_a_material_change_ends_what_was_sent_and_the_page_asks_again(story, monkeypatch):
    story.to("awaiting_unit_head")
    send_all()
    head, issue = "binhduong.gtvt.head", story.issue
    browser, path, page = opened(head)
    monkeypatch.setattr(type(issue), "AMENDABLE", {"awaiting_unit_head": {"reporting.officer": ("*",)}})
    author = person(story.who("reporting.officer"))
    engine.amend(issue, {"proposal": "Đề nghị đã sửa."}, by=author, at=timezone.now())
    assert link(head).revoked_why == "changed"
    assert not link(head).is_live(timezone.now())

    refused = press(browser, path, page, "submit")
    assert refused.status_code == 409
    text = refused.content.decode()
    assert f"<del>{issue.proposal}</del>" in text
    assert "<ins>Đề nghị đã sửa.</ins>" in text
    assert story.refreshed().state == "awaiting_unit_head"
    assert press(browser, path, refused, "submit").status_code == 303
    assert link(head).used_at is not None
    assert story.refreshed().state == "submitted"


def test_a_change_that_says_the_same_ends_nothing(story, monkeypatch):
    story.to("awaiting_unit_head")
    send_all()
    issue = story.issue
    monkeypatch.setattr(type(issue), "AMENDABLE", {"awaiting_unit_head": {"reporting.officer": ("*",)}})
    author = person(story.who("reporting.officer"))
    engine.amend(issue, {"proposal": issue.proposal.replace(" ", "  ")}, by=author, at=timezone.now())
    assert link("binhduong.gtvt.head").is_live(timezone.now())


def test_after_a_change_the_next_message_ends_the_old_page_for_good(story, monkeypatch):
    story.to("awaiting_unit_head")
    send_all()
    head, issue = "binhduong.gtvt.head", story.issue
    browser, path, _page = opened(head)
    monkeypatch.setattr(type(issue), "AMENDABLE", {"awaiting_unit_head": {"reporting.officer": ("*",)}})
    author = person(story.who("reporting.officer"))
    engine.amend(issue, {"proposal": "Đề nghị đã sửa."}, by=author, at=timezone.now())
    old = link(head)
    messages_of(head).filter(notice__requires_action=True).update(status="queued", sent_at=None)
    send_all()
    old.refresh_from_db()
    assert old.revoked_why == "replaced"
    assert "nonce" not in browser.get(path).content.decode()
    assert link(head).is_live(timezone.now())


def test_a_seat_that_ended_by_its_date(waiting):
    Seat.objects.filter(pk=seat(LEADER).pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert link().is_live(timezone.now())
    sweeps.run(timezone.now())
    assert link().revoked_why == "unfit"
    text = signed_in(LEADER).get(link_of(LEADER), follow=True).content.decode()
    assert "nonce" not in text
    assert waiting.issue.title not in text


def test_the_end_of_a_substitution(waiting):
    row = substituted(LEADER, DIRECTOR, timezone.now())
    send_all()
    assert link(DIRECTOR).is_live(timezone.now())
    end_substitution(row, by=person(LEADER), at=timezone.now())
    assert link(DIRECTOR).revoked_why == "unfit"
    assert link().is_live(timezone.now())


def test_signing_out_everywhere(waiting):
    assert revoking.revoke_all(person(LEADER), DecisionLink.Why.SIGNED_OUT, timezone.now()) == 1
    assert link().revoked_why == "signed_out"
    assert "đăng xuất" in leads_to_the_record(waiting)
    assert revoking.revoke_all(person(LEADER), DecisionLink.Why.SIGNED_OUT, timezone.now()) == 0


def test_sending_again(waiting):
    old = link_of(LEADER)
    messages_of(LEADER).update(status="queued", sent_at=None)
    send_to(LEADER)
    assert link_of(LEADER) != old
    text = signed_in(LEADER).get(old, follow=True).content.decode()
    assert "nonce" not in text
    assert f'href="/issues/{waiting.issue.code}/"' in text


def test_a_dead_link_asks_a_stranger_to_sign_in_and_then_leads_on(waiting, client):
    waiting.do("return_file", by=OFFICER)
    page = client.get(link_of(LEADER), follow=True)
    assert page.status_code == 200
    assert waiting.issue.title not in page.content.decode()
    client.force_login(person(LEADER))
    assert f'href="/issues/{waiting.issue.code}/"' in client.get(clean(link_of(LEADER))).content.decode()


def test_coming_back_to_the_same_state_revives_nothing_not_even_an_open_page(waiting):
    browser, path, page = opened()
    waiting.at = timezone.now() - timedelta(hours=9)
    waiting.do("return_file", by=OFFICER)
    for step in ("propose", "endorse", "pass_to_leader"):
        waiting.do(step)
    assert waiting.refreshed().state == "awaiting_committee"
    answer = press(browser, path, page, "approve_bilateral")
    assert answer.status_code == 409
    assert waiting.refreshed().state == "awaiting_committee"
    assert not Event.objects.filter(name="approve_bilateral").exists()
