"""The web server: one FastAPI app with Dash for pages, and routes for tiles, scores, zones and health."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import dash_mantine_components as dmc
from dash import Dash, dcc, html
from dash.development.base_component import Component
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from dashboards.callbacks import register
from dashboards.lenses.lens import lenses
from dashboards.pages.frame import pages
from dashboards.panels.bits import aria
from dashboards.server.causes import causes_router
from dashboards.server.edit import edit_router
from dashboards.server.errors import answer_errors
from dashboards.server.events import Events, events_router
from dashboards.server.evidence import evidence_router
from dashboards.server.guard import Guard
from dashboards.server.health import health_router
from dashboards.server.messiness import messiness_router
from dashboards.server.metrics import Measure, metrics_router
from dashboards.server.scores import scores_router
from dashboards.server.sign_in import sign_in_router
from dashboards.server.tiles import drawn_layers, tiles_router
from dashboards.server.zones import zones_router
from dashboards.tokens import mantine_theme
from twin.database.store import Store
from twin.settings import settings

logger = logging.getLogger(__name__)

ASSETS = Path(__file__).resolve().parent / "assets"
SMALLEST_GZIP = 800

ONLY_TO_EDIT = r"^leaflet-geoman\."
"""Files that the edit page fetches by itself; no other page needs them."""

ROUTERS = (
    tiles_router,
    scores_router,
    causes_router,
    messiness_router,
    evidence_router,
    zones_router,
    health_router,
    metrics_router,
    sign_in_router,
    edit_router,
)

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icons/favicon.svg">
{%css%}
<script>
(function () {
  var asked = new URLSearchParams(location.search);
  var own = asked.get("theme") || localStorage.getItem("twin-theme");
  var dark = own ? own === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  if (asked.get("lang") === "zh") document.documentElement.lang = "zh-CN";
})();
</script>
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""
"""The page that all else is put into; theme and language are set before anything is drawn."""


def make_app() -> FastAPI:
    """The server, with everything that it serves; the store is opened when it starts and closed when it stops."""
    # Found before Dash looks which component libraries there are; a file that is no page stops the start here.
    pages(), lenses(), drawn_layers()
    store = Store()
    events = Events(store)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.open()
        async with events.listening():
            yield
        store.close()

    server = FastAPI(title="City twin", lifespan=lifespan, docs_url=None, redoc_url=None)
    answer_errors(server)
    for router in ROUTERS:
        server.include_router(router(store))
    server.include_router(events_router(events))
    server.state.events = events
    app = _pages(server)
    register(app, store)
    # Dash looks for the scripts at the first request of "/" only; a page of another address would come without them.
    app._setup_server()  # type: ignore[no-untyped-call]
    server.add_middleware(GZipMiddleware, minimum_size=SMALLEST_GZIP)
    server.add_middleware(Guard, store=store, private=settings().asks_before_reading)
    server.add_middleware(Measure)
    return server


def _pages(server: FastAPI) -> Dash:
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]
        assets_folder=str(ASSETS),
        assets_ignore=ONLY_TO_EDIT,
        index_string=INDEX,
        title="City twin",
        update_title="",
        suppress_callback_exceptions=True,
        serve_locally=True,
        on_error=_log,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1, viewport-fit=cover"}],
    )
    # No callback streams yet; without this every page would try to open a WebSocket again and again.
    app.backend.websocket_capability = False
    app.layout = _layout()
    return app


def _log(error: Exception) -> None:
    # Dash answers 500 without a word of its own; the reason belongs into the log.
    logger.error("a callback failed", exc_info=error)
    raise error


def _layout() -> Component:
    root: Component = dmc.MantineProvider(
        [dcc.Location(id="url", refresh=False), html.Div(_skeleton(), id="page")],
        id="theme",
        theme=mantine_theme(),
    )
    return root


def _skeleton() -> Component:
    """The shape of the page while it is read; shown only when that takes longer than 300 ms."""
    bones = [html.Div(className=f"bone {name}") for name in ("wide", "middle", "narrow", "tall")]
    return html.Div(
        [html.Div(className="top"), html.Div(bones, className="left"), html.Div(className="stage")],
        className="skeleton",
        **aria(busy="true"),
    )
