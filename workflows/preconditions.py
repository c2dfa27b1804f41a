"""What is checked before a record moves: is it still what was read, is everything there it needs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from workflows import audit
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine, Move
from workflows.models import Event
from workflows.needs import NEEDS, base_name
from workflows.refusals import AlreadyDone, Incomplete, Stale
from workflows.registry import registry


def check_fresh(
    record: Machine,
    step: str,
    version: int | None,
    digest: str | None,
    *,
    own: Collection[int | None] = (),
) -> None:
    """Refuse a decision on what has moved on; name who was first (rulebook §6).

    Where each side takes the step for itself, another side's answer makes nothing stale: ``own`` are
    the localities the person acts for.
    """
    same_content = digest is None or digest == audit.digest(record.material())
    if (version is None or version == record.version) and same_content:
        return
    moved = Event.objects.filter(machine=record.machine, record_id=record.pk).filter(
        Q(kind__in=[Event.Kind.STEP, Event.Kind.AMEND]) | Q(name="attach")
    )
    if version is not None:
        moved = moved.filter(version__gt=version)
    if same_content and _each_side_for_itself(record, step):
        moved = moved.filter(~Q(name=step, kind=Event.Kind.STEP) | Q(locality_id__in=own))
        if not moved.exists():
            return
    done = moved.filter(name=step, kind=Event.Kind.STEP).order_by("seq").first()
    first = done or moved.order_by("seq").first()
    kind = AlreadyDone if done else Stale
    if first is None:
        raise Stale(by="", step="", label="", at=None)
    info = record.steps().get(first.name)
    label = info.label if info else ACTS[first.name].label
    by = first.person_name or str(_("The system"))
    raise kind(by=by, step=first.name, label=label, at=first.at)


def _each_side_for_itself(record: Machine, step: str) -> bool:
    """A first answer of several keeps the state, so that the step stands open to the other sides."""
    info = record.steps().get(step)
    return info is not None and record.state in info.source and record.state in info.target


def clean(move: Move, needs: tuple[str, ...]) -> dict[str, Any]:
    """Check every need of a step; return the cleaned data. All problems are told at once."""
    problems: dict[str, Any] = {}
    cleaned: dict[str, Any] = {}
    move.results["cleaned"] = cleaned
    for word in needs:
        name = base_name(word)
        try:
            value = registry.needs[name](move, word)
        except Incomplete as refusal:
            problems.update(refusal.problems)
            continue
        if not NEEDS[name].is_condition and value is not None:
            cleaned[name] = value
    for option in registry.options.get((move.record.machine, move.name), ()):
        cleaned.update(option(move))
    if problems:
        raise Incomplete(problems)
    return cleaned
