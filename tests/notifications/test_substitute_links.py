"""A substitute decides from the link in a mail as the head would, as long as the substitution holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.actions.substitutions import end_substitution
from coordination.models import Seat, Substitution
from notifications.models import DecisionLink, Notice, OutboxMessage
from tests.notifications.conftest import link_of, messages_of, send_all, send_to, signed_in
from tests.notifications.test_decision_pages import opened, press
from tests.people import person, seat
from tests.substitutes import DECISION, DIRECTOR, HEAD, LEADER, OFFICER, SECOND, substituted
from workflows import sweeps
from workflows.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_officer"), pytest.mark.slow]


@pytest.fixture
def waiting(story: Any) -> Any:
    """Before the focal head, whom an officer replaces; the mails are sent."""
    story.to("awaiting_focal_head")
    story.row = substituted(HEAD, SECOND, timezone.now())
    send_all()
    return story


def link(username: str) -> DecisionLink:
    return DecisionLink.objects.filter(person__username=username).latest("pk")


def end(story: Any) -> None:
    end_substitution(story.row, by=person(HEAD), at=timezone.now())


def test_head_and_substitute_each_have_a_mail_and_a_link_of_their_own(waiting):
    assert link(HEAD).is_live(timezone.now())
    assert link(SECOND).is_live(timezone.now())
    assert link(SECOND).subject_kind == "submission"
    assert messages_of(SECOND).latest("pk").notice.why == "substitute"


def test_the_substitute_reads_for_whom_they_decide_and_decides(waiting):
    client, path, page = opened(SECOND)
    text = page.content.decode()
    assert str(person(HEAD)) in text
    assert DECISION in text
    assert press(client, path, page, "endorse").status_code == 303
    event = Event.objects.get(name="endorse")
    assert (event.channel, event.person_id) == ("link", person(SECOND).pk)
    assert event.data["behalf"]["person_id"] == person(HEAD).pk
    assert link(SECOND).used_at is not None
    assert link(HEAD).revoked_why == "unfit"
    assert not Notice.objects.awaiting_action().filter(person__username__in=[HEAD, SECOND]).exists()


def test_the_head_who_comes_second_is_told_who_decided_and_for_whom(waiting):
    head, path, page = opened(HEAD)
    waiting.at = timezone.now()
    waiting.do("endorse", by=SECOND)
    answer = press(head, path, page, "endorse")
    assert answer.status_code == 409
    assert str(person(SECOND)) in answer.content.decode()
    assert DECISION in head.get(path).content.decode()
    assert Event.objects.filter(name="endorse").count() == 1


def test_who_proposed_gets_no_link_that_would_let_them_endorse(story):
    story.to("awaiting_focal_head")
    substituted(HEAD, OFFICER, timezone.now())
    send_all()
    _client, _path, page = opened(OFFICER)
    text = page.content.decode()
    assert 'value="send_back"' in text
    assert 'value="endorse"' not in text


def test_ended_between_the_page_and_the_press_nothing_is_decided(waiting):
    client, path, page = opened(SECOND)
    end(waiting)
    answer = press(client, path, page, "endorse")
    assert answer.status_code == 409
    assert waiting.refreshed().state == "awaiting_focal_head"
    assert not Event.objects.filter(name="endorse").exists()
    assert link(SECOND).revoked_why == "unfit"
    assert link(HEAD).is_live(timezone.now())
    again = client.get(path)
    assert again.status_code == 200
    assert "nonce" not in again.content.decode()


def test_over_by_its_last_day_before_any_sweep_the_link_decides_nothing(waiting):
    client, path, page = opened(SECOND)
    yesterday = timezone.localdate() - timedelta(days=1)
    Substitution.objects.update(valid_from=yesterday, valid_to=yesterday)
    assert link(SECOND).is_live(timezone.now())
    answer = press(client, path, page, "endorse")
    assert answer.status_code == 403
    assert waiting.refreshed().state == "awaiting_focal_head"
    sweeps.run(timezone.now())
    assert link(SECOND).revoked_why == "unfit"


def test_a_seat_that_was_lost_decides_nothing_either(waiting):
    client, path, page = opened(SECOND)
    Seat.objects.filter(pk=seat(SECOND).pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert press(client, path, page, "endorse").status_code in {403, 404}
    assert waiting.refreshed().state == "awaiting_focal_head"


def test_of_another_body_the_page_shows_nothing_any_more_once_it_ended(story):
    story.to("awaiting_committee")
    row = substituted(LEADER, DIRECTOR, timezone.now())
    send_all()
    client, path, page = opened(DIRECTOR)
    assert story.issue.title in page.content.decode()
    end_substitution(row, by=person("admin"), at=timezone.now())
    answer = press(client, path, page, "approve_bilateral")
    assert answer.status_code in {404, 409}
    for text in (answer.content.decode(), client.get(path).content.decode()):
        assert story.issue.title not in text
    assert story.refreshed().state == "awaiting_committee"


def test_of_another_body_the_substitute_of_the_named_leader_decides(story):
    story.to("awaiting_committee")
    substituted(LEADER, DIRECTOR, timezone.now())
    send_to(DIRECTOR)
    client, path, page = opened(DIRECTOR)
    assert press(client, path, page, "approve_bilateral").status_code == 303
    assert story.refreshed().state == "bilateral"


def test_a_mail_not_sent_yet_is_not_sent_any_more_after_the_end(story):
    story.to("awaiting_focal_head")
    story.row = substituted(HEAD, SECOND, timezone.now())
    end(story)
    send_all()
    message = messages_of(SECOND).get(notice__why="substitute")
    assert message.status == OutboxMessage.Status.CANCELLED
    assert not DecisionLink.objects.filter(person__username=SECOND).exists()


def test_ended_while_signed_in_the_record_page_takes_no_step(waiting):
    client = signed_in(SECOND)
    address = reverse("issue", args=[waiting.issue.key])
    step = reverse("step", args=["issues", waiting.issue.key, "endorse"])
    assert step in client.get(address).content.decode()
    read = {"expected_version": waiting.issue.version}
    end(waiting)
    assert client.post(step, read).status_code == 403
    assert waiting.refreshed().state == "awaiting_focal_head"
    assert step not in client.get(address).content.decode()


def test_a_leaders_substitute_of_another_body_finds_no_such_record_after_the_end(story):
    story.to("awaiting_committee")
    row = substituted(LEADER, DIRECTOR, timezone.now())
    client = signed_in(DIRECTOR)
    address = reverse("issue", args=[story.issue.key])
    step = reverse("step", args=["issues", story.issue.key, "approve_bilateral"])
    assert client.get(address).status_code == 200
    end_substitution(row, by=person(LEADER), at=timezone.now())
    assert client.get(address).status_code == 404
    assert client.post(step, {"expected_version": story.issue.version}).status_code == 404
    assert story.refreshed().state == "awaiting_committee"


def test_the_link_is_the_substitutes_own(waiting):
    assert signed_in(HEAD).get(link_of(SECOND), follow=True).status_code == 403
