"""The pages of the records, and their lists. Every record is reached through ``get_record_for``."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coordination.models import Person
from coordination.presentation import KINDS, stepper, title_for, urgency_label
from coordination.queries import lists
from coordination.queries.offered import PLURALS, pending_words
from coordination.queries.record_pages import CONTEXTS
from coordination.queries.records import get_record_for


def person_of(request: HttpRequest) -> Person:
    """Who is signed in; only behind ``login_required``."""
    assert isinstance(request.user, Person)
    return request.user


def page_context(person: Person, record: Any, level: str, at: Any) -> dict[str, Any]:
    """What the page of a record shows this person."""
    context = CONTEXTS[record.machine](record, person, level, at)
    context["title"] = title_for(record, person, at)
    context["kind"] = KINDS[record.machine]
    part = "shared" if record.machine == "issue" and not context["full"] else "body"
    context["template"] = f"coordination/{PLURALS[record.machine]}/_{part}.html"
    if record.machine == "issue":
        context["stages"] = stepper(record, context["state"])
        context["urgency"] = urgency_label(record)
    if context["pending"]:
        context["pending"] = pending_words(record, context["pending"])
    return context


def _record_page(request: HttpRequest, machine: str, key: str) -> HttpResponse:
    person, at = person_of(request), timezone.now()
    record, level = get_record_for(person, machine, key, at)
    context = page_context(person, record, level, at)
    return render(request, "coordination/records/base.html", context)


@login_required
@require_safe
def issue(request: HttpRequest, key: str) -> HttpResponse:
    """An issue: in full at home, its shared part elsewhere."""
    return _record_page(request, "issue", key)


@login_required
@require_safe
def meeting(request: HttpRequest, key: str) -> HttpResponse:
    """A meeting of localities."""
    return _record_page(request, "meeting", key)


@login_required
@require_safe
def dossier(request: HttpRequest, key: str) -> HttpResponse:
    """A dossier before a Council."""
    return _record_page(request, "dossier", key)


@login_required
@require_safe
def commitment(request: HttpRequest, key: str) -> HttpResponse:
    """A commitment after a conclusion."""
    return _record_page(request, "commitment", key)


@login_required
@require_safe
def opinion(request: HttpRequest, key: str) -> HttpResponse:
    """A request for an opinion, and the answer."""
    return _record_page(request, "opinion", key)


@login_required
@require_safe
def dossier_list(request: HttpRequest) -> HttpResponse:
    """The dossiers this person may see."""
    found = lists.dossiers_for(person_of(request), timezone.now(), request.GET.get("cursor", ""))
    return _list_page(request, "dossiers", found)


def _list_page(request: HttpRequest, plural: str, found: lists.RecordList) -> HttpResponse:
    context = {"rows": found.rows, "next_cursor": found.next_cursor}
    return render(request, f"coordination/{plural}/list.html", context)
