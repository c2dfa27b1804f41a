"""What stops a walkthrough."""

from websockets.exceptions import WebSocketException


class Unexpected(Exception):
    """The product did not do what the story expects of it: the walkthrough fails and says so."""


# A server that does not answer, or closes a socket, fails the walkthrough as well.
FAILURES = (Unexpected, OSError, WebSocketException)
