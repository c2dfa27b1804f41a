"""What django-allauth asks of the product: who may sign in, how often one may fail, what is kept secret."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

KNOWN_BROWSER = "known_browser"
YEAR_SECONDS = 365 * 24 * 3600
_COOKIE_SALT = "known browser"
_PEOPLE_PER_BROWSER = 8
_KEY_SALT = "secrets of authenticator apps"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; whoever guesses a password slows down nobody but themself.

    Wrong passwords are counted per person and address. A browser in which the person signed in before
    is counted by itself, so that what others do elsewhere does not lock the person out of it; a second
    count per person, for all unknown browsers together, holds against guessing from many addresses.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many wrong attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many wrong attempts. Wait five minutes, then try again."),
        "username_password_mismatch": _("The user name or the password is not right."),
        "incorrect_code": _("The code is not right, or it was used before. Type the newest one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themself up."""
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Only sentences that our own views say; allauth's are in English."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The password was right, but the account is closed."""
        messages.error(request, _("This account is closed. Ask your administrator."))
        return HttpResponseRedirect(reverse("sign-in"))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """One page asks for every kind of proof."""
        return [{"id": "proof", "description": "", "url": reverse("security-confirm")}]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count before the password is looked at; what turns out right is taken back."""
        name = credentials.get("username", "").strip().casefold()
        browser = known_browser(request, name)
        if browser:
            counted = [("login_failed", f"browser {browser}")]
        else:
            counted = [
                ("login_failed", f"{ratelimit.get_ip(request)} {name}"),
                ("login_failed_anywhere", name),
            ]
        usage = ratelimit.RateLimitUsage(usage=[])
        for action, key in counted:
            one = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if one is None:
                usage.rollback()
                raise self.validation_error("too_many_login_attempts")
            usage.usage += one.usage
        self._login_failed_rl_usage = usage

    def post_login(self, request: HttpRequest, user: Any, **keywords: Any) -> HttpResponse:
        """Remember the browser as one of this person's."""
        response = super().post_login(request, user, **keywords)
        remember_browser(request, response, user.get_username())
        return response


def known_browser(request: HttpRequest, name: str) -> str:
    """The mark of this browser for a user name that signed in with it before, else ""."""
    return _marks(request).get(_word(name), "")


def remember_browser(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """Give the browser a mark for this user name; it proves nothing, it only counts failures apart."""
    marks = _marks(request)
    word = _word(name)
    mark = marks.pop(word, "") or secrets.token_urlsafe(12)
    kept = dict([*marks.items()][-(_PEOPLE_PER_BROWSER - 1) :])
    response.set_cookie(
        KNOWN_BROWSER,
        signing.dumps({**kept, word: mark}, salt=_COOKIE_SALT),
        max_age=YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> dict[str, str]:
    try:
        found = signing.loads(request.COOKIES.get(KNOWN_BROWSER, ""), salt=_COOKIE_SALT, max_age=YEAR_SECONDS)
    except signing.BadSignature:
        return {}
    return dict(found)


def _word(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()[:16]


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are of no use to who reads the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right, or it was used before. Type the newest one."),
    }

    def encrypt(self, text: str) -> str:
        """With a key made from ``SECRET_KEY``; the older keys still open (``SECRET_KEY_FALLBACKS``)."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Counterpart of ``encrypt``; raises ``InvalidToken`` where no key fits."""
        return _keys().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What a passkey is called whose owner gave it no name."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

    def get_totp_label(self, user: Any) -> str:
        """The user name: it is what one signs in with."""
        return str(user.get_username())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host by which the person reached us, under the product's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """As the telephone will show it: the name, and what one signs in with."""
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": str(user), "name": user.get_username()}


def _keys() -> MultiFernet:
    """``SECRET_KEY`` is long and random (``coordination.E004``): one HMAC of it makes a key."""
    in_turn = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = [salted_hmac(_KEY_SALT, "key", secret=secret, algorithm="sha256").digest() for secret in in_turn]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])
