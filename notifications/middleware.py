"""What is done around every page: the headers of the decision links, the counts of the bell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from notifications.inbox import counts

_PREFIX = "/d/"


class DecisionHeadersMiddleware(MiddlewareMixin):
    """Nothing under ``/d/`` is kept, indexed, framed, or told to the next site (decision-links.md §3).

    Here and not in the views, so that refused methods, failed tokens and error pages have it, too.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(_PREFIX):
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            response.headers["X-Frame-Options"] = "DENY"
        return response


class CountsFirstMiddleware(MiddlewareMixin):
    """What the bell says is read before the page is: what comes in between is brought once more.

    Read after it, a notice could be behind the page's cursor and yet not on the page.
    """

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        wants_page = "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers
        if request.method == "GET" and wants_page and request.user.is_authenticated:
            request.counts = counts(request.user)  # type: ignore[attr-defined]
