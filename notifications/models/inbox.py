"""The inbox: one counter per person, one row per person and event.

Nothing here has a foreign key to a record: a notice names its record as (machine, record_id,
record_ref), as the event does, so it outlives whatever happens to the record.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
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
