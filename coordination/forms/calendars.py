"""The forms that change a working calendar by a decision: each gives the edit it stands for."""

from __future__ import annotations

from datetime import date

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

from coordination.forms.previews import PreviewedForm
from coordination.forms.rows import BLANK, date_field
from coordination.queries.calendars import days_to_take_back
from workflows.calendar import CalendarError, OfficeHours, WorkingCalendar
from workflows.calendar_edits import CalendarEdit, day_off, make_up_day, office_week, ordinary_day, swap
from workflows.deadlines import WEEKDAY_NAMES
from workflows.models import Calendar
from workflows.refusals import Incomplete

SESSIONS = ("morning_from", "morning_to", "afternoon_from", "afternoon_to")


class CalendarForm(PreviewedForm):
    """One change of one calendar."""

    title: str | Promise
    text: str | Promise

    def __init__(
        self,
        calendar: Calendar,
        *,
        working: WorkingCalendar,
        version: int,
        today: date,
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(version=version, data=data)
        self.calendar, self.working, self.today = calendar, working, today
        self.build()

    def build(self) -> None:
        """Fill in what depends on the calendar."""

    def edit(self) -> CalendarEdit:
        """What is to be changed; raises ``Incomplete``. Only after ``is_valid()``."""
        return CalendarEdit()


class DayOffForm(CalendarForm):
    """A working day becomes a day off."""

    title = gettext_lazy("Add a day off")
    text = gettext_lazy("A working day on which the offices will be shut.")
    day = date_field(gettext_lazy("Day off"))
    name = forms.CharField(label=gettext_lazy("Name of the day"), max_length=120)
    field_order = ("day", "name")

    def edit(self) -> CalendarEdit:
        given = self.cleaned_data
        return day_off(self.working, given["day"], given["name"], today=self.today)


class MakeUpForm(CalendarForm):
    """A rest day is worked."""

    title = gettext_lazy("Add a make-up day")
    text = gettext_lazy("A weekly rest day on which the offices will work.")
    day = date_field(gettext_lazy("Make-up day"))
    name = forms.CharField(label=gettext_lazy("Name of the day"), max_length=120)
    field_order = ("day", "name")

    def edit(self) -> CalendarEdit:
        given = self.cleaned_data
        return make_up_day(self.working, given["day"], given["name"], today=self.today)


class SwapForm(CalendarForm):
    """A working day off, and a rest day worked for it."""

    title = gettext_lazy("Swap two days")
    text = gettext_lazy("A working day becomes a day off, and a rest day is worked for it.")
    off = date_field(gettext_lazy("Day off"))
    worked = date_field(gettext_lazy("Made up on"))
    field_order = ("off", "worked")

    def edit(self) -> CalendarEdit:
        off, worked = self.cleaned_data["off"], self.cleaned_data["worked"]
        # The names are kept as they stand: they are data, in the language of the offices.
        with override(settings.LANGUAGE_CODE):
            off_name = gettext("Swapped day off, made up on %(day)s") % {"day": _short(worked)}
            worked_name = gettext("Made up for %(day)s") % {"day": _short(off)}
        return swap(self.working, off, worked, off_name=off_name, worked_name=worked_name, today=self.today)


class OrdinaryForm(CalendarForm):
    """What is written down for a day is taken back."""

    title = gettext_lazy("Take a day back")
    text = gettext_lazy("A day that was announced and will be an ordinary day of the week after all.")
    day = forms.TypedChoiceField(label=gettext_lazy("Day"), coerce=date.fromisoformat)
    field_order = ("day",)

    def build(self) -> None:
        offered = days_to_take_back(self.calendar, self.today)
        self.fields["day"].choices = [*BLANK, *((row.day.isoformat(), str(row)) for row in offered)]  # type: ignore[attr-defined]

    def edit(self) -> CalendarEdit:
        return ordinary_day(self.working, self.cleaned_data["day"], today=self.today)


class WeekForm(CalendarForm):
    """Office hours and weekly rest."""

    title = gettext_lazy("Office hours and weekly rest")
    text = gettext_lazy("A period in days ends at the close of office; hỏa tốc counts in office hours.")
    morning_from = forms.TimeField(label=gettext_lazy("Morning from"))
    morning_to = forms.TimeField(label=gettext_lazy("Morning to"))
    afternoon_from = forms.TimeField(label=gettext_lazy("Afternoon from"))
    afternoon_to = forms.TimeField(label=gettext_lazy("Afternoon to"))
    weekly_rest = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekly rest"),
        coerce=int,
        required=False,
        choices=list(enumerate(WEEKDAY_NAMES)),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = (*SESSIONS, "weekly_rest")

    def build(self) -> None:
        for name in SESSIONS:
            self.fields[name].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            self.initial[name] = getattr(self.calendar, name)
        self.initial["weekly_rest"] = sorted(self.working.weekly_rest)

    def edit(self) -> CalendarEdit:
        given = self.cleaned_data
        try:
            hours = OfficeHours(
                (
                    (given["morning_from"], given["morning_to"]),
                    (given["afternoon_from"], given["afternoon_to"]),
                )
            )
        except CalendarError as error:
            raise Incomplete({"afternoon_to": gettext("The four times come one after the other.")}) from error
        return office_week(self.working, hours, frozenset(given["weekly_rest"]))


class OwnCalendarForm(PreviewedForm):
    """A locality gets a calendar of its own."""

    locality = forms.ChoiceField(label=gettext_lazy("Locality"))
    field_order = ("locality",)

    def __init__(self, places: list[tuple[str, str]], *, data: QueryDict | None = None) -> None:
        super().__init__(version=0, data=data)
        self.fields["locality"].choices = [*BLANK, *places]  # type: ignore[attr-defined]


def _short(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


FORMS: dict[str, type[CalendarForm]] = {
    "swap": SwapForm,
    "day-off": DayOffForm,
    "make-up": MakeUpForm,
    "ordinary": OrdinaryForm,
    "week": WeekForm,
}
