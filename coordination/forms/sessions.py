"""The forms around a Regional Council: which one, in which session, what its Chairman concluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination.directory import day_of
from coordination.forms.needs import Part
from coordination.forms.rows import CommitmentRow, Rows, date_field
from coordination.models import CouncilSession, Dossier, Organisation
from coordination.queries import choices
from coordination.queries.councils import councils_for
from coordination.queries.sessions import companions_of, name_to_propose, offered_sessions

# What a step of the Council's office does to the issue behind the dossier, for who is about to take it.
WHAT_FOLLOWS: dict[tuple[str, str], Any] = {
    ("dossier", "return_dossier"): _(
        "the home locality supplements the dossier and files it again; the issue stays with the Council"
    ),
    ("dossier", "reject_dossier"): _(
        "this dossier ends, and the issue goes back to the home locality's focal point with your reason"
    ),
    ("dossier", "defer"): _(
        "the dossier leaves this agenda and waits for a later session; the issue stays with the Council"
    ),
    ("dossier", "record_conclusion"): _(
        "the issue goes on to be carried out, and the commitments are given at once"
    ),
    ("dossier", "refer"): _("the issue goes on to the competent authority that you name"),
    ("dossier", "withdraw_dossier"): _(
        "the Council deals with this dossier no longer, and the issue goes back to the focal point"
    ),
}


class CouncilPart(Part):
    """The Councils of which the home is a member, each with its members, for the leader to choose."""

    template = "_components/step_council.html"

    def build(self) -> None:
        self.offers = councils_for(self.form.record, self.form.day)
        only = self.offers[0].council.pk if len(self.offers) == 1 else None
        field = forms.TypedChoiceField(
            label=self.label,
            choices=[(offer.council.pk, str(offer.council)) for offer in self.offers],
            coerce=int,
            widget=forms.RadioSelect,
            initial=only,
        )
        self.add(self.need.name, field)

    def shown(self) -> list[tuple[Any, bool]]:
        """Each offer and whether it is chosen."""
        chosen = str(self.form[self.need.name].value() or "")
        return [(offer, str(offer.council.pk) == chosen) for offer in self.offers]


class SessionPart(Part):
    """A session that is planned, or a new one: its name, its day, its place."""

    def build(self) -> None:
        dossier = self.form.record
        by_document = "document" in self.form.info.needs
        # A paper tells what happened: its session may be past, though not before the filing.
        earliest = day_of(dossier.filed_at) if by_document and dossier.filed_at else self.form.day
        self.offered = offered_sessions(dossier.council_id, earliest)
        if self.offered:
            self.add(
                "session_existing",
                forms.TypedChoiceField(
                    label=_("Planned sessions"),
                    choices=[("", _("a new session, named below")), *_named(self.offered)],
                    coerce=int,
                    required=False,
                    empty_value=None,
                    initial=self.offered[0].pk,
                ),
            )
        needed = not self.offered
        name = forms.CharField(label=_("Name of the session"), max_length=200, required=needed)
        if needed:
            name.initial = name_to_propose(dossier.council_id)
        self.add("session_name", name)
        self.add("session_on", date_field(_("Date"), required=needed))
        self.add("session_place", forms.CharField(label=_("Place"), max_length=200, required=False))

    def clean(self) -> None:
        if not self.offered:
            return
        named = self.given("session_name")
        if self.given("session_existing"):
            if named:
                self.form.add_field_error(
                    "session_name", _("Choose a planned session or name a new one, not both.")
                )
        elif not named or not self.given("session_on"):
            self.complain(_("Choose a planned session, or name a new one and its day."))

    def value(self) -> dict[str, Any]:
        if self.given("session_existing"):
            return {"id": self.given("session_existing")}
        return {
            "name": self.given("session_name"),
            "on": self.given("session_on").isoformat(),
            "place": self.given("session_place"),
        }


@dataclass(frozen=True)
class Companion:
    """Another dossier of the session that the conclusion can settle as well."""

    dossier: Dossier
    box: forms.BoundField
    rows: Rows
    problems: list[Any]


class ConclusionPart(Part):
    """The conclusion by number, and the other dossiers of the session that it settles."""

    template = "_components/step_conclusion.html"

    def build(self) -> None:
        dossier = self.form.record
        self.by_document = "document" in self.form.info.needs
        self.recorded = list(dossier.session.conclusions.order_by("pk")) if dossier.session else []
        if self.recorded:
            words = [(row.pk, str(row)) for row in self.recorded]
            self.add(
                "conclusion_existing",
                forms.TypedChoiceField(
                    label=_("Notice of conclusion"),
                    choices=[("", _("a new one, given below")), *words],
                    coerce=int,
                    required=False,
                    empty_value=None,
                ),
            )
        number = forms.CharField(label=_("Number of the notice of conclusion"), max_length=60, required=False)
        number.help_text = _("Left blank, it is the number of the document.") if self.by_document else ""
        self.add("conclusion_number", number)
        self.add("conclusion_dated", date_field(_("Dated"), required=False))
        text = forms.Textarea(attrs={"rows": 6})
        self.add("conclusion_content", forms.CharField(label=_("Conclusion"), required=False, widget=text))
        self.companions = list(self._companions()) if self.form.info.name == "record_conclusion" else []

    def _companions(self) -> Any:
        dossier = self.form.record
        for other in companions_of(dossier, self.form.person, self.form.at, same_home=self.by_document):
            name = f"with_{other.ref}"
            label = f"{other.key} – {other.title}"
            self.form.fields[name] = forms.BooleanField(label=label, required=False)
            self.form.fields[f"{name}_version"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=other.version
            )
            places = choices.places_of([other.issue])
            rows = Rows(
                CommitmentRow,
                prefix=self.form.add_prefix(f"{name}_commitments"),
                data=self.form.data if self.form.is_bound else None,
                spare=1,
                row_options={
                    "places": [(place.pk, str(place)) for place in places],
                    "bodies": choices.bodies_by_place(places, self.form.day),
                    "unmet": choices.left_unmet([other.issue]),
                },
            )
            yield Companion(other, self.form[name], rows, [])

    def _taken(self) -> list[Companion]:
        return [one for one in self.companions if self.given(f"with_{one.dossier.ref}")]

    def clean(self) -> None:
        self._clean_paper()
        for one in self._taken():
            if not one.rows.is_valid():
                one.problems.append(_("Some rows are not complete."))
            elif not one.rows.any_given():
                one.problems.append(_("Give at least one commitment of this dossier."))
            self.problems += one.problems

    def _clean_paper(self) -> None:
        if self.given("conclusion_existing"):
            return
        for name in ("number", "dated", "content"):
            field = f"conclusion_{name}"
            needed = name == "content" or not self.by_document
            if needed and not self.given(field) and field not in self.form.errors:
                self.form.add_field_error(field, _("This is needed for a new conclusion."))
        dated = self.given("conclusion_dated")
        latest = self.given("document_dated") if self.by_document else self.form.day
        if dated and latest and dated > latest:
            self.form.add_field_error("conclusion_dated", _("A conclusion is not dated ahead."))

    def value(self) -> dict[str, Any]:
        along = [
            {
                "dossier": one.dossier.ref,
                "version": self.given(f"with_{one.dossier.ref}_version"),
                "commitments": one.rows.values(),
            }
            for one in self._taken()
        ]
        return {**self._paper(), **({"with": along} if along else {})}

    def _paper(self) -> dict[str, Any]:
        if self.given("conclusion_existing"):
            return {"id": self.given("conclusion_existing")}
        dated = self.given("conclusion_dated") or self.given("document_dated")
        return {
            "number": self.given("conclusion_number") or self.given("document_number"),
            "dated": dated.isoformat(),
            "content": self.given("conclusion_content"),
        }


class OfficeForm(forms.Form):
    """What the Council's office writes outside the steps."""

    def explain(self, problems: dict[str, Any]) -> None:
        """Show what was found wrong beside the fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


class SessionForm(OfficeForm):
    """A new session; the Council is asked only of who works for several."""

    council = forms.TypedChoiceField(label=_("Regional Council"), coerce=int)
    name = forms.CharField(label=_("Name of the session"), max_length=200)
    held_on = date_field(_("Date"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)

    def __init__(self, councils: list[Organisation], *, data: Any = None) -> None:
        super().__init__(data)
        self.councils = {council.pk: council for council in councils}
        if len(councils) == 1:
            del self.fields["council"]
            self.initial["name"] = name_to_propose(councils[0].pk)
        else:
            offered: Any = self.fields["council"]
            offered.choices = [(council.pk, str(council)) for council in councils]

    @property
    def chosen(self) -> Organisation:
        """The Council whose session it is; only after ``is_valid()``."""
        given = self.cleaned_data.get("council")
        return self.councils[given] if given else next(iter(self.councils.values()))


class MoveSessionForm(OfficeForm):
    """Another day or place; ``was`` is the day that the person has read."""

    was = forms.DateField(widget=forms.HiddenInput)
    held_on = date_field(_("New date"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)

    def __init__(self, session: CouncilSession, *, data: Any = None) -> None:
        super().__init__(data)
        self.initial = {
            "was": session.held_on.isoformat(),
            "held_on": session.held_on,
            "place": session.place,
        }


def _named(sessions: list[CouncilSession]) -> list[tuple[int, str]]:
    return [(row.pk, f"{row}, {row.place}" if row.place else str(row)) for row in sessions]
