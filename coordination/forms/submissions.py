"""The submission (tờ trình) in a step's form: drafted from the issue, for one or several issues."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from coordination.forms.needs import Part
from coordination.forms.rows import BLANK
from coordination.models import Ground, Issue, Route
from coordination.queries import choices


class SubmissionPart(Part):
    """The paper, drafted from the issue; other issues can go with it (one tờ trình for several)."""

    template = "_components/step_submission.html"

    def build(self) -> None:
        issue = self.form.record
        subject, content = draft_submission(issue)
        self.add(
            "submission_subject",
            forms.CharField(label=_("Subject"), max_length=300, initial=subject),
        )
        self.add(
            "submission_content",
            forms.CharField(label=_("Content"), initial=content, widget=forms.Textarea(attrs={"rows": 14})),
        )
        self.companions = choices.can_go_with(issue, self.form.person)
        for other in self.companions:
            self.form.fields[f"with_{other.ref}"] = forms.BooleanField(
                label=f"{other.key} – {other.title}", required=False
            )
            self.form.fields[f"with_{other.ref}_route"] = forms.ChoiceField(
                label=_("Route"), choices=[*BLANK, *Route.choices], required=False
            )
            self.form.fields[f"with_{other.ref}_ground"] = forms.ChoiceField(
                label=_("Ground for going above"), choices=[*BLANK, *Ground.choices], required=False
            )

    def together(self) -> list[dict[str, forms.BoundField]]:
        """The bound fields of each issue that can go with it."""
        return [
            {
                "box": self.form[f"with_{other.ref}"],
                "route": self.form[f"with_{other.ref}_route"],
                "ground": self.form[f"with_{other.ref}_ground"],
            }
            for other in self.companions
        ]

    def clean(self) -> None:
        for other in self.companions:
            name = f"with_{other.ref}"
            if not self.given(name):
                continue
            route = self.given(f"{name}_route")
            if not route:
                self.form.add_field_error(f"{name}_route", _("Choose a route for this issue too."))
            elif route in {Route.COUNCIL, Route.CENTRAL} and not self.given(f"{name}_ground"):
                self.form.add_field_error(f"{name}_ground", _("Say why it has to go above the localities."))

    def value(self) -> dict[str, Any]:
        paper: dict[str, Any] = {
            "subject": self.given("submission_subject"),
            "content": self.given("submission_content"),
        }
        together = [
            {
                "issue": other.ref,
                "route": self.given(f"with_{other.ref}_route"),
                "ground": self.given(f"with_{other.ref}_ground") or "",
            }
            for other in self.companions
            if self.given(f"with_{other.ref}")
        ]
        return {**paper, "with": together} if together else paper


def draft_submission(issue: Issue) -> tuple[str, str]:
    """Subject and content of a submission as one would begin it; papers are in Vietnamese."""
    with translation.override("vi"):
        kept = issue.submission_items.order_by("-id").select_related("submission").first()
        if kept and issue.round == 1:
            return kept.submission.subject, kept.submission.content
        title = issue.title[:1].lower() + issue.title[1:]
        subject = translation.gettext("On %(title)s") % {"title": title}
        content = render_to_string(
            "coordination/issues/submission_draft.txt",
            {"issue": issue, "sides": issue.sides.select_related("locality")},
        )
    return subject[:300], content.strip()
