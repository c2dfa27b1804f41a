"""The forms of acts: what is not a step (docs/rulebook/acts.csv). Each gives the engine its data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import attachments
from coordination.forms.lists import PointsPart
from coordination.forms.steps import StepForm
from coordination.models import Person, Urgency
from coordination.queries import choices
from workflows.machines.base import Machine, StepInfo
from workflows.needs import NEEDS


class ActForm(forms.Form):
    """An act that asks for nothing, and the base of those that do."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        record: Machine,
        person: Person,
        *,
        at: datetime,
        data: Any = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)
        self.record, self.person = record, person
        self.day = timezone.localtime(at).date()
        self.initial["expected_version"] = record.version
        self.build()

    def build(self) -> None:
        """Fill in what depends on the record."""

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.visible_fields())

    def act_data(self) -> dict[str, Any]:
        """What the engine gets; only after ``is_valid()``."""
        given = dict(self.cleaned_data)
        given.pop("expected_version", None)
        return given

    def explain(self, problems: dict[str, Any]) -> None:
        """Show what the engine found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


class NoteForm(ActForm):
    """A note on the record."""

    text = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))


class AttachForm(ActForm):
    """A file on the record."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": attachments.ACCEPT}),
        help_text=_("PDF, DOCX, XLSX, PNG, JPG or DWG."),
    )
    shared = forms.BooleanField(label=_("The parties may read it too"), required=False)

    def clean_file(self) -> Any:
        """What the file really is is read from its content."""
        uploaded = self.cleaned_data["file"]
        attachments.inspect(uploaded)
        return uploaded


class AssignForm(ActForm):
    """Who is accountable."""

    accountable = forms.TypedChoiceField(label=_("Accountable officer"), coerce=int)

    def build(self) -> None:
        offered = choices.focal_officers(self.record.home, self.day)
        self.fields["accountable"].choices = offered  # type: ignore[attr-defined]
        self.initial["accountable"] = self.record.accountable_id  # type: ignore[attr-defined]


class ShareForm(ActForm):
    """Bodies of the home locality that shall see the shared part."""

    bodies = forms.TypedMultipleChoiceField(
        label=_("Bodies"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def build(self) -> None:
        issue: Any = self.record
        groups = choices.bodies_by_place([issue.home], self.day, central=False, without=[issue.unit_id])
        self.fields["bodies"].choices = groups[0][1] if groups else []  # type: ignore[attr-defined]


class UrgencyForm(ActForm):
    """The mark of urgency."""

    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)

    def build(self) -> None:
        self.initial["urgency"] = self.record.urgency_asked  # type: ignore[attr-defined]


class PendingForm(ActForm):
    """The outside document that waits for the countersignature."""

    pending = forms.IntegerField(widget=forms.HiddenInput)


class RefuseForm(PendingForm):
    """Why the document is not recorded."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class AmendDossierForm(ActForm):
    """The content of a dossier that is not filed."""

    content = forms.CharField(label=_("Content"), widget=forms.Textarea(attrs={"rows": 16}))

    def build(self) -> None:
        self.initial["content"] = self.record.content  # type: ignore[attr-defined]


class AmendMeetingForm(StepForm):
    """Agenda, attendance and minutes, as far as the amend table lets this state change them."""

    def __init__(
        self, record: Any, person: Person, *, at: datetime, data: Any = None, files: Any = None
    ) -> None:
        names = next(iter(record.AMENDABLE.get(record.state, {}).values()), ())
        info = StepInfo("amend", "", (), (), "", (), False, ())
        super().__init__(record, info, person, at=at, data=data, files=files)
        for name in names:
            if name == "points":
                if record.points.exists():
                    self.parts.append(PointsPart(self, NEEDS["points"], "points"))
            else:
                self._take(NEEDS[name], name)
                self.fields[name].initial = getattr(record, name)
                self.fields[name].required = False

    def act_data(self) -> dict[str, Any]:
        """What changed, in the shape of ``engine.amend``."""
        return self.step_data()

    def explain(self, problems: dict[str, Any]) -> None:
        """Show what the engine found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name, sentence)


FORMS: dict[tuple[str, str], Callable[..., Any]] = {
    ("meeting", "amend"): AmendMeetingForm,
    ("dossier", "amend"): AmendDossierForm,
    ("*", "note_internal"): NoteForm,
    ("*", "note_shared"): NoteForm,
    ("*", "attach"): AttachForm,
    ("*", "assign"): AssignForm,
    ("*", "reassign"): AssignForm,
    ("*", "share"): ShareForm,
    ("*", "raise_urgency"): UrgencyForm,
    ("*", "confirm_urgency"): UrgencyForm,
    ("*", "countersign"): PendingForm,
    ("*", "refuse_record"): RefuseForm,
}
# Acts that the engine or another page does, never this form.
ELSEWHERE = frozenset({"ask_unit", "record_document"})


def act_form(
    record: Machine,
    act: str,
    person: Person,
    *,
    at: datetime,
    data: Any = None,
    files: Any = None,
) -> Any:
    """The form of an act for a person, bound where ``data`` is given."""
    kind = FORMS.get((record.machine, act)) or FORMS.get(("*", act), ActForm)
    return kind(record, person, at=at, data=data, files=files)


__all__ = ["ELSEWHERE", "ActForm", "act_form"]
