"""One attachment for one person (rulebook §5)."""

from __future__ import annotations

from datetime import datetime

from coordination.models import Attachment, Person
from coordination.queries.records import get_record_for
from coordination.visibility import FULL
from workflows.refusals import NotVisible
from workflows.registry import registry


def get_file_for(person: Person, pk: int, at: datetime) -> Attachment:
    """The attachment, if its record has reached this person: all at home, else the shared ones.

    Raises ``NotVisible``, the same whether the file or the right to it is missing.
    """
    attachment = Attachment.objects.filter(pk=pk).first()
    model = registry.machines.get(attachment.machine) if attachment else None
    if attachment is None or model is None:
        raise NotVisible
    ref = model._default_manager.filter(pk=attachment.record_id).values_list("ref", flat=True)
    _record, level = get_record_for(person, attachment.machine, ref.first() or "", at)
    if level != FULL and not attachment.shared:
        raise NotVisible
    return attachment
