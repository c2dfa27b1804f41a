"""``manage.py make_push_key``: a new key for web push, to be kept where the other secrets are."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from notifications.delivery.push_keys import new_key


class Command(BaseCommand):
    """Writes nothing but the line. A new key ends every device's subscription of before."""

    help = "Print a new VAPID_PRIVATE_KEY for web push."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={new_key()}")
