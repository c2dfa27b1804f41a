"""Rows that repeat in a step's form: times, commitments, points of minutes.

The server renders spare rows, so that it works without JavaScript; ``app.js`` adds further ones from
the ``<template>``. A row that was left blank is no row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from coordination.queries.choices import Choice, Group

MOST_ROWS = 40
BLANK = [("", "---------")]


def date_field(label: Any, **options: Any) -> forms.DateField:
    """A day, typed into the browser's own picker."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **options)


def offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    """Say what may be chosen in a field."""
    field: Any = form.fields[name]
    field.choices = list(choices)


class SlotRow(forms.Form):
    """One proposed time and place."""

    starts_at = forms.DateTimeField(
        label=_("Time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)

    def value(self) -> dict[str, Any]:
        """In the shape of the need ``slots``."""
        given = self.cleaned_data
        return {"starts_at": given["starts_at"].isoformat(), "place": given["place"]}


class ParticipantRow(forms.Form):
    """Somebody whom a side sends."""

    name = forms.CharField(label=pgettext_lazy("participant", "Name"), max_length=150)
    title = forms.CharField(label=pgettext_lazy("participant", "Position"), max_length=200, required=False)
    body = forms.CharField(label=pgettext_lazy("participant", "Body"), max_length=200, required=False)

    def value(self) -> dict[str, Any]:
        """In the shape of the amendment ``participants``."""
        return dict(self.cleaned_data)


class CameRow(ParticipantRow):
    """Somebody who came without being named before."""

    side = forms.TypedChoiceField(label=pgettext_lazy("participant", "Side"), coerce=int)
    field_order = ("side", "name", "title", "body")

    def __init__(self, *args: Any, places: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "side", [*BLANK, *places])


class CommitmentRow(forms.Form):
    """One work item: whose it is, who leads, until when, with what result."""

    work = forms.CharField(label=_("Work item"), widget=forms.Textarea(attrs={"rows": 2}))
    locality = forms.TypedChoiceField(label=_("Side"), coerce=int)
    lead = forms.TypedChoiceField(label=_("Accountable lead body"), coerce=int)
    due_on = date_field(pgettext_lazy("commitment", "Due"))
    coordinators = forms.TypedMultipleChoiceField(label=_("Coordinating bodies"), coerce=int, required=False)
    money = forms.CharField(label=_("Money"), max_length=200, required=False)
    product = forms.CharField(label=_("Expected product"), max_length=300, required=False)
    replaces = forms.TypedChoiceField(
        label=_("Takes the place of an unmet commitment"), coerce=int, empty_value=None, required=False
    )

    def __init__(
        self,
        *args: Any,
        places: Sequence[Choice],
        bodies: Sequence[Group],
        unmet: Sequence[Choice] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if unmet:
            offer(self, "replaces", [*BLANK, *unmet])
        else:
            del self.fields["replaces"]
        offer(self, "locality", [*BLANK, *places])
        offer(self, "lead", [*BLANK, *bodies])
        offer(self, "coordinators", bodies)
        self.fields["coordinators"].widget.attrs["size"] = 5

    def value(self) -> dict[str, Any]:
        """In the shape of the need ``commitments``."""
        given = self.cleaned_data
        return {**given, "due_on": given["due_on"].isoformat()}


class PointRow(forms.Form):
    """One point of the minutes: agreed or open, with what was promised."""

    issue = forms.ChoiceField(label=_("Issue"))
    text = forms.CharField(label=_("Point discussed"), widget=forms.Textarea(attrs={"rows": 2}))
    agreed = forms.BooleanField(label=_("The parties agreed"), required=False)

    def __init__(
        self,
        *args: Any,
        issues: Sequence[tuple[str, str]],
        places: Sequence[Choice],
        bodies: Sequence[Group],
        unmet: Sequence[Choice] = (),
        promised: Sequence[Mapping[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.only_issue = issues[0][0] if len(issues) == 1 else ""
        if self.only_issue:
            del self.fields["issue"]
        else:
            offer(self, "issue", [*BLANK, *issues])
        self.commitments = Rows(
            CommitmentRow,
            prefix=f"{self.prefix}-commitments",
            data=self.data if self.is_bound else None,
            initial=promised,
            spare=2,
            row_options={"places": places, "bodies": bodies, "unmet": unmet},
        )

    def is_valid(self) -> bool:
        return super().is_valid() & self.commitments.is_valid()

    def has_changed(self) -> bool:
        return super().has_changed() or self.commitments.any_given()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("agreed") and self.commitments.any_given():
            self.add_error("agreed", _("A commitment hangs on a point that the parties agreed."))
        return given

    def value(self) -> dict[str, Any]:
        """In the shape of the need ``points``."""
        given = self.cleaned_data
        return {
            "issue": self.only_issue or given["issue"],
            "text": given["text"],
            "agreed": given["agreed"],
            "commitments": self.commitments.values(),
        }


class Rows:
    """Rows of one kind under one prefix: what was typed, what stands there already, spare ones."""

    def __init__(
        self,
        row: type[forms.Form],
        *,
        prefix: str,
        data: Mapping[str, Any] | None,
        initial: Sequence[Mapping[str, Any]] = (),
        spare: int = 2,
        row_options: Mapping[str, Any] | None = None,
    ) -> None:
        self.row, self.prefix, self.data = row, prefix, data
        self.options = dict(row_options or {})
        self.errors: list[Any] = []
        if data is None:
            self.rows = [self._row(place, start) for place, start in enumerate(initial)]
        else:
            self.rows = [self._row(place) for place in range(self._posted_total(data))]
        for place in range(len(self.rows), len(self.rows) + spare if data is None else 0):
            self.rows.append(self._row(place))

    def _posted_total(self, data: Mapping[str, Any]) -> int:
        posted = str(data.get(self.total_name, "0"))
        return min(int(posted), MOST_ROWS) if posted.isdecimal() else 0

    def _row(self, place: int | str, start: Mapping[str, Any] | None = None) -> Any:
        start = dict(start or {})
        extra = {"promised": start.pop("commitments")} if "commitments" in start else {}
        return self.row(
            self.data if place != "__prefix__" else None,
            prefix=f"{self.prefix}-{place}",
            initial=start,
            empty_permitted=True,
            use_required_attribute=False,
            **self.options,
            **extra,
        )

    @property
    def total_name(self) -> str:
        """The name of the hidden field that says how many rows there are."""
        return f"{self.prefix}-TOTAL_FORMS"

    @property
    def empty_row(self) -> Any:
        """The row in the ``<template>``."""
        return self._row("__prefix__")

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def given(self) -> list[Any]:
        """The rows in which something was typed."""
        return [row for row in self.rows if row.has_changed()]

    def any_given(self) -> bool:
        """Whether anything was typed at all."""
        return self.data is not None and bool(self.given())

    def is_valid(self) -> bool:
        """Whether every row that was typed in is right; blank rows do not count."""
        checked = [row.is_valid() for row in self.rows]
        return all(checked)

    def values(self) -> list[dict[str, Any]]:
        """The rows as JSON values."""
        return [row.value() for row in self.given()]
