"""The form of a new version of a locality's policy: every choice, with the newest version filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from coordination.forms.previews import PreviewedForm
from coordination.forms.rows import date_field
from coordination.queries.policies import DAYS, PROOF, TIMES, groups_of_choices, label_of, words_of
from workflows.policies import (
    DEFAULTS,
    FLAGS,
    MOST_DAYS,
    MOST_DAYS_BETWEEN_REMINDERS,
    MOST_HOURS,
    REMINDERS,
    days_of,
    default_days,
)


@dataclass(frozen=True)
class Row:
    """One choice of the form beside its default."""

    field: forms.BoundField
    default: str


class PolicyForm(PreviewedForm):
    """Time limits, reminders, the silence rule, proof for links, and the two flags of rulebook §2."""

    begins_on = date_field(
        _("Valid from"),
        required=False,
        help_text=_("Leave it empty, and it holds from the moment it is saved."),
    )

    def __init__(self, *, values: Mapping[str, Any], version: int, data: QueryDict | None = None) -> None:
        super().__init__(version=version, data=data)
        for key in default_days():
            self._number(f"{DAYS}{key}", days_of(values, key), MOST_DAYS)
        for name, value in values["reminders"].items():
            if isinstance(REMINDERS[name], bool):
                self._yes_or_no(f"{TIMES}{name}", value)
            else:
                self._number(f"{TIMES}{name}", value, MOST_DAYS_BETWEEN_REMINDERS)
        for name in FLAGS:
            self._yes_or_no(name, values[name])
        self._number(PROOF, values[PROOF], MOST_HOURS)

    def _number(self, name: str, value: int, most: int) -> None:
        self.fields[name] = forms.IntegerField(
            label=label_of(name), min_value=1, max_value=most, initial=value
        )

    def _yes_or_no(self, name: str, value: bool) -> None:
        self.fields[name] = forms.BooleanField(label=label_of(name), required=False, initial=value)

    def groups(self) -> Iterator[tuple[str, list[Row]]]:
        """The choices as they stand on the page: heading, rows."""
        for title, names in groups_of_choices():
            yield title, [Row(self[name], words_of(DEFAULTS, name).default) for name in names]

    def values(self) -> dict[str, Any]:
        """What the policy would say, in the shape of ``clean_values``; only after ``is_valid()``."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in (*FLAGS, PROOF)},
            "reminders": {name: given[f"{TIMES}{name}"] for name in REMINDERS},
            "due_days": {key: given[f"{DAYS}{key}"] for key in default_days()},
        }
