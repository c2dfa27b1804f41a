"""Which kinds of matter a record is about, as a condition on rows (rulebook §1: deputies, substitutes).

An issue has its kinds; what hangs on it is about the same, a meeting about those of its agenda.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from coordination.models import AgendaItem, Commitment, Dossier, IssueKind, Opinion

MACHINES = ("issue", "opinion", "meeting", "dossier", "commitment")


def about(machine: str, kinds: Iterable[str], pk: str = "pk") -> Exists:
    """Records of a machine that are about one of these kinds; ``pk`` is their id in the outer query."""
    wanted, outer = list(kinds), OuterRef(pk)
    if machine == "issue":
        return Exists(IssueKind.objects.filter(issue=outer, kind__in=wanted))
    if machine == "opinion":
        return Exists(Opinion.objects.filter(pk=outer, consultation__issue__kinds__kind__in=wanted))
    if machine == "meeting":
        agenda = AgendaItem.objects.filter(meeting=outer, left_at=None)
        return Exists(agenda.filter(issue__kinds__kind__in=wanted))
    if machine == "dossier":
        return Exists(Dossier.objects.filter(pk=outer, issue__kinds__kind__in=wanted))
    assert machine == "commitment", machine
    return Exists(Commitment.objects.filter(pk=outer, issue__kinds__kind__in=wanted))


def items_about(kinds: Iterable[str]) -> Q:
    """Work items of records that are about one of these kinds."""
    wanted, found = list(kinds), Q(pk__in=[])
    for machine in MACHINES:
        found |= Q(machine=machine) & Q(about(machine, wanted, "record_id"))
    return found
