"""How often is too often: counters and once-only marks in the cache, nothing in the database.

They slow down who guesses or hammers. What is right never hangs on them: a right secret always opens,
and what keeps a decision from being taken twice is the database. So where the cache cannot be reached
they let pass.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workflows.refusals import Refusal

log = logging.getLogger(__name__)

WINDOW_SECONDS = 10 * 60


class TooOften(Refusal):
    """More than a person would send within ten minutes."""

    code = "too_often"
    status = 429
    text = _("Too many attempts in a short time. Wait ten minutes, then try again.")


def count(what: str, whose: str) -> int:
    """Count one more of ``what`` for ``whose`` (a selector, a person, a network); returns how many within
    the window."""
    key = _key(what, whose)
    try:
        if cache.add(key, 1, WINDOW_SECONDS):
            return 1
        return int(cache.incr(key))
    except ValueError:
        # The window ended between the two.
        return 1
    except Exception:
        log.exception("the cache does not count")
        return 1


def check(what: str, whose: str, most: int) -> None:
    """Count one more; raises ``TooOften`` beyond ``most`` within the window."""
    if count(what, whose) > most:
        raise TooOften


def first_time(what: str, word: str, seconds: int) -> bool:
    """Whether ``word`` is seen for the first time within so many seconds; asking marks it as seen."""
    try:
        return bool(cache.add(_key(what, word), 1, seconds))
    except Exception:
        log.exception("the cache does not remember")
        return True


def network_of(request: HttpRequest) -> str:
    """The network a request comes from: IPv4 /24, IPv6 /64; one person easily changes within it."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    prefix = 24 if known.version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def _key(what: str, whose: str) -> str:
    # Hashed: what people type may be long, and holds characters that a cache's keys may not.
    return f"limit:{hashlib.sha256(f'{what}:{whose}'.encode()).hexdigest()[:40]}"
