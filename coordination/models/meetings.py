"""The meeting of two or more localities, from invitation to confirmed minutes (rulebook §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models.issues import Issue
from coordination.models.organisations import Locality, Organisation, Seat
from workflows.machines.base import Move as MoveContext
from workflows.machines.meetings import MeetingMachine


class Meeting(MeetingMachine):
    """Who is invited (``sides``), what about (``agenda_items``), when (``slots``), what came of it."""

    home = models.ForeignKey(Locality, models.PROTECT, related_name="called_meetings")
    accountable = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    agenda = models.TextField(_("agenda"), blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts at"), null=True)
    attendance = models.TextField(_("attendance"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # How often the appointment changed: SEQUENCE of the calendar entry (RFC 5545).
    calendar_sequence = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")

    @property
    def title(self) -> str:
        """The titles of the issues on the agenda; where all were taken off, of those that stood on it."""
        # A list reads the issues of all its meetings at once (``prefetch_related``).
        items = list(self.agenda_items.all())
        standing = [item for item in items if item.left_at is None]
        return " · ".join(item.issue.title for item in standing or items)

    def material(self) -> dict[str, Any]:
        """What all sides confirm: time, who came, and the minutes point by point."""
        people = Participant.objects.filter(side__meeting=self.pk).select_related("side__locality")
        return {
            "agenda": self.agenda,
            "starts_at": self.starts_at.isoformat() if self.starts_at else "",
            "attendance": self.attendance,
            "participants": [row.as_material() for row in people.order_by("side_id", "id")],
            "points": [point.as_material() for point in self.points.order_by("order", "id")],
        }

    def other_sides(self) -> Any:
        return self.sides.filter(is_home=False)

    def side_of(self, locality_id: int | None) -> MeetingSide | None:
        """The side of a locality; None for a locality that is none of the sides."""
        return self.sides.filter(locality_id=locality_id).first() if locality_id else None

    def may_still_be(self, slot: MeetingSlot) -> bool:
        """All sides accept one and the same time and place: the first that one of them accepted."""
        return self.starts_at is None or (self.starts_at, self.place) == (slot.starts_at, slot.place)

    def accept_slot_leads_to(self, _move: MoveContext) -> str:
        """The last invited side that is still in decides; a first answer of several waits."""
        waiting = self.other_sides().filter(answer="").exists()
        return self.State.INVITED if waiting else self.State.SCHEDULED

    def decline_invitation_leads_to(self, _move: MoveContext) -> str:
        """Declined when no invited side is left; else the others go on."""
        left = self.other_sides().exclude(answer="declined")
        return self.State.INVITED if left.exists() else self.State.DECLINED

    def confirm_minutes_leads_to(self, _move: MoveContext) -> str:
        """Concluded when every side that took part has confirmed."""
        open_sides = self.sides.exclude(answer="declined").filter(confirmed_at__isnull=True)
        return self.State.MINUTES_SHARED if open_sides.exists() else self.State.CONCLUDED

    def due_date(self) -> date | None:
        return timezone.localtime(self.starts_at).date() if self.starts_at else None


class MeetingSide(models.Model):
    """One locality at the meeting: its answer to the invitation and to the minutes."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="sides")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    is_home = models.BooleanField(default=False)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-is_home", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "locality"], name="meeting_side_once"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_digest="")
                | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_digest="")),
                name="side_confirmed_what_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.locality}"


class Participant(models.Model):
    """Somebody whom a side sends; ``present`` is known once the meeting was held."""

    side = models.ForeignKey(MeetingSide, models.CASCADE, related_name="participants")
    name = models.CharField(_("name"), max_length=150)
    title = models.CharField(_("position"), max_length=200, blank=True)
    body = models.CharField(_("body"), max_length=200, blank=True)
    present = models.BooleanField(_("present"), null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.title, self.body) if part)

    def as_material(self) -> list[Any]:
        """The person with the side that sends them, for the digest that all sides confirm."""
        return [self.side.locality.mnemonic, self.name, self.title, self.body, self.present]

    def as_data(self) -> dict[str, str]:
        """In the shape of the amendment ``participants``."""
        return {"name": self.name, "title": self.title, "body": self.body}


class MeetingSlot(models.Model):
    """A time somebody proposed. ``current`` until other times replace it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("time"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    proposed_by = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%H:%M %d/%m/%Y} {self.place}".strip()


class AgendaItem(models.Model):
    """An issue on the agenda of a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda_items")
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="agenda_items")
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "issue"], name="agenda_item_once")]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.issue}"


class MinutePoint(models.Model):
    """One point of the minutes: agreed or open."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="points")
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(_("point"))
    agreed = models.BooleanField(_("agreed"), default=False)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text[:80]

    def as_material(self) -> list[Any]:
        """The point with its commitments, for the digest that all sides confirm."""
        return [
            self.issue.ref,
            self.text,
            self.agreed,
            [planned.as_material() for planned in self.planned.order_by("id")],
        ]

    def as_data(self) -> dict[str, Any]:
        """In the shape of the need ``points``."""
        return {
            "issue": self.issue.ref,
            "text": self.text,
            "agreed": self.agreed,
            "commitments": [planned.as_data() for planned in self.planned.order_by("id")],
        }


class PlannedCommitment(models.Model):
    """What a point promises; becomes a commitment when all sides have confirmed."""

    point = models.ForeignKey(MinutePoint, models.CASCADE, related_name="planned")
    locality = models.ForeignKey(Locality, models.PROTECT, related_name="+")
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    coordinators = models.ManyToManyField(Organisation, related_name="+")
    work = models.TextField(_("work item"))
    due_on = models.DateField(_("due"))
    money = models.CharField(_("money"), max_length=200, blank=True)
    product = models.CharField(_("expected product"), max_length=300, blank=True)
    replaces = models.ForeignKey("Commitment", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.work[:80]

    def as_material(self) -> list[Any]:
        return [
            self.locality.mnemonic,
            self.lead.slug,
            sorted(body.slug for body in self.coordinators.all()),
            self.work,
            self.due_on.isoformat(),
            self.money,
            self.product,
            self.replaces.code if self.replaces else "",
        ]

    def as_data(self) -> dict[str, Any]:
        """In the shape of the need ``commitments``."""
        return {
            "locality": self.locality_id,
            "lead": self.lead_id,
            "coordinators": sorted(body.pk for body in self.coordinators.all()),
            "work": self.work,
            "due_on": self.due_on.isoformat(),
            "money": self.money,
            "product": self.product,
            "replaces": self.replaces_id,
        }
