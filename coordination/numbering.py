"""Codes: gap-free per locality and year, given in the transaction of the step (rulebook §2)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from coordination.models import CodeCounter, Locality

PREFIXES = {
    "issue": "VM",
    "meeting": "LV",
    "dossier": "HS",
    "commitment": "NV",
    "submission": "TT",
    "opinion": "YK",
}


def next_code(kind: str, locality: Locality, at: datetime) -> str:
    """The next code of a series, as VM-BPC-2026-0001.

    The counter's row is locked until the transaction ends: a step that is rolled back gives its
    number back, so no number is skipped or used twice.
    """
    series = f"{PREFIXES[kind]}-{locality.mnemonic}-{timezone.localtime(at).year}"
    CodeCounter.objects.get_or_create(series=series)
    CodeCounter.objects.filter(series=series).update(last=F("last") + 1)
    last = CodeCounter.objects.values_list("last", flat=True).get(series=series)
    return f"{series}-{last:04d}"
