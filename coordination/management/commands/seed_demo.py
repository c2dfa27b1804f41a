"""The trial's people and the twelve real cases, played through the engine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from coordination.demo.cases import CASES
from coordination.demo.loading import PASSWORD, load_organisations, load_people, load_policies
from coordination.demo.playing import Player
from coordination.demo.substitutions import load_substitutions
from coordination.models import Issue
from workflows.anchors import make_anchor


class Command(BaseCommand):
    """Idempotent: what is there already stays as it is."""

    help = "Loads the demo's organisations, people and cases (trial only)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--without-cases", action="store_true", help="organisations and people only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TRIAL:
            raise CommandError("Demo people have a public password: seed_demo runs in the trial only.")
        with translation.override("vi"):
            with transaction.atomic():
                load_organisations()
                load_people()
                load_policies()
            if not options["without_cases"]:
                self._play()
        self.stdout.write(f"Demo ready. Every demo person signs in with the password {PASSWORD}")

    def _play(self) -> None:
        issues: dict[str, Issue] = {}
        for case in CASES:
            found = Issue.objects.filter(title=case.title).first()
            if found is None:
                with transaction.atomic():
                    player = Player(case, today=timezone.localdate(), issues=issues)
                    found = player.play()
                if found.state != case.ends_in:
                    raise CommandError(f"{case.key} ended in {found.state}, not {case.ends_in}")
                self.stdout.write(f"  {found.key:20} {found.get_state_display()}: {found.title}")
            issues[case.key] = found
        load_substitutions(timezone.now())
        make_anchor(at=timezone.now())
