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
    one array a field (the layer's fields by name, missing values as NaN, NaT or None), positions 0…n-1. A column
    ``observed_on`` dates rows that have no date of their own. Plain arrays: an edit waits for many small layers.
    """

    ids: IntArray
    geometry: Geometries
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        """Count of rows."""
        return len(self.ids)

    def take(self, where: BoolArray | IntArray) -> Features:
        """The rows chosen by a mask or by positions."""
        columns = {name: values[where] for name, values in self.columns.items()}
        return Features(self.ids[where], self.geometry[where], columns)

    @classmethod
    def of(cls, geometry: Sequence[Any] | Geometries, **columns: Any) -> Features:
        """Rows made by hand, for examples and tests: ids 0…n-1, each keyword a column."""
        shapes = np.array([*geometry, None], dtype=object)[:-1]
        frame = pd.DataFrame(columns, index=range(len(shapes)))
        ids = np.arange(len(shapes), dtype=np.int64)
        return cls(ids, shapes, {str(name): frame[name].to_numpy() for name in frame})

    @classmethod
    def joined(cls, parts: Sequence[Features]) -> Features:
        """The rows of one or more parts that have the same columns, one after the other."""
        columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
        ids, geometry = (np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "geometry"))
        return cls(ids, geometry, columns)

    def frame(self) -> pd.DataFrame:
        """The columns as a table."""
        return pd.DataFrame(dict(self.columns), index=range(len(self)))

    def column(self, name: str) -> NDArray[Any]:
        """One field as it is; all missing where the features do not have it."""
        found = self.columns.get(name)
        return np.full(len(self), None, dtype=object) if found is None else found

    def numbers(self, name: str) -> FloatArray:
        """A field as float64, NaN where missing."""
        return np.asarray(self.column(name), dtype=np.float64)

    def words(self, name: str) -> NDArray[np.object_]:
        """A field as objects, None where missing."""
        given = np.asarray(self.column(name), dtype=object)
        missing = pd.isna(given)
        if missing.any():
            given = given.copy()
            given[missing] = None
        return given

    def dates(self, name: str) -> NDArray[np.datetime64]:
        """A field as datetime64[D], NaT where missing."""
        given = self.columns.get(name)
        if given is None:
            return np.full(len(self), "NaT", dtype="datetime64[D]")
        if given.dtype.kind != "M":
            given = pd.to_datetime(given).to_numpy()
        return given.astype("datetime64[D]", copy=False)


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
        """The features of a layer; none where the city has none.

        Raises:
            KeyError: the city has some, but the batch was made without: who asks did not declare that it reads them.
        """
        found = self.layers.get(name, NOTHING)
        if found is NOTHING and self.city.rows.get(name):
            raise KeyError(f"layer {name} has rows, but this batch was made without them: declare it with its reach_m")
        return found

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once a batch and then shared under ``name`` by all indices."""
        if name not in self.shared:
            self.shared[name] = make()
        found: T = self.shared[name]
        return found
