"""The app of notices, messages and decision links."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Inbox, outbox, mails, decision links and live notices."""

    name = "notifications"
    verbose_name = _("notices")

    def ready(self) -> None:
        from notifications.links import proof  # noqa: F401 (importing proof listens to sign-ins)
        from notifications.live import leaving

        leaving.listen()
