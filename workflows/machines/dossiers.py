"""The dossier before a Regional Council: rulebook §3. States and steps, nothing else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from workflows.machines.base import DueRule, Machine, Move, step


class DossierMachine(Machine):
    """The dossier before a Regional Council: rulebook §3."""

    machine = "dossier"

    class State(models.TextChoices):
        DRAFTING = "drafting", pgettext_lazy("dossier state", "Drafting")
        FILED = "filed", pgettext_lazy("dossier state", "Filed")
        RETURNED = "returned", pgettext_lazy("dossier state", "Awaiting a supplement")
        SCREENED = "screened", pgettext_lazy("dossier state", "Screened")
        SCHEDULED = "scheduled", pgettext_lazy("dossier state", "Scheduled")
        DEFERRED = "deferred", pgettext_lazy("dossier state", "Deferred")
        DECIDED = "decided", pgettext_lazy("dossier state", "Decided")
        REFERRED = "referred", pgettext_lazy("dossier state", "Referred")
        REJECTED = "rejected", pgettext_lazy("dossier state", "Rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("dossier state", "Withdrawn")

    TURNS = {
        State.DRAFTING: "accountable+focal.head",
        State.FILED: "council.officer",
        State.RETURNED: "accountable+focal.head",
        State.SCREENED: "council.officer",
        State.SCHEDULED: "council.officer",
        State.DEFERRED: "council.officer",
    }
    CLOCKS = {
        State.DRAFTING: DueRule(side="home", days=5),
        State.FILED: DueRule(side="council", days=10),
        State.RETURNED: DueRule(side="home", days=5),
        State.SCREENED: DueRule(side="council", days=10),
        State.SCHEDULED: DueRule(side="council", days=5, basis="session"),
        State.DEFERRED: DueRule(side="council", days=20, basis="chase"),
    }
    TERMINAL = frozenset({State.DECIDED, State.REFERRED, State.REJECTED, State.WITHDRAWN})

    AMENDABLE = {
        State.DRAFTING: {"focal.officer": ("content",), "focal.head": ("content",)},
        State.RETURNED: {"focal.officer": ("content",), "focal.head": ("content",)},
        # The day and the place of the session: it moves with its whole agenda (effects/dossiers.py).
        State.SCHEDULED: {"council.officer": ("session",)},
    }

    state = FSMField(default=State.DRAFTING, choices=State.choices, protected=True)

    class Meta:
        abstract = True

    @step(
        source="drafting|returned",
        target="filed",
        who="focal.head",
        label=pgettext_lazy("dossier step", "File"),
        needs="complete",
        by_link=True,
        told="home+council",
    )
    def file(self, move: Move) -> None:
        """Nộp hồ sơ."""

    @step(
        source="filed",
        target="screened",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Pass the screening"),
        told="home+council",
    )
    def screen(self, move: Move) -> None:
        """Thẩm tra đạt."""

    @step(
        source="filed|screened|scheduled",
        target="returned",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Return for a supplement"),
        needs="reason",
        told="home+council",
    )
    def return_dossier(self, move: Move) -> None:
        """Yêu cầu bổ sung hồ sơ."""

    @step(
        source="filed|screened|scheduled|deferred",
        target="rejected",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Reject"),
        needs="reason",
        told="home+council",
    )
    def reject_dossier(self, move: Move) -> None:
        """Không đưa ra Hội đồng."""

    @step(
        source="screened|deferred",
        target="scheduled",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Put on the agenda"),
        needs="session",
        told="parties+council",
    )
    def schedule(self, move: Move) -> None:
        """Đưa vào chương trình phiên họp."""

    @step(
        source="scheduled",
        target="deferred",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Defer"),
        needs="reason",
        told="parties+council",
    )
    def defer(self, move: Move) -> None:
        """Hoãn sang phiên sau."""

    @step(
        source="scheduled",
        target="decided",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Record the conclusion"),
        needs="conclusion|commitments",
        told="parties+council",
    )
    def record_conclusion(self, move: Move) -> None:
        """Ghi kết luận."""

    @step(
        source="scheduled",
        target="referred",
        who="council.officer",
        label=pgettext_lazy("dossier step", "Refer upward"),
        needs="conclusion|authority",
        told="parties+council",
    )
    def refer(self, move: Move) -> None:
        """Kiến nghị cấp có thẩm quyền."""

    @step(
        source="drafting|filed|screened|scheduled|deferred|returned",
        target="withdrawn",
        who="focal.head|system",
        label=pgettext_lazy("dossier step", "Withdraw"),
        needs="reason",
        told="home+council",
    )
    def withdraw_dossier(self, move: Move) -> None:
        """Rút hồ sơ."""
