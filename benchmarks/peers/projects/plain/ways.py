"""What the plain project can be measured by."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from rows.models import Record, RecordColumns
from rows.writing import (
    AFTER,
    BEFORE,
    MOVED,
    STEP,
    head,
    locked,
    record_before,
    stamp,
    write_carefully,
    write_naively,
)

from plain.models import FsmRecord, TransitionLog


class Way:
    """One way to take the step: a model, and what to do to a record of it."""

    def __init__(self, model: type[RecordColumns], take: Callable[[int], None]) -> None:
        self._model, self._take = model, take

    def prepare(self) -> int:
        """A record that waits for the step."""
        head()
        return record_before(self._model)

    def ready(self, pk: int) -> Callable[[], None]:
        """The step on that record."""
        return lambda: self._take(pk)


@transaction.atomic
def _carefully(pk: int) -> None:
    record, at = locked(Record, pk), timezone.now()
    record.state = AFTER
    stamp(record, at)
    record.save(update_fields=MOVED)
    write_carefully(record, at)


@transaction.atomic
def _naively(pk: int) -> None:
    record, at = locked(Record, pk), timezone.now()
    record.state = AFTER
    stamp(record, at)
    record.save()
    write_naively(record, at)


@transaction.atomic
def _fsm_and_log(pk: int) -> None:
    record, at = locked(FsmRecord, pk), timezone.now()
    record.endorse()
    stamp(record, at)
    record.save()
    TransitionLog.objects.create(
        content_type=ContentType.objects.get_for_model(FsmRecord),
        object_id=pk,
        transition=STEP,
        source_state=BEFORE,
        state=record.state,
        by=head(),
        timestamp=at,
    )


@transaction.atomic
def _fsm_and_rows(pk: int) -> None:
    record, at = locked(FsmRecord, pk), timezone.now()
    record.endorse()
    stamp(record, at)
    record.save(update_fields=MOVED)
    write_carefully(record, at)


WAYS = {
    "django-fsm + log row": Way(FsmRecord, _fsm_and_log),
    "django-fsm + same rows": Way(FsmRecord, _fsm_and_rows),
    "careful ORM": Way(Record, _carefully),
    "naive ORM": Way(Record, _naively),
}
