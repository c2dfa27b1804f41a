"""One submission (tờ trình): its page, where its issues are decided one by one, and its draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coordination.actions.submissions import save_draft
from coordination.forms.decisions import Bound, issue_cards, prefix_of
from coordination.forms.steps import step_form
from coordination.forms.submissions import DraftForm
from coordination.models import Issue, Person, Submission
from coordination.queries.aggregation import focal_homes
from coordination.queries.drafts import can_be_drafted, drafts_of, goes_on_from, issues_named, offered_for
from coordination.queries.submissions import get_submission_for, last_saved, places_on
from coordination.queries.timelines import who_did
from coordination.views.records import person_of
from workflows import engine, permissions
from workflows.refusals import Forbidden, Incomplete, NotVisible, NotYours, Refusal, Stale
from workflows.registry import registry


@login_required
@require_http_methods(["GET", "POST"])
def submission(request: HttpRequest, key: str) -> HttpResponse:
    """The submission with its issues; POST takes one step on one of them and comes back here."""
    person, at = person_of(request), timezone.now()
    paper = get_submission_for(person, key, at)
    if request.method == "POST":
        return _decide(request, paper, person, at)
    return _page(request, paper, person, at)


def _decide(request: HttpRequest, paper: Submission, person: Person, at: datetime) -> HttpResponse:
    """Take the step that was pressed. What was typed stays on the page whenever it is refused."""
    named = request.POST.get("issue", "")
    issue = next((place.issue for place in places_on(paper) if place.issue.ref == named), None)
    if issue is None:
        raise NotVisible
    info = permissions.step_info(issue, request.POST.get("step", ""))
    form = step_form(issue, info, person, at=at, data=request.POST, prefix=prefix_of(issue, info.name))
    assert registry.roles is not None
    try:
        # Whoever may not take the step at all learns that, not what they typed wrong.
        permissions.check_step(issue, info.name, registry.roles.capacities(person, issue, at))
        if not form.is_valid():
            return _page(request, paper, person, at, Bound(issue.pk, form), status=Incomplete.status)
        engine.perform(
            issue, info.name, by=person, at=at, data=form.step_data(), expected_version=form.version_read
        )
    except Incomplete as refusal:
        for need, sentence in refusal.problems.items():
            form.add_error(need, sentence)
        return _page(request, paper, person, at, Bound(issue.pk, form), status=refusal.status)
    except Refusal as refusal:
        bound = Bound(issue.pk, form, refusal, form.version_read if form.is_valid() else None)
        form.read_again(Issue.objects.get(pk=issue.pk))
        return _page(request, paper, person, at, bound, status=refusal.status)
    messages.success(request, _("Done: %(step)s.") % {"step": f"{info.label}, {issue.key}"})
    return redirect(f"{reverse('submission', args=[paper.key])}#issue-{issue.ref}")


def _page(
    request: HttpRequest,
    paper: Submission,
    person: Person,
    at: datetime,
    bound: Bound | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    places = places_on(paper)
    is_draft = paper.state == Submission.State.DRAFTING
    saved = last_saved(paper) if is_draft else None
    context = {
        "paper": paper,
        "is_draft": is_draft,
        "cards": issue_cards(places, person, at, bound),
        "saved": saved,
        "saved_by": who_did(saved) if saved else "",
        "may_draft": is_draft and paper.home_id in focal_homes(person, at, ("officer",)),
        "goes_on_from": goes_on_from(paper) if is_draft else None,
        "live_refs": " ".join(place.issue.ref for place in places),
    }
    return render(request, "coordination/submissions/submission.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def draft_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft for the issues named in the address (``?issue=…&issue=…``)."""
    person, at = person_of(request), timezone.now()
    if not focal_homes(person, at, ("officer",)):
        raise NotYours(text=_("Only an officer of the focal point drafts a submission."))
    named = issues_named(person, request.GET.getlist("issue"), at)
    if not named:
        raise NotVisible
    chosen, elsewhere = can_be_drafted(named), drafts_of(named)
    if len(elsewhere) == 1 and request.method == "GET":
        added = urlencode([("issue", issue.key) for issue in chosen])
        return redirect(f"{reverse('submission-edit', args=[elsewhere[0].key])}?{added}")
    offered = [*_typed_for(request, person, at), *offered_for(person, named)]
    form = DraftForm(draft=None, chosen=chosen, offered=offered, data=_posted(request))
    left_out = [issue for issue in named if issue not in chosen]
    return _draft(request, form, person, at, ref=engine.new_ref(), left_out=left_out)


@login_required
@require_http_methods(["GET", "POST"])
def draft_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Work on a draft; the address may name issues to add."""
    person, at = person_of(request), timezone.now()
    paper = get_submission_for(person, key, at)
    if paper.home_id not in focal_homes(person, at, ("officer",)):
        raise NotYours(text=_("Only an officer of the focal point drafts a submission."))
    if paper.state != Submission.State.DRAFTING and request.method == "GET":
        return redirect("submission", paper.key)
    if request.method == "POST" and request.POST.get("then") == "discard":
        return _discard(request, paper, person, at)
    standing = [item.issue for item in paper.drafted()]
    named = can_be_drafted(issues_named(person, request.GET.getlist("issue"), at))
    offered = [*_typed_for(request, person, at), *offered_for(person, standing or named)]
    form = DraftForm(draft=paper, chosen=named, offered=offered, data=_posted(request))
    return _draft(request, form, person, at, ref=paper.ref)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _typed_for(request: HttpRequest, person: Person, at: datetime) -> list[Issue]:
    """The issues that stood on the page which was sent, wherever they stand by now."""
    refs = [name.split("_")[1] for name in request.POST if name.startswith("with_")]
    return issues_named(person, refs, at)


def _draft(
    request: HttpRequest,
    form: DraftForm,
    person: Person,
    at: datetime,
    *,
    ref: str,
    left_out: list[Issue] | None = None,
) -> HttpResponse:
    """Show the draft's form, or save it. What was typed stays on the page whenever it is refused."""
    context: dict[str, Any] = {"left_out": left_out or []}
    if request.method == "GET":
        return _draft_page(request, form, context)
    if not form.is_valid():
        return _draft_page(request, form, context, status=Incomplete.status)
    try:
        save_draft(by=person, at=at, ref=ref, **form.draft_data())
    except Incomplete as refusal:
        form.explain(refusal.problems)
        return _draft_page(request, form, context, status=refusal.status)
    except Stale as refusal:
        return _overtaken(request, form, context, refusal)
    except Forbidden as refusal:
        form.add_error(None, refusal.sentence)
        return _draft_page(request, form, context, status=refusal.status)
    messages.success(request, _("The draft is saved. Nobody was asked to decide yet."))
    saved = Submission.objects.get(ref=ref)
    first = goes_on_from(saved)
    if request.POST.get("then") == "propose" and first is not None:
        return redirect("step", "issues", first.key, "propose")
    return redirect("submission", saved.key)


def _overtaken(
    request: HttpRequest, form: DraftForm, context: dict[str, Any], refusal: Stale
) -> HttpResponse:
    """Somebody saved first: keep what was typed, show what stands now beside it."""
    assert form.draft is not None
    stored = Submission.objects.get(pk=form.draft.pk)
    form.read_again(stored)
    gone = stored.state != Submission.State.DRAFTING
    context |= {"conflict": refusal, "stored": stored, "stored_places": stored.drafted(), "gone": gone}
    return _draft_page(request, form, context, status=refusal.status)


def _draft_page(
    request: HttpRequest, form: DraftForm, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context |= {"form": form, "paper": form.draft}
    return render(request, "coordination/submissions/draft.html", context, status=status)


def _discard(request: HttpRequest, paper: Submission, person: Person, at: datetime) -> HttpResponse:
    """Recall the draft: its issues stay in triage without it."""
    save_draft(
        by=person,
        at=at,
        ref=paper.ref,
        read=request.POST.get("read", ""),
        subject=paper.subject,
        content=paper.content,
        items=[],
    )
    messages.success(request, _("The draft is withdrawn. Its issues stay in triage."))
    return redirect("submission", paper.key)
