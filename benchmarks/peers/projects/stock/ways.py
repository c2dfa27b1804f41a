"""What the viewflow project can be measured by: its own rows alone, and with the rows of our step.

A transition is what viewflow's own view does with a POST, less the HTTP: it finds task and process, asks
whether the person may, starts the task, saves the process as the form would, and executes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from rows.models import Record
from rows.writing import AFTER, MOVED, WORDS, head, locked, record_before, stamp, write_carefully
from viewflow.workflow.models import Task

from stock.flows import IssueFlow


class Refused(Exception):
    """The task is not this person's."""


class Way:
    """A task that the head has claimed, and its execution."""

    def __init__(self, *, with_rows: bool) -> None:
        self._with_rows = with_rows

    def prepare(self) -> int:
        """The id of a claimed task."""
        record = Record.objects.get(pk=record_before(Record, with_item=False)) if self._with_rows else None
        process = IssueFlow.start.run(text=WORDS, record=record)
        task = process.task_set.get(flow_task=IssueFlow.endorse)
        with task.activation() as activation:
            activation.assign(user=head())
        return int(task.pk)

    def ready(self, pk: int) -> Callable[[], None]:
        """The head's POST for that task."""
        process_pk = Task.objects.values_list("process_id", flat=True).get(pk=pk)
        return lambda: self._post(process_pk, pk)

    def _post(self, process_pk: int, task_pk: int) -> None:
        with IssueFlow.lock(process_pk), transaction.atomic():
            task = Task.objects.get(pk=task_pk)
            if task.process.flow_class != IssueFlow or not IssueFlow.endorse.can_execute(head(), task=task):
                raise Refused
            activation = IssueFlow.endorse.activation_class(task)
            activation.start(None)
            activation.process.endorsed = True
            activation.process.save()
            if self._with_rows:
                self._write(activation.process)
            activation.execute()

    @staticmethod
    def _write(process: Any) -> None:
        # viewflow's tasks are the work items.
        record, at = locked(Record, process.artifact_object_id), timezone.now()
        record.state = AFTER
        stamp(record, at)
        record.save(update_fields=MOVED)
        write_carefully(record, at, with_item=False)


WAYS = {"viewflow alone": Way(with_rows=False), "viewflow + same rows": Way(with_rows=True)}
