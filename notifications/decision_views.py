"""The pages of decision links: open, prove who one is, read, decide (design: decision-links.md)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from notifications import decision_links, proof
from notifications.decision_pages import PageNotShown, cards, prefix_of, read_nonce
from notifications.messages import language_of, present_to
from notifications.models import DecisionLink, DecisionPart
from workflows.clocks import running_clock
from workflows.refusals import Incomplete, Refusal, WrongState
from workflows.registry import registry

COOKIE = "decision_link"
COOKIE_SECONDS = 10 * 60
_COOKIE_SALT = "decision link"


@require_safe
@sensitive_variables("secret")
def open_link(request: HttpRequest, selector: str, secret: str) -> HttpResponse:
    """Follow a link: the secret leaves the address at once, and nothing in the workflow changes.

    Any number of GETs and HEADs, by anybody, do no more than count. A wrong secret and an unknown
    selector get the same answer.
    """
    link = decision_links.prove(selector, secret)
    if link is None:
        return _unknown(request)
    if request.method == "GET":
        decision_links.count_opening(link, at=timezone.now())
    response = HttpResponseRedirect(reverse("decision", args=[selector]))
    response.status_code = 303
    _remember(response, selector)
    return _harden(response)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, selector: str) -> HttpResponse:
    """The page behind a link. Holding the link is never enough: only its own person sees and acts."""
    link = decision_links.find(selector)
    person: Any = request.user
    if link is None:
        return _unknown(request)
    if person.is_authenticated and person.pk == link.person_id:
        return _decide(request, link) if request.method == "POST" else _page(request, link)
    if not _holds(request, selector):
        return _unknown(request)
    if person.is_authenticated:
        return _harden(render(request, "notifications/decision_other.html", status=403))
    if request.method == "POST":
        return _harden(HttpResponseRedirect(_sign_in_address(selector)))
    return _before_identity(request, link)


def _decide(request: HttpRequest, link: DecisionLink) -> HttpResponse:
    """Take the step that was pressed, bound to what the page had shown."""
    now = timezone.now()
    step = request.POST.get("step", "")
    try:
        shown = read_nonce(request.POST.get("nonce", ""), link, _session_key(request))
    except PageNotShown as refusal:
        return _page(request, link, refusal=refusal)
    part = link.parts.get(pk=shown.part_id)
    form = _bound_form(request, link, part, step, now)
    if form is not None and not form.is_valid():
        return _page(request, link, status=422, bound={(part.pk, step): form})
    try:
        _check_by_link(part, step)
        proof.check(request, decision_links.record_of(part), at=now)
        decision_links.decide(
            part,
            step,
            by=request.user,
            at=now,
            shown=shown,
            data=form.step_data() if form is not None else {},
        )
    except Incomplete as refusal:
        if form is None:
            return _page(request, link, refusal=refusal)
        for need, sentence in refusal.problems.items():
            form.add_error(need, sentence)
        return _page(request, link, status=refusal.status, bound={(part.pk, step): form})
    except Refusal as refusal:
        part.refresh_from_db()
        if part.used_at is not None:
            # The same person pressed twice, or went back: they are told what they decided.
            return _to_page(link)
        bound = {(part.pk, step): form} if form is not None else None
        return _page(request, link, refusal=refusal, bound=bound)
    return _to_page(link)


def _check_by_link(part: DecisionPart, step: str) -> None:
    """Only steps that the rulebook marks "by link" are taken here."""
    record = decision_links.record_of(part)
    info = record.steps().get(step)
    if info is None or not info.by_link:
        raise WrongState("unknown_step", step=step, state=record.get_state_display())


def _bound_form(request: HttpRequest, link: DecisionLink, part: DecisionPart, step: str, now: Any) -> Any:
    """The step's form as it was sent; None where the step is not open any more (the engine says why)."""
    record = decision_links.record_of(part)
    found = [one for one in decision_links.steps_by_link(record, link.person, now) if one.info.name == step]
    if not found:
        return None
    assert registry.step_form is not None
    return registry.step_form(
        record,
        found[0].info,
        link.person,
        at=now,
        data=request.POST,
        files=request.FILES,
        prefix=prefix_of(part, step),
    )


def _page(
    request: HttpRequest,
    link: DecisionLink,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
    bound: dict[tuple[int, str], Any] | None = None,
) -> HttpResponse:
    """The page for the link's own person: to decide, or what became of it."""
    now = timezone.now()
    link.refresh_from_db()
    shown = cards(link, at=now, session_key=_session_key(request), bound=bound)
    context = {
        "link": link,
        "cards": shown,
        "old_proof": any(proof.is_old(request, card.record, at=now) for card in shown),
        "live": link.is_live(now),
        "refusal": refusal,
        "invalid": bool(bound) and refusal is None,
        "one": len(shown) == 1,
    }
    response = render(
        request, "notifications/decision.html", context, status=refusal.status if refusal else status
    )
    _remember(response, link.selector)
    return _harden(response)


def _before_identity(request: HttpRequest, link: DecisionLink) -> HttpResponse:
    """Code, kind and due date, and the way to sign in; nothing else."""
    now = timezone.now()
    files = []
    with override(language_of(link.person)):
        for part in link.parts.order_by("pk"):
            record = decision_links.record_of(part)
            present = present_to(link.person, record, now)
            if present is not None:
                clock = running_clock(record)
                files.append(
                    {
                        "code": present.code,
                        "kind": present.kind,
                        "due_at": clock.due_at if clock else None,
                    }
                )
        context = {"files": files, "sign_in": _sign_in_address(link.selector)}
        return _harden(render(request, "notifications/decision_sign_in.html", context))


def _unknown(request: HttpRequest) -> HttpResponse:
    """The one answer to a wrong secret, an unknown selector and a visit without either."""
    return _harden(render(request, "notifications/decision_unknown.html", status=404))


def _to_page(link: DecisionLink) -> HttpResponse:
    response = HttpResponseRedirect(reverse("decision", args=[link.selector]))
    response.status_code = 303
    return _harden(response)


def _sign_in_address(selector: str) -> str:
    back = urlencode({"next": reverse("decision", args=[selector])})
    return f"{resolve_url(settings.LOGIN_URL)}?{back}"


def _session_key(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _remember(response: HttpResponse, selector: str) -> None:
    """For ten minutes this browser may see the page of this one link, before or after signing in."""
    response.set_cookie(
        COOKIE,
        signing.dumps(selector, salt=_COOKIE_SALT),
        max_age=COOKIE_SECONDS,
        path=reverse("decision", args=[selector]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _holds(request: HttpRequest, selector: str) -> bool:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_COOKIE_SALT, max_age=COOKIE_SECONDS)
    except signing.BadSignature:
        return False
    return bool(said == selector)


def _harden(response: HttpResponse) -> HttpResponse:
    """Nothing of these pages is kept, indexed, framed, or told to the next site."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["X-Frame-Options"] = "DENY"
    return response
