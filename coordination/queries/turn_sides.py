"""Whose turn an issue is, as lists and figures ask: one side for several words of the machine's table."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Issue

TURN_SIDES: dict[str, str | Promise] = {
    "unit": _("The reporting unit's"),
    "focal": _("The focal point's"),
    "committee": _("The committee's"),
    "consulted": _("The consulted bodies'"),
    "localities": _("The localities that meet"),
    "council": _("The Regional Council's"),
    "leads": _("The lead bodies'"),
}
# The words of the machine's own column ``turn`` (docs/rulebook/states.csv).
_WORDS = {
    "unit": ("reporting.officer", "reporting.head"),
    "focal": ("focal.officer", "focal.head", "accountable"),
    "committee": ("committee.officer", "decider"),
    "consulted": ("accountable+opinions",),
    "localities": ("meeting",),
    "council": ("dossier",),
    "leads": ("commitments; focal.head when all have settled",),
}


def states_of(side: str) -> tuple[str, ...]:
    """The states in which it is this side's turn."""
    return tuple(state for state, turn in Issue.TURNS.items() if turn in _WORDS[side])
