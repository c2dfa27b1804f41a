"""Several files in one go: a field, and the part of a step's form that carries them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from coordination.attachments import ACCEPT, inspect
from coordination.forms.needs import Part

MOST_FILES = 10


class FilesInput(forms.ClearableFileInput):
    """One input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each looked at by its content."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that are allowed; raises ``ValidationError`` with a sentence for each other."""
        given = [one for one in data or [] if one] if isinstance(data, (list, tuple)) else []
        problems: list[ValidationError] = []
        if len(given) > MOST_FILES:
            problems.append(
                ValidationError(_("Attach %(count)d files at most in one go.") % {"count": MOST_FILES})
            )
        for uploaded in given[:MOST_FILES]:
            try:
                inspect(uploaded)
            except ValidationError as problem:
                problems.append(problem)
        if problems:
            raise ValidationError(problems)
        return given


class FilesPart(Part):
    """Files that go with a step: each is attached to the record, for all who read it, before the step."""

    def build(self) -> None:
        self.add(
            self.need.name,
            FilesField(
                label=self.label,
                required=False,
                widget=FilesInput(attrs={"accept": ACCEPT}),
                help_text=_("PDF, DOCX, XLSX, PNG, JPG or DWG, %(limit)s each.")
                % {"limit": filesizeformat(settings.ATTACHMENT_MAX_BYTES)},
            ),
        )

    def value(self) -> None:
        """Nothing for the engine: each file has an event of its own."""

    @property
    def uploads(self) -> list[UploadedFile]:
        """The files, before they are stored."""
        return list(self.given(self.need.name) or [])
