"""Whether the rows are what the product would have written: a sample of each kind, by its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from coordination.queries.search import fold
from coordination.standing import standing_of
from coordination.turns import turns_of

MACHINES = ("issue", "commitment", "meeting", "dossier", "opinion")


def disagreements(sample: int = 100) -> list[str]:
    """Records whose search text or open work items differ from what the product's rules ask for."""
    issues = apps.get_model("coordination", "issue").objects
    found = [f"search text of {issue}" for issue in issues.order_by("-ref")[:sample] if _is_misfiled(issue)]
    for machine in MACHINES:
        model = apps.get_model("coordination", machine)
        records = model._default_manager.exclude(state__in=model.TERMINAL).order_by("ref")[:sample]
        found += [f"work items of {machine} {record}" for record in records if _is_out_of_turn(record)]
    return found


def _is_misfiled(issue: Any) -> bool:
    places = " ".join(side.locality.name for side in issue.sides.select_related("locality"))
    words = (issue.code, issue.ref, issue.title, issue.project, issue.amended_text, places)
    return bool(issue.search_text != fold(" ".join(word for word in words if word)))


def _is_out_of_turn(record: Any) -> bool:
    items = apps.get_model("workflows", "workitem").objects.filter(finished__isnull=True)
    held = set(items.filter(machine=record.machine, record_id=record.pk).values_list("holder", "purpose"))
    return {(holder, purpose) for holder, purpose in held if holder} != set(_wanted(record))


def _wanted(record: Any) -> Iterator[tuple[str, str]]:
    for holder, purpose in turns_of(record, standing_of(record)):
        # A consultation's branches have a purpose of their own.
        yield holder, "requested" if record.machine == "opinion" else purpose
