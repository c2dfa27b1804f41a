"""What a way out answers: it went, try again later, or never try again."""

from __future__ import annotations

from typing import Protocol

from notifications.messages import Mail


class DeliveryError(Exception):
    """A message did not go out."""


class TemporaryFailure(DeliveryError):
    """It may go later: the line is down, the mailbox is full, the server asks to wait."""


class PermanentFailure(DeliveryError):
    """It never will, as it stands: there is no such mailbox, the address is malformed."""


class Way(Protocol):
    """A way out, open for a batch of messages. One failing receiver does not stop the others."""

    def deliver(self, mail: Mail) -> None: ...

    def close(self) -> None: ...
