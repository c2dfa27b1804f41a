"""One attachment for one person (rulebook §5)."""

from __future__ import annotations

from datetime import datetime

from coordination.models import Attachment, Person
from coordination.queries.records import files_of, get_record_for
from workflows.refusals import NotVisible
from workflows.registry import registry


def get_file_for(person: Person, pk: int, at: datetime) -> Attachment:
    """The attachment, if its record has reached this person, and this file with it.

    Raises ``NotVisible``, the same whether the file or the right to it is missing.
    """
    attachment = Attachment.objects.filter(pk=pk).first()
    model = registry.machines.get(attachment.machine) if attachment else None
    if attachment is None or model is None:
        raise NotVisible
    ref = model._default_manager.filter(pk=attachment.record_id).values_list("ref", flat=True)
    record, level = get_record_for(person, attachment.machine, ref.first() or "", at)
    if attachment not in files_of(record, level, person, at):
        raise NotVisible
    return attachment
