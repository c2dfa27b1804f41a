"""What a way out answers: it went, try again later, or never try again."""

from __future__ import annotations

from typing import Any, Protocol


class DeliveryError(Exception):
    """A message did not go out."""


class TemporaryFailure(DeliveryError):
    """It may go later: the line is down, the mailbox is full, the server asks to wait."""


class PermanentFailure(DeliveryError):
    """It never will, as it stands: there is no such mailbox, the address is malformed."""


class Unreachable(DeliveryError):
    """Nothing is wrong with the message: its person has nothing on this way any more."""


class Way(Protocol):
    """A way out, open for a batch of messages. One failing receiver does not stop the others."""

    def deliver(self, rendered: Any) -> None: ...

    def close(self) -> None: ...
