"""Take the steps that time alone brings about."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from workflows.sweeps import sweep


class Command(BaseCommand):
    """For a timer of the operating system; the trial server sweeps by itself."""

    help = "Takes the steps that are due by time alone (opinions that nobody gave lapse)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sweep(timezone.now())} steps taken.")
