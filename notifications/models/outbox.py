"""The outbox: what leaves the house, on which way, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.models.inbox import Notice


class OutboxMessage(models.Model):
    """One notice on one way out, written in the step's own transaction.

    A worker claims it until ``claimed_until``, commits, then sends; a lease that ran out is claimed
    again. ``failed`` waits for ``next_attempt_at``; ``dead`` waits for a person. ``bundled`` ones of one
    person go out together, as the digest of the morning. ``shown_at`` is when a device said that it
    showed the push.
    """

    class Way(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PUSH = "push", _("push to a phone or browser")
        CHAT = "chat", _("chat or SMS")

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed, will be tried again")
        DEAD = "dead", _("cannot be delivered")
        CANCELLED = "cancelled", _("no longer needed")

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="messages")
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.EMAIL)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    bundled = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        constraints = [
            models.UniqueConstraint(fields=["notice", "way"], name="message_once_per_way"),
            models.CheckConstraint(
                condition=Q(status="claimed", claimed_until__isnull=False)
                | (~Q(status="claimed") & Q(claimed_until__isnull=True)),
                name="message_claim_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="message_due",
                condition=Q(status__in=["queued", "failed"]),
            ),
            models.Index(fields=["claimed_until"], name="message_leased", condition=Q(status="claimed")),
            models.Index(fields=["id"], name="message_dead", condition=Q(status="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.way} {self.status}"


class TrialMail(models.Model):
    """Trial only: a mail as the person got it, link and all, for the trial's mailbox page."""

    message = models.ForeignKey(OutboxMessage, models.PROTECT, related_name="copies")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="trial_mails")
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("mail of the trial")
        verbose_name_plural = _("mails of the trial")

    def __str__(self) -> str:
        return self.subject


class Heartbeat(models.Model):
    """One process of background work, and when it last said that it is alive."""

    worker = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.worker


class Alert(models.Model):
    """Something an operator must look at: many wrong secrets, a reported link, a dead worker.

    ``code`` and ``params`` become the sentence when it is shown, in the reader's language; never a
    secret. An alert of the same ``code`` and ``about`` is raised once until somebody closes it.
    """

    code = models.CharField(max_length=40)
    about = models.CharField(max_length=120, blank=True)
    params = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "about"], condition=Q(closed_at__isnull=True), name="alert_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.about}"
