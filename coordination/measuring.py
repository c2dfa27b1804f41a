"""What every answer of the site is measured by: which page, how long, what became of it, for whom.

A page is named by its address in ``urls.py``, never by the path that was asked for: a path holds
references, and the secret of a decision link.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from workflows import tracing
from workflows.doing import SECONDS

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
NO_PAGE = "none"
# Asked every few seconds by machines: counted, and no line for each.
_QUIET = frozenset({"healthz", "readyz", "metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

REQUESTS = Counter("lien_tinh_requests", "Answers by page and status.", ["page", "method", "status"])
REQUEST_SECONDS = Histogram(
    "lien_tinh_request_seconds", "A request, to its answer's head.", ["page"], buckets=SECONDS
)


@sync_and_async_middleware
def measured(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Give the request its id, or let it keep the proxy's, and measure its answer; the outermost one."""
    if iscoroutinefunction(get_response):

        async def over_asgi(request: HttpRequest) -> HttpResponseBase:
            known, began = _begin(request), time.perf_counter()
            return _answered(request, await get_response(request), known, began)

        return over_asgi

    def over_wsgi(request: HttpRequest) -> HttpResponseBase:
        known, began = _begin(request), time.perf_counter()
        return _answered(request, get_response(request), known, began)

    return over_wsgi


def _begin(request: HttpRequest) -> str:
    return tracing.begin(request.headers.get(HEADER, ""))


def _answered(request: HttpRequest, response: HttpResponseBase, known: str, began: float) -> HttpResponseBase:
    seconds = time.perf_counter() - began
    page = request.resolver_match.view_name if request.resolver_match else NO_PAGE
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(page, method, response.status_code).inc()
    REQUEST_SECONDS.labels(page).observe(seconds)
    response.headers[HEADER] = known
    if page not in _QUIET:
        about = {"page": page, "status": response.status_code, "ms": round(seconds * 1000, 1)}
        log.info("%s %s %s", method, page, response.status_code, extra=about)
    return response


def within(histogram: Histogram, share: float) -> float | None:
    """In how many seconds so much of everything (0..1) was done since this process began.

    It is the bucket's upper end, so the true one is smaller; infinite beyond the last, None where
    nothing was done.
    """
    counted: dict[float, float] = {}
    for sample in _samples(histogram, "_bucket"):
        end = float(sample.labels["le"])
        counted[end] = counted.get(end, 0) + sample.value
    most = max(counted.values(), default=0)
    return next((end for end in sorted(counted) if counted[end] >= most * share), None) if most else None


def totals(metric: Counter | Gauge, *labels: str) -> dict[tuple[str, ...], int]:
    """What a counter or gauge of this process holds, summed by these labels."""
    found: dict[tuple[str, ...], int] = {}
    for sample in _samples(metric, "_total" if isinstance(metric, Counter) else ""):
        key = tuple(sample.labels[label] for label in labels)
        found[key] = found.get(key, 0) + int(sample.value)
    return found


def _samples(metric: MetricWrapperBase, ending: str) -> list[Any]:
    return [one for family in metric.collect() for one in family.samples if one.name.endswith(ending)]
