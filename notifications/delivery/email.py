"""E-mail, through Django's mail backend (``EMAIL_URL``)."""

from __future__ import annotations

import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from notifications.delivery.base import PermanentFailure, TemporaryFailure, Unreachable
from notifications.messages import Mail
from workflows.registry import CalendarEntry

_PERMANENT = range(500, 600)


class Email:
    """One connection to the mail server for a batch of mails; opened again after a failure."""

    def __init__(self) -> None:
        self._connection: Any = None

    def deliver(self, mail: Mail) -> None:
        """Hand one mail to the server. Raises ``DeliveryError``, by what to do next."""
        if not mail.message.notice.person.email:
            # Django would drop such a mail without a word.
            raise Unreachable("no address any more")
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
            self._connection.send_messages([self._compose(mail)])
        except smtplib.SMTPRecipientsRefused as error:
            self.close()
            codes = [code for code, _text in error.recipients.values()]
            kind = PermanentFailure if all(code in _PERMANENT for code in codes) else TemporaryFailure
            raise kind(f"recipient refused: {codes}") from error
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise TemporaryFailure(f"sign-in refused: {error.smtp_code}") from error
        except smtplib.SMTPResponseException as error:
            self.close()
            permanent = error.smtp_code in _PERMANENT
            kind = PermanentFailure if permanent else TemporaryFailure
            raise kind(f"server answered {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise TemporaryFailure(type(error).__name__) from error
        except ValueError as error:
            # Django refuses a malformed address or header before anything is sent.
            raise PermanentFailure(type(error).__name__) from error

    def close(self) -> None:
        """Close the connection, if one is open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _compose(self, mail: Mail) -> EmailMultiAlternatives:
        notice = mail.message.notice
        letter = EmailMultiAlternatives(
            subject=mail.subject,
            body=mail.text,
            to=[notice.person.email],
            headers={
                "Message-ID": message_id(mail.message.pk),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
            connection=self._connection,
        )
        letter.attach_alternative(mail.html, "text/html")
        if mail.calendar is not None:
            _add_calendar(letter, mail.calendar)
        return letter


def _add_calendar(letter: EmailMultiAlternatives, calendar: CalendarEntry) -> None:
    """The entry twice, as calendars themselves send it: some clients read the one, some the other.

    As an alternative of the text, with its METHOD in the header too (RFC 6047 §2.4), Outlook and Gmail
    offer to take it up; as an attached file others open it.
    """
    content_type = f"text/calendar; method={calendar.method}"
    letter.attach_alternative(calendar.content.decode(), content_type)
    letter.attach("invite.ics", calendar.content, "application/ics")


def message_id(outbox_id: int) -> str:
    """The outbox id as Message-ID: a retry carries the same, so that a receiver can tell."""
    return f"<outbox-{outbox_id}@{urlsplit(settings.BASE_URL).hostname}>"
