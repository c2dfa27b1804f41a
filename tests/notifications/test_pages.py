"""The inbox page, the bell, and the trial's mailbox."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from notifications import inbox, views
from notifications.inbox import counts
from notifications.models import Notice, TrialMail
from tests.notifications.conftest import link_of, send_all, signed_in
from tests.people import person
from workflows.remembering import reading

pytestmark = pytest.mark.slow

READER = "binhduong.gtvt.officer"


def test_the_inbox_shows_newest_first_why_and_where(story):
    story.to("awaiting_committee")
    text = signed_in(READER).get("/notifications/").content.decode()
    newest = Notice.objects.filter(person__username=READER).latest("seq")
    assert text.count("record-row") == 5
    assert f'href="/issues/{story.issue.code}/"' in text
    assert text.index(f"{newest.created_at.astimezone():%H}") >= 0
    assert 'data-cursor="5"' in text


def test_looking_marks_nothing_and_pressing_marks_what_was_shown(story):
    story.to("awaiting_committee")
    client = signed_in(READER)
    client.get("/notifications/")
    assert inbox.counts(person(READER)).unread == 5
    assert client.get("/notifications/read/").status_code == 405
    client.post("/notifications/read/", {"up_to": "4"})
    assert inbox.counts(person(READER)).unread == 1


def test_only_what_waits_for_me(story):
    story.to("awaiting_committee")
    text = signed_in("binhduong.ubnd.head").get("/notifications/?show=actions").content.decode()
    assert text.count("record-row") == 1
    text = signed_in(READER).get("/notifications/?show=actions").content.decode()
    assert "record-row" not in text


def test_nobody_in_particular_is_sent_to_sign_in(db):
    answer = Client().get("/notifications/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/sign-in/")


def test_the_bell_costs_three_queries_however_much_there_is(story, django_assert_num_queries, rf):
    from notifications.context_processors import bell

    story.to("awaiting_committee")
    request = rf.get("/")
    request.user = person(READER)
    bell(request)  # so that who holds which seat is known
    with reading(), django_assert_num_queries(3):  # whether that changed, open items, counter
        shown = bell(request)
    assert (shown["unread_count"], shown["action_count"], shown["live_cursor"]) == (5, 0, 5)


def test_what_happens_while_a_page_is_made_is_not_behind_its_cursor(story, monkeypatch):
    """The list was read, then something happened: the socket has to bring it."""
    story.to("submitted")
    shown = views.read

    def happens(*arguments: Any, **keywords: Any) -> Any:
        found = shown(*arguments, **keywords)
        story.do("accept")
        return found

    monkeypatch.setattr(views, "read", happens)
    page = signed_in(READER).get("/notifications/", headers={"accept": "text/html"}).content.decode()
    assert counts(person(READER)).cursor == 2
    assert 'data-cursor="1"' in page


def test_the_trials_mailbox_shows_what_went_out_to_whom(story):
    story.to("awaiting_committee")
    send_all()
    client = Client()
    everybody = client.get("/trial/mail/").content.decode()
    assert everybody.count("record-row") == TrialMail.objects.count()
    leader = client.get("/trial/mail/?to=binhduong.ubnd.head").content.decode()
    assert leader.count("record-row") == 1


def test_a_mail_is_shown_as_its_recipient_sees_it_link_and_all(story):
    story.to("awaiting_committee")
    send_all()
    path = link_of("binhduong.ubnd.head")
    mail = TrialMail.objects.get(person__username="binhduong.ubnd.head")
    page = Client().get(f"/trial/mail/{mail.pk}/")
    assert f'{path}" rel="nofollow"' in page.content.decode()
    html = Client().get(f"/trial/mail/{mail.pk}/html/")
    assert path in html.content.decode()
    policy = html["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert html["X-Frame-Options"] == "SAMEORIGIN"
