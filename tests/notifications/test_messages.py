"""A mail is whole in its recipient's language, says why, and no more than title and code."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from notifications import messages
from notifications.models import Notice
from tests.notifications.conftest import at_once, last_mail, messages_of, send_all
from tests.people import person

pytestmark = pytest.mark.slow


def speak(username: str, language: str) -> None:
    reader = person(username)
    reader.language = language
    reader.save()


def test_the_whole_mail_is_in_the_recipients_language(story):
    speak("binhduong.ubnd.head", "en")
    at_once("binhduong.skhdt.head")
    story.to("awaiting_committee")
    with translation.override("vi"):
        send_all()
    english = last_mail("binhduong.ubnd.head")
    assert english.subject.startswith("For your action: ")
    for part in (english.text, english.html):
        assert "This link is for you only" in part
        assert "it is now your turn" in part
    assert 'lang="en"' in english.html
    vietnamese = last_mail("binhduong.skhdt.head")
    assert "This link is for you only" not in vietnamese.text + vietnamese.html
    assert 'lang="vi"' in vietnamese.html


def test_a_mail_says_title_code_deadline_and_nothing_of_the_content(story):
    story.to("awaiting_committee")
    send_all()
    mail = last_mail("binhduong.ubnd.head")
    issue = story.issue
    for part in (mail.text, mail.html):
        assert issue.code in part
        assert issue.title in part
        for content in (issue.proposal, issue.tried, "Tờ trình", "Kính trình"):
            assert content not in part
    due = messages.decision_links.when(messages.running_clock(issue).due_at)
    assert due in mail.text
    assert due in mail.html


def test_a_home_deadline_is_told_only_to_who_has_to_act(story):
    at_once("binhduong.skhdt.head")
    story.to("awaiting_committee")
    send_all()
    due = messages.decision_links.when(messages.running_clock(story.issue).due_at)
    assert due not in last_mail("binhduong.skhdt.head").text


def test_one_link_in_each_part(story):
    story.to("awaiting_committee")
    send_all()
    mail = last_mail("binhduong.ubnd.head")
    assert mail.text.count("http") == 1
    assert mail.html.count("http") == 1


@pytest.mark.parametrize("username", ["binhduong.ubnd.head", "binhduong.gtvt.officer"])
def test_why_me_stands_in_the_mail_and_in_the_inbox(story, username):
    at_once(username)
    story.to("awaiting_committee")
    send_all()
    notice = Notice.objects.filter(person__username=username).latest("seq")
    [seen] = messages.read([notice], at=timezone.now())
    assert seen.why
    assert seen.why in last_mail(username).text


def test_every_reason_of_the_audience_has_a_sentence(story):
    story.to("bilateral")
    reasons = set(Notice.objects.values_list("why", flat=True))
    assert reasons <= set(messages.WHY)


def test_a_notice_of_a_record_not_visible_any_more_shows_no_title(story, monkeypatch):
    story.to("submitted")
    monkeypatch.setattr(messages.registry, "levels", lambda *_: {})
    notice = Notice.objects.filter(person__username="binhduong.gtvt.officer").latest("seq")
    [seen] = messages.read([notice], at=timezone.now())
    assert seen.path == ""
    assert story.issue.title not in seen.sentence


def test_a_title_with_a_line_break_cannot_forge_a_header(story):
    story.issue.title = "Cầu\r\nBcc: nguoi.khac@example.test"
    type(story.issue).objects.filter(pk=story.issue.pk).update(title=story.issue.title)
    story.to("awaiting_unit_head")
    send_all()
    assert messages_of("binhduong.gtvt.head").last().status == "sent"
    assert "\n" not in last_mail("binhduong.gtvt.head").subject
