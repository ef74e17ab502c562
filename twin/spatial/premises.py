"""Premises: the homes and other units that shares of coverage are counted in."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.batch import Batch, BoolArray, Features, FloatArray, IntArray
from twin.spatial.membership import buildings_in_zones
from twin.spatial.sums import sum_by

DWELLINGS_UNKNOWN = "Dwellings unknown: each building counts as one"

RESIDENTIAL = frozenset(
    (
        *("apartment_block", "apartment_building", "bungalow", "cabin", "condominium", "detached"),
        *(
            "detached_house",
            "dormitory",
            "farm",
            "farmhouse",
            "flat",
            "flats",
            "ger",
            "home",
            "hostel",
            "house",
        ),
        *("houseboat", "mixed", "mixed_use", "multi_family", "row_house", "semi", "semi_detached"),
        *("semidetached", "semidetached_house", "single_family", "static_caravan", "stilt_house", "tenement"),
        *(
            "terrace",
            "terraced",
            "terraced_house",
            "town_house",
            "townhouse",
            "tree_house",
            "trullo",
            "villa",
        ),
    )
)
"""Whole values, in lower case with ``_`` between words, that mean that people live there."""

RESIDENTIAL_WORDS = frozenset(
    (
        "residential",
        "residence",
        "residences",
        "apartment",
        "apartments",
        "dwelling",
        "dwellings",
        "housing",
        "homes",
    )
)
"""Words that mean it anywhere in a value, unless the value says ``non``."""

RESIDENTIAL_ZH = ("住宅", "居住", "公寓", "宿舍", "民居", "民宅", "住房", "别墅", "商住", "农房")
NOT_RESIDENTIAL_ZH = ("非住宅", "非居住", "酒店式公寓")
UNKNOWN_USE = frozenset(("", "yes", "building", "unknown", "未知", "不详"))


def is_residential(use: str | None) -> bool:
    """Whether people live in a building of that use; a use that is not known counts as residential.

    The use stands in the office's own words. Residential are OSM's values of ``building`` for homes
    (``house``, ``apartments``, ``detached``, ``semidetached_house``, ``terrace``, ``farm``, ``dormitory`` …),
    ``mixed``, any value with a word such as ``residential``, ``apartment`` or ``housing``, and Chinese values
    with 住宅, 居住, 公寓, 宿舍, 民居, 住房, 别墅 or 商住. ``non-residential``, 非住宅 and 酒店式公寓 are not.
    Not known are null, OSM's ``yes`` and 未知. Words of other languages are mapped to these by ``values`` in
    the recipe.

    >>> [is_residential(use) for use in ("apartments", "warehouse", "住宅楼", "non-residential", None)]
    [True, False, True, False, True]
    """
    words = [w for w in re.split(r"[\W_]+", (use or "").strip().lower()) if w]
    whole = "_".join(words)
    if whole in UNKNOWN_USE or whole in RESIDENTIAL:
        return True
    if any(part in whole for part in NOT_RESIDENTIAL_ZH):
        return False
    if any(part in whole for part in RESIDENTIAL_ZH):
        return True
    return "non" not in words and not RESIDENTIAL_WORDS.isdisjoint(words)


def premises_of(buildings: Features, dwellings_known: bool) -> IntArray:
    """Premises of each building: its ``dwellings``; 1 each where no building of the city has dwellings.

    A building without dwellings among others that have them counts 0 if its ``use`` is known and not
    residential, else 1.
    """
    if not dwellings_known:
        return np.ones(len(buildings), dtype=np.int64)
    dwellings = buildings.numbers("dwellings")
    assumed = lives_in(buildings.words("use")).astype(np.float64)
    return np.where(np.isnan(dwellings), assumed, dwellings).astype(np.int64)


def lives_in(uses: NDArray[np.object_]) -> BoolArray:
    """``is_residential`` of many uses, each distinct one looked at once."""
    codes, distinct = pd.factorize(uses, use_na_sentinel=False)
    verdicts = [is_residential(None if pd.isna(use) else str(use)) for use in distinct]
    return np.asarray(verdicts, dtype=bool)[codes]


@dataclass(frozen=True)
class ZonePremises:
    """The denominator D: pairs of building and zone (positions), premises of each pair, and sums by zone."""

    building: IntArray
    zone: IntArray
    premises: IntArray
    total: FloatArray
    buildings: IntArray

    def where(self, chosen: BoolArray) -> FloatArray:
        """Σ premises by zone over the pairs that are chosen."""
        return sum_by(self.zone, np.where(chosen, self.premises, 0), len(self.total))

    @property
    def reason(self) -> NDArray[np.object_]:
        """Why a zone has no premises; "" where it has."""
        why = np.where(self.buildings == 0, "No building lies in this zone", "No building of this zone has premises")
        return np.where(self.total > 0, "", why).astype(object)


def zone_premises(batch: Batch) -> ZonePremises:
    """Premises of the buildings of each zone of the batch."""
    return batch.once("zone_premises", lambda: _zone_premises(batch))


def _zone_premises(batch: Batch) -> ZonePremises:
    building, zone = buildings_in_zones(batch)
    premises = premises_of(batch.layer("building"), batch.city.dwellings_known)[building]
    count = len(batch.zones)
    return ZonePremises(
        building,
        zone,
        premises,
        sum_by(zone, premises, count),
        np.bincount(zone, minlength=count),
    )


def premises_notes(batch: Batch) -> tuple[str, ...]:
    """What must be said of the denominator."""
    return () if batch.city.dwellings_known else (DWELLINGS_UNKNOWN,)
