"""A form whose consequences are read before it is saved: the administrator's policies and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from workflows import audit


class PreviewedForm(forms.Form):
    """Saved only as it was previewed: ``seen`` carries the mark of what the preview showed.

    ``expected_version`` is the version the person had read, so that of two who save at the same time
    the second is told.
    """

    basis = forms.CharField(
        label=_("Decision"),
        max_length=300,
        help_text=_("Number and date, for example 12/QĐ-UBND of 20/11/2026."),
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    data: QueryDict

    def __init__(self, *, version: int, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.initial["expected_version"] = version

    @property
    def mark(self) -> str:
        """What was typed, as one word; only after ``is_valid()``."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return audit.digest({name: str(value) for name, value in typed.items()})[:16]

    @property
    def was_previewed(self) -> bool:
        """Whether the preview showed exactly what is typed now."""
        return bool(self.cleaned_data["seen"] == self.mark)

    def explain(self, problems: Mapping[str, Any]) -> None:
        """Show what was found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, str(sentence))

    def overtaken(self, version: int) -> None:
        """Somebody saved first: what was typed stays, on top of their version, to be previewed again."""
        self._hidden(expected_version=str(version), seen="")

    def previewed(self) -> None:
        """Note in the page that the preview has shown this."""
        self._hidden(seen=self.mark)

    def _hidden(self, **values: str) -> None:
        data = self.data.copy()
        data.update(values)
        self.data = data
