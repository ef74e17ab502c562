"""Buildings whose nearest street is narrow."""

from __future__ import annotations

import numpy as np

from twin.batch import Batch
from twin.messiness.metric import Parts, metric, of_buildings
from twin.networks.ways import USABLE_M
from twin.spatial.street_access import ACCESS_REACH_M, street_access


@metric(
    title="Buildings on narrow streets",
    title_zh="临窄巷的建筑",
    unit="share",
    counted="buildings",
    layers={"building": ACCESS_REACH_M},
    networks=("ways",),
)
def narrow_street(batch: Batch) -> Parts:
    """Share of buildings whose nearest street is less than 3.5 m wide.

    Formula: buildings whose nearest street has width < 3.5 m / buildings. The nearest street is of a service class, of
    any width; a way of another class (path, footway, steps …) counts only where no usable street is faced within 30 m.
    A width that is missing is the median of its class in the city, where a tenth of the class has one, else the one
    assumed for the class; a street whose width is not known at all is taken to be wide.

    Direction: more is messier. Planned about 0; informal 0.3–0.9.

    Source: access for fire engines and service vehicles (GB 50016: lanes of 4 m; 3.5 m is the least that a cable or
    sewer crew needs).
    """
    access = street_access(batch)
    return of_buildings(batch, np.where(access.street >= 0, access.width_m < USABLE_M, np.nan))
