"""The tables of notices: counters, inbox, outbox, decision links, the trial's mailbox.

Nothing here has a foreign key to a record: a notice names its record as (machine, record_id,
record_ref), as the event does, so it outlives whatever happens to the record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class InboxCounter(models.Model):
    """The end of one person's inbox: the last ``seq`` given, and the version of their counts.

    The row is locked while notices are written, so that ``seq`` has no gaps and becomes visible in
    its own order (design: notifications.md §2). ``version`` moves whenever a count can have moved.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="inbox_counter"
    )
    seq = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("inbox counter")
        verbose_name_plural = _("inbox counters")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.seq}"


class NoticeQuerySet(models.QuerySet[Any]):
    """The questions asked of an inbox."""

    def unread(self) -> NoticeQuerySet:
        """What the person has not read."""
        return self.filter(read_at__isnull=True)

    def awaiting_action(self) -> NoticeQuerySet:
        """What still waits for the person to act."""
        return self.filter(requires_action=True, done_at__isnull=True)


class Notice(models.Model):
    """One event told to one person, and why (rulebook §5).

    ``code`` is the name of the event; the sentence is made at display, in the reader's language.
    ``done_at`` is set once a notice that required action no longer does, whoever acted.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    event_id = models.BigIntegerField()
    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    record_ref = models.CharField(max_length=16)
    code = models.CharField(max_length=40)
    why = models.CharField(max_length=40)
    requires_action = models.BooleanField(default=False)
    dedupe_key = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["person", "seq"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["person", "seq"], name="notice_seq_once"),
            models.UniqueConstraint(fields=["person", "dedupe_key"], name="notice_told_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(requires_action=True),
                name="notice_done_needs_action",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "seq"],
                name="notice_unread",
                condition=Q(read_at__isnull=True),
            ),
            models.Index(
                fields=["person", "machine", "record_id"],
                name="notice_awaiting_action",
                condition=Q(requires_action=True, done_at__isnull=True),
            ),
            models.Index(
                fields=["machine", "record_id"],
                name="notice_open_of_record",
                condition=Q(requires_action=True, done_at__isnull=True),
            ),
            models.Index(fields=["event_id"], name="notice_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}#{self.seq} {self.machine} {self.record_ref} {self.code}"


class OutboxMessage(models.Model):
    """One notice on one way out, written in the step's own transaction.

    A worker claims it until ``claimed_until``, commits, then sends; a lease that ran out is claimed
    again. ``failed`` waits for ``next_attempt_at``; ``dead`` waits for a person.
    """

    class Way(models.TextChoices):
        EMAIL = "email", _("e-mail")

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed, will be tried again")
        DEAD = "dead", _("given up")
        CANCELLED = "cancelled", _("no longer needed")

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="messages")
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.EMAIL)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.way} {self.status}"


class DecisionLink(models.Model):
    """One link per sending, person and subject (design: decision-links.md §1).

    The secret is never here: only HMAC-SHA256(pepper, secret), with the id of the pepper. What may
    still be decided by the link stands in its ``parts``, one per record of the subject.
    """

    class Why(models.TextChoices):
        REPLACED = "replaced", _("a newer message replaced it")
        UNFIT = "unfit", _("the record moved on")
        REPORTED = "reported", _("it was reported")

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
        """Whether something can still be decided by it at ``now``."""
        return self.revoked_at is None and self.used_at is None and now < self.expires_at


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
