"""A commitment after a conclusion (nhiệm vụ sau kết luận): rulebook §3. States and steps, nothing else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from workflows.machines.base import DueRule, Machine, Move, step


class CommitmentMachine(Machine):
    """A commitment after a conclusion (nhiệm vụ sau kết luận): rulebook §3."""

    machine = "commitment"

    class State(models.TextChoices):
        ASSIGNED = "assigned", pgettext_lazy("commitment state", "Assigned")
        ACCEPTED = "accepted", pgettext_lazy("commitment state", "Accepted")
        DISPUTED = "disputed", pgettext_lazy("commitment state", "Disputed")
        REPORTED = "reported", pgettext_lazy("commitment state", "Reported")
        VERIFIED = "verified", pgettext_lazy("commitment state", "Verified")
        UNMET = "unmet", pgettext_lazy("commitment state", "Unmet")
        CANCELLED = "cancelled", pgettext_lazy("commitment state", "Cancelled")

    TURNS = {
        State.ASSIGNED: "lead.officer+lead.head",
        State.ACCEPTED: "lead.officer+lead.head",
        State.DISPUTED: "focal.head of the side that gave it",
        State.REPORTED: "accountable",
    }
    CLOCKS = {
        State.ASSIGNED: DueRule(side="lead", days=3),
        State.ACCEPTED: DueRule(side="lead", basis="own"),
        State.DISPUTED: DueRule(side="that side", days=3),
        State.REPORTED: DueRule(side="home", days=5),
    }
    TERMINAL = frozenset({State.VERIFIED, State.UNMET, State.CANCELLED})

    state = FSMField(default=State.ASSIGNED, choices=State.choices, protected=True)

    class Meta:
        abstract = True

    @step(
        source="assigned",
        target="accepted",
        who="lead.officer|lead.head",
        label=pgettext_lazy("commitment step", "Take on"),
        told="parties",
    )
    def take_on(self, move: Move) -> None:
        """Nhận nhiệm vụ."""

    @step(
        source="assigned",
        target="disputed",
        who="lead.head",
        label=pgettext_lazy("commitment step", "Dispute the assignment"),
        needs="reason",
        told="parties",
    )
    def dispute(self, move: Move) -> None:
        """Đề nghị xem lại phân công."""

    @step(
        source="disputed|assigned|accepted",
        target="assigned",
        who="giver.head",
        label=pgettext_lazy("commitment step", "Reassign"),
        needs="lead|reason",
        told="parties",
    )
    def reassign(self, move: Move) -> None:
        """Phân công lại."""

    @step(
        source="accepted",
        target="reported",
        who="lead.head",
        label=pgettext_lazy("commitment step", "Report the result"),
        needs="evidence",
        told="parties",
    )
    def report(self, move: Move) -> None:
        """Báo cáo kết quả."""

    @step(
        source="reported",
        target="accepted",
        who="focal.officer",
        label=pgettext_lazy("commitment step", "Reject the report"),
        needs="reason",
        told="parties",
    )
    def reject_report(self, move: Move) -> None:
        """Chưa đạt yêu cầu."""

    @step(
        source="reported",
        target="verified",
        who="focal.officer",
        label=pgettext_lazy("commitment step", "Verify"),
        told="parties",
    )
    def verify(self, move: Move) -> None:
        """Xác nhận hoàn thành."""

    @step(
        source="assigned|accepted|reported",
        target="unmet",
        who="focal.head",
        label=pgettext_lazy("commitment step", "Declare unmet"),
        needs="reason",
        told="parties",
    )
    def declare_unmet(self, move: Move) -> None:
        """Xác nhận không hoàn thành."""

    @step(
        source="assigned|accepted|disputed|reported",
        target="cancelled",
        who="giver.head|system",
        label=pgettext_lazy("commitment step", "Cancel"),
        needs="reason",
        told="parties",
    )
    def cancel_commitment(self, move: Move) -> None:
        """Hủy nhiệm vụ."""
