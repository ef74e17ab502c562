"""``/metrics``: how the server does, for Prometheus.

Labels are routes, statuses, zooms and the like: a bounded few, and nothing about persons. Counted by this process:
where several serve one city, each is asked, and Prometheus adds up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twin.database.observed import Observed, observe
from twin.database.store import Store
from twin.errors import TwinError

COUNTED = CollectorRegistry()
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Histogram(
    "twin_request_seconds", "Time to answer a request.", ("route", "status"), registry=COUNTED, buckets=SECONDS
)
TILES = Counter("twin_tiles", "Tiles answered, by where they came from.", ("zoom", "way"), registry=COUNTED)
TILE_SECONDS = Histogram(
    "twin_tile_making_seconds", "Time to make a tile.", ("zoom",), registry=COUNTED, buckets=SECONDS
)
UNMATCHED = "unmatched"


class Measure:
    """ASGI middleware that times requests by the template of their route."""

    def __init__(self, app: ASGIApp) -> None:
        """Around an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = str(getattr(scope.get("route"), "path", UNMATCHED))
            REQUESTS.labels(route=route, status=str(status)).observe(time.perf_counter() - started)


class StoreCollector(Collector):
    """What the store says when it is asked, and how its connections are used."""

    def __init__(self, store: Store) -> None:
        """Of one store."""
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Gauges of the moment; without those of the store where it does not answer."""
        pools = GaugeMetricFamily("twin_pool", "Connections to the store.", labels=("pool", "what"))
        for pool, stats in self._store.use().items():
            for what in ("pool_size", "pool_available", "requests_waiting"):
                pools.add_metric((pool, what.removeprefix("pool_")), stats.get(what, 0))
        yield pools
        try:
            with self._store.read() as connection:
                seen = observe(connection)
        except TwinError:
            yield GaugeMetricFamily("twin_store_up", "Whether the store answers.", value=0)
            return
        yield GaugeMetricFamily("twin_store_up", "Whether the store answers.", value=1)
        yield from _gauges(seen)


def _gauges(seen: Observed) -> Iterator[Metric]:
    if seen.newest_run is not None:
        age = (datetime.now(UTC) - seen.newest_run).total_seconds()
        yield GaugeMetricFamily("twin_newest_run_age_seconds", "Since the newest finished run ended.", value=age)
    yield GaugeMetricFamily("twin_dirty_zones", "Zones that wait to be computed again.", value=seen.dirty_zones)
    yield GaugeMetricFamily("twin_kept_tile_bytes", "Tiles that the store keeps.", value=seen.kept_tile_bytes)
    jobs = GaugeMetricFamily("twin_jobs", "Jobs of the queue, by state.", labels=("state",))
    for state, count in seen.jobs.items():
        jobs.add_metric((state,), count)
    yield jobs


def metrics_router(store: Store) -> APIRouter:
    """The route of the metrics."""
    router = APIRouter()
    asked = CollectorRegistry()
    asked.register(StoreCollector(store))

    @router.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """In Prometheus' text format; 200 also where the store is away, which ``twin_store_up`` says."""
        content = generate_latest(COUNTED) + generate_latest(asked)
        return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return router
