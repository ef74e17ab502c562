"""What an index sees: a batch of zones, with the features of its layers as arrays, and facts of the city.

All coordinates are metres in the city's metric CRS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Geometries = NDArray[np.object_]
Columns = tuple[FloatArray, ...]
"""Arrays of one length; one that comes twice is kept once."""
T = TypeVar("T")


@dataclass(frozen=True)
class Features:
    """Rows of one layer as arrays of one length.

    ``ids`` int64 (the rows' ``id`` in the store), ``geometry`` shapely objects in the metric CRS, ``columns``
    one Series a field (the layer's fields by name, missing values as NaN/None), positions 0…n-1. A column
    ``observed_on`` dates rows that have no date of their own.
    """

    ids: IntArray
    geometry: Geometries
    columns: pd.DataFrame

    def __len__(self) -> int:
        """Count of rows."""
        return len(self.ids)

    def take(self, where: BoolArray | IntArray) -> Features:
        """The rows chosen by a mask or by positions."""
        return Features(
            self.ids[where],
            self.geometry[where],
            self.columns.iloc[np.arange(len(self))[where]].reset_index(drop=True),
        )

    @classmethod
    def of(cls, geometry: Sequence[Any] | Geometries, **columns: Any) -> Features:
        """Rows made by hand, for examples and tests: ids 0…n-1, each keyword a column."""
        shapes = np.array([*geometry, None], dtype=object)[:-1]
        ids = np.arange(len(shapes), dtype=np.int64)
        return cls(ids, shapes, pd.DataFrame(columns, index=ids))

    @classmethod
    def joined(cls, parts: Sequence[Features]) -> Features:
        """The rows of one or more parts that have the same columns, one after the other."""
        frames = [part.columns for part in parts]
        columns = {str(name): np.concatenate([each[name].to_numpy() for each in frames]) for name in frames[0]}
        ids, geometry = (np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "geometry"))
        return cls(ids, geometry, frame_of(columns, len(ids)))

    def column(self, name: str) -> pd.Series[Any]:
        """One field; all missing where the features do not have it."""
        if name in self.columns:
            return self.columns[name]
        return pd.Series([None] * len(self), dtype=object)

    def numbers(self, name: str) -> FloatArray:
        """A field as float64, NaN where missing."""
        given = self.column(name)
        if given.dtype != np.float64:
            given = pd.to_numeric(given)
        return np.asarray(given.to_numpy(np.float64, na_value=np.nan))

    def words(self, name: str) -> NDArray[np.object_]:
        """A field as objects, None where missing."""
        given = self.column(name).to_numpy(object)
        missing = pd.isna(given)
        if missing.any():
            given = given.copy()
            given[missing] = None
        return np.asarray(given)

    def dates(self, name: str) -> NDArray[np.datetime64]:
        """A field as datetime64[D], NaT where missing."""
        given = self.column(name)
        if given.dtype.kind != "M":
            given = pd.to_datetime(given)
        return np.asarray(given.to_numpy("datetime64[D]"))


def frame_of(columns: Mapping[str, NDArray[Any]], rows: int) -> pd.DataFrame:
    """Arrays of so many rows as a frame, as they are: an edit waits for many small ones.

    Objects come as series: of an array pandas would look at every value, to find out that they are texts. Names are put
    on later: as Arrow's strings they are made, and looked up, slowly.
    """
    index, given = pd.RangeIndex(rows), dict[int, Any](enumerate(columns.values()))
    for number, values in given.items():
        if values.dtype == object:
            given[number] = pd.Series(values, index, object, copy=False)
    frame = pd.DataFrame(given, index, copy=False)
    frame.columns = pd.Index(list(columns), dtype=object)
    return frame


NOTHING = Features.of([])
"""Features of a layer without rows."""


@dataclass(frozen=True)
class Grid:
    """A raster of the city, as a file of cells: ``twin/spatial/zonal.py`` sums them over polygons.

    ``path`` is opened by rasterio, which knows the CRS of the cells; ``crs`` is that of the polygons, the city's.
    ``observed_on`` is the day that the cells describe, NaT where not known.
    """

    path: str
    crs: str
    observed_on: np.datetime64 = field(default_factory=lambda: np.datetime64("NaT", "D"))


@dataclass(frozen=True)
class CityFacts:
    """What holds for the whole city and no batch can see by itself.

    ``rows`` says of each layer whether the city has rows of it (0 where not), or how many rasters.
    ``dwellings_known``: some building has a count of dwellings. ``reference_date`` is "today" for the age of records;
    ``stale_after_years`` comes from the profile; ``street_classes`` are those that a service vehicle can use.
    """

    rows: Mapping[str, int]
    dwellings_known: bool
    reference_date: np.datetime64
    stale_after_years: float = 5.0
    street_classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, layers: Mapping[str, Features], reference_date: str, **others: Any) -> CityFacts:
        """The facts of a city whose layers are all at hand, for examples and tests."""
        rows = {name: len(features) for name, features in layers.items()}
        known = "building" in layers and bool(np.isfinite(layers["building"].numbers("dwellings")).any())
        return cls(rows, known, np.datetime64(reference_date), **others)


@dataclass(frozen=True)
class Batch:
    """Some zones, and all features that may touch an index's value there.

    ``zones`` are the rows of layer ``zone``; ``layers`` holds the features of each layer within the largest
    reach of the indices that read it; ``networks`` the prepared networks of the run (whole city), by name;
    ``per_node`` the arrays that an index's ``per_node`` function gave, by index id. ``rasters`` holds the rasters of
    the whole city by layer, one or more each. ``shared`` keeps what several indices need.
    """

    zones: Features
    layers: Mapping[str, Features]
    city: CityFacts
    networks: Mapping[str, Any] = field(default_factory=dict)
    per_node: Mapping[str, Columns] = field(default_factory=dict)
    rasters: Mapping[str, tuple[Grid, ...]] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def layer(self, name: str) -> Features:
        """The features of a layer; none where the batch does not hold it."""
        return self.layers.get(name, NOTHING)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once a batch and then shared under ``name`` by all indices."""
        if name not in self.shared:
            self.shared[name] = make()
        found: T = self.shared[name]
        return found
