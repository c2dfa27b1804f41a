"""Chat and SMS, through Apprise, to the addresses that an administrator has set.

An address often holds a key. It is never logged, stored in an error or shown again; what Apprise itself
says about it is silenced in ``settings.LOGGING``.
"""

from __future__ import annotations

from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode

from notifications.delivery.base import PermanentFailure, TemporaryFailure, Unreachable
from notifications.delivery.briefs import Brief
from notifications.models import ChatAddress

# These show a message on the server's own desktop or in its log: nobody reads it there.
_ON_THE_SERVER = frozenset(
    {"dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "syslog", "rsyslog", "growl"}
)


class Chat:
    """Each address in its turn; it went where one of them took it."""

    def deliver(self, brief: Brief) -> None:
        """Hand the message to the person's addresses.

        Apprise does not say why something failed, so a failure is tried again. Raises ``Unreachable``
        where no address is left, ``PermanentFailure`` where none can be understood.
        """
        addresses = ChatAddress.objects.filter(person=brief.person).values_list("address", flat=True)
        # Named so that error reports mask them (``secrecy.scrub``).
        ways = [opened(secret) for secret in addresses]
        if not ways:
            raise Unreachable("no chat address any more")
        usable = [way for way in ways if way is not None]
        if not usable:
            raise PermanentFailure("the chat address cannot be understood")
        text = f"{brief.codes}\n{brief.url}"
        took = [way.notify(body=text, title=brief.title, body_format=NotifyFormat.TEXT) for way in usable]
        if not any(took):
            raise TemporaryFailure("the chat service did not take it")

    def close(self) -> None:
        """Nothing stays open between messages."""


def opened(secret: str) -> Apprise | None:
    """A way to one address, None where Apprise does not know its kind or it would stay on the server."""
    if secret.partition("://")[0].lower() in _ON_THE_SERVER:
        return None
    asset = AppriseAsset(
        app_id="Lien tinh",
        async_mode=False,
        secure_logging=True,
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    way = Apprise(asset=asset)
    return way if way.add(secret) else None
