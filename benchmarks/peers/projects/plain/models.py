"""A record whose state is django-fsm's, and the log row of its transitions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django_fsm import FSMField, transition
from rows.models import RecordColumns
from rows.writing import AFTER, BEFORE


class FsmRecord(RecordColumns):
    """The same record, moved by transitions only."""

    state = FSMField(max_length=40, default=BEFORE, protected=True)

    def __str__(self) -> str:
        return self.ref

    @transition(field=state, source=BEFORE, target=AFTER)
    def endorse(self) -> None:
        """Pass it on."""


class TransitionLog(models.Model):
    """One transition of any record, by whom and when."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveBigIntegerField(db_index=True)
    transition = models.CharField(max_length=255)
    source_state = models.CharField(max_length=255, db_index=True)
    state = models.CharField(max_length=255, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    timestamp = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.object_id} {self.transition}"
