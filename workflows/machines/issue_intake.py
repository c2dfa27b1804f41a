"""The issue from the unit's desk to the end of its triage (rulebook §2): the first half of its steps."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from workflows.machines.base import Move, step
from workflows.machines.issue_states import IssueStates


class IssueIntake(IssueStates):
    """An issue before it is proposed; the steps after that are in ``machines/issues.py``."""

    class Meta:
        abstract = True

    @step(
        source="draft|returned",
        target="awaiting_unit_head",
        who="reporting.officer",
        label=pgettext_lazy("issue step", "Hand up to the head"),
        needs="complete",
        told="unit",
    )
    def hand_up(self, move: Move) -> None:
        """Trình người đứng đầu đơn vị."""

    @step(
        source="awaiting_unit_head",
        target="draft|returned",
        who="reporting.head",
        label=pgettext_lazy("issue step", "Send back to the author"),
        needs="reason",
        by_link=True,
        told="unit",
    )
    def send_back_to_author(self, move: Move) -> None:
        """Trả lại người soạn."""

    @step(
        source="draft|returned|awaiting_unit_head",
        target="submitted",
        who="reporting.head|policy:reporting.officer",
        label=pgettext_lazy("issue step", "Submit"),
        needs="complete",
        by_link=True,
        told="home",
    )
    def submit(self, move: Move) -> None:
        """Gửi đầu mối."""

    @step(
        source="draft|awaiting_unit_head|submitted|returned|triage",
        target="withdrawn",
        who="reporting.head",
        label=pgettext_lazy("issue step", "Withdraw"),
        needs="reason|nobody_brought_in",
        told="home",
    )
    def withdraw(self, move: Move) -> None:
        """Rút hồ sơ."""

    @step(
        source="submitted",
        target="triage",
        who="focal.officer",
        label=pgettext_lazy("issue step", "Accept"),
        needs="accountable",
        told="home",
    )
    def accept(self, move: Move) -> None:
        """Tiếp nhận."""

    @step(
        source="submitted|triage",
        target="returned",
        who="focal.officer",
        label=pgettext_lazy("issue step", "Request a supplement"),
        needs="reason|missing",
        told="home",
    )
    def request_supplement(self, move: Move) -> None:
        """Yêu cầu bổ sung."""

    @step(
        source="triage",
        target="merged",
        who="focal.officer",
        label=pgettext_lazy("issue step", "Merge into another file"),
        needs="target|nobody_brought_in",
        told="home",
    )
    def merge(self, move: Move) -> None:
        """Ghép hồ sơ."""

    @step(
        source="triage",
        target="consulting",
        who="focal.officer",
        label=pgettext_lazy("issue step", "Consult"),
        needs="bodies|question|position|due",
        told="home+consulted",
    )
    def consult(self, move: Move) -> None:
        """Lấy ý kiến."""

    @step(
        source="consulting",
        target="triage",
        who="focal.officer|system",
        label=pgettext_lazy("issue step", "Conclude the consultation"),
        told="home",
    )
    def conclude_consultation(self, move: Move) -> None:
        """Kết thúc lấy ý kiến."""
