"""How a person wants to be told, and on which devices and addresses."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.models.inbox import Notice
from notifications.models.outbox import OutboxMessage


class Preference(models.Model):
    """At which pace one kind of notice leaves on one way; where there is no row the default holds.

    What requires the person's action always reaches the inbox: there is no way "inbox" to switch off.
    """

    class Pace(models.TextChoices):
        NOW = "now", _("at once")
        DIGEST = "digest", _("in the morning digest")
        OFF = "off", _("not at all")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=20)
    way = models.CharField(max_length=10, choices=OutboxMessage.Way.choices)
    pace = models.CharField(max_length=6, choices=Pace.choices)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["person", "kind", "way"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.way}: {self.pace}"


class QuietHours(models.Model):
    """A person who wants nothing sent outside office hours; what is very urgent (hỏa tốc) passes."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="quiet_hours"
    )
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return str(self.person_id)


class PushSubscription(models.Model):
    """One browser that takes pushes for one person (Web Push, RFC 8030 and 8291)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=600, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(_("device"), max_length=120)
    made_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")

    def __str__(self) -> str:
        return f"{self.person_id} {self.device}"


class ChatAddress(models.Model):
    """Where a person gets chat messages or SMS: an Apprise address, set by an administrator.

    The address often holds a key: it is never shown again once it is set.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="chat_addresses")
    address = models.CharField(_("address"), max_length=500)
    label = models.CharField(_("label"), max_length=80)
    set_by = models.JSONField(default=dict)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("chat address")
        verbose_name_plural = _("chat addresses")

    def __str__(self) -> str:
        return f"{self.person_id} {self.label}"


class ReachTask(models.Model):
    """A person whom nothing has reached before the due date: their clerk sees to it (văn thư).

    Closed by the clerk, who says how, or by itself once the person was reached or has acted.
    """

    class How(models.TextChoices):
        TOLD = "told", _("told in person or by telephone")
        PRINTED = "printed", _("laid before them on paper")
        REACHED = "reached", _("was reached since")
        DECIDED = "decided", _("has acted since")

    notice = models.OneToOneField(Notice, models.PROTECT, related_name="reach_task")
    organisation_id = models.BigIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=8, choices=How.choices, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("person to be reached")
        verbose_name_plural = _("people to be reached")
        indexes = [
            models.Index(
                fields=["organisation_id"],
                name="reach_open_of_body",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.how}"
