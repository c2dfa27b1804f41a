"""Decision links: one per sending, person and subject, with a part per record."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox import OutboxMessage


class DecisionLink(models.Model):
    """One link per sending, person and subject (design: decision-links.md §1).

    The secret is never here: only HMAC-SHA256(pepper, secret), with the id of the pepper. What may
    still be decided by the link stands in its ``parts``, one per record of the subject.
    """

    class Why(models.TextChoices):
        REPLACED = "replaced", _("a newer message replaced it")
        UNFIT = "unfit", _("the record moved on")
        REPORTED = "reported", _("it was reported")
        CHANGED = "changed", _("the content changed after it was sent")
        SIGNED_OUT = "signed_out", _("its person signed out everywhere")

    selector = models.CharField(max_length=24, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="decision_links")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    secret_hmac = models.CharField(max_length=64)
    pepper_id = models.CharField(max_length=16)
    outbox = models.ForeignKey(OutboxMessage, models.PROTECT, null=True, related_name="links")
    minted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    opened_count = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("decision link")
        verbose_name_plural = _("decision links")
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_why="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_why="")),
                name="link_revoked_says_why",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("minted_at")), name="link_expires_after_minting"
            ),
            models.CheckConstraint(
                condition=Q(opened_count=0, last_opened_at__isnull=True)
                | Q(opened_count__gt=0, last_opened_at__isnull=False),
                name="link_opened_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject_kind", "subject_id", "person"],
                name="link_live_by_subject",
                condition=Q(revoked_at__isnull=True, used_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.selector} {self.subject_kind} {self.subject_id}"

    def is_live(self, now: datetime) -> bool:
        """Whether it stands as it was sent, and has not run out at ``now``."""
        return self.revoked_at is None and self.used_at is None and now < self.expires_at

    def asks(self, now: datetime) -> bool:
        """Whether its own page may still ask for the decision.

        It lives; or the content changed since: then its page shows the difference, and asks again.
        """
        standing = self.revoked_at is None or self.revoked_why == self.Why.CHANGED
        return standing and self.used_at is None and now < self.expires_at


class DecisionPart(models.Model):
    """What a link decides on one record: its version and digest when the message was made.

    Used up by a conditional UPDATE that must hit one row; the part names the event it became.
    """

    link = models.ForeignKey(DecisionLink, models.PROTECT, related_name="parts")
    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)
    used_step = models.CharField(max_length=40, blank=True)
    event_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("part of a decision link")
        verbose_name_plural = _("parts of decision links")
        constraints = [
            models.UniqueConstraint(fields=["link", "machine", "record_id"], name="part_once_per_record"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_step="", event_id__isnull=True)
                | (Q(used_at__isnull=False) & ~Q(used_step="")),
                name="part_used_says_how",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(closed_at__isnull=True),
                name="part_used_or_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["machine", "record_id"],
                name="part_open_of_record",
                condition=Q(used_at__isnull=True, closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.record_id}"
