"""A commitment after a conclusion (nhiệm vụ sau kết luận), followed until it is true."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coordination.models.dossiers import Dossier
from coordination.models.issues import Issue
from coordination.models.meetings import Meeting
from coordination.models.organisations import Locality, Organisation, Seat
from workflows.machines.base import DueRule
from workflows.machines.commitments import CommitmentMachine


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Commitments, by how far they have got."""

    def running(self) -> CommitmentQuerySet:
        """Those that have not settled."""
        return self.exclude(state__in=Commitment.TERMINAL)

    def replaced(self) -> CommitmentQuerySet:
        """Those whose place another one took that has not been cancelled since."""
        replacing = Commitment.objects.filter(replaces__isnull=False)
        return self.filter(pk__in=replacing.exclude(state=Commitment.State.CANCELLED).values("replaces"))

    def left_unmet(self) -> CommitmentQuerySet:
        """Unmet, and no other has taken their place."""
        return self.filter(state=Commitment.State.UNMET).exclude(
            pk__in=Commitment.objects.replaced().values("pk")
        )


# Verified or cancelled, a commitment asks for nothing more.
_ASKS = ~models.Q(state__in=["verified", "cancelled"])


class Commitment(CommitmentMachine):
    """One work item, ONE accountable lead body, a date, and what must come out of it.

    ``round`` is the issue's round for which it counts: the one in which it was given, and for one
    that ran on through a reopening the one in which it settled. ``replaces`` is the unmet one whose
    place it takes (effects.csv, issue.reopen).
    """

    objects = CommitmentQuerySet.as_manager()

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="commitments")
    home = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="commitments")
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="led_commitments")
    coordinators = models.ManyToManyField(Organisation, related_name="coordinated_commitments")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="commitments")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="commitments")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    origin = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    work = models.TextField(_("work item"))
    due_on = models.DateField(_("due"))
    money = models.CharField(_("money"), max_length=200, blank=True)
    product = models.CharField(_("expected product"), max_length=300, blank=True)
    evidence = models.TextField(_("result and evidence"), blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        indexes = [
            models.Index(fields=["issue", "state"], name="commitment_by_issue"),
            # What a side still owes, or has failed to do (``queries.overview``).
            models.Index(fields=["home", "locality"], name="commitment_asked_home", condition=_ASKS),
            models.Index(fields=["locality"], name="commitment_asked_side", condition=_ASKS),
        ]

    @property
    def title(self) -> str:
        return self.work

    def material(self) -> dict[str, Any]:
        """What was promised."""
        return {
            "issue": self.issue.ref,
            "locality": self.locality.mnemonic,
            "lead": self.lead.slug,
            "work": self.work,
            "due_on": self.due_on.isoformat(),
            "money": self.money,
            "product": self.product,
        }

    def due_date(self) -> date | None:
        return self.due_on

    def earlier_due_dates(self) -> list[date]:
        return [one.due_before for one in reversed(self.granted_extensions)]

    def clock_rule(self) -> tuple[str, DueRule] | None:
        """A granted extension starts another clock: the date is part of its key."""
        found = super().clock_rule()
        if found is None or found[1].basis != "own":
            return found
        return f"{found[0]}:{self.due_on.isoformat()}", found[1]

    @property
    def may_be_extended(self) -> bool:
        """Whether the work is still the lead's to do."""
        return self.state in {self.State.ASSIGNED, self.State.ACCEPTED}

    @property
    def granted_extensions(self) -> list[Extension]:
        """Every extension of its date, the newest first."""
        return [one for one in self.extensions.all() if one.status == Extension.Status.GRANTED]

    @property
    def asked_extension(self) -> Extension | None:
        """The request for more time that waits for its answer, if any."""
        return next((one for one in self.extensions.all() if one.status == Extension.Status.ASKED), None)


class Extension(models.Model):
    """More time asked for a commitment, and what was answered: an act, not a state (rulebook §3)."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("extension", "Asked for")
        GRANTED = "granted", pgettext_lazy("extension", "Granted")
        REFUSED = "refused", pgettext_lazy("extension", "Refused")
        LAPSED = "lapsed", pgettext_lazy("extension", "No longer needed")

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="extensions")
    due_before = models.DateField(_("due before"))
    until = models.DateField(_("new date asked for"))
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ASKED)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"], condition=models.Q(status="asked"), name="one_extension_asked"
            ),
            models.CheckConstraint(
                condition=models.Q(status="asked", answered_at__isnull=True)
                | (~models.Q(status="asked") & models.Q(answered_at__isnull=False)),
                name="extension_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} → {self.until:%d/%m/%Y}"
