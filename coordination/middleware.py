"""What every answer of the site goes through: its content policy, its language, its refusals."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme

from coordination.busy import busy_page
from workflows import tracing
from workflows.refusals import NotVisible, Refusal
from workflows.remembering import reading

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Tabler draws its arrows and ticks as data: images.
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    """Nothing from elsewhere and nothing inline runs in our pages."""

    def process_response(self, _request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"
        )
        return response


class PersonLocaleMiddleware(MiddlewareMixin):
    """The reader's language: the person's own, else the cookie of the switch, else Vietnamese.

    The browser's wish is not asked: an office's browser is often English where its reader is not.
    """

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(language_of(request))
        tracing.known_as(request.user.pk)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, _request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or "vi")
        return response


def language_of(request: HttpRequest) -> str:
    """One of ``settings.LANGUAGES``."""
    known = dict(settings.LANGUAGES)
    if request.user.is_authenticated and request.user.language in known:
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in known else settings.LANGUAGE_CODE


class ReadingMiddleware(MiddlewareMixin):
    """One page asks once whether the reference data changed (``workflows.remembering``)."""

    def process_request(self, request: HttpRequest) -> None:
        request.reading = reading()  # type: ignore[attr-defined]
        request.reading.__enter__()  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        request.reading.__exit__(None, None, None)  # type: ignore[attr-defined]
        return response


class RefusalMiddleware(MiddlewareMixin):
    """A refusal of the engine becomes a page that says why, and how to go on; so does a busy database."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotVisible):
            # The same page as for an address that does not exist: the answer tells nothing.
            return render(request, "404.html", status=exception.status)
        if isinstance(exception, Refusal):
            return refusal_page(request, exception)
        return busy_page(request, exception)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page for a refusal, with its own HTTP status."""
    context = {"refusal": refusal, "back": came_from(request)}
    return render(request, "refusal.html", context, status=refusal.status)


def came_from(request: HttpRequest) -> str:
    """The page of ours from which the person came, else ""."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return referer if ours else ""
