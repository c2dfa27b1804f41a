"""The form of an issue (rulebook §2): what it names, side by side, and its secrecy gate.

A draft may be saved with little; what is still missing is said when it is to be handed up, with the
engine's own rule (``coordination.needs.conditions``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from coordination.attachments import ACCEPT
from coordination.forms.files import FilesField, FilesInput
from coordination.models import Issue, IssueLocality, Kind, Locality, Seat, Secrecy, Urgency
from coordination.needs.conditions import content_problems
from coordination.queries.seats import seat_words

ROWS = 4
MOST_ROWS = 20
LONG = 20_000
SIDES = "sides"


def is_turned_away(data: Mapping[str, Any]) -> bool:
    """Whether the secrecy gate turns this away: then nothing of it may be kept (rulebook §2)."""
    declared = data.get("secrecy", "")
    return declared in Secrecy.values and declared != Secrecy.NONE


def _text(label: Any, *, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class IssueForm(forms.Form):
    """An issue without its sides: those are the rows of ``SideForm``."""

    secrecy = forms.ChoiceField(
        label=gettext_lazy("Is anything in it a state secret?"),
        choices=Secrecy.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say first whether anything in it is a state secret."),
        },
    )
    seat = forms.TypedChoiceField(label=gettext_lazy("On behalf of"), coerce=int)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("What is stuck, and between whom, in one line."),
        max_length=300,
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kind of difficulty"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    project = forms.CharField(
        label=gettext_lazy("Project"),
        help_text=gettext_lazy(
            "Its full name, as in the decision. May stay empty only where the difficulty is a "
            "mechanism or policy alone."
        ),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"list": "known-projects", "autocomplete": "off"}),
    )
    amended_text = forms.CharField(
        label=gettext_lazy("Text to amend"),
        help_text=gettext_lazy(
            "For a mechanism or policy without a project: the legal text that stands in the way."
        ),
        required=False,
        max_length=300,
    )
    tried = _text(
        gettext_lazy("What was tried"),
        help_text=gettext_lazy("Meetings, letters, dates and numbers, and what came of them."),
    )
    proposal = _text(
        gettext_lazy("Proposal"),
        help_text=gettext_lazy("What exactly should be decided, by whom, until when."),
    )
    legal_bases = _text(gettext_lazy("Legal bases"), help_text=gettext_lazy("One on each line."), rows=3)
    urgency_asked = forms.ChoiceField(
        label=gettext_lazy("Urgency asked for"),
        help_text=gettext_lazy("The focal point confirms it."),
        choices=Urgency.choices,
        initial=Urgency.NORMAL,
        required=False,
    )
    attachments = FilesField(
        label=gettext_lazy("Attachments"),
        required=False,
        widget=FilesInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, seats: Iterable[Seat] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachments"].help_text = _("PDF, DOCX, XLSX, PNG, JPG or DWG, %(limit)s each.") % {
            "limit": filesizeformat(settings.ATTACHMENT_MAX_BYTES)
        }
        choices = [(seat.pk, seat_words(seat)) for seat in seats]
        if len(choices) > 1:
            self.fields["seat"].choices = choices  # type: ignore[attr-defined]
        else:
            # One seat, or an issue that has its unit already: nothing to ask.
            del self.fields["seat"]

    def clean_urgency_asked(self) -> str:
        """An empty choice is the normal urgency."""
        return self.cleaned_data["urgency_asked"] or Urgency.NORMAL


class SideForm(forms.Form):
    """One locality: its role, and how things stand on its side. A row without locality is no row."""

    locality = forms.TypedChoiceField(
        label=gettext_lazy("Locality"), coerce=int, empty_value=None, required=False
    )
    role = forms.ChoiceField(
        label=pgettext_lazy("side", "Role"),
        choices=IssueLocality.Role.choices,
        initial=IssueLocality.Role.AFFECTED,
        required=False,
    )
    situation = _text(gettext_lazy("State of things on this side"), rows=3)

    def __init__(self, *args: Any, localities: Iterable[Locality] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locality"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a locality")),
            *((locality.pk, str(locality)) for locality in localities),
        ]

    def clean(self) -> dict[str, Any]:
        """Words need the locality they are about."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("situation") and not cleaned.get("locality") and "locality" in cleaned:
            self.add_error("locality", _("Choose the locality this describes, or clear the text beside it."))
        return cleaned


class BaseSideFormSet(forms.BaseFormSet):
    """The sides of an issue; each locality once."""

    def clean(self) -> None:
        seen: set[int] = set()
        for form in self.forms:
            locality = form.cleaned_data.get("locality") if form.is_valid() else None
            if locality and locality in seen:
                form.add_error("locality", _("This locality stands in another row already."))
            elif locality:
                seen.add(locality)

    def mark_silent_rows(self, sentence: str) -> None:
        """Put the sentence beside every locality that says nothing of its side."""
        for form in self.forms:
            if form.cleaned_data.get("locality") and not form.cleaned_data.get("situation"):
                form.add_error("situation", sentence)

    def rows(self) -> list[dict[str, Any]]:
        """The rows that name a locality, as the action takes them."""
        return [
            {
                "locality": form.cleaned_data["locality"],
                "role": form.cleaned_data.get("role") or IssueLocality.Role.AFFECTED,
                "situation": form.cleaned_data.get("situation", ""),
            }
            for form in self.forms
            if form.cleaned_data.get("locality")
        ]


class IssueEntry:
    """The form and its rows as one: what the page shows and what the action takes."""

    def __init__(
        self,
        *,
        home: Locality,
        localities: Iterable[Locality],
        seats: Iterable[Seat] = (),
        data: Any = None,
        files: Any = None,
        issue: Issue | None = None,
    ) -> None:
        self.home = home
        self.had_files = bool(files)
        rows = _rows_of(issue) if issue else [{"locality": home.pk, "role": "works"}]
        form_set = forms.formset_factory(
            SideForm,
            formset=BaseSideFormSet,
            extra=max(ROWS - len(rows), 1),
            max_num=MOST_ROWS,
            absolute_max=MOST_ROWS,
        )
        self.form = IssueForm(data, files, seats=seats, initial=_content_of(issue) if issue else None)
        self.sides = cast(
            BaseSideFormSet,
            form_set(
                data,
                prefix=SIDES,
                initial=rows if data is None else None,
                form_kwargs={"localities": list(localities)},
            ),
        )

    def is_valid(self, *, complete: bool) -> bool:
        """Whether it may be saved: as a draft, or (``complete``) as ready to be handed up."""
        valid = self.form.is_valid() & self.sides.is_valid()
        if valid and complete:
            self._check_complete()
        return valid and not self.has_errors

    def _check_complete(self) -> None:
        content, rows = self.form.cleaned_data, self.sides.rows()
        problems = content_problems(
            title=content["title"],
            project=content["project"],
            amended_text=content["amended_text"],
            kinds=content["kinds"],
            sides=[(row["locality"], row["role"], row["situation"]) for row in rows],
            tried=content["tried"],
            proposal=content["proposal"],
            home_id=self.home.pk,
        )
        for field, sentence in problems.items():
            if field == "situation":
                self.sides.mark_silent_rows(sentence)
            elif field == "localities":
                self.sides.non_form_errors().append(sentence)
            else:
                self.form.add_error(field, sentence)

    def content(self) -> dict[str, Any]:
        """What ``report_issue`` and ``revise_issue`` take."""
        kept = (
            "title",
            "project",
            "amended_text",
            "kinds",
            "tried",
            "proposal",
            "legal_bases",
            "urgency_asked",
        )
        content = {name: self.form.cleaned_data[name] for name in kept}
        return {**content, "localities": self.sides.rows()}

    @property
    def uploads(self) -> list[UploadedFile]:
        """The files to attach."""
        return self.form.cleaned_data["attachments"]

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors or self.sides.non_form_errors() or any(self.sides.errors))


def _content_of(issue: Issue) -> dict[str, Any]:
    names = ("title", "project", "amended_text", "tried", "proposal", "legal_bases", "urgency_asked")
    return {name: getattr(issue, name) for name in names} | {
        "kinds": issue.material_kinds,
        "secrecy": Secrecy.NONE,
    }


def _rows_of(issue: Issue) -> list[dict[str, Any]]:
    return [
        {"locality": side.locality_id, "role": side.role, "situation": side.situation}
        for side in issue.sides.all()
    ]
