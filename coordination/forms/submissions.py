"""The submission (tờ trình) as a form: the draft, and what is proposed, for one or several issues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from coordination.forms.needs import Part
from coordination.forms.rows import BLANK
from coordination.models import Ground, Issue, Route, Submission, SubmissionItem
from coordination.needs.submissions import ABOVE
from coordination.queries import choices
from coordination.queries.likeness import alike
from workflows.machines.base import Machine


@dataclass(frozen=True)
class IssueFields:
    """The bound fields of one issue on a submission: whether it stands there, its route and ground."""

    issue: Issue
    box: forms.BoundField
    route: forms.BoundField
    ground: forms.BoundField


def add_issue(form: forms.Form, issue: Issue, place: SubmissionItem | None, *, ticked: bool) -> None:
    """The fields of one issue; what it says rests while it is out for opinions."""
    rests = place is not None and issue.state == Issue.State.CONSULTING
    name = f"with_{issue.ref}"
    form.fields[name] = forms.BooleanField(
        label=f"{issue.key} – {issue.title}", required=False, initial=ticked
    )
    form.fields[f"{name}_route"] = forms.ChoiceField(
        label=_("Route"),
        choices=[*BLANK, *Route.choices],
        required=False,
        initial=place.route if place else "",
        disabled=rests,
    )
    form.fields[f"{name}_ground"] = forms.ChoiceField(
        label=_("Ground for going above"),
        choices=[*BLANK, *Ground.choices],
        required=False,
        initial=place.ground if place else "",
        disabled=rests,
    )


def fields_of(form: forms.Form, issues: Iterable[Issue]) -> list[IssueFields]:
    """What ``add_issue`` added, bound, for the template."""
    return [
        IssueFields(
            issue,
            form[f"with_{issue.ref}"],
            form[f"with_{issue.ref}_route"],
            form[f"with_{issue.ref}_ground"],
        )
        for issue in issues
    ]


def given_for(form: forms.Form, issues: Iterable[Issue]) -> list[dict[str, str]]:
    """The issues that were ticked, each with route and ground, as the engine takes them."""
    given = form.cleaned_data
    return [
        {
            "issue": issue.ref,
            "route": given.get(f"with_{issue.ref}_route") or "",
            "ground": given.get(f"with_{issue.ref}_ground") or "",
        }
        for issue in issues
        if given.get(f"with_{issue.ref}")
    ]


class SubmissionPart(Part):
    """The paper of the step “propose”: as drafted, else begun from the issue; others can go along."""

    template = "_components/step_submission.html"

    def build(self) -> None:
        issue: Issue = self.form.record
        self.draft: Submission | None = issue.draft()
        subject, content = draft_submission([issue])
        if self.draft is not None:
            subject, content = self.draft.subject, self.draft.content
        self.add(
            "submission_subject",
            forms.CharField(label=_("Subject"), max_length=300, initial=subject),
        )
        self.add(
            "submission_content",
            forms.CharField(label=_("Content"), initial=content, widget=forms.Textarea(attrs={"rows": 14})),
        )
        if self.draft is not None:
            self.form.fields["submission_read"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=self.draft.digest()
            )
        places = {item.issue_id: item for item in self.draft.drafted()} if self.draft else {}
        self.companions = choices.can_go_with(issue, self.form.person)
        for other in self.companions:
            place = places.get(other.pk)
            add_issue(self.form, other, place, ticked=place is not None)

    def together(self) -> list[IssueFields]:
        """The bound fields of each issue that can go with it."""
        return fields_of(self.form, self.companions)

    def staying_behind(self) -> list[Issue]:
        """Issues of the draft that are out for opinions: they keep a draft of their own."""
        drafted = self.draft.drafted() if self.draft else ()
        return [item.issue for item in drafted if item.issue.state == Issue.State.CONSULTING]

    def clean(self) -> None:
        for other in self.companions:
            name = f"with_{other.ref}"
            if not self.given(name):
                continue
            route = self.given(f"{name}_route")
            if not route:
                self.form.add_field_error(f"{name}_route", _("Choose a route for this issue too."))
            elif route in ABOVE and not self.given(f"{name}_ground"):
                self.form.add_field_error(f"{name}_ground", _("Say why it has to go above the localities."))

    def value(self) -> dict[str, Any]:
        paper: dict[str, Any] = {
            "subject": self.given("submission_subject"),
            "content": self.given("submission_content"),
        }
        if together := given_for(self.form, self.companions):
            paper["with"] = together
        if self.draft is not None:
            paper["read"] = self.given("submission_read")
        return paper

    def as_it_stands(self, record: Machine) -> dict[str, str]:
        draft = record.draft() if isinstance(record, Issue) else None
        return {"submission_read": draft.digest()} if draft is not None else {}


class DraftForm(forms.Form):
    """A draft submission: its words, and each issue that stands on it or could.

    ``draft`` is None where it begins now. Route and ground may stay open until it is proposed.
    """

    subject = forms.CharField(label=_("Subject"), max_length=300)
    content = forms.CharField(
        label=_("Content"), required=False, max_length=50_000, widget=forms.Textarea(attrs={"rows": 16})
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *,
        draft: Submission | None,
        chosen: Sequence[Issue],
        offered: Sequence[Issue],
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.draft = draft
        self.places = {item.issue_id: item for item in draft.drafted()} if draft else {}
        standing = [item.issue for item in self.places.values()]
        self.issues = list({issue.pk: issue for issue in (*standing, *chosen, *offered)}.values())
        ticked = {issue.pk for issue in (*standing, *chosen)}
        for issue in self.issues:
            add_issue(self, issue, self.places.get(issue.pk), ticked=issue.pk in ticked)
        if draft is not None:
            self.initial.update(subject=draft.subject, content=draft.content, read=draft.digest())
        elif chosen:
            subject, content = draft_submission(chosen)
            self.initial.update(subject=subject, content=content)

    @property
    def rows(self) -> list[IssueFields]:
        """Every issue with its bound fields."""
        return fields_of(self, self.issues)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(f"with_{issue.ref}") for issue in self.issues):
            raise forms.ValidationError(_("Choose at least one issue."))
        return given

    def draft_data(self) -> dict[str, Any]:
        """What ``save_draft`` takes; only after ``is_valid()``."""
        given = self.cleaned_data
        return {
            "read": given["read"],
            "subject": given["subject"],
            "content": given["content"],
            "items": given_for(self, self.issues),
        }

    def read_again(self, draft: Submission | None) -> None:
        """Bind what was typed to the draft as it stands now, for a person who was told so."""
        typed: Any = QueryDict(mutable=True)
        typed.update(self.data)
        typed["read"] = draft.digest() if draft else ""
        self.data = typed

    def explain(self, problems: dict[str, Any]) -> None:
        """Show what the engine found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


def _matter(issues: Sequence[Issue]) -> str:
    """What several issues are about: their one project, else the localities concerned."""
    first, *others = issues
    if all(alike(first.project, other.project) for other in others):
        return first.project
    return ", ".join(str(place) for place in choices.places_of(issues))


def draft_submission(issues: Sequence[Issue]) -> tuple[str, str]:
    """Subject and content of a submission as one would begin it; papers are in Vietnamese."""
    first = issues[0]
    with translation.override("vi"):
        kept = first.submission_items.order_by("-id").select_related("submission").first()
        if len(issues) == 1 and kept and first.round == 1:
            return kept.submission.subject, kept.submission.content
        if len(issues) == 1:
            title = first.title[:1].lower() + first.title[1:]
            subject = translation.gettext("On %(title)s") % {"title": title}
        else:
            subject = translation.gettext("On %(number)d difficulties between localities: %(matter)s") % {
                "number": len(issues),
                "matter": _matter(issues),
            }
        content = render_to_string("coordination/submissions/draft.txt", {"issues": issues})
    return subject[:300], content.strip()
