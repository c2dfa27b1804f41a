"""The submission (tờ trình): one paper for one or several issues, decided issue by issue."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coordination.models.issues import Issue
from coordination.models.kinds import Ground, Route
from coordination.models.organisations import Locality, Seat
from workflows import audit


class Submission(models.Model):
    """A tờ trình. Its state is what its items say: it takes no step of its own."""

    class State(models.TextChoices):
        DRAFTING = "drafting", pgettext_lazy("submission state", "Drafting")
        PROPOSED = "proposed", pgettext_lazy("submission state", "Proposed")
        DECIDED = "decided", pgettext_lazy("submission state", "Decided for every issue")
        RECALLED = "recalled", pgettext_lazy("submission state", "Recalled")

    ref = models.CharField(max_length=16, unique=True)
    code = models.CharField(max_length=24, unique=True, null=True)  # noqa: DJ001
    home = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    subject = models.CharField(_("subject"), max_length=300)
    content = models.TextField(_("content"))
    drafted_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")

    def __str__(self) -> str:
        return self.code or self.ref

    @property
    def key(self) -> str:
        return self.code or self.ref

    @property
    def state(self) -> str:
        """Drafting until proposed; then open, decided or recalled as its items are.

        A draft with no issue left on it is recalled.
        """
        statuses = {item.status for item in self.items.all()}
        if self.proposed_at is None:
            drafting = SubmissionItem.Status.DRAFTING in statuses
            return self.State.DRAFTING if drafting else self.State.RECALLED
        if SubmissionItem.Status.OPEN in statuses:
            return self.State.PROPOSED
        return self.State.DECIDED if SubmissionItem.Status.DECIDED in statuses else self.State.RECALLED

    def get_state_display(self) -> str:
        return str(self.State(self.state).label)

    def drafted(self) -> models.QuerySet[SubmissionItem]:
        """The places of the issues that are drafted on it, in the order they were put there."""
        rows = self.items.filter(status=SubmissionItem.Status.DRAFTING)
        return rows.select_related("issue").order_by("id")

    def words(self) -> dict[str, Any]:
        """What a draft says: its text, and each issue with its route and ground."""
        return {
            "subject": self.subject,
            "content": self.content,
            "items": [[item.issue.ref, item.route, item.ground] for item in self.drafted()],
        }

    def digest(self) -> str:
        """A draft's words as one: whoever saves or proposes it says which they had read."""
        return audit.digest(self.words())


class SubmissionItem(models.Model):
    """One issue on a submission, with its own route and ground.

    ``opinions`` is the opinion table as it stood when the issue was proposed, a row per body.
    """

    class Status(models.TextChoices):
        DRAFTING = "drafting", pgettext_lazy("submission item", "Drafting")
        OPEN = "open", pgettext_lazy("submission item", "To be decided")
        DECIDED = "decided", pgettext_lazy("submission item", "Decided")
        RECALLED = "recalled", pgettext_lazy("submission item", "Came back")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="items")
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="submission_items")
    route = models.CharField(_("route"), max_length=10, choices=Route.choices)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    decision = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    opinions = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                condition=Q(status__in=["drafting", "open"]),
                name="one_open_submission",
            ),
            models.CheckConstraint(
                condition=Q(status="decided", decided_at__isnull=False)
                | (~Q(status="decided") & Q(decided_at__isnull=True)),
                name="item_decided_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.issue}"
