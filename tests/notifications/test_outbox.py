"""The outbox against a real mail server: claim, lease, retry, give up, cancel."""

from __future__ import annotations

import email
import smtplib
from datetime import timedelta
from email.policy import default as policy

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications.delivery import outbox
from notifications.models import OutboxMessage, TrialMail
from tests.notifications.conftest import messages_of
from tests.people import person

HEAD = "binhduong.gtvt.head"


@pytest.fixture
def waiting(story):
    """One message to the head and one to the deputy, due now."""
    story.do("hand_up")
    return timezone.now()


def message(username: str = HEAD) -> OutboxMessage:
    return messages_of(username).get()


def address(username: str = HEAD) -> str:
    return str(person(username).email)


def test_a_message_is_sent_once_with_the_outbox_id_as_message_id(waiting, mail_server):
    assert outbox.deliver_due(waiting) == 2
    assert outbox.deliver_due(waiting) == 0
    sent = message()
    assert (sent.status, sent.attempts, sent.claimed_until) == ("sent", 1, None)
    [envelope] = [one for one in mail_server.accepted if one.rcpt_tos == [address()]]
    letter = email.message_from_bytes(envelope.content, policy=policy)
    assert letter["Message-ID"] == f"<outbox-{sent.pk}@127.0.0.1>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body(("plain",)) is not None
    assert letter.get_body(("html",)) is not None


def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(waiting, mail_server):
    first = outbox.claim(waiting, 50)
    assert len(first) == 2
    assert outbox.claim(waiting, 50) == []
    after = waiting + outbox.LEASE + timedelta(seconds=1)
    assert {one.pk for one in outbox.claim(after, 50)} == {one.pk for one in first}
    assert message().attempts == 2


def test_a_worker_that_lost_its_lease_settles_nothing(waiting):
    [stale, _other] = outbox.claim(waiting, 50)
    outbox.claim(waiting + outbox.LEASE + timedelta(seconds=1), 50)
    assert not outbox._settle(stale, status="sent", sent_at=waiting, error="")
    stale.refresh_from_db()
    assert stale.status == "claimed"


def test_a_temporary_failure_waits_and_stops_nobody_else(waiting, mail_server):
    mail_server.answers[address()] = "451 try again later"
    outbox.deliver_due(waiting)
    failed, fine = message(), message("binhduong.gtvt.deputy")
    assert (failed.status, fine.status) == ("failed", "sent")
    assert timedelta(seconds=20) < failed.next_attempt_at - waiting < timedelta(seconds=40)
    assert outbox.deliver_due(waiting) == 0
    mail_server.answers.clear()
    outbox.deliver_due(failed.next_attempt_at)
    assert (message().status, message().attempts, message().error) == ("sent", 2, "")


def test_a_permanent_failure_is_given_up_at_once_until_an_operator_tries_again(waiting, mail_server):
    mail_server.answers[address()] = "550 no such mailbox"
    outbox.deliver_due(waiting)
    assert (message().status, message().attempts) == ("dead", 1)
    mail_server.answers.clear()
    assert outbox.try_again([message().pk], at=waiting) == 1
    outbox.deliver_due(waiting)
    assert message().status == "sent"


def test_a_mail_server_that_is_not_there_is_a_temporary_failure(waiting, mail_server, settings):
    settings.EMAIL_PORT = 1
    outbox.deliver_due(waiting)
    assert message().status == "failed"
    assert message().error == "ConnectionRefusedError"


def test_after_the_last_attempt_it_is_dead(waiting, mail_server):
    mail_server.answers[address()] = "451 try again later"
    OutboxMessage.objects.filter(pk=message().pk).update(attempts=outbox.MAX_ATTEMPTS - 1)
    outbox.deliver_due(waiting)
    assert message().status == "dead"


def test_a_crash_between_the_servers_accept_and_our_mark_sends_the_same_id_again(
    waiting, mail_server, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_settle", lambda *_, **__: False)
        outbox.deliver_due(waiting)
    outbox.deliver_due(waiting + outbox.LEASE + timedelta(seconds=1))
    ids = [
        email.message_from_bytes(one.content, policy=policy)["Message-ID"]
        for one in mail_server.accepted
        if one.rcpt_tos == [address()]
    ]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert message().status == "sent"


def test_what_was_decided_already_is_cancelled_instead_of_sent(story, mail_server):
    story.do("hand_up")
    story.do("submit")
    outbox.deliver_due(timezone.now())
    assert message().status == "cancelled"
    assert address() not in [rcpt for one in mail_server.accepted for rcpt in one.rcpt_tos]


def test_what_fails_to_render_is_kept_for_another_try(waiting, mail_server, monkeypatch, caplog):
    def broken(*_args, **_keywords):
        raise KeyError("a template lost its way")

    monkeypatch.setattr(outbox, "mail", broken)
    outbox.deliver_due(waiting)
    assert message().status == "failed"
    assert "KeyError" in message().error


def test_the_waits_grow_and_are_bounded():
    waits = [outbox.backoff(attempts, 0.5) for attempts in range(1, 13)]
    assert waits == sorted(waits)
    assert waits[0] == outbox.FIRST_WAIT
    assert waits[-1] == outbox.LONGEST_WAIT
    assert outbox.backoff(1, 0.0) < outbox.backoff(1, 1.0)


def test_the_command_sends_what_is_due_and_stops(waiting, mail_server, capsys):
    call_command("deliver", "--once")
    assert capsys.readouterr().out.strip() == "2"


def test_in_service_no_copy_is_kept(waiting, mail_server, settings):
    settings.TRIAL_MAILBOX = False
    outbox.deliver_due(waiting)
    assert len(mail_server.accepted) == 2
    assert not TrialMail.objects.exists()


def test_a_refused_sign_in_is_ours_to_mend_not_the_mailboxs_end(waiting, mail_server, monkeypatch):
    def refuse(*_args, **_keywords):
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.open", refuse)
    outbox.deliver_due(waiting)
    assert message().status == "failed"


def test_an_address_that_was_taken_away_is_not_written_to_and_stops_nobody_else(waiting, mail_server):
    head = person(HEAD)
    head.email = ""
    head.save()
    outbox.deliver_due(waiting)
    gone, fine = message(), message("binhduong.gtvt.deputy")
    assert (gone.status, gone.error, fine.status) == ("cancelled", "no address any more", "sent")
    assert len(mail_server.accepted) == 1
