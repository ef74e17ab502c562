"""Maps of messiness beside the buildings that it was measured on: SVG, made PNG by the browser of the tests."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from playwright.sync_api import sync_playwright

from twin.batch import Batch, Features
from twin.networks.ways import Ways
from twin.spatial.street_access import street_access

STEPS = (
    (0.05, "#f4f1e6"),
    (0.10, "#f3dfb5"),
    (0.20, "#eebd7c"),
    (0.35, "#de8850"),
    (0.50, "#c1502f"),
    (1.01, "#7d1f1d"),
)
"""Colours of messiness, each up to a value."""
BEHIND, FAR, NARROW, FRONT = "#b5302a", "#6d3fa0", "#e0a11b", "#8d949b"
WALKS, LANES, ROADS = "#3b8f5a", "#2f6fb3", "#3c4248"
GAP, HEAD, LINE = 14, 30, 22
HALO = 'paint-order="stroke" stroke="#ffffff" stroke-width="0.22em" stroke-linejoin="round"'

Box = tuple[float, float, float, float]
"""Left, low, right, high, in metres."""


@dataclass(frozen=True)
class Panel:
    """A drawing with its title: ``box`` (left, low, right, high) in metres, ``shapes`` SVG in these metres."""

    title: str
    box: Box
    shapes: Sequence[str]


def path(geometry: Any, style: str) -> str:
    """One SVG path of many shapes, to a decimetre."""
    parts = shapely.get_parts(geometry)
    rings = shapely.get_rings(parts) if len(parts) and shapely.get_dimensions(parts[0]) == 2 else parts
    xy, at = shapely.get_coordinates(rings, return_index=True)
    starts = np.flatnonzero(np.append(True, at[1:] != at[:-1])) if len(xy) else []
    told = [f"{x:.1f} {-y:.1f}" for x, y in xy.tolist()]
    lines = ["M" + "L".join(each) for each in np.split(np.array(told, dtype=object), starts[1:])] if len(xy) else []
    return f'<path d="{"".join(lines)}" {style}/>'


def messiness_shapes(zones: Features, values: np.ndarray, box: Box, *, labels: bool = False) -> list[str]:
    """Zones in the colours of their messiness, hatched where it is not measured; ``labels`` write the value."""
    border = 'stroke="#6b6f75" stroke-width="0.6" vector-effect="non-scaling-stroke"'
    found = [path(zones.geometry[np.isnan(values)], f'fill="url(#none)" {border}')]
    step = np.digitize(values, [top for top, _ in STEPS])
    for at, (_, colour) in enumerate(STEPS):
        found.append(path(zones.geometry[(step == at) & np.isfinite(values)], f'fill="{colour}" {border}'))
    return found + (value_labels(zones, values, box) if labels else [])


def value_labels(zones: Features, values: np.ndarray, box: Box, *, outlines: bool = False) -> list[str]:
    """The value of each zone at the middle of what the box shows of it; ``outlines`` draw its border too."""
    seen = shapely.intersection(zones.geometry, shapely.box(*box))
    size = (box[2] - box[0]) / 30
    found = []
    for shape, value in zip(seen, values, strict=True):
        if shape.area < 6 * size**2:
            continue
        place = shapely.point_on_surface(shape)
        said = f"{value:.2f}" if np.isfinite(value) else "–"
        found.append(f'<text x="{place.x:.0f}" y="{-place.y:.0f}" font-size="{size:.0f}" {HALO}>{said}</text>')
    border = 'fill="none" stroke="#22262a" stroke-width="1" stroke-dasharray="4 3" vector-effect="non-scaling-stroke"'
    return [*([path(zones.geometry, border)] if outlines else []), *found]


def plain_shapes(batch: Batch) -> list[str]:
    """All buildings and the streets that a vehicle can use, without a word on messiness."""
    ways: Ways = batch.networks["ways"]
    return [
        path(
            ways.lines[ways.usable],
            'fill="none" stroke="#b9bec4" stroke-width="0.5" vector-effect="non-scaling-stroke"',
        ),
        path(batch.layer("building").geometry, 'fill="#3c4248"'),
    ]


def access_shapes(batch: Batch, box: Box) -> list[str]:
    """Buildings by what stands in their way, and ways by who can use them, inside a box."""
    ways: Ways = batch.networks["ways"]
    access, around = street_access(batch), shapely.box(*box)
    near = shapely.intersects(batch.layer("building").geometry, around)
    kind = np.select([access.depth > 0, access.usable_m > 45, access.width_m < 3.5], [BEHIND, FAR, NARROW], FRONT)
    lines = shapely.intersects(ways.lines, around)
    drawn = []
    for chosen, colour, width in (
        (~ways.service, WALKS, 1.0),
        (ways.service & ~ways.usable, LANES, 2.2),
        (ways.usable, ROADS, 3.2),
    ):
        drawn.append(path(ways.lines[lines & chosen], f'fill="none" stroke="{colour}" stroke-width="{width}"'))
    footprints = batch.layer("building").geometry
    drawn += [path(footprints[near & (kind == colour)], f'fill="{colour}"') for colour in (FRONT, NARROW, FAR, BEHIND)]
    return drawn


ACCESS_LEGEND = (
    (FRONT, "on a usable street"),
    (NARROW, "on a narrow way"),
    (FAR, "over 45 m from a usable street"),
    (BEHIND, "behind another building"),
    (ROADS, "usable street"),
    (LANES, "street under 3.5 m"),
    (WALKS, "path, footway, steps"),
)
STEP_LEGEND = (*((colour, f"to {min(top, 1):.2f}") for top, colour in STEPS), ("url(#none)", "not measured"))


def picture(panels: Sequence[Panel], columns: int, width: int, legend: Sequence[tuple[str, str]], out: Path) -> None:
    """Draw panels in rows of some columns, ``width`` pixels each, with a legend below, into a PNG."""
    drawn, y, bottom = [], 0, 0
    for at, panel in enumerate(panels):
        y = bottom if at % columns == 0 else y
        left, low, right, high = panel.box
        height = round(width * (high - low) / (right - left))
        drawn.append(_drawn(panel, at, (at % columns) * (width + GAP), y, width, height))
        bottom = max(bottom, y + HEAD + height + GAP)
    total = columns * (width + GAP) - GAP
    keys, bottom = _legend((*legend, ("", "© OpenStreetMap contributors")), total, bottom)
    _photograph(f"{STYLE}{''.join(drawn)}{keys}", total, bottom, out)


def _drawn(panel: Panel, number: int, x: int, y: int, width: int, height: int) -> str:
    left, _, right, high = panel.box
    across = right - left
    # Hatches are measured in metres: each panel has one of its own scale.
    unit = across / 60
    hatch = (
        f'<pattern id="none{number}" width="{unit}" height="{unit}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="{unit}" height="{unit}" fill="#fff"/>'
        f'<rect width="{unit / 5}" height="{unit}" fill="#c9cdd2"/></pattern>'
    )
    shapes = "".join(panel.shapes).replace("url(#none)", f"url(#none{number})")
    return (
        f'<text x="{x}" y="{y + 20}" class="title">{panel.title}</text>'
        f'<svg x="{x}" y="{y + HEAD}" width="{width}" height="{height}" '
        f'viewBox="{left} {-high} {across} {across * height / width}"><defs>{hatch}</defs>'
        f'<rect x="{left}" y="{-high}" width="100%" height="100%" fill="#fbfbfa"/>{shapes}</svg>'
    )


def _legend(entries: Sequence[tuple[str, str]], total: int, top: int) -> tuple[str, int]:
    """Keys in lines of a width, and where they end."""
    drawn, x, y = [], 0, top + 4
    for colour, words in entries:
        wide = 42 + 7 * len(words)
        if x + wide > total:
            x, y = 0, y + LINE
        box = f'<rect x="{x}" y="{y}" width="20" height="13" fill="{colour}" stroke="#6b6f75" stroke-width="0.5"/>'
        drawn.append(f'{box if colour else ""}<text x="{x + 26}" y="{y + 11}" class="key">{words}</text>')
        x += wide
    return "".join(drawn), y + LINE


STYLE = """<style>text{font-family:sans-serif;fill:#22262a;text-anchor:middle}path{shape-rendering:crispEdges}
.title{font-size:14px;font-weight:600;text-anchor:start}.key{font-size:12px;text-anchor:start}</style>
<defs><pattern id="none" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="7" height="7" fill="#fff"/><rect width="2" height="7" fill="#c9cdd2"/></pattern></defs>"""


def _photograph(shapes: str, width: int, height: int, out: Path) -> None:
    page = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{shapes}</svg>'
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=shutil.which("chromium") or "chromium", args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": width + 16, "height": height + 16})
        tab.set_content(f"<body style='margin:8px;background:#fff'>{page}</body>")
        tab.screenshot(path=out)
        browser.close()
