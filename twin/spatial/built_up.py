"""Built-up land of zones: what is neither water nor farmland, forest or wetland."""

from __future__ import annotations

import numpy as np
import shapely

from twin.batch import Batch, FloatArray
from twin.spatial.overlay import cut

OPEN_LAND = ("farmland", "forest", "wetland")
LEAST_M2 = 1.0
ALL_BUILT = "No water bodies or green areas are loaded: the whole of each zone counts as built-up"
ALL_OPEN = "This zone has no built-up area: it is all water, farmland, forest or wetland"


def built_up_m2(batch: Batch) -> FloatArray:
    """Area of each zone less area(union(water bodies, open land) ∩ zone) in m²; 0 where less than 1 m² is left.

    Open land are green areas of kind farmland, forest or wetland. So parks, squares, gardens, shelter belts, sports
    grounds and streets are built-up, as they are part of development land in GB 50137-2011.
    """
    return batch.once("built_up_m2", lambda: _built_up_m2(batch))


def built_up_notes(batch: Batch) -> tuple[str, ...]:
    """What must be said of the built-up area."""
    known = any(batch.city.rows.get(name) for name in ("green_area", "water_body"))
    return () if known else (ALL_BUILT,)


def _built_up_m2(batch: Batch) -> FloatArray:
    green, water = batch.layer("green_area"), batch.layer("water_body")
    open_land = green.geometry[np.isin(green.words("kind").astype(str), OPEN_LAND)]
    zones = batch.zones.geometry
    built: FloatArray = shapely.area(zones) - cut(np.concatenate([open_land, water.geometry]), zones).union_area()
    return np.where(built < LEAST_M2, 0.0, built)
