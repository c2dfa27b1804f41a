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
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from notifications.alerts import raise_alert
from notifications.links import decision_links, limits, proof, revoking
from notifications.links import trail as decision_trail
from notifications.links.limits import TooOften
from notifications.links.pages import PageNotShown, PageSentBefore, cards, prefix_of, read_nonce
from notifications.links.trail import record_of
from notifications.messages import language_of, present_to
from notifications.models import DecisionLink, DecisionPart
from workflows.clocks import running_clock
from workflows.refusals import Incomplete, NotYours, Refusal, WrongState
from workflows.registry import registry

COOKIE = "decision_link"
COOKIE_SECONDS = 10 * 60
_COOKIE_SALT = "decision link"

# Within ten minutes (limits.WINDOW_SECONDS). A mail scanner tries a handful of variants of one link; an
# office behind one address opens many links, and each right secret passes whatever was counted.
WRONG_OF_SELECTOR = 10
WRONG_OF_NETWORK = 60
# Nobody presses more often on one page, or on all of theirs: a submission carries some twenty issues.
MOST_PRESSES = 60
MOST_REPORTS = 10


class SentToAnother(NotYours):
    """Somebody else is signed in than the one whom the link was sent to."""

    code = "sent_to_another"
    text = _("This was sent to another officer. You are signed in as somebody else.")


@require_safe
@sensitive_variables("secret")
def open_link(request: HttpRequest, selector: str, secret: str) -> HttpResponse:
    """Follow a link: the secret leaves the address at once, and nothing in the workflow changes.

    Any number of GETs and HEADs, by anybody, do no more than count. A wrong secret and an unknown
    selector get the same answer, and lock nothing: the right one always opens.
    """
    link = decision_links.prove(selector, secret)
    if link is None:
        return _unknown(request, selector)
    if request.method == "GET":
        decision_links.count_opening(link, at=timezone.now())
    response = HttpResponseRedirect(reverse("decision", args=[selector]))
    response.status_code = 303
    _remember(response, selector)
    return response


@sensitive_post_parameters(*proof.FIELDS)
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
        return _other(request, link)
    if request.method == "POST":
        return HttpResponseRedirect(_sign_in_address(selector))
    return _before_identity(request, link)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, selector: str) -> HttpResponse:
    """“This is not for me”: for whoever holds the link, signed in or not. It ends this link, nothing else.

    The end of the file's code is asked for: a mail scanner that presses every button does not know
    it, and must not take the link away from its person.
    """
    link = decision_links.find(selector)
    person: Any = request.user
    own = person.is_authenticated and link is not None and person.pk == link.person_id
    if link is None or not (own or _holds(request, selector)):
        return _unknown(request)
    if request.method != "POST":
        return render(request, "notifications/decision_report.html", {"link": link})
    try:
        limits.check("reports of link", selector, MOST_REPORTS)
        limits.check("reports of network", limits.network_of(request), MOST_REPORTS)
    except TooOften as refusal:
        context = {"link": link, "problem": refusal.sentence}
        return render(request, "notifications/decision_report.html", context, status=refusal.status)
    said = request.POST.get("code_end", "").strip().casefold()
    if said not in {str(record_of(part).key)[-4:].casefold() for part in link.parts.all()}:
        context = {"link": link, "problem": _("That is not how the code of the file in the message ends.")}
        return render(request, "notifications/decision_report.html", context, status=422)
    revoking.report(link, by=person if person.is_authenticated else None, at=timezone.now())
    return render(request, "notifications/decision_reported.html", {"link": link})


def _other(request: HttpRequest, link: DecisionLink) -> HttpResponse:
    """Somebody else is signed in: told so, and nothing more; what they press is kept with their name."""
    if request.method == "POST":
        _keep(request, link, None, SentToAnother())
    return render(request, "notifications/decision_other.html", {"link": link}, status=SentToAnother.status)


def _decide(request: HttpRequest, link: DecisionLink) -> HttpResponse:
    """Take the step that was pressed, bound to what the page had shown."""
    now = timezone.now()
    step = request.POST.get("step", "")
    try:
        limits.check("decisions of person", str(link.person_id), MOST_PRESSES)
        limits.check("decisions by link", link.selector, MOST_PRESSES)
        nonce = read_nonce(request.POST.get("nonce", ""), link, _session_key(request))
    except TooOften as refusal:
        return _page(request, link, refusal=refusal)
    except PageNotShown as refusal:
        return _refuse(request, link, None, refusal)
    part = link.parts.get(pk=nonce.shown.part_id)
    form = _bound_form(request, link, part, step, now)
    bound = {(part.pk, step): form} if form is not None else None
    try:
        nonce.spend()
    except PageSentBefore as refusal:
        # The first press may be at work still: its outcome is the better answer.
        if decision_links.was_used(part):
            return _to_page(link)
        return _refuse(request, link, part, refusal, bound)
    if form is not None and not form.is_valid():
        return _page(request, link, status=422, bound=bound)
    try:
        _check_by_link(part, step)
        decision_links.decide(
            part,
            step,
            by=request.user,
            at=now,
            shown=nonce.shown,
            data=form.step_data() if form is not None else {},
            proof=proof.check(request, record_of(part), at=now),
        )
    except Incomplete as refusal:
        if form is None:
            return _page(request, link, refusal=refusal)
        for need, sentence in refusal.problems.items():
            form.add_error(need, sentence)
        return _page(request, link, status=refusal.status, bound=bound)
    except Refusal as refusal:
        part.refresh_from_db()
        if part.used_at is not None:
            # The same person pressed twice, or went back: they are told what they decided.
            return _to_page(link)
        return _refuse(request, link, part, refusal, bound)
    return _to_page(link)


def _refuse(
    request: HttpRequest,
    link: DecisionLink,
    part: DecisionPart | None,
    refusal: Refusal,
    bound: dict[tuple[int, str], Any] | None = None,
) -> HttpResponse:
    """Keep in the chain who was refused what and why, and show the page again."""
    _keep(request, link, part, refusal)
    return _page(request, link, refusal=refusal, bound=bound)


def _keep(request: HttpRequest, link: DecisionLink, part: DecisionPart | None, refusal: Refusal) -> None:
    step = request.POST.get("step", "")
    decision_trail.refused(link, part, by=request.user, step=step, refusal=refusal, at=timezone.now())


def _check_by_link(part: DecisionPart, step: str) -> None:
    """Only steps that the rulebook marks "by link" are taken here."""
    record = record_of(part)
    info = record.steps().get(step)
    if info is None or not info.by_link:
        raise WrongState("unknown_step", step=step, state=record.get_state_display())


def _bound_form(request: HttpRequest, link: DecisionLink, part: DecisionPart, step: str, now: Any) -> Any:
    """The step's form as it was sent; None where the step is not open any more (the engine says why)."""
    record = record_of(part)
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
    asked = proof.is_asked(request, [card.record for card in shown], at=now)
    context = {
        "link": link,
        "cards": shown,
        "proof_asked": asked,
        "ways": proof.ways(request.user) if asked else None,
        "asks": link.asks(now),
        "refusal": refusal,
        "invalid": bool(bound) and refusal is None,
        "one": len(shown) == 1,
    }
    response = render(
        request, "notifications/decision.html", context, status=refusal.status if refusal else status
    )
    _remember(response, link.selector)
    return response


def _before_identity(request: HttpRequest, link: DecisionLink) -> HttpResponse:
    """Code, kind and due date, and the way to sign in; nothing else. Of a reported link not even these."""
    if link.revoked_why == DecisionLink.Why.REPORTED:
        return render(request, "notifications/decision_reported.html", {"link": link})
    now = timezone.now()
    files = []
    with override(language_of(link.person)):
        for part in link.parts.order_by("pk"):
            record = record_of(part)
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
        context = {"link": link, "files": files, "sign_in": _sign_in_address(link.selector)}
        return render(request, "notifications/decision_sign_in.html", context)


def _unknown(request: HttpRequest, selector: str = "") -> HttpResponse:
    """The one answer to a wrong secret, an unknown selector and a visit without either."""
    too_often = _count_wrong(request, selector)
    # The page must not repeat its own address, as pages do: the secret in it may have been a right one.
    context = {"too_often": too_often, "return_to": reverse("my-work")}
    status = TooOften.status if too_often else 404
    return render(request, "notifications/decision_unknown.html", context, status=status)


def _count_wrong(request: HttpRequest, selector: str) -> bool:
    """Count it, alert where somebody seems to guess, and say whether the network has to wait.

    The same work whether the selector is known or not, so that the time tells nothing.
    """
    network, now = limits.network_of(request), timezone.now()
    counted = [(network, limits.count("wrong links of network", network), WRONG_OF_NETWORK)]
    if selector:
        counted.append((selector[:24], limits.count("wrong secrets of link", selector), WRONG_OF_SELECTOR))
    for about, times, many in counted:
        if times % many == 0:
            raise_alert("links_wrong_secret", about, {"times": times}, now)
    return counted[0][1] > WRONG_OF_NETWORK


def _to_page(link: DecisionLink) -> HttpResponse:
    response = HttpResponseRedirect(reverse("decision", args=[link.selector]))
    response.status_code = 303
    return response


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
