"""Land cover: what the ground is covered by."""

from __future__ import annotations

from layers.schema import Meaning, Raster

WORLD_COVER = {
    10: "tree cover",
    20: "shrubland",
    30: "grassland",
    40: "cropland",
    50: "built-up",
    60: "bare or sparse vegetation",
    70: "snow and ice",
    80: "permanent water",
    90: "herbaceous wetland",
    95: "mangroves",
    100: "moss and lichen",
}
"""Classes of ESA WorldCover (product user manual v2.0, table 2)."""

land_cover = Raster(
    id="land_cover",
    title="Land cover",
    title_zh="土地覆盖",
    doc=(
        "What the ground of each cell is covered by, in the classes of ESA WorldCover. Codes of another scheme are "
        "renamed by the recipe."
    ),
    meaning=Meaning.CLASS,
    choices=WORLD_COVER,
    ramp=("green", "green", "green", "green", "building", "land", "panel", "water", "water", "green", "green"),
)
