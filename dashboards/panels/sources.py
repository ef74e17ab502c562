"""Source rows: which files the numbers of a zone come from, each leading to its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.figures import Figures
from dashboards.panels.bits import act, icon
from dashboards.server.tiles import drawn_layers
from dashboards.state import View
from dashboards.words import words
from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.published import ZONE_LAYER, Run, zone_sources
from twin.discover import discover
from twin.index import Index


def read_layers(goal: str) -> dict[str, Layer]:
    """Layers that a goal's index reads, zones first; all that can be drawn where the index is not known."""
    known, index = drawn_layers(), discover("twin.indices", Index).get(goal)
    names = [*index.layers, *index.optional_layers] if index else list(known)
    return {name: known[name] for name in dict.fromkeys([ZONE_LAYER, *names]) if name in known}


def reach_m(run: Run | None, goal: str) -> float:
    """How far around a zone rows may enter its value: the index's reach, or the longest distance of its run."""
    index = discover("twin.indices", Index).get(goal)
    noted = run.goals[goal].get("params", {}) if run and goal in run.goals else {}
    params = {**(index.params if index else {}), **noted}
    lengths = [v for name, v in params.items() if name.endswith("_m") and isinstance(v, int | float)]
    return max([index.reach_m if index else 0.0, *(lengths if index and index.networks else [])])


def source_block(connection: Connection, run: Run | None, goal: str, view: View) -> list[Component]:
    """One line a source with its number of rows; a click lists them."""
    say, figures = words(view.lang), Figures(words(view.lang))
    reach = reach_m(run, goal)
    found = {
        name: (layer, zone_sources(connection, layer, view.zone, reach)) for name, layer in read_layers(goal).items()
    }
    total = sum(row["rows"] for _, rows in found.values() for row in rows)
    where = say("sources.where_reach", reach=figures.length(reach)) if reach else say("sources.where")
    lines = [_line(layer, row, figures) for layer, rows in found.values() for row in rows]
    missing = [say.title(layer) for layer, rows in found.values() if not rows]
    absent = [html.P(f"{name}: {say('sources.none')}", className="small") for name in missing]
    heading = html.Div(
        [
            html.H3(say("sources.title"), className="heading"),
            html.Span(figures.count(total), className="small", title=say("sources.total", count=total, n=total)),
        ],
        className="spread",
    )
    return [heading, html.P(where, className="small"), html.Div(lines, className="sources"), *absent]


def _line(layer: Layer, row: Row, figures: Figures) -> Component:
    say = figures.words
    source = row["source_id"]
    name = _file(row) if source is not None else say("sources.edited")
    about = [] if source is None else _about(row, figures)
    return html.Button(
        [
            icon("rows"),
            html.Span(
                [html.Span(say.title(layer), className="label"), html.Span(name, className="file"), *about],
                className="what",
            ),
            html.Span(say("sources.rows", count=figures.count(row["rows"]), n=row["rows"]), className="count"),
        ],
        type="button",
        className="source-row",
        **act("drawer", f"rows:{layer.id}:{'' if source is None else source}"),
    )


def _about(row: Mapping[str, Any], figures: Figures) -> list[Component]:
    say = figures.words
    parts = [row["publisher"] or say("sources.no_publisher"), row["licence"] or say("sources.no_licence")]
    if row["observed_on"]:
        parts.append(say("sources.observed", date=figures.day(row["observed_on"])))
    return [html.Span(" · ".join(parts), className="about")]


def _file(row: Mapping[str, Any]) -> str:
    return f"{row['path']} · {row['sublayer']}" if row["sublayer"] else str(row["path"])
