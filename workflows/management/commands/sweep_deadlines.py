"""Do what time alone brings about, or say what it would be."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from workflows.registry import Planned, Sweep, registry
from workflows.sweeps import Report, label_of, plan, run


class Command(BaseCommand):
    """For a timer of the operating system (the trial server sweeps by itself). Exit 1 where something failed.

    ``--dry-run`` writes nothing; ``--at`` asks for another moment than now.
    """

    help = "Does what is due by time alone: reminders, opinions that lapse, consultations that end, silence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
        parser.add_argument("--at", help="the moment to ask for, such as 2026-11-25T08:00 (default: now)")
        parser.add_argument("--json", action="store_true", help="machine-readable answer")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _moment(options["at"]) if options["at"] else timezone.now()
        if options["dry_run"]:
            self._say(options["json"], [_row(sweep, planned) for sweep, planned in plan(at, at)])
            return
        if at > timezone.now() and not settings.TRIAL:
            raise CommandError(_("What is to come is only looked at: add --dry-run."))
        report = run(at)
        self._tell(options["json"], report)
        if report.failed:
            raise CommandError(
                _("%(number)d could not be done; the log says why.") % {"number": len(report.failed)}
            )

    def _say(self, as_json: bool, rows: list[dict[str, Any]]) -> None:
        if as_json:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            whom = ", ".join(row["whom"]) or "–"
            self.stdout.write(f"{row['when']}  {row['record']}  {row['label']}: {row['why']}  → {whom}")
        self.stdout.write(_("%(number)d planned; nothing was written.") % {"number": len(rows)})

    def _tell(self, as_json: bool, report: Report) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        for failure in report.failed:
            self.stderr.write(f"{failure.sweep} {failure.record} {failure.what}: {failure.reason}")
        for name, number in report.taken.items():
            self.stdout.write(f"{name}: {number}")
        self.stdout.write(
            _("%(done)d done, %(overtaken)d done by somebody else in the meantime.")
            % {"done": report.total, "overtaken": report.overtaken}
        )


def _moment(text: str) -> datetime:
    """A moment as typed; without a zone it is the site's. Raises ``CommandError``."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(_("--at wants a moment such as 2026-11-25T08:00."))
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _row(sweep: Sweep, planned: Planned) -> dict[str, Any]:
    """One planned thing as plain values."""
    record = planned.record
    return {
        "sweep": sweep.name,
        "machine": record.machine,
        "record": record.key,
        "what": planned.what,
        "label": label_of(planned),
        "why": str(planned.why),
        "when": timezone.localtime(planned.when).isoformat(timespec="minutes"),
        "whom": _names(planned),
        "data": dict(planned.data),
    }


def _names(planned: Planned) -> list[str]:
    """The people who hold the keys on that day."""
    assert registry.roles is not None
    people = registry.roles.people(planned.whom, planned.record, planned.when)
    rows = get_user_model()._default_manager.in_bulk(people)
    return [str(rows[pk]) for pk in people]
