"""Files of a record: what they really are is read from their content, not from their name.

They lie under ``MEDIA_ROOT``, outside the web root, under a random name; the visibility rule serves
them. Accepted are the kinds an office exchanges and that no browser runs.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from coordination.hanging import forget_hanging
from coordination.models import Attachment, Seat
from workflows.machines.base import Machine

NAME_LENGTH = 200
_HEAD = 16

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DWG = "image/vnd.dwg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Kind → the endings its file name may have.
ENDINGS = {
    PDF: ("pdf",),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    DWG: ("dwg",),
}
ACCEPT = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)
_WORDS = "PDF, DOCX, XLSX, PNG, JPG, DWG"
_MAGIC = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG, b"AC10": DWG}
_OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


@dataclass(frozen=True)
class Inspected:
    """What a file is. ``size`` in bytes, ``sha256`` in hexadecimal."""

    content_type: str
    sha256: str
    size: int


def inspect(uploaded: UploadedFile) -> Inspected:
    """What the file is by its content; raises ``ValidationError`` with a sentence for the person."""
    name, size = clean_name(uploaded.name or ""), uploaded.size or 0
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” is %(size)s; a file may be %(limit)s at most.")
            % {
                "name": name,
                "size": filesizeformat(size),
                "limit": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
            },
            code="too_big",
        )
    if not size:
        raise ValidationError(_("“%(name)s” is empty.") % {"name": name}, code="empty")
    content_type = _content_type(uploaded)
    if content_type is None:
        raise ValidationError(
            _("“%(name)s” is not accepted. Accepted are %(kinds)s, without macros.")
            % {"name": name, "kinds": _WORDS},
            code="kind",
        )
    if _ending(name) not in ENDINGS[content_type]:
        raise ValidationError(
            _("“%(name)s” is really a %(kind)s file. Give it its right name, then attach it again.")
            % {"name": name, "kind": ENDINGS[content_type][0].upper()},
            code="name",
        )
    digest = hashlib.sha256()
    uploaded.seek(0)
    for chunk in uploaded.chunks():
        digest.update(chunk)
    uploaded.seek(0)
    return Inspected(content_type, digest.hexdigest(), size)


def store(
    record: Machine,
    uploaded: UploadedFile,
    *,
    seat: Seat,
    at: datetime,
    shared: bool = False,
    material: bool = False,
) -> Attachment:
    """Keep the file with the record; raises ``ValidationError`` where ``inspect`` does.

    ``material`` files are part of what a leader decides on; ``shared`` ones reach the parties. For
    use inside an action: the caller's transaction writes the event.
    """
    inspected = inspect(uploaded)
    name = clean_name(uploaded.name or "")
    attachment = Attachment(
        machine=record.machine,
        record_id=record.pk,
        name=name,
        size=inspected.size,
        content_type=inspected.content_type,
        sha256=inspected.sha256,
        shared=shared,
        material=material,
        uploaded_by=seat,
        uploaded_at=at,
    )
    attachment.file.save(f"{secrets.token_hex(16)}.{_ending(name)}", uploaded, save=False)
    attachment.save()
    if record.machine == "issue":
        forget_hanging(record.pk)
    return attachment


def clean_name(name: str) -> str:
    """The file's own name, without a path and without invisible characters that disguise it."""
    bare = PurePath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    shown = "".join(letter for letter in bare if unicodedata.category(letter)[0] != "C").strip()
    if len(shown) <= NAME_LENGTH:
        return shown
    ending = PurePath(shown).suffix[:10]
    return shown[: NAME_LENGTH - len(ending)] + ending


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower().removeprefix(".")


def _content_type(uploaded: UploadedFile) -> str | None:
    uploaded.seek(0)
    head = uploaded.read(_HEAD)
    uploaded.seek(0)
    for magic, content_type in _MAGIC.items():
        if head.startswith(magic):
            return content_type
    return _office_type(uploaded) if head.startswith(b"PK\x03\x04") else None


def _office_type(uploaded: UploadedFile) -> str | None:
    """DOCX or XLSX by the parts inside; None for any other archive, and for one with macros."""
    try:
        with zipfile.ZipFile(uploaded) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    finally:
        uploaded.seek(0)
    if "[Content_Types].xml" not in parts or any(part.endswith("vbaProject.bin") for part in parts):
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in parts), None)
