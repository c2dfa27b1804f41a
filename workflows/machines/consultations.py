"""One body's opinion in a consultation: rulebook §3. States and steps, nothing else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from workflows.machines.base import DueRule, Machine, Move, step


class OpinionMachine(Machine):
    """One body's opinion in a consultation: rulebook §3."""

    machine = "opinion"

    class State(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("opinion state", "Requested")
        ANSWERED = "answered", pgettext_lazy("opinion state", "Answered")
        LAPSED = "lapsed", pgettext_lazy("opinion state", "Lapsed")
        ANSWERED_LATE = "answered_late", pgettext_lazy("opinion state", "Answered late")
        CANCELLED = "cancelled", pgettext_lazy("opinion state", "Cancelled")

    TURNS = {
        State.REQUESTED: "consulted.officer+consulted.head",
    }
    CLOCKS = {
        State.REQUESTED: DueRule(side="consulted", basis="request"),
    }
    TERMINAL = frozenset({State.ANSWERED, State.LAPSED, State.ANSWERED_LATE, State.CANCELLED})

    AMENDABLE = {
        State.REQUESTED: {"consulted.officer": ("*",), "consulted.head": ("*",)},
        State.LAPSED: {"consulted.officer": ("*",), "consulted.head": ("*",)},
    }

    state = FSMField(default=State.REQUESTED, choices=State.choices, protected=True)

    class Meta:
        abstract = True

    @step(
        source="requested",
        target="answered",
        who="consulted.head",
        label=pgettext_lazy("opinion step", "Answer"),
        needs="opinion",
        by_link=True,
        told="home+own",
    )
    def answer(self, move: Move) -> None:
        """Trả lời."""

    @step(
        source="requested",
        target="lapsed",
        who="system",
        label=pgettext_lazy("opinion step", "Lapse"),
        told="home+own",
    )
    def lapse(self, move: Move) -> None:
        """Quá hạn không trả lời."""

    @step(
        source="lapsed",
        target="answered_late",
        who="consulted.head",
        label=pgettext_lazy("opinion step", "Answer late"),
        needs="opinion",
        told="home+own",
    )
    def answer_late(self, move: Move) -> None:
        """Trả lời muộn."""

    @step(
        source="requested",
        target="cancelled",
        who="system",
        label=pgettext_lazy("opinion step", "Cancel"),
        told="own",
    )
    def cancel(self, move: Move) -> None:
        """Không cần trả lời nữa."""
