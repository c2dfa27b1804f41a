"""``/metrics``: what this process counted and how the installation stands, in Prometheus' own format.

Each process answers for itself; what belongs to the whole installation is asked of the database and
the broker when it is wanted. Not for the world: a token, or an address that may read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from coordination.queries.standing import pool, standing_at, tasks

REFUSED = "Ask with “Authorization: Bearer …” and METRICS_TOKEN, or from an address in METRICS_ADDRESSES.\n"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as text; 403 with what to do for whoever may not read them."""
    if not may_read(request):
        return HttpResponse(REFUSED, status=403, content_type="text/plain; charset=utf-8")
    text = generate_latest(REGISTRY) + generate_latest(_installation)
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def may_read(request: HttpRequest) -> bool:
    """Whether the request carries the token, or comes from an allowed address."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and kind.lower() == "bearer":
        return constant_time_compare(given.strip(), settings.METRICS_TOKEN)
    try:
        asking = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(asking in ip_network(network) for network in settings.METRICS_ADDRESSES)


Families = Iterable[GaugeMetricFamily]


class Installation(Collector):
    """What no process knows by itself: asked part by part, so that one that is down hides no other."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        failed = GaugeMetricFamily(
            "lien_tinh_unanswered", "1 where this part did not answer the scrape.", labels=["part"]
        )
        for part, asked in PARTS.items():
            families = _asked(asked)
            failed.add_metric([part], families is None)
            yield from families or ()
        yield failed

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing: or else it would be asked when it is registered."""
        return ()


def _asked(part: Callable[[], Families]) -> Families | None:
    try:
        return list(part())
    except Exception:
        # Whoever reads ``lien_tinh_unanswered`` is told; /readyz says what is wrong with it.
        return None


def _database() -> Families:
    standing = standing_at(timezone.now())
    yield _family("outbox_messages", "Messages that have not left.", ["way", "status"], standing.messages)
    oldest = {(): standing.oldest_message}
    yield _family("outbox_oldest_seconds", "For how long the oldest due message waits.", [], oldest)
    workers = {(name,): age for name, age in standing.workers.items()}
    yield _family("worker_heartbeat_age_seconds", "Since a worker was heard of.", ["worker"], workers)
    alerts = {(code,): number for code, number in standing.alerts.items()}
    yield _family("alerts", "Alerts that nobody has closed.", ["code"], alerts)
    yield _family("records", "Records that still move.", ["machine", "state"], standing.records)


def _broker() -> Families:
    found = tasks()
    if found is not None:
        yield _family("tasks_waiting", "Tasks that no worker has taken.", [], {(): found.waiting})
        yield _family("tasks_handed_out", "Tasks that workers are at.", [], {(): found.handed_out})


def _pool() -> Families:
    figures = {(name,): figure for name, figure in pool().items()}
    yield _family("database_pool", "This process's connections, in psycopg's words.", ["figure"], figures)


def _family(name: str, says: str, labels: list[str], figures: Mapping[Any, float]) -> GaugeMetricFamily:
    """``figures`` are by the labels' values."""
    family = GaugeMetricFamily(f"lien_tinh_{name}", says, labels=labels)
    for key, figure in figures.items():
        family.add_metric(list(key), figure)
    return family


PARTS: dict[str, Callable[[], Families]] = {"database": _database, "broker": _broker, "pool": _pool}
_installation = CollectorRegistry()
_installation.register(Installation())
