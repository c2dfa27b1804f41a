"""Codes: gap-free per locality and year, given in the transaction of the step (rulebook §2)."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import F, Q
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


def numbered_in(kind: str, year: int, mnemonic: str = "") -> Q:
    """Records whose code was given in a year, by one locality or by any.

    Series by series, so that the index of the codes finds them.
    """
    prefix = PREFIXES[kind]
    series = [f"{prefix}-{mnemonic}-{year}"]
    if not mnemonic:
        every = CodeCounter.objects.filter(series__startswith=f"{prefix}-", series__endswith=f"-{year}")
        series = list(every.values_list("series", flat=True))
    return reduce(or_, (Q(code__startswith=f"{one}-") for one in series), Q(pk__in=[]))
