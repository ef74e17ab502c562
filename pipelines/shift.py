"""Places that lie beside where they belong: a wrong datum is seen by the offset that most of them share.

A datum that is mistaken for another moves a whole source by the same 50 to 700 metres. Its points then lie beside the
buildings that they speak of, all in the same direction. That is asked about, and never mended by guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FARTHEST_M = 800.0
CELL_M = 10.0
NOTICED_M = 30.0
FEWEST = 50
SHARED_BY = 0.4
TIMES_AS_MANY = 3.0

Places = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """How far east and north, in metres, a source lies from where most of its places would fit; ``share`` of them."""

    east: float
    north: float
    share: float

    def question(self, layer: str, beside: str) -> str:
        """What is asked of who loads."""
        metres = float(np.hypot(self.east, self.north))
        way = f"{_side(self.east, 'east', 'west')} and {_side(self.north, 'north', 'south')}"
        return (
            f"{self.share:.0%} of the places of {layer} would lie on a {beside}, were they all not {metres:.0f} m off "
            f'({way}). Is the datum of one of the two another than said? In China try crs = "GCJ-02" or "BD-09"; '
            "elsewhere ask who made the file, and set crs with crs_override = true. Nothing was moved"
        )


def _side(metres: float, positive: str, negative: str) -> str:
    return f"{abs(metres):.0f} m too far {positive if metres > 0 else negative}"


def shift_of(places: Places, anchors: Places) -> Shift | None:
    """The offset that most places (P, 2) share to anchors (A, 2), if these lie elsewhere than they should.

    Each place votes for the offsets to all anchors within 800 m, in cells of 10 m. Where places are right the peak lies
    at 0. A peak farther than 30 m off that at least 40 % of the places share, three times as many as at 0, is a shift.
    None with fewer than 50 places, or without such a peak.
    """
    if len(places) < FEWEST or not len(anchors):
        return None
    from scipy.spatial import cKDTree  # a fifth of a second that loads without such points need not wait for

    pairs = cKDTree(places).sparse_distance_matrix(cKDTree(anchors), FARTHEST_M, output_type="ndarray")
    if not len(pairs):
        return None
    place = pairs["i"]
    offset = places[place] - anchors[pairs["j"]]
    cell = np.rint(offset / CELL_M).astype(np.int64)
    # A place votes once a cell, however many anchors lie there. One number a vote is sorted much faster than three.
    row, column = (cell - cell.min(axis=0) + 1).T
    width = int(column.max()) + 2
    votes = np.unique((row * width + column) * len(places) + place) // len(places)
    grid = np.bincount(votes, minlength=(int(row.max()) + 2) * width).reshape(-1, width)
    tally = _smoothed(grid)
    peak = np.array(np.unravel_index(tally.argmax(), tally.shape))
    home = 1 - cell.min(axis=0)
    east, north = (peak - home) * CELL_M
    inside = (home >= 0).all() and (home < tally.shape).all()
    at_home = tally[tuple(home)] if inside else 0
    share = float(tally.max() / len(places))
    if np.hypot(east, north) <= NOTICED_M or share < SHARED_BY or tally.max() < TIMES_AS_MANY * max(at_home, 1):
        return None
    return Shift(float(east), float(north), min(share, 1.0))


def _smoothed(votes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each cell of a grid, whose border is empty, the votes in it and half of those in the cells beside it."""
    found = votes.astype(np.float64)
    found[1:-1, 1:-1] += (votes[:-2, 1:-1] + votes[2:, 1:-1] + votes[1:-1, :-2] + votes[1:-1, 2:]) / 2
    return found
