"""Writes the .mo files that Django reads. A Python library does it: a bare machine has no msgfmt."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.core.management.base import BaseCommand

LOCALE = Path(__file__).resolve().parents[2] / "locale"


class Command(BaseCommand):
    help = "Compiles coordination/locale/*/LC_MESSAGES/*.po."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help=".po files; without any, all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        for source in options["files"] or sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
            polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
