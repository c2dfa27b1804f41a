"""The working calendars: for administrators, changed by a decision and previewed (rulebook §4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from coordination.actions.calendars import begin_own_calendar, change_calendar, latest_version
from coordination.actions.policies import administering_seat, basis_problems
from coordination.forms.calendars import FORMS, CalendarForm, OwnCalendarForm
from coordination.models import Locality
from coordination.queries.calendars import (
    SHORT_WEEKDAYS,
    calendar_of,
    calendars,
    changes_of,
    edit_words,
    entries_of,
    localities_without_own,
    moves_by_calendar,
    name_of,
    week_words,
    year_of,
)
from coordination.views.records import person_of
from workflows.clocks import load_calendar
from workflows.deadlines import WEEKDAY_NAMES
from workflows.models import Calendar
from workflows.refusals import Incomplete, Refusal, Stale

FIRST_YEAR, LAST_YEAR = 2000, 2100


@login_required
@require_http_methods(["GET", "POST"])
def calendar_list(request: HttpRequest) -> HttpResponseBase:
    """The calendars; POST gives a locality one of its own, a copy of the country's."""
    person, at = person_of(request), timezone.now()
    administering_seat(person, at)
    places = localities_without_own()
    offered = [(place.mnemonic, str(place)) for place in places]
    form = OwnCalendarForm(offered, data=request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = Incomplete.status
        if form.is_valid():
            locality = Locality.objects.get(mnemonic=form.cleaned_data["locality"])
            try:
                own, _change = begin_own_calendar(
                    locality, basis=form.cleaned_data["basis"], by=person, at=at
                )
                messages.success(request, _("%(place)s has a calendar of its own now.") % {"place": locality})
                return redirect("calendar", own.scope)
            except Incomplete as refusal:
                form.explain(refusal.problems)
    context = {"rows": calendars(), "form": form, "places": places}
    return render(request, "coordination/calendars/list.html", context, status=status)


@login_required
@require_safe
def calendar(request: HttpRequest, word: str) -> HttpResponse:
    """One calendar: a year month by month, what is written down, and every change."""
    at = timezone.localtime()
    administering_seat(person_of(request), at)
    row = calendar_of(word)
    year = _year(request, at.year)
    working = load_calendar(row.scope)
    hours, rest = week_words(working)
    context = {
        "calendar": row,
        "word": word,
        "name": name_of(row),
        "version": working.version,
        "year": year,
        "months": year_of(working, year, today=at.date()),
        "weekdays": list(zip(SHORT_WEEKDAYS, WEEKDAY_NAMES, strict=True)),
        "entries": entries_of(row, year),
        "hours": hours,
        "rest": rest,
        "changes": changes_of(row),
        "kinds": [(kind, form.title) for kind, form in FORMS.items()],
    }
    return render(request, "coordination/calendars/calendar.html", context)


def _year(request: HttpRequest, present: int) -> int:
    given = request.GET.get("year", "")
    return int(given) if given.isdecimal() and FIRST_YEAR <= int(given) <= LAST_YEAR else present


@login_required
@require_http_methods(["GET", "POST"])
def calendar_change(request: HttpRequest, word: str, kind: str) -> HttpResponseBase:
    """A change by a decision: what it moves is shown first, and saved is what was shown."""
    person, at = person_of(request), timezone.localtime()
    administering_seat(person, at)
    row = calendar_of(word)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](
        row,
        working=load_calendar(row.scope),
        version=latest_version(row),
        today=at.date(),
        data=request.POST if request.method == "POST" else None,
    )
    if request.method == "GET":
        return _page(request, row, word, form)
    if not form.is_valid():
        return _page(request, row, word, form, status=Incomplete.status)
    given = form.cleaned_data
    try:
        edit = form.edit()
        if request.POST.get("do") == "save" and form.was_previewed:
            change, moved = change_calendar(
                row,
                edit,
                basis=given["basis"],
                expected_version=given["expected_version"],
                by=person,
                at=at,
            )
            messages.success(
                request, _("The change is kept: version %(version)d.") % {"version": change.version}
            )
            messages.info(request, moved_words(moved))
            return redirect("calendar", word)
        problems = basis_problems(given["basis"])
        if problems:
            raise Incomplete(problems)
    except Incomplete as refusal:
        form.explain(refusal.problems)
        return _page(request, row, word, form, status=refusal.status)
    except Stale as refusal:
        form.overtaken(latest_version(row))
        return _page(request, row, word, form, status=refusal.status, refusal=refusal)
    form.previewed()
    preview = {
        "lines": edit_words(load_calendar(row.scope), edit),
        "moves": moves_by_calendar(row, edit, at=at),
    }
    return _page(request, row, word, form, preview=preview)


def moved_words(moved: int) -> str:
    """How many due dates moved at once."""
    return ngettext(
        "%(count)d open record got a new due date.", "%(count)d open records got a new due date.", moved
    ) % {"count": moved}


def _page(
    request: HttpRequest,
    row: Calendar,
    word: str,
    form: CalendarForm,
    *,
    status: int = 200,
    preview: dict[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context = {
        "name": name_of(row),
        "word": word,
        "form": form,
        "preview": preview,
        "refusal": refusal,
    }
    return render(request, "coordination/calendars/change.html", context, status=status)
