"""The form of a step: built from what the step needs, whatever the step (``registry.step_form``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.forms.aggregation import IssuePart
from coordination.forms.files import FilesPart
from coordination.forms.lists import CommitmentsPart
from coordination.forms.meetings import (
    WHO_WAS_THERE,
    AgendaPart,
    AttendancePart,
    PointsPart,
    PresencePart,
    SlotPart,
    SlotsPart,
)
from coordination.forms.needs import (
    BodiesPart,
    DatePart,
    DigestPart,
    DocumentPart,
    DossierContentPart,
    LongTextPart,
    OpenMeetingPart,
    OpinionPart,
    Part,
    SelectPart,
    TextPart,
)
from coordination.forms.sessions import WHAT_FOLLOWS, ConclusionPart, CouncilPart, SessionPart
from coordination.forms.submissions import SubmissionPart
from coordination.models import Issue, Meeting, Person
from coordination.queries import choices
from coordination.queries.sharing import Sharing, about_to_share
from coordination.standing import standing_of
from workflows.machines.base import Machine, StepInfo
from workflows.needs import Need, need_for

PART_OF: dict[str, type[Part]] = {
    "text": TextPart,
    "long_text": LongTextPart,
    "date": DatePart,
    "choice": SelectPart,
    "seat": SelectPart,
    "organisation": SelectPart,
    "organisations": BodiesPart,
    "issue": IssuePart,
    "document": DocumentPart,
    "submission": SubmissionPart,
    "opinion": OpinionPart,
    "council": CouncilPart,
    "session": SessionPart,
    "conclusion": ConclusionPart,
    "agenda": AgendaPart,
    "attendance": AttendancePart,
    "slot": SlotPart,
    "slots": SlotsPart,
    "commitments": CommitmentsPart,
    "points": PointsPart,
    "digest": DigestPart,
}

# What a person may give with a step beyond its needs (``registry.options``).
OPTIONS: dict[tuple[str, str], tuple[tuple[Need, type[Part]], ...]] = {
    ("issue", "approve_bilateral"): ((Need("meeting", "choice", _("On the agenda of")), OpenMeetingPart),),
    ("dossier", "file"): ((Need("content", "long_text", _("Content")), DossierContentPart),),
    ("meeting", "record_held"): ((WHO_WAS_THERE, PresencePart),),
    ("commitment", "report"): ((Need("files", "files", _("Files that prove it")), FilesPart),),
}


class StepForm(forms.Form):
    """What one step needs, as fields; ``step_data()`` is what the engine gets.

    ``parts`` are the needs in the order of the step table, for the template; ``remarks`` are needs
    that take no value but that one should know (a countersignature follows), and what comes of the step.
    """

    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        record: Machine,
        info: StepInfo,
        person: Person,
        *,
        at: datetime,
        data: Any = None,
        files: Any = None,
        prefix: str = "",
    ) -> None:
        super().__init__(data, files, prefix=prefix or None)
        # Which machine it is, each part knows that is built for it.
        self.record: Any = record
        self.info, self.person = info, person
        self.at, self.day = at, timezone.localtime(at).date()
        self.initial["expected_version"] = record.version
        self.parts: list[Part] = []
        follows = WHAT_FOLLOWS.get((record.machine, info.name))
        self.remarks: list[Any] = [follows] if follows else []
        for word in info.needs:
            self._take(need_for(word), word)
        for need, part in OPTIONS.get((record.machine, info.name), ()):
            self.parts.append(part(self, need, need.name))

    def _take(self, need: Need, word: str) -> None:
        if need.kind == "countersign":
            self.remarks.append(need.label)
        elif not need.is_condition and not word.startswith("route:"):
            self.parts.append(PART_OF[need.kind](self, need, word))

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The issues this record is about."""
        return standing_of(self.record).issues

    @property
    def sharing(self) -> Sharing | None:
        """What the step is about to let others see, for the person to read before."""
        return about_to_share(self.record, self.info.name, person=self.person, at=self.at)

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in; else the step is one button."""
        return any(not isinstance(part, DigestPart) for part in self.parts)

    @property
    def has_upload(self) -> bool:
        """Whether the form carries a file, so that it must be sent as multipart."""
        return any(isinstance(part, DocumentPart | FilesPart) for part in self.parts)

    @property
    def uploads(self) -> list[UploadedFile]:
        """The files that go with the step."""
        return [file for part in self.parts if isinstance(part, FilesPart) for file in part.uploads]

    @property
    def document(self) -> DocumentPart | None:
        """The part that carries an outside paper, if any."""
        return next((part for part in self.parts if isinstance(part, DocumentPart)), None)

    def commitment_choices(self) -> dict[str, Any]:
        """Sides, bodies and unmet commitments that a commitment of this record may name."""
        places = choices.places_of(self.issues)
        if isinstance(self.record, Meeting):
            places += [
                side.locality
                for side in self.record.sides.select_related("locality")
                if side.locality not in places
            ]
        return {
            "places": [(place.pk, str(place)) for place in places],
            "bodies": choices.bodies_by_place(places, self.day),
            "unmet": choices.left_unmet(self.issues),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for part in self.parts:
            part.clean()
        return given

    def is_valid(self) -> bool:
        return super().is_valid() and not any(part.problems for part in self.parts)

    def step_data(self) -> dict[str, Any]:
        """What the engine gets, as JSON values; only after ``is_valid()``."""
        values = {part.need.name: part.value() for part in self.parts}
        return {name: value for name, value in values.items() if value not in (None, "")}

    @property
    def version_read(self) -> int | None:
        """The version of the record that the person had before them."""
        return self.cleaned_data.get("expected_version")

    def read_again(self, record: Machine) -> None:
        """Bind what was typed to the record as it stands now, for a person who was told so."""
        typed: Any = QueryDict(mutable=True)
        typed.update(self.data)
        typed[self.add_prefix("expected_version")] = str(record.version)
        for part in self.parts:
            for name, value in part.as_it_stands(record).items():
                typed[self.add_prefix(name)] = value
        self.data = typed

    def add_field_error(self, name: str, sentence: Any) -> None:
        """An error beside one field (``add_error`` takes names of needs as well)."""
        super().add_error(name, sentence)

    def add_error(self, field: str | None, error: Any) -> None:
        """Take names of fields, and of needs as ``Incomplete.problems`` has them."""
        part = next((part for part in self.parts if part.need.name == field), None)
        if part is not None:
            part.complain(error)
        else:
            super().add_error(field if field in self.fields else None, error)


def step_form(
    record: Machine,
    info: StepInfo,
    person: Person,
    *,
    at: datetime,
    data: Any = None,
    files: Any = None,
    prefix: str = "",
) -> StepForm:
    """The form of a step of a record for a person, bound where ``data`` is given."""
    return StepForm(record, info, person, at=at, data=data, files=files, prefix=prefix)
