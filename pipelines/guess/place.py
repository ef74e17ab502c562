"""Where a city lies: the metric CRS for it, and the CRS of files that do not say theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyproj

from pipelines.guess.sample import Sample

FALLBACK = "EPSG:3857"
FIRST_GAUSS_KRUGER, FIRST_MERIDIAN = 4534, 75
CHINA = (73.0, 18.0, 135.0, 54.0)
NEAR = 0.5
"""How much of a box must lie in another's, grown by itself, for both to be of one city."""

Box = tuple[float, float, float, float]


def metric_crs(samples: Sequence[Sample]) -> str:
    """The metric CRS of a city: the one most of its files are in, else the zone that its degrees lie in."""
    found: Counter[str] = Counter()
    for sample in samples:
        code = sample.crs.to_epsg() if sample.crs is not None else None
        if code and sample.crs is not None and sample.crs.is_projected and _in_metres(sample.crs):
            found[f"EPSG:{code}"] += 1
    if found:
        return found.most_common(1)[0][0]
    boxes = [box for sample in samples if (box := degrees_of(sample)) is not None]
    return zone_of(boxes[0]) if boxes else FALLBACK


def _in_metres(crs: pyproj.CRS) -> bool:
    return all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


def degrees_of(sample: Sample) -> Box | None:
    """A sample's box in degrees; None where its CRS is not known."""
    box = sample.bounds
    if box is None:
        return None
    if sample.crs is None:
        return box if looks_like_degrees(box) else None
    return pyproj.Transformer.from_crs(sample.crs, 4326, always_xy=True).transform_bounds(*box)


def looks_like_degrees(box: Box) -> bool:
    """Whether a box can be longitude and latitude."""
    return -180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90


def zone_of(box: Box) -> str:
    """CGCS2000 in China, by the three-degree belt of the middle; UTM elsewhere."""
    lon, lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    if CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]:
        return f"EPSG:{FIRST_GAUSS_KRUGER + round((lon - FIRST_MERIDIAN) / 3)}"
    return f"EPSG:{(32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1}"


def missing_crs(sample: Sample, others: Sequence[Sample], metric: str) -> str:
    """The CRS that a sample without one is most likely in; "" where nothing speaks for any."""
    box = sample.bounds
    if box is None:
        return ""
    if looks_like_degrees(box):
        return "EPSG:4326"
    for other in others:
        there = other.bounds
        if other.crs is not None and other.crs.is_projected and there is not None and _together(box, there):
            code = other.crs.to_epsg()
            return f"EPSG:{code}" if code else ""
    area = pyproj.CRS.from_user_input(metric).area_of_use
    if area is None:
        return ""
    there = pyproj.Transformer.from_crs(4326, metric, always_xy=True).transform_bounds(*area.bounds)
    return metric if _together(box, there) else ""


def _together(box: Box, other: Box) -> bool:
    grown = NEAR * max(other[2] - other[0], other[3] - other[1])
    inside_x = other[0] - grown <= box[0] and box[2] <= other[2] + grown
    return inside_x and other[1] - grown <= box[1] and box[3] <= other[3] + grown
