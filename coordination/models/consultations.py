"""A consultation: one request, many opinions in parallel (rulebook §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from coordination.models.issues import Issue
from coordination.models.kinds import Silence, Stance, Uptake
from coordination.models.organisations import Locality, Organisation
from workflows.machines.consultations import OpinionMachine


class Consultation(models.Model):
    """The request: the question, our position, the day by which we want the answers.

    ``withheld`` are the outside bodies to which it goes only when the focal head has countersigned
    (the policy ``external_consultation_needs_head``).
    """

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="consultations")
    question = models.TextField(_("question"))
    position = models.TextField(_("our position"))
    due_on = models.DateField(_("answer by"))
    asked_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True)
    withheld = models.ManyToManyField(Organisation, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")

    def __str__(self) -> str:
        return f"{self.issue}: {self.due_on:%d/%m/%Y}"


class Opinion(OpinionMachine):
    """What one body answered, or that it did not."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="opinions")
    body = models.ForeignKey(Organisation, models.PROTECT, related_name="opinions")
    stance = models.CharField(_("stance"), max_length=20, choices=Stance.choices, blank=True)
    content = models.TextField(_("opinion"), blank=True)
    silence = models.CharField(_("silence"), max_length=10, choices=Silence.choices, blank=True)
    uptake = models.CharField(_("uptake"), max_length=12, choices=Uptake.choices, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [models.UniqueConstraint(fields=["consultation", "body"], name="one_opinion_per_body")]

    @property
    def issue(self) -> Issue:
        return self.consultation.issue

    @property
    def is_given(self) -> bool:
        """Whether the body has answered, in time or late: until then what it writes is its own draft."""
        return self.state in {self.State.ANSWERED, self.State.ANSWERED_LATE}

    @property
    def lacks_uptake(self) -> bool:
        """Whether a comment or an objection given in time is still to be taken up and explained.

        What is accepted in full explains itself; a late answer holds nothing up (rulebook §3).
        """
        if self.state != self.State.ANSWERED or self.stance == Stance.AGREE:
            return False
        return not self.uptake or (self.uptake != Uptake.ACCEPTED and not self.explanation.strip())

    def as_row(self) -> dict[str, Any]:
        """Its row of the opinion table (đơn vị, ý kiến, mức tiếp thu, giải trình), as JSON values.

        Names and codes as they are now: a table that was proposed keeps them.
        """
        return {
            "opinion": self.ref,
            "body": self.body.label or self.body.name,
            "body_en": self.body.name_en,
            "state": self.state,
            "stance": self.stance if self.is_given else "",
            "content": self.content if self.is_given else "",
            "silence": self.silence,
            "uptake": self.uptake,
            "explanation": self.explanation,
        }

    @property
    def home_id(self) -> int:
        """The id of the home locality of the issue asked about."""
        return self.consultation.issue.home_id

    @property
    def home(self) -> Locality:
        return self.consultation.issue.home

    @property
    def title(self) -> str:
        return self.consultation.issue.title

    def material(self) -> dict[str, Any]:
        """The question, our position and the answer."""
        return {
            "question": self.consultation.question,
            "position": self.consultation.position,
            "stance": self.stance,
            "content": self.content,
        }

    def due_date(self) -> date | None:
        return self.consultation.due_on
