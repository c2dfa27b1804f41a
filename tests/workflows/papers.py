"""Outside papers for the tests: attached to a record, and steps recorded from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from coordination.actions.issues import attach_file
from tests.people import person
from tests.story import Story
from workflows.machines.base import Machine
from workflows.models import Event, PendingStep

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def pdf(name: str = "cong-van.pdf", extra: bytes = b"") -> SimpleUploadedFile:
    """A small file that really is a PDF."""
    return SimpleUploadedFile(name, PDF + extra, "application/pdf")


def attach_paper(
    story: Story, record: Machine, *, by: str = "binhduong.skhdt.officer", days_ago: int = 0
) -> dict[str, Any]:
    """Attach an outside paper to a record; returns the need ``document``."""
    attachment = attach_file(story.refreshed(record), pdf(), by=person(by), at=story.at)
    story.refreshed()
    dated = timezone.localtime(story.at).date() - timedelta(days=days_ago)
    return {
        "number": "12/CV-UBND",
        "dated": dated.isoformat(),
        "issuer": "UBND tỉnh Đồng Nai",
        "attachment": attachment.pk,
    }


def record_step(
    story: Story,
    record: Machine,
    step: str,
    data: dict[str, Any] | None = None,
    *,
    side: int | str = "",
    by: str = "binhduong.skhdt.officer",
    days_ago: int = 0,
) -> Event:
    """Record a counterpart's step "theo văn bản số …"; it waits for the countersignature."""
    paper = attach_paper(story, record, days_ago=days_ago)
    given = {**paper, "step": step, "side": str(side), "data": data or {}}
    return story.act("record_document", given, by=by, on=story.refreshed(record))


def waiting(record: Machine) -> PendingStep:
    """The step recorded on this record that waits."""
    return PendingStep.objects.get(machine=record.machine, record_id=record.pk, status="waiting")
