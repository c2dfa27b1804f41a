"""The list of issues, and the form that reports or amends one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from coordination.actions.issues import report_issue, reporting_seats, revise_issue
from coordination.directory import day_of
from coordination.filters import IssueFilter
from coordination.forms.issues import IssueEntry, is_turned_away
from coordination.models import Attachment, Issue, Locality, Person, Seat
from coordination.queries.issues import get_issue_for, issue_page, seen_issues
from workflows import permissions
from workflows.refusals import NotYours, Refusal, Stale
from workflows.registry import registry

KNOWN_PROJECTS = 200
# What carries a complete draft on, the head's own step first: they need not hand up to themselves.
ONWARD = ("submit", "hand_up")


@require_GET
@login_required
def issue_list(request: HttpRequest) -> HttpResponse:
    """The issues the reader may see, last moved first, filtered, page by page."""
    person, at = request.user, timezone.now()
    assert isinstance(person, Person)
    found = IssueFilter(request.GET, person=person, at=at)
    cursor = request.GET.get("cursor", "")
    page = issue_page(found.narrow, person=person, at=at, cursor=cursor, few=found.leaves_few)
    context = {
        "filter": found,
        "page": page,
        "next_cursor": page.next_cursor,
        "may_report": bool(reporting_seats(person, at)),
        "narrowed": any(value for name, value in request.GET.items() if name != "cursor"),
    }
    live = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "_rows.html" if live else "list.html"
    return render(request, f"coordination/issues/{template}", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def issue_new(request: HttpRequest) -> HttpResponseBase:
    """Report an issue: GET shows the form, POST keeps a draft of the unit (rulebook §2)."""
    person, at = request.user, timezone.now()
    assert isinstance(person, Person)
    if is_turned_away(request.POST):
        return _turned_away(request)
    seats = reporting_seats(person, at)
    if not seats:
        raise NotYours(text=_("Only an officer or the head of a reporting unit reports an issue."))
    seat = _seat_of(request, seats)
    # A reporting seat has a body, and that body a locality (``report_issue`` refuses any other).
    assert seat.organisation is not None
    assert seat.organisation.locality is not None
    entry = _entry(request, seat.organisation.locality, seats=seats)
    if request.method == "POST" and entry.is_valid(complete=_wants_onward(request)):
        issue = report_issue(by=person, seat=seat, at=at, data=entry.content(), files=entry.uploads)
        messages.success(request, _("The draft is saved. Only your unit can see it."))
        return _go_on(request, issue)
    return _form(request, entry, status=422 if entry.has_errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def issue_edit(request: HttpRequest, key: str) -> HttpResponseBase:
    """Amend a draft or a returned issue; what others changed meanwhile is shown, not overwritten."""
    person, at = request.user, timezone.now()
    assert isinstance(person, Person)
    if is_turned_away(request.POST):
        return _turned_away(request)
    issue = get_issue_for(person, key, at)
    _check_amendable(issue, person)
    entry = _entry(request, issue.home, issue=issue)
    if request.method == "POST" and entry.is_valid(complete=_wants_onward(request)):
        try:
            event = revise_issue(
                issue,
                by=person,
                at=at,
                data=entry.content(),
                files=entry.uploads,
                expected_version=_version(request),
            )
        except Stale as refusal:
            return _overtaken(request, entry, get_issue_for(person, key, at), refusal)
        if event or entry.uploads:
            messages.success(request, _("The change is saved."))
        else:
            messages.info(request, _("Nothing was changed."))
        return _go_on(request, get_issue_for(person, key, at))
    return _form(request, entry, issue=issue, status=422 if entry.has_errors else 200)


def _entry(request: HttpRequest, home: Locality, **kwargs: Any) -> IssueEntry:
    posted = request.method == "POST"
    return IssueEntry(
        home=home,
        localities=Locality.objects.at(day_of(timezone.now())),
        data=request.POST if posted else None,
        files=request.FILES if posted else None,
        **kwargs,
    )


def _seat_of(request: HttpRequest, seats: list[Seat]) -> Seat:
    chosen = request.POST.get("seat", "")
    return next((seat for seat in seats if str(seat.pk) == chosen), seats[0])


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() else None


def _wants_onward(request: HttpRequest) -> bool:
    return request.POST.get("then") == "onward"


def _go_on(request: HttpRequest, issue: Issue) -> HttpResponseBase:
    """To the step that carries the draft on where that was asked for, else to the record."""
    if _wants_onward(request):
        open_to_me = {step.info.name for step in permissions.open_steps(issue, request.user, timezone.now())}
        for step in ONWARD:
            if step in open_to_me:
                return redirect("step", "issues", issue.key, step)
    return redirect("issue", issue.key)


def _check_amendable(issue: Issue, person: Person) -> None:
    assert registry.roles is not None
    capacities = registry.roles.capacities(person, issue, timezone.now())
    _capacity, fields = permissions.amendable(issue, list(capacities))
    if fields != {"*"}:
        raise NotYours(
            "not_amendable",
            _("The content is amended by the reporting unit, while the record is with it."),
        )


def _turned_away(request: HttpRequest) -> HttpResponse:
    """The secrecy gate. Nothing of what was sent is kept, shown again or logged."""
    return render(request, "coordination/issues/secret.html", status=422)


def _overtaken(request: HttpRequest, entry: IssueEntry, stored: Issue, refusal: Refusal) -> HttpResponse:
    """Somebody saved first: keep what was typed, show what stands now beside it."""
    entry.form.add_error(None, refusal.sentence)
    typed = entry.form.cleaned_data
    now = [
        (entry.form.fields[name].label, getattr(stored, name))
        for name in ("title", "project", "amended_text", "tried", "proposal", "legal_bases")
        if getattr(stored, name) != typed.get(name)
    ]
    sides = [(str(side.locality), side.situation) for side in stored.sides.select_related("locality")]
    return _form(request, entry, issue=stored, status=409, stored=[*now, *sides])


def _form(
    request: HttpRequest,
    entry: IssueEntry,
    *,
    status: int,
    issue: Issue | None = None,
    stored: list[tuple[Any, str]] | None = None,
) -> HttpResponse:
    person, at = request.user, timezone.now()
    assert isinstance(person, Person)
    known = seen_issues(person, at).exclude(project="").order_by("project")
    context = {
        "entry": entry,
        "form": entry.form,
        "sides": entry.sides,
        "issue": issue,
        "stored": stored or [],
        "projects": known.values_list("project", flat=True).distinct()[:KNOWN_PROJECTS],
        "files": Attachment.objects.filter(machine="issue", record_id=issue.pk) if issue else [],
    }
    return render(request, "coordination/issues/form.html", context, status=status)
