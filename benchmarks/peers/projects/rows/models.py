"""Tables as wide as the product's, with its constraints and indexes on what a step writes.

References to bodies and seats, which a step never writes, are plain numbers.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

OPEN_NOTICE = Q(requires_action=True, done_at__isnull=True)


class RecordColumns(models.Model):
    """The columns of an issue."""

    state = models.CharField(max_length=40, default="awaiting_focal_head")
    ref = models.CharField(max_length=16, unique=True)
    code = models.CharField(max_length=24, unique=True, null=True)  # noqa: DJ001
    version = models.PositiveIntegerField(default=0)
    event_count = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    unit_id = models.BigIntegerField(db_index=True)
    home_id = models.BigIntegerField(db_index=True)
    author_id = models.BigIntegerField(db_index=True)
    title = models.CharField(max_length=300)
    project = models.CharField(max_length=300, blank=True)
    amended_text = models.CharField(max_length=300, blank=True)
    tried = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    legal_bases = models.TextField(blank=True)
    urgency = models.CharField(max_length=12, default="normal")
    urgency_asked = models.CharField(max_length=12, default="normal")
    search_text = models.TextField(default="")
    accountable_id = models.BigIntegerField(null=True, db_index=True)
    proposer_id = models.BigIntegerField(null=True, db_index=True)
    decider_id = models.BigIntegerField(null=True, db_index=True)
    handed_up_from = models.CharField(max_length=20, blank=True)
    missing = models.TextField(blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    route = models.CharField(max_length=10, blank=True)
    ground = models.CharField(max_length=20, blank=True)
    council_id = models.BigIntegerField(null=True, db_index=True)
    authority = models.CharField(max_length=200, blank=True)
    directive = models.TextField(blank=True)
    committee_decided = models.BooleanField(default=False)
    unit_asked_at = models.DateTimeField(null=True)
    unit_answer = models.CharField(max_length=8, blank=True)
    outcome = models.TextField(blank=True)
    archive = models.CharField(max_length=200, blank=True)
    merged_into_id = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["home_id", "state", "-moved_at"], name="%(class)s_by_home"),
            models.Index(fields=["-moved_at", "-id"], name="%(class)s_by_moved"),
        ]


class Record(RecordColumns):
    """What is moved by hand."""

    def __str__(self) -> str:
        return self.ref


class Event(models.Model):
    """What happened."""

    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    record_ref = models.CharField(max_length=16)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
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
        constraints = [
            models.UniqueConstraint(fields=["machine", "record_id", "seq"], name="event_once"),
        ]
        indexes = [
            models.Index(fields=["machine", "record_id", "name"], name="event_by_name"),
            models.Index(fields=["person_id", "id"], name="event_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.record_ref} #{self.seq}"


class Run(models.Model):
    """What work items belong to."""

    status = models.CharField(max_length=50)
    created = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"


class WorkItem(models.Model):
    """Whose turn it is."""

    process = models.ForeignKey(Run, models.CASCADE)
    flow_task = models.CharField(max_length=255)
    flow_task_type = models.CharField(max_length=50)
    status = models.CharField(max_length=50, db_index=True)
    created = models.DateTimeField(db_index=True)
    assigned = models.DateTimeField(null=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    scheduled = models.DateTimeField(null=True, db_index=True)
    token = models.CharField(max_length=150)
    external_task_id = models.CharField(max_length=50, null=True, db_index=True)  # noqa: DJ001
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    owner_permission = models.CharField(max_length=255, null=True)  # noqa: DJ001
    owner_permission_content_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
    owner_permission_obj_pk = models.CharField(max_length=255, null=True)  # noqa: DJ001
    machine = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    holder = models.CharField(max_length=60)
    purpose = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["holder"], name="item_by_holder", condition=Q(finished__isnull=True)),
            models.Index(fields=["machine", "record_id", "finished"], name="item_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.holder}"


class Clock(models.Model):
    """How long it may take."""

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
    remind_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "record_id"],
                condition=Q(stopped_at__isnull=True),
                name="one_running_clock",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="clock_due", condition=Q(stopped_at__isnull=True)),
            models.Index(fields=["remind_at"], name="clock_remind", condition=Q(stopped_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.key}"


class InboxCounter(models.Model):
    """The end of one person's inbox."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.seq}"


class Notice(models.Model):
    """One event told to one person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False)
    seq = models.PositiveBigIntegerField()
    event_id = models.BigIntegerField(db_index=True)
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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "seq"], name="notice_seq_once"),
            models.UniqueConstraint(fields=["person", "dedupe_key"], name="notice_told_once"),
        ]
        indexes = [
            models.Index(fields=["person", "seq"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["person", "machine", "record_id"], name="notice_of_person", condition=OPEN_NOTICE
            ),
            models.Index(fields=["machine", "record_id"], name="notice_of_record", condition=OPEN_NOTICE),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}#{self.seq}"


class OutboxMessage(models.Model):
    """One notice on one way out."""

    notice = models.ForeignKey(Notice, models.PROTECT)
    way = models.CharField(max_length=10, default="email")
    status = models.CharField(max_length=10, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    bundled = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "way"], name="message_once_per_way")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="message_due", condition=Q(status__in=["queued", "failed"])
            ),
            models.Index(fields=["claimed_until"], name="message_leased", condition=Q(status="claimed")),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.way}"
