"""The form of a substitution, as the decision says it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.forms.rows import BLANK, date_field, offer
from coordination.models import Kind, Seat
from coordination.queries.substitution_seats import eligible
from coordination.queries.substitutions import in_words


class ReplacedForm(forms.Form):
    """Which head, for whoever may draft for several."""

    replaced = forms.ChoiceField(label=_("Replaced head"))

    def __init__(self, heads: list[Seat], data: Any = None) -> None:
        super().__init__(data)
        offer(self, "replaced", [*BLANK, *((seat.pk, in_words(seat)) for seat in heads)])


class SubstitutionForm(forms.Form):
    """Number, substitute, days, matters and scope; the head is given."""

    decision = forms.CharField(
        label=_("Decision number"),
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("for example 125/QĐ-UBND"), "autocomplete": "off"}),
    )
    substitute = forms.TypedChoiceField(label=_("Substitute"), coerce=int, empty_value=None)
    valid_from = date_field(_("From (included)"))
    valid_to = date_field(_("To (included)"))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of matter"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every matter of the head."),
    )
    scope = forms.CharField(
        label=_("Scope, in the decision's own words"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, replaced: Seat, *, day: date, data: Any = None) -> None:
        super().__init__(data)
        self.replaced = replaced
        self.seats = {seat.pk: seat for seat in eligible(replaced, day, day)}
        offer(self, "substitute", [*BLANK, *((pk, in_words(seat)) for pk, seat in self.seats.items())])
        self.initial["valid_from"] = day

    def given(self) -> dict[str, Any]:
        """What ``draft_substitution`` takes; only after ``is_valid()``."""
        return {**self.cleaned_data, "substitute": self.seats[self.cleaned_data["substitute"]]}

    def explain(self, problems: dict[str, Any]) -> None:
        """Show what the action found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)
