"""Where a city lies: the metric CRS for it, and the CRS of files that do not say theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyproj

from pipelines.guess.sample import Sample

FALLBACK = "EPSG:3857"
FIRST_GAUSS_KRUGER, LAST_GAUSS_KRUGER, FIRST_MERIDIAN = 4534, 4554, 75
SEES_OFFSETS = (73.0, 18.0, 135.0, 54.0)
"""Where web maps shift their coordinates on purpose, in degrees."""

DISTORTION = 0.01
"""How wrong lengths may be in a CRS that is taken for a city's own; those made for continents are worse."""
NEAR = 0.5
"""How much of a box must lie in another's, grown by itself, for both to be of one city."""

Box = tuple[float, float, float, float]


def metric_crs(samples: Sequence[Sample]) -> str:
    """The metric CRS of a city: the one most of its files are in, else the zone that its degrees lie in."""
    found: Counter[str] = Counter()
    for sample in samples:
        code = sample.crs.to_epsg() if sample.crs is not None else None
        if code and sample.crs is not None and sample.crs.is_projected and _is_true(sample.crs, degrees_of(sample)):
            found[f"EPSG:{code}"] += 1
    if found:
        return found.most_common(1)[0][0]
    boxes = [box for sample in samples if (box := degrees_of(sample)) is not None]
    return zone_of(boxes[0]) if boxes else FALLBACK


def _is_true(crs: pyproj.CRS, box: Box | None) -> bool:
    """Whether a metre of a CRS is a metre on the ground of a box."""
    if box is None or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        return False
    factors = pyproj.Proj(crs).get_factors((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return all(abs(each - 1) < DISTORTION for each in (factors.meridional_scale, factors.parallel_scale))


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
    belt = FIRST_GAUSS_KRUGER + round((lon - FIRST_MERIDIAN) / 3)
    if FIRST_GAUSS_KRUGER <= belt <= LAST_GAUSS_KRUGER:
        area = pyproj.CRS.from_epsg(belt).area_of_use
        if area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north:
            return f"EPSG:{belt}"
    return f"EPSG:{(32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1}"


def remark_on_datum(sample: Sample, crs: str) -> str:
    """The question that degrees in China raise, "" elsewhere: which of its datums cannot be seen."""
    box = sample.bounds
    if crs != "EPSG:4326" or box is None:
        return ""
    west, south, east, north = SEES_OFFSETS
    inside = west <= box[0] and box[2] <= east and south <= box[1] and box[3] <= north
    return "; GCJ-02 or BD-09 where they come from a web map of China" if inside else ""


def missing_crs(sample: Sample, others: Sequence[Sample], metric: str) -> str:
    """The CRS that a sample without one is most likely in; "" where nothing speaks for any."""
    box = sample.bounds
    if box is None:
        return ""
    known = [(other, there) for other in others if other.crs is not None and (there := degrees_of(other)) is not None]
    if looks_like_degrees(box):
        return "EPSG:4326" if not known or any(_together(box, there) for _, there in known) else ""
    for other, _ in known:
        code = other.crs.to_epsg() if other.crs is not None and other.crs.is_projected else None
        if code and other.bounds is not None and _together(box, other.bounds):
            return f"EPSG:{code}"
    places = [there for other in others if other is not sample and (there := degrees_of(other)) is not None]
    to_metric = pyproj.Transformer.from_crs(4326, metric, always_xy=True)
    return metric if any(_together(box, to_metric.transform_bounds(*there)) for there in places) else ""


def _together(box: Box, other: Box) -> bool:
    grown = NEAR * max(other[2] - other[0], other[3] - other[1])
    inside_x = other[0] - grown <= box[0] and box[2] <= other[2] + grown
    return inside_x and other[1] - grown <= box[1] and box[3] <= other[3] + grown
