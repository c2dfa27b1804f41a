"""What the steps of a meeting ask for, as fields: times, who comes, who came, the minutes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.forms.lists import RowsPart
from coordination.forms.needs import LongTextPart, Part
from coordination.forms.rows import CameRow, ParticipantRow, PointRow, Rows, SlotRow
from coordination.models import Meeting, MeetingSide
from coordination.queries.agendas import draft_agenda, minutes_to_write
from coordination.queries.meetings import draft_attendance
from workflows.needs import Need

# What no step needs, but an amendment or an option may give.
WHO_COMES = Need("participants", "participants", _("Who comes from our side"))
WHO_WAS_THERE = Need("present", "presence", _("Who was present"))


class AgendaPart(LongTextPart):
    """The agenda: as it stands, else drafted from the open points of its issues."""

    def build(self) -> None:
        super().build()
        field = self.form.fields[self.need.name]
        field.initial = self.form.record.agenda or draft_agenda(self.form.record)
        field.widget.attrs["rows"] = 10
        field.help_text = _("Below each code stand its points, a line each: the minutes begin with them.")


class AttendancePart(LongTextPart):
    """Who attended, in words: drafted from who was named."""

    def build(self) -> None:
        super().build()
        self.form.fields[self.need.name].initial = self.form.record.attendance or draft_attendance(
            self.form.record
        )


class SlotPart(Part):
    """One of the proposed times; where a side has accepted one, only that one is left to accept."""

    def build(self) -> None:
        meeting: Meeting = self.form.record
        slots = [slot for slot in meeting.slots.filter(current=True) if meeting.may_still_be(slot)]
        field = forms.TypedChoiceField(
            label=self.label,
            choices=[(slot.pk, str(slot)) for slot in slots],
            coerce=int,
            widget=forms.RadioSelect,
            initial=slots[0].pk if len(slots) == 1 else None,
        )
        others = meeting.other_sides().exclude(answer="declined")
        if meeting.starts_at:
            field.help_text = _("Another side has accepted this time. If it does not suit, propose others.")
        elif self.form.info.name == "accept_counter" and others.count() > 1:
            field.help_text = _(
                "The other localities have not been asked about this time: they are told, and may ask for "
                "another. To ask them first, have the head send the invitation again with it."
            )
        self.add(self.need.name, field)


class SlotsPart(RowsPart):
    """Proposed times; a new invitation begins with those that the other side proposed."""

    add_label = _("Add a time")

    def _rows(self, prefix: str) -> Rows:
        meeting: Meeting = self.form.record
        countered = meeting.state == Meeting.State.COUNTERED and self.form.info.name == "invite"
        proposed = meeting.slots.filter(current=True, starts_at__gt=self.form.at) if countered else ()
        start = [
            {"starts_at": timezone.localtime(slot.starts_at).replace(tzinfo=None), "place": slot.place}
            for slot in proposed
        ]
        return Rows(SlotRow, prefix=prefix, data=self._data(), initial=start, spare=1 if start else 3)


class PointsPart(RowsPart):
    """The minutes point by point: as they stand, else the points of the agenda."""

    template = "_components/step_points.html"
    add_label = _("Add a point")

    def _rows(self, prefix: str) -> Rows:
        meeting: Meeting = self.form.record
        stood = [point.as_data() for point in meeting.points.select_related("issue")]
        issues = [(issue.ref, f"{issue.key} – {issue.title}") for issue in self.form.issues]
        return Rows(
            PointRow,
            prefix=prefix,
            data=self._data(),
            initial=stood or self._from_agenda(meeting),
            spare=1,
            row_options={"issues": issues, **self.form.commitment_choices()},
        )

    @staticmethod
    def _from_agenda(meeting: Meeting) -> list[dict[str, Any]]:
        points = minutes_to_write(meeting)
        return [{"issue": point.issue.ref if point.issue else "", "text": point.text} for point in points]


class ParticipantsPart(RowsPart):
    """Who comes from one side; nobody yet is an answer too."""

    add_label = _("Add a person")

    def __init__(self, form: Any, need: Any, word: str, *, side: MeetingSide) -> None:
        self.side = side
        super().__init__(form, need, word)

    def _rows(self, prefix: str) -> Rows:
        named = [row.as_data() for row in self.side.participants.all()]
        return Rows(ParticipantRow, prefix=prefix, data=self._data(), initial=named, spare=3)

    def clean(self) -> None:
        if not self.rows.is_valid():
            self.problems.append(_("Some rows are not complete."))


class PresencePart(Part):
    """Who of those named was there, and who came besides."""

    template = "coordination/meetings/_presence.html"

    def build(self) -> None:
        meeting: Meeting = self.form.record
        self.sides = list(
            meeting.sides.exclude(answer="declined")
            .select_related("locality")
            .prefetch_related("participants")
        )
        people = [(row.pk, row) for side in self.sides for row in side.participants.all()]
        if people:
            field = forms.TypedMultipleChoiceField(
                label=self.label,
                choices=[(pk, str(row)) for pk, row in people],
                coerce=int,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                # Whoever was announced is taken to have come until somebody says otherwise.
                initial=[pk for pk, row in people if row.present is not False],
            )
            self.add(self.need.name, field)
        self.came = Rows(
            CameRow,
            prefix=self.form.add_prefix("came"),
            data=self.form.data if self.form.is_bound else None,
            spare=2,
            row_options={"places": [(side.locality_id, str(side.locality)) for side in self.sides]},
        )

    @property
    def shown(self) -> list[tuple[str, list[tuple[int, str, bool]]]]:
        """The sides with their people, and whether each is ticked."""
        if not self.names:
            return []
        ticked = {str(value) for value in self.form[self.need.name].value() or ()}
        groups = []
        for side in self.sides:
            people = [(row.pk, str(row), str(row.pk) in ticked) for row in side.participants.all()]
            groups.append((str(side.locality), people))
        return [group for group in groups if group[1]]

    def clean(self) -> None:
        if not self.came.is_valid():
            self.problems.append(_("Some rows are not complete."))

    def value(self) -> dict[str, Any] | None:
        came = self.came.values()
        if not (self.names or came):
            return None
        return {"ids": self.given(self.need.name) or [], "came": came}
