"""The opinion table of an issue, as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from coordination.forms.rows import BLANK
from coordination.models import Issue, Opinion, Uptake


class UptakeRow(forms.Form):
    """How far one opinion was taken up, and why: the officer's columns of the table."""

    uptake = forms.ChoiceField(label=_("Uptake"), choices=[*BLANK, *Uptake.choices], required=False)
    explanation = forms.CharField(
        label=_("Explanation"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def __init__(self, opinion: Opinion, *, data: Any, prefix: str) -> None:
        start = {"uptake": opinion.uptake, "explanation": opinion.explanation}
        super().__init__(data, prefix=prefix, initial=start)
        self.opinion, self.row = opinion, opinion.as_row()
        self.fields["uptake"].widget.attrs["aria-label"] = f"{_('Uptake')}: {opinion.body}"
        self.fields["explanation"].widget.attrs["aria-label"] = f"{_('Explanation')}: {opinion.body}"


class OpinionTableForm(forms.Form):
    """The opinion table of the present round: one row for each opinion that was given.

    A row is named by its opinion, so that one given while somebody types disturbs nothing.
    """

    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, issue: Issue, *, data: Any = None) -> None:
        super().__init__(data, initial={"expected_version": issue.version})
        asked = Opinion.objects.filter(consultation__in=issue.consultations_of_round())
        given = [one for one in asked.select_related("body").order_by("id") if one.is_given]
        self.rows = [UptakeRow(opinion, data=data, prefix=opinion.ref) for opinion in given]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[row.is_valid() for row in self.rows]])

    def read_again(self, issue: Issue) -> OpinionTableForm:
        """What was typed, bound to the issue as it stands now, for a person who was told so."""
        typed: Any = QueryDict(mutable=True)
        typed.update(self.data)
        typed["expected_version"] = str(issue.version)
        form = OpinionTableForm(issue, data=typed)
        form.is_valid()
        return form

    def table(self) -> list[dict[str, Any]]:
        """The rows in the shape of ``engine.amend``; only after ``is_valid()``.

        A row that was not on the page when it was sent stays as it is.
        """
        return [
            {"opinion": row.opinion.ref, **row.cleaned_data}
            for row in self.rows
            if row.add_prefix("uptake") in self.data
        ]
