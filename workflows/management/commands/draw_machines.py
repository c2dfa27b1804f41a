"""Draw every machine and flow into docs/machines; with ``--check``, compare only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workflows.drawing import drawings


class Command(BaseCommand):
    """CI runs it with ``--check``: a drawing that is out of step with the code fails."""

    help = "States and steps of every machine as Mermaid, every flow as BPMN, into docs/machines."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="compare with docs/, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        docs = Path(settings.BASE_DIR) / "docs"
        stale = []
        for path, text in drawings().items():
            file = docs / path
            if file.exists() and file.read_text() == text:
                continue
            stale.append(str(path))
            if not options["check"]:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        if options["check"] and stale:
            raise CommandError(f"Out of step with the code: {', '.join(stale)}. Run `make docs`.")
        self.stdout.write(f"{'Checked' if options['check'] else 'Drew'} {len(drawings())} drawings.")
