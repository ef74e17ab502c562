"""Elevation: height of the ground."""

from __future__ import annotations

from layers.schema import Meaning, Raster

elevation = Raster(
    id="elevation",
    title="Elevation",
    title_zh="高程",
    doc="Height of the ground above the sea, without buildings and trees where the source takes them off.",
    meaning=Meaning.VALUE,
    unit="m",
    minimum=-500,
    maximum=9000,
    ramp=("green", "land", "building", "lane"),
)
