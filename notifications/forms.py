"""The form of how a person is told: a pace for each kind and way that they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.choices import Choices, choices_of, choose
from notifications.delivery.push_keys import public_key
from notifications.kinds import KINDS, Kind, Pace, Way
from notifications.models import ChatAddress
from workflows.refusals import Incomplete

WAY_LABELS = {Way.EMAIL: _("E-mail"), Way.PUSH: _("Push"), Way.CHAT: _("Chat or SMS")}


@dataclass(frozen=True)
class Row:
    """One kind with a field for each way, in the order of the columns."""

    kind: Kind
    fields: tuple[Any, ...]
    error: str


class ChoicesForm(forms.Form):
    """Bound to one person: what they have chosen stands in it."""

    quiet = forms.BooleanField(
        label=_("Send nothing outside office hours"),
        required=False,
        help_text=_(
            "By the working calendar of your locality; it waits until the office opens. What is marked "
            "express (hỏa tốc) is sent all the same."
        ),
    )

    def __init__(self, person: Any, data: Any = None) -> None:
        super().__init__(data)
        self.person = person
        self.now: Choices = choices_of([person.pk])[person.pk]
        self.initial["quiet"] = self.now.quiet
        self.fields["quiet"].widget.attrs["class"] = "form-check-input"
        self.ways = _ways_of(person)
        for kind in KINDS.values():
            for way in self.ways:
                name = f"{kind.name}-{way}"
                self.fields[name] = forms.ChoiceField(
                    choices=Pace.choices, label=f"{kind.label}: {WAY_LABELS[Way(way)]}"
                )
                self.fields[name].widget.attrs["class"] = "form-select"
                self.fields[name].widget.attrs["aria-label"] = self.fields[name].label
                self.initial[name] = self.now.pace(kind.name, way)

    def columns(self) -> list[Any]:
        """The heads of the columns."""
        return [WAY_LABELS[Way(way)] for way in self.ways]

    def rows(self) -> Iterator[Row]:
        """The kinds in their order."""
        for kind in KINDS.values():
            fields = tuple(self[f"{kind.name}-{way}"] for way in self.ways)
            yield Row(kind, fields, " ".join(str(error) for field in fields for error in field.errors))

    def save(self, *, at: datetime) -> bool:
        """Keep the choices; False where they would silence what requires action. After ``is_valid()``."""
        paces = {(kind, way): self.cleaned_data[f"{kind}-{way}"] for kind in KINDS for way in self.ways}
        try:
            choose(self.person, paces, quiet=self.cleaned_data["quiet"], at=at)
        except Incomplete as refusal:
            for kind, sentence in refusal.problems.items():
                self.add_error(f"{kind}-{self.ways[0]}", str(sentence))
            return False
        return True


def _ways_of(person: Any) -> list[str]:
    """The ways that can be chosen: push also before the first device is switched on."""
    there = {
        Way.EMAIL: bool(person.email),
        Way.PUSH: bool(public_key()),
        Way.CHAT: ChatAddress.objects.filter(person=person).exists(),
    }
    return [str(way) for way, has in there.items() if has]
