"""The issue (khó khăn, vướng mắc): rulebook §2. Its first steps are in ``issue_intake``."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from workflows.machines.base import Move, step
from workflows.machines.issue_intake import IssueIntake


class IssueMachine(IssueIntake):
    """The issue (khó khăn, vướng mắc): rulebook §2."""

    class Meta:
        abstract = True

    @step(
        source="triage",
        target="awaiting_focal_head",
        who="focal.officer",
        label=pgettext_lazy("issue step", "Propose"),
        needs="route|ground if council or central|submission",
        told="home",
    )
    def propose(self, move: Move) -> None:
        """Trình lãnh đạo."""

    @step(
        source="awaiting_focal_head",
        target="triage",
        who="proposer",
        label=pgettext_lazy("issue step", "Recall the proposal"),
        told="home",
    )
    def recall_proposal(self, move: Move) -> None:
        """Rút tờ trình."""

    @step(
        source="awaiting_focal_head",
        target="triage",
        who="focal.head",
        label=pgettext_lazy("issue step", "Send back"),
        needs="reason",
        by_link=True,
        told="home",
    )
    def send_back(self, move: Move) -> None:
        """Trả lại chuyên viên."""

    @step(
        source="awaiting_focal_head",
        target="committee_office",
        who="focal.head",
        label=pgettext_lazy("issue step", "Endorse"),
        needs="route:bilateral|council|directive|central",
        by_link=True,
        told="home",
    )
    def endorse(self, move: Move) -> None:
        """Duyệt, trình UBND."""

    @step(
        source="awaiting_focal_head",
        target="implementing",
        who="focal.head",
        label=pgettext_lazy("issue step", "Settle within authority"),
        needs="route:settle|commitments",
        by_link=True,
        told="home+leads",
    )
    def settle(self, move: Move) -> None:
        """Giải quyết trong thẩm quyền."""

    @step(
        source="awaiting_focal_head",
        target="declined",
        who="focal.head",
        label=pgettext_lazy("issue step", "Decline as out of scope"),
        needs="route:decline|reason",
        by_link=True,
        told="parties",
    )
    def decline(self, move: Move) -> None:
        """Không thuộc phạm vi xử lý."""

    @step(
        source="committee_office|awaiting_committee",
        target="awaiting_committee",
        who="committee.officer",
        label=pgettext_lazy("issue step", "Pass to the deciding leader"),
        needs="decider",
        told="home",
    )
    def pass_to_leader(self, move: Move) -> None:
        """Trình lãnh đạo UBND."""

    @step(
        source="committee_office|awaiting_committee",
        target="triage",
        who="committee.officer",
        label=pgettext_lazy("issue step", "Return the file"),
        needs="reason",
        told="home",
    )
    def return_file(self, move: Move) -> None:
        """Trả hồ sơ."""

    @step(
        source="committee_office|awaiting_committee",
        target="triage",
        who="focal.head",
        label=pgettext_lazy("issue step", "Recall the file"),
        needs="reason",
        told="home",
    )
    def recall_file(self, move: Move) -> None:
        """Rút hồ sơ trình."""

    @step(
        source="awaiting_committee",
        target="bilateral",
        who="committee.head",
        label=pgettext_lazy("issue step", "Approve a bilateral meeting"),
        by_link=True,
        told="parties",
    )
    def approve_bilateral(self, move: Move) -> None:
        """Đồng ý làm việc giữa hai địa phương."""

    @step(
        source="awaiting_committee",
        target="council",
        who="committee.head",
        label=pgettext_lazy("issue step", "Approve going to the Regional Council"),
        needs="council|ground",
        by_link=True,
        told="parties",
    )
    def approve_council(self, move: Move) -> None:
        """Đồng ý trình Hội đồng vùng."""

    @step(
        source="awaiting_committee",
        target="central",
        who="committee.head",
        label=pgettext_lazy("issue step", "Approve a recommendation to the competent authority"),
        needs="authority|ground",
        by_link=True,
        told="home",
    )
    def approve_central(self, move: Move) -> None:
        """Đồng ý kiến nghị cấp có thẩm quyền."""

    @step(
        source="awaiting_committee",
        target="implementing",
        who="committee.head",
        label=pgettext_lazy("issue step", "Direct a solution"),
        needs="directive|commitments",
        by_link=True,
        told="home+leads",
    )
    def direct(self, move: Move) -> None:
        """Chỉ đạo giải quyết."""

    @step(
        source="awaiting_committee",
        target="triage",
        who="committee.head",
        label=pgettext_lazy("issue step", "Ask for clarification"),
        needs="reason",
        by_link=True,
        told="home",
    )
    def return_to_focal(self, move: Move) -> None:
        """Yêu cầu làm rõ."""

    @step(
        source="bilateral",
        target="implementing",
        who="system",
        label=pgettext_lazy("issue step", "The parties agreed"),
        told="parties",
    )
    def meeting_agreed(self, move: Move) -> None:
        """Các bên thống nhất."""

    @step(
        source="bilateral",
        target="triage",
        who="system",
        label=pgettext_lazy("issue step", "Points left open"),
        needs="outcome",
        told="parties",
    )
    def meeting_left_open(self, move: Move) -> None:
        """Còn nội dung chưa thống nhất."""

    @step(
        source="council",
        target="implementing",
        who="system",
        label=pgettext_lazy("issue step", "The Council concluded"),
        told="parties",
    )
    def council_concluded(self, move: Move) -> None:
        """Kết luận của Chủ tịch Hội đồng vùng."""

    @step(
        source="council",
        target="triage",
        who="system",
        label=pgettext_lazy("issue step", "The Council returned the file"),
        needs="reason",
        told="parties",
    )
    def council_returned(self, move: Move) -> None:
        """Hội đồng vùng trả hồ sơ."""

    @step(
        source="council",
        target="central",
        who="system",
        label=pgettext_lazy("issue step", "The Council referred it upward"),
        told="parties",
    )
    def council_referred(self, move: Move) -> None:
        """Hội đồng vùng kiến nghị cấp có thẩm quyền."""

    @step(
        source="central",
        target="implementing",
        who="focal.officer",
        label=pgettext_lazy("issue step", "The competent authority answered"),
        needs="document|commitments|countersign",
        told="parties",
    )
    def central_concluded(self, move: Move) -> None:
        """Có ý kiến của cấp có thẩm quyền."""

    @step(
        source="central",
        target="triage",
        who="focal.officer",
        label=pgettext_lazy("issue step", "The competent authority sent it back"),
        needs="document|reason|countersign",
        told="parties",
    )
    def central_returned(self, move: Move) -> None:
        """Cấp có thẩm quyền yêu cầu làm rõ."""

    @step(
        source="implementing",
        target="resolved",
        who="focal.head",
        label=pgettext_lazy("issue step", "Confirm resolved"),
        needs="commitments_settled|unit_heard",
        by_link=True,
        told="parties",
    )
    def confirm_resolved(self, move: Move) -> None:
        """Xác nhận đã tháo gỡ."""

    @step(
        source="resolved",
        target="closed",
        who="focal.officer",
        label=pgettext_lazy("issue step", "Close the file"),
        needs="archive",
        told="parties",
    )
    def close(self, move: Move) -> None:
        """Kết thúc hồ sơ."""

    @step(
        source="implementing|resolved|closed|declined",
        target="triage",
        who="focal.head",
        label=pgettext_lazy("issue step", "Reopen"),
        needs="reason",
        told="parties",
    )
    def reopen(self, move: Move) -> None:
        """Mở lại."""

    @step(
        source="returned|triage|consulting|awaiting_focal_head|committee_office|implementing",
        target="closed",
        who="focal.head",
        label=pgettext_lazy("issue step", "Discontinue"),
        needs="outcome|reason|no_committee_decision",
        told="parties",
    )
    def discontinue(self, move: Move) -> None:
        """Dừng xử lý."""

    @step(
        source="triage|consulting|awaiting_focal_head|committee_office|awaiting_committee|bilateral|council|central|implementing",
        target="closed",
        who="committee.head",
        label=pgettext_lazy("issue step", "Discontinue after the decision"),
        needs="outcome|reason",
        by_link=True,
        told="parties",
    )
    def discontinue_decided(self, move: Move) -> None:
        """Dừng xử lý (sau khi UBND đã quyết định)."""
