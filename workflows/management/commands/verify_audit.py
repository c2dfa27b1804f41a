"""Prove the chain of events; name the first broken link."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from workflows.anchors import anchor_faults
from workflows.audit import Fault, chain_faults, head_faults
from workflows.models import Event
from workflows.registry import registry


def faults() -> list[Fault]:
    """Every broken link: in the chains, between records and chains, against the anchors."""
    events = Event.objects.order_by("machine", "record_id", "seq").iterator(chunk_size=2000)
    found = list(chain_faults(events))
    last = (
        Event.objects.annotate(
            place=Window(RowNumber(), partition_by=[F("machine"), F("record_id")], order_by=F("seq").desc())
        )
        .filter(place=1)
        .values_list("machine", "record_id", "seq", "hash", "target")
    )
    heads = {(machine, pk): (seq, hash_, target) for machine, pk, seq, hash_, target in last}
    for model in registry.machines.values():
        found += head_faults(model._base_manager.iterator(chunk_size=2000), heads)
    found += anchor_faults()
    return found


class Command(BaseCommand):
    """Exit 1 and the first broken link where the chain does not hold."""

    help = "Proves the chain of events of every record."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable answer")

    def handle(self, *args: Any, **options: Any) -> None:
        found = faults()
        total = Event.objects.count()
        if options["json"]:
            answer = {
                "ok": not found,
                "events": total,
                "faults": [fault.as_dict() for fault in found],
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if found:
            first = found[0]
            raise CommandError(
                f"{first.code}: {first.machine} {first.record_ref} event {first.seq} {first.detail}",
                returncode=1,
            )
        if not options["json"]:
            self.stdout.write(f"The chain holds: {total} events.")
