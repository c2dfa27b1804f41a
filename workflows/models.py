"""The tables under every record: events, work items, clocks, calendars, policies.

None of them has a foreign key to the records or the people: a record is (machine, record_id), a
person or seat is an id plus the words as they were. So a record's history outlives everything.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import AbstractProcess, AbstractTask

from workflows.lean import LeanModel


class Event(LeanModel):
    """What happened, once, for ever: append-only and chained per record.

    Database triggers refuse UPDATE and DELETE; ``hash`` covers every other column and the hash
    before it (``audit.seal``), so an altered, missing or rewritten event is found and named.
    """

    class Kind(models.TextChoices):
        BEGIN = "begin", _("Begin")
        STEP = "step", _("Step")
        AMEND = "amend", _("Amendment")
        ACT = "act", _("Act")
        TRAIL = "trail", _("Trail")

    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    record_ref = models.CharField(max_length=16)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField()
    told = models.CharField(max_length=60, blank=True)

    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=40, blank=True)
    seat_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    organisation_name = models.CharField(max_length=300, blank=True)
    locality_id = models.BigIntegerField(null=True)
    on_behalf_of = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=12)

    data = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    policy_version = models.PositiveIntegerField(default=0)
    cause_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["machine", "record_id", "seq"], name="event_once"),
        ]
        indexes = [
            models.Index(fields=["machine", "record_id", "name"], name="event_by_name"),
            models.Index(fields=["person_id", "id"], name="event_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.record_ref} #{self.seq} {self.name}"


class RecordProcess(AbstractProcess):
    """One run of a record's flow: viewflow's process, tied to (machine, record_id)."""

    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["machine", "record_id"], name="process_by_record")]
        verbose_name = _("process")
        verbose_name_plural = _("processes")


class WorkItem(AbstractTask, LeanModel):
    """Whose turn it is: viewflow's task. Written only through viewflow activations.

    ``holder`` is the key of who holds it (``focal:3:head``, ``body:12:officer``, ``seat:40``),
    resolved to people when read, so that a reorganisation moves no rows. An item without a holder
    only keeps the flow open while other records hold the turn (a meeting, a dossier).
    """

    process = models.ForeignKey(RecordProcess, on_delete=models.CASCADE, related_name="task_set")
    machine = models.CharField(max_length=20, blank=True)
    record_id = models.BigIntegerField(null=True)
    holder = models.CharField(max_length=60, blank=True)
    purpose = models.CharField(max_length=40, blank=True)

    objects = models.Manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["holder"],
                name="item_open_by_holder",
                condition=models.Q(finished__isnull=True) & ~models.Q(holder=""),
            ),
            models.Index(fields=["machine", "record_id", "finished"], name="item_by_record"),
        ]
        verbose_name = _("work item")
        verbose_name_plural = _("work items")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.data: dict[str, Any] = {}
        self.seed: Any = None


class Clock(LeanModel):
    """One stretch of time in one state: when it began, when it is due, whose time it is.

    ``explanation`` is the due date line by line (``deadlines.ExplanationLine`` as JSON). A clock is
    overdue when it runs past ``due_at``: computed, never stored (rulebook §4).
    """

    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    key = models.CharField(max_length=60)
    side = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    explanation = models.JSONField(default=list)
    policy_version = models.PositiveIntegerField(default=0)
    calendar_version = models.PositiveIntegerField(default=0)
    # The sweep's own columns: when the next reminder of this clock is due, and how many it has sent.
    remind_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "record_id"],
                condition=models.Q(stopped_at__isnull=True),
                name="one_running_clock",
            ),
            models.CheckConstraint(
                condition=models.Q(stopped_at__isnull=True)
                | models.Q(stopped_at__gte=models.F("started_at")),
                name="clock_stops_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["machine", "record_id"], name="clock_by_record"),
            models.Index(
                fields=["due_at"],
                name="clock_running_due",
                condition=models.Q(stopped_at__isnull=True),
            ),
            models.Index(
                fields=["remind_at"],
                name="clock_to_remind",
                condition=models.Q(stopped_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.record_id} {self.key}"


class Calendar(models.Model):
    """A working calendar: office hours, weekly rest, and the days that differ from an ordinary week.

    ``scope`` is "" for the whole country or a locality's mnemonic for its own (rulebook §4).
    ``weekly_rest`` holds the weekdays of rest, Monday being 1: "67" is Saturday and Sunday. The
    calendar's version is that of its latest ``CalendarChange``.
    """

    scope = models.CharField(_("scope"), max_length=8, unique=True, blank=True)
    name = models.CharField(_("name"), max_length=100)
    morning_from = models.TimeField(_("morning from"), default=time(7, 30))
    morning_to = models.TimeField(_("morning to"), default=time(11, 30))
    afternoon_from = models.TimeField(_("afternoon from"), default=time(13, 0))
    afternoon_to = models.TimeField(_("afternoon to"), default=time(17, 0))
    weekly_rest = models.CharField(_("weekly rest"), max_length=6, default="67", blank=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day off, or a rest day that is worked instead, with the decision it rests on."""

    class Kind(models.TextChoices):
        OFF = "off", _("day off")
        WORKED = "worked", _("make-up day")

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    basis = models.CharField(_("decision"), max_length=300, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="day_once")]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"


class CalendarChange(models.Model):
    """One change of a calendar, by a decision: what differed before and after, and who entered it."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    basis = models.CharField(_("decision"), max_length=300)
    changed = models.JSONField(default=dict)
    made_by = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("calendar change")
        verbose_name_plural = _("calendar changes")
        constraints = [models.UniqueConstraint(fields=["calendar", "version"], name="calendar_change_once")]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.version}"


class Policy(models.Model):
    """A locality's choices, versioned with the day they hold from (rulebook §2, policies)."""

    scope = models.CharField(max_length=8, blank=True)
    version = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    values = models.JSONField(default=dict)
    basis = models.CharField(_("decision"), max_length=300, blank=True)
    made_by = models.JSONField(default=dict)
    made_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [models.UniqueConstraint(fields=["scope", "version"], name="policy_once")]

    def __str__(self) -> str:
        return f"{self.scope or '*'} v{self.version}"


class ReferenceStamp(models.Model):
    """One row, new and random whenever reference data changes (``workflows.stamping``)."""

    token = models.CharField(max_length=36)

    class Meta:
        verbose_name = _("reference stamp")
        verbose_name_plural = _("reference stamps")

    def __str__(self) -> str:
        return self.token


class PendingStep(models.Model):
    """A step recorded "theo văn bản số …", waiting for the home focal head (rulebook §1)."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Awaiting countersignature")
        COUNTERSIGNED = "countersigned", _("Countersigned")
        REFUSED = "refused", _("Refused")
        OVERTAKEN = "overtaken", _("Overtaken")

    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    step = models.CharField(max_length=40)
    side = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    number = models.CharField(max_length=60)
    dated = models.DateField()
    issuer = models.CharField(max_length=200)
    attachment_id = models.BigIntegerField()
    recorded_by = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.WAITING)

    class Meta:
        verbose_name = _("pending step")
        verbose_name_plural = _("pending steps")
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "record_id"],
                condition=models.Q(status="waiting"),
                name="one_pending_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.record_id} {self.step} {self.number}"


class AccessEntry(models.Model):
    """Who read what, and who opened a link: a log beside the chain, not part of it."""

    person_id = models.BigIntegerField(null=True)
    machine = models.CharField(max_length=20, blank=True)
    record_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("access entry")
        verbose_name_plural = _("access log")
        indexes = [models.Index(fields=["machine", "record_id", "at"], name="access_by_record")]

    def __str__(self) -> str:
        return f"{self.what} {self.machine} {self.record_id}"


class Anchor(models.Model):
    """The heads of all chains at one moment, signed; the list itself also lies outside."""

    made_at = models.DateTimeField()
    last_event_id = models.BigIntegerField()
    chains = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("anchor")
        verbose_name_plural = _("anchors")

    def __str__(self) -> str:
        return f"{self.made_at:%d/%m/%Y %H:%M} ({self.chains})"
