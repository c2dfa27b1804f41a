"""What people of a test prove themselves with: an authenticator app with a known secret."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.utils import timezone

from tests.people import person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_app(username: str) -> Authenticator:
    """Give a person an authenticator app with ``SECRET``."""
    return TOTP.activate(person(username), SECRET).instance


def code_of(secret: str = SECRET, *, ago: int = 0) -> str:
    """The code that an app with this secret shows now, or so many seconds ago."""
    counter = int(timezone.now().timestamp() - ago) // 30
    return format_hotp_value(hotp_value(secret, counter))
