"""The key by which push services know us (VAPID, RFC 8292), and which services those are.

``VAPID_PRIVATE_KEY`` is the raw key in base64url, 32 bytes. The trial makes one under ``VAR_DIR`` the
first time it is asked for: it lives as long as the trial's data. Without a key web push is off.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

_KEY_BYTES = 32


def private_key() -> str:
    """The private key, "" where web push is not set up."""
    if settings.VAPID_PRIVATE_KEY or not settings.TRIAL:
        return str(settings.VAPID_PRIVATE_KEY)
    kept = Path(settings.VAR_DIR) / "vapid.key"
    if not kept.exists():
        _make(kept)
    return kept.read_text(encoding="ascii").strip()


def public_key() -> str:
    """What a browser is given to subscribe with (``applicationServerKey``), "" where push is off."""
    private = private_key()
    return _public(private) if private else ""


@lru_cache(maxsize=4)
def _public(private: str) -> str:
    value = int.from_bytes(urlsafe_b64decode(private + "=" * (-len(private) % 4)), "big")
    point = ec.derive_private_key(value, ec.SECP256R1()).public_key()
    return _encoded(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def new_key() -> str:
    """A private key, as ``VAPID_PRIVATE_KEY`` holds it."""
    key = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _encoded(key.to_bytes(_KEY_BYTES, "big"))


def _make(kept: Path) -> None:
    """Two processes may start at once: the key is written whole, and the first one stays."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    # Readable by its owner alone, as such files are made.
    with NamedTemporaryFile("w", dir=kept.parent, encoding="ascii") as fresh:
        fresh.write(new_key())
        fresh.flush()
        with suppress(FileExistsError):
            os.link(fresh.name, kept)


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def is_push_service(endpoint: str) -> bool:
    """Whether an address that a browser gives belongs to a push service that we know.

    We post to it from inside: an address of somebody's choosing would reach into our own network.
    """
    try:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return False
    return any(fnmatchcase(origin, known) for known in settings.PUSH_SERVICES)
