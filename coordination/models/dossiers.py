"""The dossier before a Regional Council (rulebook §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from coordination.models.issues import Issue
from coordination.models.kinds import Ground
from coordination.models.organisations import CouncilTerm, Locality, Organisation, Seat
from workflows.machines.dossiers import DossierMachine


class CouncilSession(models.Model):
    """A session of a Council (phiên họp): when, where, in which term; its agenda are dossiers."""

    council = models.ForeignKey(Organisation, models.PROTECT, related_name="sessions")
    term = models.ForeignKey(CouncilTerm, models.PROTECT, null=True, related_name="sessions")
    name = models.CharField(_("session"), max_length=200)
    held_on = models.DateField(_("session date"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    opened_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-held_on", "-id"]
        verbose_name = _("council session")
        verbose_name_plural = _("council sessions")
        constraints = [
            models.UniqueConstraint(fields=["council", "name", "held_on"], name="council_session_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.held_on:%d/%m/%Y}"


class Conclusion(models.Model):
    """What the Council's Chairman concluded (kết luận), by number; it may serve several dossiers."""

    session = models.ForeignKey(CouncilSession, models.PROTECT, related_name="conclusions")
    number = models.CharField(_("number"), max_length=60, blank=True)
    dated = models.DateField(_("dated"), null=True)
    content = models.TextField(_("conclusion"))
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("conclusion")
        verbose_name_plural = _("conclusions")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"], condition=~models.Q(number=""), name="conclusion_number_once"
            )
        ]

    def __str__(self) -> str:
        return self.number or f"{self.session}"


class Dossier(DossierMachine):
    """One issue put to one Council."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="dossiers")
    home = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    council = models.ForeignKey(Organisation, models.PROTECT, related_name="dossiers")
    accountable = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)
    content = models.TextField(_("content"), blank=True)
    filed_at = models.DateTimeField(_("filed at"), null=True)
    session = models.ForeignKey(CouncilSession, models.PROTECT, null=True, related_name="dossiers")
    concluded_by = models.ForeignKey(Conclusion, models.PROTECT, null=True, related_name="dossiers")
    session_name = models.CharField(_("session"), max_length=200, blank=True)
    session_on = models.DateField(_("session date"), null=True)
    session_place = models.CharField(_("place"), max_length=200, blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    authority = models.CharField(_("competent authority"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")

    @property
    def title(self) -> str:
        return self.issue.title

    def material(self) -> dict[str, Any]:
        """What the Council is asked."""
        return {
            "issue": self.issue.ref,
            "council": self.council.slug,
            "ground": self.ground,
            "content": self.content,
        }

    def due_date(self) -> date | None:
        return self.session_on
