"""Settings that every peer's project starts from: a newcomer's, on the database the environment names."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit


class NoMigrations:
    """Tables are made from the models at once: the benchmark needs no history of them."""

    def __contains__(self, _app: str) -> bool:
        return True

    def __getitem__(self, _app: str) -> None:
        return None


_place = urlsplit(os.environ["PEER_DATABASE_URL"])

SECRET_KEY = "a peer in a benchmark keeps no secret"
DEBUG = False
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _place.path[1:],
        "USER": unquote(_place.username or ""),
        "PASSWORD": unquote(_place.password or ""),
        "HOST": _place.hostname or "",
        "PORT": str(_place.port or ""),
        "CONN_MAX_AGE": None,
    }
}
CONTENT_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIGRATION_MODULES = NoMigrations()
