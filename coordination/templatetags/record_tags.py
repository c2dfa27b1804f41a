"""What the pages of records need: addresses and labels of acts, and the digest a form binds to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from coordination.queries import offered
from workflows import audit
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine

register = template.Library()


@register.simple_tag
def act_path(record: Machine, act: str) -> str:
    """``{% act_path record "remind" %}``: where the act is done."""
    return offered.act_path(record, act)


@register.simple_tag
def step_path(record: Machine, step: str) -> str:
    """``{% step_path record "merge" %}``: where the step is taken."""
    return offered.step_path(record, step)


@register.filter
def act_label(act: str) -> str:
    """``{{ "remind"|act_label }}``: the act's own label."""
    return str(ACTS[act].label)


@register.filter
def digest_of(record: Machine) -> str:
    """``{{ record|digest_of }}``: the digest of what is on the page."""
    return audit.digest(record.material())


@register.filter
def quiet_ones(steps: Iterable[Any]) -> list[Any]:
    """The steps that turn something back or end it."""
    return [step for step in steps if step.quiet]
