"""Roads on the built-up area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.batch import Batch
from twin.index import Values, index
from twin.spatial.built_up import ALL_OPEN, built_up_m2, built_up_notes
from twin.spatial.centre_lines import REACH_M, lines_in
from twin.spatial.freshness import is_fresh, record_dates

ROADS = (
    *("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "road"),
    *("arterial", "collector", "local"),
)


@index(
    title="Road density",
    title_zh="路网密度",
    unit="km/km²",
    layers=("street",),
    optional_layers=("green_area", "water_body"),
    reach_m=REACH_M,
    counted="streets",
    bounds=(0.0, np.inf),
)
def road_density(batch: Batch, *, classes: Sequence[str] = ROADS) -> Values:
    """Length of road centre lines per km² of built-up area.

    Formula: Σ length(centre lines of ``classes`` in the zone) / built-up area. ``classes`` are the roads of
    the urban network, from motorway to residential street (快速路, 主干路, 次干路, 支路 of GB/T 51328-2018);
    not ramps (``…_link``), service roads, alleys, and ways for walking or cycling alone. Dual carriageways
    are merged: a piece of at most 20 m of a one-way street counts half where a line across its middle, 25 m
    to each side, meets another one-way street of the same name (of the same class where either has no
    name) that is parallel within 30°. So two carriageways are one centre line; a side road of the same
    name beside them counts half too, a one-way street alone in full. A street on the border of two zones
    lies in that to its upper right. Built-up area = area of the zone less area(union(water bodies, green
    areas of kind farmland, forest or wetland) ∩ zone); roads that cross such land count in the length.

    Unit: km/km². Denominator: built-up area in km². Direction: within. Counted in n: streets (rows of the
    layer) with a part in the zone. No data where the built-up area is under 1 m². Quality: share of the
    centre lines on fresh records (the day on which the source was observed), 0 where there is none. Parts:
    ``centre_line_km``; ``drawn_km`` = the same before merging; ``built_up_m2``. Source: Xiong'an outline of
    2018, row 33 of its indicators (起步区路网密度, 10–15 km/km²).

    >>> from shapely import box, LineString
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.road_density import road_density
    >>> lines = [LineString([(0, 500), (1000, 500)]), LineString([(1000, 515), (0, 515)])]
    >>> layers = {"street": Features.of(lines, road_class=["primary"] * 2, oneway=[True, True])}
    >>> zones = Features.of([box(0, 0, 1000, 1000)])
    >>> found = road_density.compute(Batch(zones, layers, CityFacts.of(layers, "2025-06-30")))
    >>> found.value.round(3), found.parts["drawn_km"].round(3)
    (array([1.]), array([2.]))
    """
    streets, built_m2 = batch.layer("street"), built_up_m2(batch)
    roads = streets.take(np.isin(streets.words("road_class").astype(str), list(classes)))
    lines = lines_in(roads, batch.zones.geometry)
    centre_km = lines.centre_m() / 1000
    fresh = lines.centre_m(is_fresh(record_dates(roads), batch.city)[lines.row]) / 1000
    return Values.from_ratio(
        np.where(built_m2 > 0, centre_km, 0),
        built_m2 / 1e6,
        n=lines.rows(),
        quality=np.divide(fresh, centre_km, out=np.zeros_like(fresh), where=centre_km > 0),
        reason=np.where(built_m2 > 0, "", ALL_OPEN),
        bounds=(0.0, np.inf),
        parts={"centre_line_km": centre_km, "drawn_km": lines.drawn_m() / 1000, "built_up_m2": built_m2},
        notes=built_up_notes(batch),
    )
