"""The app of notices, messages and decision links."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Inbox, outbox, mails, decision links and live notices."""

    name = "notifications"
    verbose_name = _("notices")

    def ready(self) -> None:
        from notifications import proof  # noqa: F401 (importing it listens to sign-ins)
