"""Numbers for Prometheus: the web's requests, how fast and how they ended; and how the hub stands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from payments_hub.services.gauges import Gauge

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several web processes keep their numbers together; `payments-hub web` sets it before the first import."""

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def count_request(app: Flask) -> Callable[[Response], Response]:
    """Make what runs after each request, with this app's own counters."""
    registry = CollectorRegistry()
    app.extensions["payments_hub_metrics"] = registry
    requests = Counter("hub_http_requests", "Requests answered.", ["endpoint", "method", "status"], registry=registry)
    seconds = Histogram(
        "hub_http_request_seconds", "Time to an answer.", ["endpoint"], buckets=_BUCKETS, registry=registry
    )
    app.before_request_funcs.setdefault(None, []).insert(0, _start)

    def count(answer: Response) -> Response:
        endpoint = request.endpoint or "none"
        requests.labels(endpoint, request.method, answer.status_code).inc()
        seconds.labels(endpoint).observe(perf_counter() - g.started)
        return answer

    return count


def exposed(app: Flask) -> bytes:
    """Write the numbers in Prometheus's text format: of all web processes where they share a folder."""
    registry = app.extensions["payments_hub_metrics"]
    if os.environ.get(SHARED_FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client leaves this one untyped
    return generate_latest(registry)


def written(gauges: Iterable[Gauge]) -> bytes:
    """Write how the hub stands in Prometheus's text format: read now, and the same from whichever process is asked."""
    registry = CollectorRegistry()
    registry.register(_Read(tuple(gauges)))
    return generate_latest(registry)


class _Read:
    """Gauges that were read, as the client library collects them; owned by one request."""

    def __init__(self, gauges: tuple[Gauge, ...]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Hand them out."""
        for gauge in self._gauges:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in gauge.samples:
                family.add_metric(labels, value)
            yield family


def _start() -> None:
    g.started = perf_counter()
