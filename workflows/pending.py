"""The step that waits on a record: recorded "theo văn bản số …", not countersigned yet (rulebook §1)."""

from __future__ import annotations

from workflows.machines.base import Machine
from workflows.models import PendingStep
from workflows.remembering import assume, forget, once


def pending_step(record: Machine) -> PendingStep | None:
    """The step recorded by document that waits for the home focal head, if any: one at most."""
    machine, pk = record.machine, record.pk

    def read() -> PendingStep | None:
        waiting = PendingStep.objects.filter(status=PendingStep.Status.WAITING)
        return waiting.filter(machine=machine, record_id=pk).first()

    return once(("pending step", machine, pk), read)


def nothing_pends(machine: str, record_id: int) -> None:
    """It has been read, together with something else, that no step waits on this record."""
    assume(("pending step", machine, record_id), None)


def forget_pending(step: PendingStep) -> None:
    """A pending step has been written: what was read of its record's no longer holds."""
    forget(("pending step", step.machine, step.record_id))
