"""The meeting of two or more localities: rulebook §3. States and steps, nothing else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from workflows.machines.base import DueRule, Machine, Move, step

EACH_SIDE_NAMES = dict.fromkeys(("focal.officer", "focal.head", "other.focal"), ("participants",))


class MeetingMachine(Machine):
    """The meeting of two or more localities: rulebook §3."""

    machine = "meeting"

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("meeting state", "In preparation")
        INVITED = "invited", pgettext_lazy("meeting state", "Invited")
        COUNTERED = "countered", pgettext_lazy("meeting state", "Countered")
        SCHEDULED = "scheduled", pgettext_lazy("meeting state", "Scheduled")
        HELD = "held", pgettext_lazy("meeting state", "Held")
        MINUTES_SHARED = "minutes_shared", pgettext_lazy("meeting state", "Minutes shared")
        CONCLUDED = "concluded", pgettext_lazy("meeting state", "Concluded")
        UNCONFIRMED = "unconfirmed", pgettext_lazy("meeting state", "Closed unconfirmed")
        DECLINED = "declined", pgettext_lazy("meeting state", "Declined")
        UNANSWERED = "unanswered", pgettext_lazy("meeting state", "Unanswered")
        CANCELLED = "cancelled", pgettext_lazy("meeting state", "Cancelled")

    TURNS = {
        State.PROPOSED: "accountable+focal.head",
        State.INVITED: "other.focal who has not answered",
        State.COUNTERED: "accountable",
        State.SCHEDULED: "accountable",
        State.HELD: "accountable",
        State.MINUTES_SHARED: "each.head who has not confirmed",
    }
    CLOCKS = {
        State.PROPOSED: DueRule(side="home", days=5),
        State.INVITED: DueRule(side="other", days=5),
        State.COUNTERED: DueRule(side="home", days=3),
        State.SCHEDULED: DueRule(side="both", basis="meeting"),
        State.HELD: DueRule(side="home", days=5),
        State.MINUTES_SHARED: DueRule(side="each", days=5),
    }
    TERMINAL = frozenset(
        {State.CONCLUDED, State.UNCONFIRMED, State.DECLINED, State.UNANSWERED, State.CANCELLED}
    )

    # Each side names who comes for itself; what was said and who was there is the home's to write.
    AMENDABLE = {
        State.PROPOSED: {"focal.officer": ("agenda",)},
        State.INVITED: EACH_SIDE_NAMES,
        State.COUNTERED: EACH_SIDE_NAMES,
        State.SCHEDULED: EACH_SIDE_NAMES,
        State.HELD: {"focal.officer": ("agenda", "attendance", "present", "points")},
        State.MINUTES_SHARED: {"focal.officer": ("attendance", "present", "points")},
    }

    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)

    class Meta:
        abstract = True

    @step(
        source="proposed|countered",
        target="invited",
        who="focal.head",
        label=pgettext_lazy("meeting step", "Send the invitation"),
        needs="slots|agenda",
        by_link=True,
        told="parties",
    )
    def invite(self, move: Move) -> None:
        """Gửi giấy mời."""

    @step(
        source="invited",
        target="invited|scheduled",
        who="other.focal",
        label=pgettext_lazy("meeting step", "Accept a slot"),
        needs="slot",
        by_link=True,
        told="parties",
    )
    def accept_slot(self, move: Move) -> None:
        """Đồng ý thời gian."""

    @step(
        source="invited",
        target="countered",
        who="other.focal",
        label=pgettext_lazy("meeting step", "Propose another time"),
        needs="slots",
        told="parties",
    )
    def counter_propose(self, move: Move) -> None:
        """Đề nghị thời gian khác."""

    @step(
        source="countered",
        target="scheduled",
        who="focal.officer",
        label=pgettext_lazy("meeting step", "Accept their time"),
        needs="slot",
        told="parties",
    )
    def accept_counter(self, move: Move) -> None:
        """Đồng ý thời gian đề nghị."""

    @step(
        source="invited|countered",
        target="invited|declined",
        who="other.focal",
        label=pgettext_lazy("meeting step", "Decline"),
        needs="reason",
        told="parties",
    )
    def decline_invitation(self, move: Move) -> None:
        """Từ chối."""

    @step(
        source="invited",
        target="unanswered",
        who="focal.head",
        label=pgettext_lazy("meeting step", "No answer"),
        needs="after_reminders",
        told="parties",
    )
    def no_answer(self, move: Move) -> None:
        """Không có trả lời."""

    @step(
        source="scheduled",
        target="invited",
        who="focal.officer",
        label=pgettext_lazy("meeting step", "Reschedule"),
        needs="reason|slots",
        told="parties",
    )
    def reschedule(self, move: Move) -> None:
        """Đổi lịch."""

    @step(
        source="scheduled",
        target="countered",
        who="other.focal",
        label=pgettext_lazy("meeting step", "Ask to reschedule"),
        needs="reason|slots",
        told="parties",
    )
    def ask_reschedule(self, move: Move) -> None:
        """Đề nghị đổi lịch."""

    @step(
        source="scheduled",
        target="held",
        who="focal.officer",
        label=pgettext_lazy("meeting step", "Record that it was held"),
        needs="attendance",
        told="parties",
    )
    def record_held(self, move: Move) -> None:
        """Đã họp."""

    @step(
        source="held",
        target="minutes_shared",
        who="focal.officer",
        label=pgettext_lazy("meeting step", "Share the minutes"),
        needs="points",
        told="parties",
    )
    def share_minutes(self, move: Move) -> None:
        """Gửi biên bản."""

    @step(
        source="minutes_shared",
        target="held",
        who="any.head",
        label=pgettext_lazy("meeting step", "Dispute the minutes"),
        needs="reason",
        by_link=True,
        told="parties",
    )
    def dispute_minutes(self, move: Move) -> None:
        """Đề nghị sửa biên bản."""

    @step(
        source="minutes_shared",
        target="minutes_shared|concluded",
        who="each.head",
        label=pgettext_lazy("meeting step", "Confirm the minutes"),
        needs="same_digest",
        by_link=True,
        told="parties",
    )
    def confirm_minutes(self, move: Move) -> None:
        """Xác nhận biên bản."""

    @step(
        source="held|minutes_shared",
        target="unconfirmed",
        who="focal.head",
        label=pgettext_lazy("meeting step", "Close unconfirmed"),
        needs="after_reminders",
        told="parties",
    )
    def close_unconfirmed(self, move: Move) -> None:
        """Kết thúc khi chưa xác nhận."""

    @step(
        source="proposed|invited|countered|scheduled|held|minutes_shared",
        target="cancelled",
        who="focal.head|system",
        label=pgettext_lazy("meeting step", "Cancel"),
        needs="reason",
        told="parties",
    )
    def cancel_meeting(self, move: Move) -> None:
        """Hủy cuộc họp."""
