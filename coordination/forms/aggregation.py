"""Merging into another file, and naming a twin of another locality, as forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.forms.needs import Part
from coordination.models import Issue
from coordination.queries import choices
from coordination.queries.aggregation import Related, around

BY_CODE = ""
CODE_HINT = _("The code of the other file, such as VM-BPC-2026-0001.")


class IssuePart(Part):
    """The file to merge into: one that belongs together with this one, or any open one by its code."""

    template = "_components/step_issue.html"

    def build(self) -> None:
        issue: Issue = self.form.record
        self.suggested: list[Related] = around(issue).open
        self.targets = choices.merge_targets(issue)
        if self.suggested:
            named = [
                (one.issue.key, f"{one.issue.key} – {one.issue.title} ({', '.join(one.why)})")
                for one in self.suggested
            ]
            self.add(
                "target_suggested",
                forms.ChoiceField(
                    label=_("Files that belong together with this one"),
                    choices=[*named, (BY_CODE, _("Another file, by its code"))],
                    widget=forms.RadioSelect,
                    required=False,
                ),
            )
        self.add(
            self.need.name,
            forms.CharField(
                label=_("Code of the other file") if self.suggested else self.label,
                max_length=30,
                strip=True,
                required=not self.suggested,
                widget=forms.TextInput(attrs={"list": "merge-targets", "autocomplete": "off"}),
                help_text=CODE_HINT,
            ),
        )

    def leaves_draft(self) -> bool:
        """Whether the file stands on a draft submission, which it leaves."""
        return self.form.record.draft() is not None

    def clean(self) -> None:
        named, suggested = self.given(self.need.name), self.given("target_suggested")
        if self.suggested and not named and not suggested:
            self.form.add_field_error(self.need.name, _("Choose the file to merge into, or give its code."))
        elif named and suggested and named != suggested:
            self.form.add_field_error(
                self.need.name, _("You chose one file and typed the code of another: keep one of the two.")
            )

    def value(self) -> str:
        return self.given(self.need.name) or self.given("target_suggested")

    def complain(self, sentence: Any) -> None:
        self.form.add_field_error(self.need.name, sentence)
