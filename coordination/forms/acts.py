"""The forms of acts: what is not a step (docs/rulebook/acts.csv). Each gives the engine its data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import attachments
from coordination.forms.meetings import WHO_COMES, WHO_WAS_THERE, ParticipantsPart, PresencePart
from coordination.forms.rows import date_field
from coordination.forms.steps import StepForm
from coordination.models import Person, Stance, Urgency
from coordination.queries import choices
from workflows.machines.acts import amendment_label
from workflows.machines.base import Machine, StepInfo
from workflows.needs import NEEDS
from workflows.permissions import amendable
from workflows.registry import registry


class ActForm(forms.Form):
    """An act that asks for nothing, and the base of those that do.

    ``shows_record`` where the act decides on the record: its facts stand above the form.
    """

    shows_record: ClassVar[bool] = False
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


class AskExtensionForm(ActForm):
    """More time for a commitment: until when, and why."""

    shows_record = True
    until = date_field(_("New date asked for"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))

    def act_data(self) -> dict[str, Any]:
        given = super().act_data()
        return {**given, "until": given["until"].isoformat()}


class AnswerExtensionForm(ActForm):
    """The answer to the request for more time that was read; bound to it."""

    shows_record = True
    extension = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def build(self) -> None:
        asked = self.record.asked_extension  # type: ignore[attr-defined]
        self.initial["extension"] = asked.pk if asked else None


class RefuseExtensionForm(AnswerExtensionForm):
    """A refusal says why."""

    answer = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class KeepInsideForm(ActForm):
    """Why the outside bodies are not asked."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class DraftAnswerForm(ActForm):
    """What a consulted body's officer prepares and its head gives: until then the body alone reads it."""

    shows_record = True
    stance = forms.ChoiceField(
        label=_("Stance"), choices=Stance.choices, widget=forms.RadioSelect, required=False
    )
    content = forms.CharField(
        label=_("Opinion"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 8}), required=False
    )

    def build(self) -> None:
        opinion: Any = self.record
        self.initial.update(stance=opinion.stance, content=opinion.content)


class TwinForm(ActForm):
    """Another locality's file of the same matter, by its code; whether there is one is not looked up."""

    code = forms.CharField(
        label=_("Code of the other locality's file"),
        max_length=40,
        help_text=_(
            "As you know it from their papers, such as VM-BPC-2026-0001. Nothing is told to the other "
            "locality. The link shows on both files once each has been shared with the other's locality."
        ),
    )


class ForgetTwinForm(ActForm):
    """The code that is taken back."""

    code = forms.CharField(widget=forms.HiddenInput)


class AmendDossierForm(ActForm):
    """The content of a dossier that is not filed."""

    content = forms.CharField(label=_("Content"), widget=forms.Textarea(attrs={"rows": 16}))

    def build(self) -> None:
        self.initial["content"] = self.record.content  # type: ignore[attr-defined]


class AmendMeetingForm(StepForm):
    """What the amend table lets this person change in this state: agenda, people, minutes."""

    def __init__(
        self, record: Any, person: Person, *, at: datetime, data: Any = None, files: Any = None
    ) -> None:
        assert registry.roles is not None
        capacity, names = amendable(record, registry.roles.capacities(person, record, at))
        self.label = amendment_label(names)
        info = StepInfo("amend", "", (), (), "", (), False, ())
        super().__init__(record, info, person, at=at, data=data, files=files)
        for name in sorted(names):
            if name == "participants":
                side = record.sides.get(locality_id=capacity.locality_id if capacity else None)
                self.parts.append(ParticipantsPart(self, WHO_COMES, name, side=side))
            elif name == "present":
                self.parts.append(PresencePart(self, WHO_WAS_THERE, name))
            elif name != "points" or record.points.exists():
                self._take(NEEDS[name], name)
        for name in {"agenda", "attendance"} & set(self.fields):
            self.fields[name].required = False

    def act_data(self) -> dict[str, Any]:
        """What changed, in the shape of ``engine.amend``."""
        return self.step_data()

    def explain(self, problems: dict[str, Any]) -> None:
        """Show what the engine found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name, sentence)


FORMS: dict[tuple[str, str], Callable[..., Any]] = {
    ("commitment", "ask_extension"): AskExtensionForm,
    ("commitment", "grant_extension"): AnswerExtensionForm,
    ("commitment", "refuse_extension"): RefuseExtensionForm,
    ("meeting", "amend"): AmendMeetingForm,
    ("dossier", "amend"): AmendDossierForm,
    ("opinion", "amend"): DraftAnswerForm,
    ("issue", "keep_inside"): KeepInsideForm,
    ("issue", "name_twin"): TwinForm,
    ("issue", "forget_twin"): ForgetTwinForm,
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
