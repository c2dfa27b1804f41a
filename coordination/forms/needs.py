"""The fields of each need: what a person types, and the JSON value the engine gets from it.

One class per shape; ``PART_OF`` names the class of each need. A part adds its fields to the form of
the step, and afterwards reads its value out of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.forms.rows import (
    BLANK,
    date_field,
)
from coordination.models import Ground, Issue, Opinion, Route, Stance
from coordination.queries import choices
from coordination.queries.opinions import reads_drafts
from workflows import audit
from workflows.clocks import terms_for
from workflows.needs import Need
from workflows.policies import days_of

if TYPE_CHECKING:
    from coordination.forms.steps import StepForm
    from workflows.machines.base import Machine


class Part(ABC):
    """One need of a step as fields of its form."""

    template: ClassVar[str] = "_components/step_fields.html"

    def __init__(self, form: StepForm, need: Need, word: str) -> None:
        self.form, self.need, self.word = form, need, word
        self.names: list[str] = []
        self.problems: list[Any] = []
        self.build()

    @abstractmethod
    def build(self) -> None:
        """Add the fields."""

    def value(self) -> Any:
        """The JSON value for the engine; None where nothing is to be said."""
        return self.given(self.need.name)

    def add(self, name: str, field: forms.Field) -> None:
        """Add one field under its own name."""
        self.form.fields[name] = field
        self.names.append(name)

    def given(self, name: str) -> Any:
        """What was typed into a field; None where nothing was, or something wrong."""
        return self.form.cleaned_data.get(name)

    def clean(self) -> None:  # noqa: B027 - a part may leave it out
        """What one field alone cannot know."""

    def as_it_stands(self, record: Machine) -> dict[str, str]:
        """Hidden fields that say what was read: their values for the record as it stands now."""
        return {}

    @property
    def fields(self) -> list[forms.BoundField]:
        """The bound fields, for the template."""
        return [self.form[name] for name in self.names]

    @property
    def label(self) -> Any:
        """The need's own words."""
        return self.need.label

    @property
    def legend(self) -> Any:
        """A heading where the part has more than one field."""
        return self.need.label if len(self.names) > 1 else ""

    def complain(self, sentence: Any) -> None:
        """Show what the engine found wrong, beside the first field."""
        if self.names:
            self.form.add_field_error(self.names[0], sentence)
        else:
            self.problems.append(sentence)


class TextPart(Part):
    """One line."""

    def build(self) -> None:
        self.add(self.need.name, forms.CharField(label=self.label, max_length=200))


class LongTextPart(Part):
    """A few paragraphs."""

    def build(self) -> None:
        self.add(
            self.need.name,
            forms.CharField(label=self.label, max_length=50_000, widget=forms.Textarea(attrs={"rows": 4})),
        )


class DatePart(Part):
    """A day; the consultation's is proposed as far ahead as the locality's policy says (rulebook §4)."""

    def build(self) -> None:
        self.add(
            self.need.name,
            date_field(self.label, initial=self._start()),
        )

    def _start(self) -> date | None:
        if self.need.name != "due":
            return None
        terms = terms_for(self.form.record.home.mnemonic, self.form.at)
        return terms.calendar.add_working_days(self.form.day, days_of(terms.values, "opinion.requested"))

    def clean(self) -> None:
        given = self.given(self.need.name)
        if given and given <= self.form.day:
            self.complain(_("The day must lie ahead."))

    def value(self) -> str:
        return self.given(self.need.name).isoformat()


class SelectPart(Part):
    """One of a few: a seat, a body, a route, a ground."""

    def build(self) -> None:
        needed = " if " not in self.word
        number = self.need.kind in {"seat", "organisation"}
        field: forms.Field = forms.TypedChoiceField(
            label=self.label,
            choices=[*BLANK, *self._offered()],
            coerce=int if number else str,
            required=needed,
            empty_value=None,
            initial=self._start(),
        )
        if not needed:
            field.help_text = _("Only for the Regional Council or the competent authority.")
        self.add(self.need.name, field)

    def _offered(self) -> Sequence[Any]:
        record, day = self.form.record, self.form.day
        offers: dict[str, Callable[[], Sequence[Any]]] = {
            "route": lambda: Route.choices,
            "ground": lambda: Ground.choices,
            "accountable": lambda: choices.focal_officers(record.home, day),
            "decider": lambda: choices.committee_leaders(record.home, day),
            "lead": lambda: choices.bodies_by_place([record.locality], day),
        }
        return offers[self.need.name]()

    def _start(self) -> Any:
        if self.need.name == "accountable":
            own = set(self.form.person.seats.values_list("pk", flat=True))
            return next((pk for pk, _label in self._offered() if pk in own), None)
        item = self.form.record.open_item() if isinstance(self.form.record, Issue) else None
        if self.need.name in {"route", "ground"} and item:
            return getattr(item, self.need.name)
        return None

    def clean(self) -> None:
        if self.need.name != "ground" or " if " not in self.word:
            return
        if self.given("route") in {Route.COUNCIL, Route.CENTRAL} and not self.given("ground"):
            self.complain(_("Say why it has to go above the localities."))


class BodiesPart(Part):
    """Bodies to consult: boxes, grouped by locality."""

    template = "_components/step_bodies.html"

    def build(self) -> None:
        issue = self.form.record
        own = [issue.unit_id]
        self.groups = choices.bodies_by_place(choices.places_of([issue]), self.form.day, without=own)
        field = forms.TypedMultipleChoiceField(
            label=self.label,
            choices=self.groups,
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
        )
        self.add(self.need.name, field)

    def shown(self) -> list[tuple[str, list[tuple[int, str, bool]]]]:
        """Groups with their boxes and whether each is ticked."""
        ticked = {str(value) for value in self.form[self.need.name].value() or ()}
        return [
            (place, [(pk, label, str(pk) in ticked) for pk, label in bodies]) for place, bodies in self.groups
        ]


class OpinionPart(Part):
    """How the body stands to the position, and what it says: as its officer has drafted it.

    Where the home records the body's letter, the draft is not theirs to read.
    """

    def build(self) -> None:
        record, person = self.form.record, self.form.person
        moment = self.form.at
        drafted = isinstance(record, Opinion) and reads_drafts(record, person, moment)
        self.add(
            "opinion_stance",
            forms.ChoiceField(
                label=_("Stance"),
                choices=Stance.choices,
                widget=forms.RadioSelect,
                initial=record.stance if drafted else None,
            ),
        )
        self.add(
            "opinion_content",
            forms.CharField(
                label=_("Opinion"),
                widget=forms.Textarea(attrs={"rows": 6}),
                initial=record.content if drafted else None,
            ),
        )

    def value(self) -> dict[str, str]:
        return {"stance": self.given("opinion_stance"), "content": self.given("opinion_content")}


class DocumentPart(Part):
    """The paper of a body without an account: number, date, issuer, and its file."""

    def build(self) -> None:
        self.add("document_number", forms.CharField(label=_("Number"), max_length=60))
        self.add("document_dated", date_field(_("Dated")))
        self.add("document_issuer", forms.CharField(label=_("Issued by"), max_length=200))
        self.add("document_file", forms.FileField(label=_("File"), max_length=200))
        self.attachment: int | None = None

    def clean(self) -> None:
        dated = self.given("document_dated")
        if dated and dated > self.form.day:
            self.form.add_field_error("document_dated", _("A document is not dated ahead."))

    @property
    def upload(self) -> Any:
        """The file, before it is stored."""
        return self.given("document_file")

    def value(self) -> dict[str, Any]:
        return {
            "number": self.given("document_number"),
            "dated": self.given("document_dated").isoformat(),
            "issuer": self.given("document_issuer"),
            "attachment": self.attachment,
        }


class OpenMeetingPart(Part):
    """A new meeting, or the agenda of one of the same localities that is not held yet."""

    def build(self) -> None:
        meetings = choices.open_meetings(self.form.record)
        if meetings:
            named = [(meeting.ref, f"{meeting.key} – {meeting.title}") for meeting in meetings]
            self.add(
                self.need.name,
                forms.ChoiceField(
                    label=self.label,
                    choices=[("", _("a new meeting")), *named],
                    required=False,
                ),
            )


class DossierContentPart(LongTextPart):
    """The content of the dossier, for a last word before it is filed."""

    def build(self) -> None:
        super().build()
        self.form.fields[self.need.name].initial = self.form.record.content
        self.form.fields[self.need.name].widget.attrs["rows"] = 12


class DigestPart(Part):
    """The digest of what is on the page: confirming binds to exactly that."""

    def build(self) -> None:
        self.add(
            self.need.name,
            forms.CharField(widget=forms.HiddenInput, initial=audit.digest(self.form.record.material())),
        )

    def as_it_stands(self, record: Machine) -> dict[str, str]:
        return {self.need.name: audit.digest(record.material())}

    def complain(self, sentence: Any) -> None:
        self.form.add_error(None, sentence)
