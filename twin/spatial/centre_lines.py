"""Length of streets by zone, the two carriageways of one road counted as one centre line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.batch import BoolArray, Features, FloatArray, Geometries, IntArray
from twin.spatial.lengths import lengths_in
from twin.spatial.membership import HALF_OPEN_M
from twin.spatial.sums import sum_by

APART_M = 25.0
"""Carriageways of one road lie at most this far apart."""

PIECE_M = 20.0
"""One-way streets are looked at in pieces of at most this length."""

REACH_M = APART_M + PIECE_M
PARALLEL = np.cos(np.radians(30))


@dataclass(frozen=True)
class Lines:
    """Streets as they are drawn, cut by zones: for each piece its zone, its row of the layer, its length in metres, and
    what share of that counts as centre line.
    """

    zone: IntArray
    row: IntArray
    length_m: FloatArray
    share: FloatArray
    zones: int

    def drawn_m(self) -> FloatArray:
        """Length as drawn by zone."""
        return sum_by(self.zone, self.length_m, self.zones)

    def centre_m(self, chosen: BoolArray | None = None) -> FloatArray:
        """Length of centre lines by zone, of the pieces chosen."""
        counted = self.length_m * self.share
        return sum_by(self.zone, counted if chosen is None else counted * chosen, self.zones)

    def rows(self) -> IntArray:
        """Count of the layer's rows with a part in each zone."""
        rows = int(self.row.max(initial=0)) + 1
        pairs = np.unique(self.zone * rows + self.row)
        return np.bincount(pairs // rows, minlength=self.zones)


def lines_in(streets: Features, zones: Geometries) -> Lines:
    """Streets inside zones. A street on the border of two zones lies in just one of them, that to its upper right.

    A piece of a one-way street counts half where another one of the same road runs along it: where a line across it
    at its middle, ``APART_M`` to each side, meets a one-way street of the same name (of the same class where either has
    no name) that runs within 30° of the same line, in whichever direction. So each of two carriageways counts half,
    however they are cut into rows and drawn.
    """
    parts, row = shapely.get_parts(streets.geometry, return_index=True)
    # A street of which it is not known whether it is one-way is both ways, as in OpenStreetMap.
    oneway = (streets.words("oneway") == True)[row].astype(bool)  # noqa: E712 - elementwise
    pieces, part = _pieces(parts[oneway])
    halves = _beside_another(pieces, part, _road_of(streets)[:, row[oneway]])
    shape = np.concatenate([parts[~oneway], _as_lines(pieces)])
    rows = np.concatenate([row[~oneway], row[oneway][part]])
    share = np.concatenate([np.ones(len(parts) - int(oneway.sum())), np.where(halves, 0.5, 1.0)])
    moved = np.asarray(shapely.transform(shape, lambda xy: xy + HALF_OPEN_M))
    line, zone, length = lengths_in(moved, zones)
    return Lines(zone, rows[line], length, share[line], len(zones))


def _road_of(streets: Features) -> NDArray[np.str_]:
    """Name and class (2, rows) of each street, "" where it has none."""
    words = (np.where(column == None, "", column) for column in map(streets.words, ("name", "road_class")))  # noqa: E711
    return np.stack([each.astype(str) for each in words])


def _pieces(lines: Geometries) -> tuple[FloatArray, IntArray]:
    """Straight pieces (M, 2, 2) of at most ``PIECE_M``, and the line that each comes from."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, PIECE_M), return_index=True)
    joined = np.flatnonzero(line[1:] == line[:-1])
    pieces = np.stack([xy[joined], xy[joined + 1]], axis=1)
    has_length = (pieces[:, 0] != pieces[:, 1]).any(axis=1)
    return pieces[has_length], line[joined][has_length].astype(np.int64)


def _beside_another(pieces: FloatArray, part: IntArray, road: NDArray[np.str_]) -> BoolArray:
    along = pieces[:, 1] - pieces[:, 0]
    along /= np.hypot(*along.T)[:, None]
    across = APART_M * np.column_stack([-along[:, 1], along[:, 0]])
    middle = pieces.mean(axis=1)
    probes = _as_lines(np.stack([middle - across, middle + across], axis=1))
    one, other = shapely.STRtree(_as_lines(pieces)).query(probes, predicate="intersects")
    of_one, of_other = road[:, part[one]], road[:, part[other]]
    by_class = (of_one[0] == "") | (of_other[0] == "")
    same_road = np.where(by_class, of_one[1] == of_other[1], of_one[0] == of_other[0])
    parallel = np.abs((along[one] * along[other]).sum(axis=1)) >= PARALLEL
    found = np.zeros(len(pieces), dtype=bool)
    found[one[(part[one] != part[other]) & same_road & parallel]] = True
    return found


def _as_lines(pieces: FloatArray) -> Geometries:
    return np.asarray(shapely.linestrings(pieces), dtype=object).reshape(len(pieces))
