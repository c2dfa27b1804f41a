"""The dossier before a Regional Council (rulebook §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coordination.models.issues import Issue
from coordination.models.kinds import Ground
from coordination.models.organisations import (
    CouncilMembership,
    CouncilTerm,
    DatedQuerySet,
    Locality,
    Organisation,
    Seat,
)
from workflows.machines.dossiers import DossierMachine


def term_on(council_id: int, day: date) -> CouncilTerm | None:
    """The Council's term in force on a day; None where nobody has entered it (rulebook §3)."""
    rows: DatedQuerySet = CouncilTerm.objects.at(day).filter(council_id=council_id)
    return rows.order_by("-valid_from", "-pk").first()


class CouncilSession(models.Model):
    """A session of a Council (phiên họp): when, where, in which term; its agenda are dossiers.

    It has no state and takes no step: what happens in it happens to its dossiers.
    """

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

    @property
    def term_in_force(self) -> CouncilTerm | None:
        """The term of the session's day: as it was when the session was opened, while that still holds."""
        if self.term is not None and self.term.holds_on(self.held_on):
            return self.term
        return term_on(self.council_id, self.held_on)

    def members(self) -> list[Locality]:
        """The Council's member localities on the session's day."""
        rows = CouncilMembership.objects.at(self.held_on).filter(council_id=self.council_id)
        return [row.locality for row in rows.select_related("locality").order_by("locality__mnemonic")]

    def scheduled(self) -> models.QuerySet[Dossier]:
        """The dossiers on the agenda that still wait for the session."""
        return self.dossiers.filter(state=Dossier.State.SCHEDULED)

    def as_data(self) -> dict[str, Any]:
        """In the shape of the need ``session``."""
        return {"id": self.pk, "name": self.name, "on": self.held_on.isoformat(), "place": self.place}


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

    @property
    def paper(self) -> str:
        """Number and day of the notice of conclusion (thông báo kết luận); "" where it has none."""
        if not self.number or self.dated is None:
            return ""
        return gettext("No. %(number)s of %(dated)s") % {
            "number": self.number,
            "dated": f"{self.dated:%d/%m/%Y}",
        }

    def as_data(self) -> dict[str, Any]:
        """In the shape of the need ``conclusion``."""
        return {
            "id": self.pk,
            "number": self.number,
            "dated": self.dated.isoformat() if self.dated else "",
            "content": self.content,
        }


class Dossier(DossierMachine):
    """One issue put to one Council.

    ``session`` is the session on whose agenda it was put last: it stays named after the dossier has
    left the agenda (``on_agenda``). ``concluded_by`` may be shared with other dossiers of the session.
    """

    # On the agenda of ``session``: waiting for it, or settled in it.
    ON_AGENDA = frozenset(
        {DossierMachine.State.SCHEDULED, DossierMachine.State.DECIDED, DossierMachine.State.REFERRED}
    )

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="dossiers")
    home = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    council = models.ForeignKey(Organisation, models.PROTECT, related_name="dossiers")
    accountable = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)
    content = models.TextField(_("content"), blank=True)
    filed_at = models.DateTimeField(_("filed at"), null=True)
    session = models.ForeignKey(CouncilSession, models.PROTECT, null=True, related_name="dossiers")
    concluded_by = models.ForeignKey(Conclusion, models.PROTECT, null=True, related_name="dossiers")
    authority = models.CharField(_("competent authority"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")

    @property
    def title(self) -> str:
        return self.issue.title

    @property
    def on_agenda(self) -> CouncilSession | None:
        """The session on whose agenda the dossier stands; None before it was put there and after it left."""
        return self.session if self.state in self.ON_AGENDA else None

    @property
    def conclusion(self) -> str:
        """What the Council's Chairman concluded on it."""
        return self.concluded_by.content if self.concluded_by else ""

    def material(self) -> dict[str, Any]:
        """What the Council is asked, and in which session."""
        material: dict[str, Any] = {
            "issue": self.issue.ref,
            "council": self.council.slug,
            "ground": self.ground,
            "content": self.content,
        }
        if self.on_agenda is not None:
            material["session"] = self.on_agenda.as_data()
        return material

    def due_date(self) -> date | None:
        return self.session.held_on if self.session else None
