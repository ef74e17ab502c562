"""People on the built-up area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch, FloatArray
from twin.index import Values, index
from twin.spatial.built_up import ALL_OPEN, built_up_m2, built_up_notes
from twin.spatial.residents import NOBODY_KNOWN, Residents, people_quality, residents_of

FROM_GRID = "The people of some zones are known from the population grid alone, each cell by its share in the zone"


@index(
    title="Population density",
    title_zh="规划建设区人口密度",
    unit="people/km²",
    layers=(),
    optional_layers=("building", "green_area", "water_body"),
    rasters=("population",),
    counted="people",
    bounds=(0.0, np.inf),
    method_version=2,
)
def population_density(batch: Batch) -> Values:
    """Residents per km² of built-up area, which is not the area of the zone.

    Formula: residents / built-up area. Residents = the zone's ``population``; where it has none, Σ
    ``residents`` of the buildings whose representative point lies in it; where no building has them
    either, Σ of the cells of the raster ``population``, each by the share of it that lies in the zone, if
    the raster covers the whole zone; never guessed from dwellings.
    Built-up area = area of the zone less area(union(water bodies, green areas of kind farmland, forest or
    wetland) ∩ zone). So parks, squares, gardens, shelter belts, sports grounds and streets are part of
    it, as they are of the development land that 规划建设区 is planned on: GB 50137-2011 keeps parks and
    squares (class G) in it, and counts water (E1), farm and forest land (E2) as non-development land.

    Unit: people/km². Denominator: built-up area in km². Direction: at most. Counted in n: residents. No
    data where people are not known from any of the three, or the built-up area is under 1 m². Quality: 1
    or 0 as the record of the zone's population is fresh (the day on which its source was observed); where
    residents were counted, the share of the zone's buildings with known residents and a fresh record;
    where cells were summed, the share of the zone that cells with data cover, 0 if the raster is old.
    Parts: ``built_up_m2``; ``registered`` = 1 where the zone's own population was used; ``gridded`` = 1
    where cells were. Source: Xiong'an outline of 2018, row 32 of its indicators (≤ 10,000 people/km²).

    >>> from shapely import box
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.population_density import population_density
    >>> layers = {"water_body": Features.of([box(0, 0, 1000, 500)], kind=["lake"])}
    >>> zones = Features.of([box(0, 0, 1000, 1000)], population=[4000])
    >>> population_density.compute(Batch(zones, layers, CityFacts.of(layers, "2025-06-30"))).value
    array([8000.])
    """
    people, built_m2 = residents_of(batch), built_up_m2(batch)
    known = np.isfinite(people.count)
    return Values.from_ratio(
        np.where(known, people.count, 0),
        built_m2 / 1e6,
        n=np.where(known, people.count, 0),
        quality=people_quality(batch),
        reason=_reason(known, built_m2),
        bounds=(0.0, np.inf),
        parts={
            "built_up_m2": built_m2,
            "registered": people.registered.astype(np.float64),
            "gridded": people.gridded.astype(np.float64),
        },
        notes=_notes(batch, people),
    )


def _notes(batch: Batch, people: Residents) -> tuple[str, ...]:
    return (*built_up_notes(batch), *((FROM_GRID,) if people.gridded.any() else ()))


def _reason(known: NDArray[np.bool_], built_m2: FloatArray) -> NDArray[np.object_]:
    return np.where(~known, NOBODY_KNOWN, np.where(built_m2 > 0, "", ALL_OPEN)).astype(object)
