"""Colours of the tokens that styles name, as on the light map: a program on a desk has no style sheet."""

from __future__ import annotations

COLOURS = {
    "accent": "#0A6B70",
    "att-1": "#9A4C1E",
    "att-2": "#CD7A40",
    "att-3": "#E9B588",
    "att-4": "#F6E3D0",
    "att-5": "#D0E3EC",
    "att-6": "#6BA6C8",
    "building": "#DAD8D3",
    "building-line": "#C6C3BC",
    "data": "#E5B13F",
    "green": "#D5E5CF",
    "ink-2": "#465461",
    "ink-3": "#5E6A76",
    "land": "#EEF0EF",
    "messy": "#C2482F",
    "nodata-fg": "#B9C0C6",
    "other": "#A48BD0",
    "panel": "#FFFFFF",
    "road": "#FFFFFF",
    "technology": "#1F5FA8",
    "und-bg": "#DCDFE2",
    "water": "#CFE0E8",
    "zone-line": "rgba(255,255,255,.9)",
}
"""By token, as ``dashboards/assets/tokens.css`` has it."""

UNKNOWN = "#5E6A76"
"""The colour of a token that is not here, such as one of a layer of somebody else's."""


def rgba(token: str) -> str:
    """A token's colour as QGIS writes it: red, green, blue and opacity, 0 to 255."""
    colour = COLOURS.get(token, UNKNOWN)
    if colour.startswith("#"):
        parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)] + [255]
    else:
        *rgb, opacity = colour.removeprefix("rgba(").rstrip(")").split(",")
        parts = [*map(int, rgb), round(float(opacity) * 255)]
    return ",".join(map(str, parts))
