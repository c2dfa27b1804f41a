"""Calendar entries in real mails: as alternative and as file, through a real mail server."""

from __future__ import annotations

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default as policy

import pytest
from django.utils import timezone
from icalendar import Calendar

from notifications.delivery import outbox
from notifications.models import OutboxMessage
from tests.coordination.meeting_stories import HOME_OFFICER, OTHER_HEAD, OTHER_OFFICER, MeetingStory
from tests.people import person

pytestmark = pytest.mark.slow


@pytest.fixture
def case(story) -> MeetingStory:
    """A meeting in preparation; what was told until then is sent and done with."""
    story.at = timezone.now() - timedelta(days=20)
    story.to("bilateral")
    OutboxMessage.objects.update(status="cancelled")
    return MeetingStory(story)


def mails(mail_server, username: str) -> list[EmailMessage]:
    address = person(username).email
    found = [one for one in mail_server.accepted if one.rcpt_tos == [address]]
    return [email.message_from_bytes(one.content, policy=policy) for one in found]


def entries(letter: EmailMessage) -> tuple[list[EmailMessage], list[EmailMessage]]:
    """The calendar parts of a mail: as alternative of its text, and as attached file."""
    parts = list(letter.walk())
    return (
        [part for part in parts if part.get_content_type() == "text/calendar"],
        [part for part in parts if part.get_content_type() == "application/ics"],
    )


def test_the_entry_goes_as_alternative_and_as_file(case, mail_server):
    case.scheduled()
    outbox.deliver_due(timezone.now())
    [letter] = with_entry(mail_server, OTHER_HEAD)

    assert letter.get_content_type() == "multipart/mixed"
    body, attached = list(letter.iter_parts())
    assert body.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in body.iter_parts()]
    # The last alternative is the richest: calendars read it, and others show the HTML before it.
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    [alternative], [file] = entries(letter)
    assert alternative.get_param("method") == "REQUEST"
    assert alternative.get_content_charset() == "utf-8"
    assert file is attached
    assert (file.get_filename(), file.get_content_disposition()) == ("invite.ics", "attachment")
    content = file.get_payload(decode=True)
    assert Calendar.from_ical(content)["method"] == "REQUEST"
    assert Calendar.from_ical(alternative.get_content()) == Calendar.from_ical(content)
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert event["attendee"] == f"mailto:{person(OTHER_HEAD).email}"
    assert event.decoded("dtstart") == case.meeting.starts_at.replace(microsecond=0)


def with_entry(mail_server, username: str) -> list[EmailMessage]:
    return [letter for letter in mails(mail_server, username) if entries(letter)[0]]


def test_moving_takes_the_entry_back_and_sends_a_new_one(case, mail_server):
    case.scheduled()
    outbox.deliver_due(timezone.now())
    case.do("reschedule", {"slots": [case.slot(20)]}, by=HOME_OFFICER)
    outbox.deliver_due(timezone.now())
    case.do("accept_slot", by=OTHER_OFFICER)
    outbox.deliver_due(timezone.now())
    sent = []
    for letter in with_entry(mail_server, OTHER_HEAD):
        [part], _files = entries(letter)
        [event] = Calendar.from_ical(part.get_content()).walk("VEVENT")
        sent.append((part.get_param("method"), str(event["status"]), int(event["sequence"])))
    assert sent == [("REQUEST", "CONFIRMED", 0), ("CANCEL", "CANCELLED", 1), ("REQUEST", "CONFIRMED", 2)]


def test_calling_it_off_cancels_the_entry_in_every_calendar(case, mail_server):
    case.scheduled()
    case.do("cancel_meeting", by="binhduong.skhdt.head")
    outbox.deliver_due(timezone.now())
    for username in (OTHER_HEAD, OTHER_OFFICER, HOME_OFFICER):
        # The mail that settled it went out at the same time, without an entry: it was off already.
        [letter] = with_entry(mail_server, username)
        [alternative], [file] = entries(letter)
        assert alternative.get_param("method") == "CANCEL"
        [event] = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
        assert (event["status"], int(event["sequence"])) == ("CANCELLED", 1)


def test_other_mails_carry_no_entry(case, mail_server):
    case.invited()
    outbox.deliver_due(timezone.now())
    letter = mails(mail_server, OTHER_HEAD)[-1]
    assert letter.get_content_type() == "multipart/alternative"
    assert entries(letter) == ([], [])


def test_a_mail_that_is_tried_again_carries_the_same_entry(case, mail_server):
    case.scheduled()
    address = person(OTHER_HEAD).email
    mail_server.answers[address] = "451 try again later"
    now = timezone.now()
    rendered: list[bytes] = []
    outbox.deliver_due(now)
    message = OutboxMessage.objects.get(
        notice__person__username=OTHER_HEAD, notice__code="accept_slot", status="failed"
    )
    for moment in (now, now + timedelta(hours=2)):
        mail = outbox.mail(message, at=moment)
        assert mail is not None
        assert mail.calendar is not None
        rendered.append(mail.calendar.content)
    mail_server.answers.clear()
    outbox.deliver_due(now + timedelta(hours=3))
    [letter] = with_entry(mail_server, OTHER_HEAD)
    _alternatives, [file] = entries(letter)
    rendered.append(file.get_payload(decode=True))
    assert len(set(rendered)) == 1


def test_the_mail_says_which_parts_changed_and_nothing_of_them(case, mail_server):
    case.shared([case.point("Mốc bàn giao: quý II", agreed=False)])
    case.confirm(OTHER_HEAD)
    OutboxMessage.objects.update(status="cancelled")
    case.amend({"points": [case.point("Mốc bàn giao: quý III", agreed=False)]}, by=HOME_OFFICER)
    outbox.deliver_due(timezone.now() + timedelta(days=1))
    [letter] = mails(mail_server, OTHER_HEAD)
    for kind in ("plain", "html"):
        part = letter.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert " 1" in text
        assert "quý" not in text
