"""Park for each resident."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch, BoolArray, FloatArray
from twin.index import Values, index
from twin.spatial.freshness import is_fresh, record_dates
from twin.spatial.overlay import Pieces, cut
from twin.spatial.residents import NOBODY_KNOWN, Residents, people_quality, residents_of

PARKS = ("park", "garden")
NOBODY = "Nobody lives in this zone"
UNKNOWN_ACCESS = "Parks whose access is not known are not counted as public"


@index(
    title="Park area per person",
    title_zh="人均城市公园面积",
    unit="m²/person",
    layers=("green_area",),
    optional_layers=("building",),
    rasters=("population",),
    counted="people",
    bounds=(0.0, np.inf),
)
def park_area_per_person(batch: Batch, *, kinds: Sequence[str] = PARKS) -> Values:
    """Area of public parks for each resident, counted once where they overlap.

    Formula: area(union(parks) ∩ zone) / residents, in the metric CRS. Parks are green areas of ``kinds``
    (park and garden) whose ``access`` is public: park green land (公园绿地, class G1 of CJJ/T 85-2017), of
    which squares (G3), shelter belts (G2) and farm or forest land (E) are no part. Residents = the zone's
    ``population``; where it has none, Σ ``residents`` of the buildings whose representative point lies in
    it; where no building has them either, Σ of the cells of the raster ``population``, each by the share
    of it that lies in the zone; never guessed from dwellings. A park just outside the zone counts nothing
    in it: who can walk to one is told by another index.

    Unit: m²/person. Denominator: residents. Direction: at least. Counted in n: residents. No data where
    residents are not known or nobody lives in the zone. Quality: the smaller of how far the residents and
    how far the park area stand on fresh records (parks: ``updated_on``, else the day on which the source
    was observed). Parts: ``park_m2``; ``unknown_access_m2`` = further area of parks whose access is not
    known; ``high`` = the value if these were public. Source: Xiong'an outline of 2018, row 15 of its
    indicators (人均城市公园面积 ≥ 20 m²).

    >>> from shapely import box
    >>> from twin.batch import Batch, CityFacts, Features
    >>> from twin.indices.park_area_per_person import park_area_per_person
    >>> shapes = [box(0, 0, 50, 100), box(40, 0, 60, 200)]
    >>> layers = {"green_area": Features.of(shapes, kind=["park"] * 2, access=["public"] * 2)}
    >>> zones = Features.of([box(0, 0, 100, 100)], population=[300])
    >>> park_area_per_person.compute(Batch(zones, layers, CityFacts.of(layers, "2025-06-30"))).value
    array([20.])
    """
    greens, people = batch.layer("green_area"), residents_of(batch)
    parks = greens.take(np.isin(greens.words("kind").astype(str), list(kinds)))
    access = parks.words("access")
    pieces = cut(parks.geometry, batch.zones.geometry)
    public, unknown = (access == "public")[pieces.source], (access == None)[pieces.source]  # noqa: E711 - elementwise
    park_m2, with_unknown = pieces.union_area(public), pieces.union_area(public | unknown)
    lived_in = people.count > 0
    residents = np.where(lived_in, people.count, 0.0)
    fresh = public & is_fresh(record_dates(parks, "updated_on"), batch.city)[pieces.source]
    return Values.from_ratio(
        np.where(lived_in, park_m2, 0.0),
        residents,
        n=residents,
        quality=np.minimum(people_quality(batch), _fresh_share(pieces, fresh, park_m2)),
        reason=_reason(people, lived_in),
        bounds=(0.0, np.inf),
        parts={
            "park_m2": park_m2,
            "unknown_access_m2": np.maximum(with_unknown - park_m2, 0.0),
            "high": np.where(lived_in, with_unknown / np.where(lived_in, residents, 1.0), np.nan),
        },
        notes=(UNKNOWN_ACCESS,) if unknown.any() else (),
    )


def _fresh_share(pieces: Pieces, fresh: BoolArray, park_m2: FloatArray) -> FloatArray:
    """Share of the park area on fresh records, 1 where there is no park."""
    share = np.ones(pieces.zones)
    np.divide(pieces.union_area(fresh), park_m2, out=share, where=park_m2 > 0)
    return share


def _reason(people: Residents, lived_in: BoolArray) -> NDArray[np.object_]:
    return np.where(np.isnan(people.count), NOBODY_KNOWN, np.where(lived_in, "", NOBODY)).astype(object)
