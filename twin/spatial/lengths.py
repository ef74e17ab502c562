"""Length of lines inside polygons: segments are cut where they cross a border, and the middle of each part decides."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import shapely

from twin.batch import FloatArray, Geometries, IntArray

LEAST_M = 1e-9
"""What is shorter is the rounding of two cuts at one corner."""

BEYOND = 1e-9
"""Borders are lengthened by this share, lest a cut fall between two of them; a cut too many changes nothing."""


@dataclass(frozen=True)
class _Segments:
    """Straight segments from ``start`` to ``end`` (N, 2), the line of each, and the metres that each stands for."""

    start: FloatArray
    end: FloatArray
    line: IntArray
    metres: FloatArray

    @functools.cached_property
    def along(self) -> FloatArray:
        return self.end - self.start

    def shapes(self) -> Geometries:
        ends = np.stack([self.start, self.end], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object).reshape(len(ends))


def lengths_in(lines: Geometries, polygons: Geometries) -> tuple[IntArray, IntArray, FloatArray]:
    """Positions (line, polygon) and metres, for each part of a line inside a polygon.

    ``lines`` are LineStrings in the metric CRS of the polygons. A pair of line and polygon comes as often as there are
    segments or parts of these. A line that runs back over itself counts each time. Polygons (valid) may have holes and
    several parts, and overlap one another. Of what runs along a border rounding decides whether it is inside: so move
    lines by ``HALF_OPEN_M`` before. Missing and empty ones make no pair. Parts of up to 1e-9 m are left out.
    """
    borders, owner = _borders(polygons)
    tree = shapely.STRtree(borders.shapes())
    segments = _looked_at(lines, tree)
    shapes, count = segments.shapes(), max(len(polygons), 1)
    near, polygon = shapely.STRtree(polygons).query(shapes)
    pair = np.sort(near * count + polygon)
    segment, border, at = _cuts(segments, shapes, borders, tree)
    key = segment * count + owner[border]
    order = np.lexsort((at, key))
    own, begin, end = _between(pair, key[order], at[order])
    segment, polygon = np.divmod(pair[own], count)
    length = (end - begin) * segments.metres[segment]
    middle = segments.start[segment] + ((begin + end) / 2)[:, None] * segments.along[segment]
    shapely.prepare(polygons)
    inside = shapely.intersects_xy(polygons[polygon], *middle.T) & (length > LEAST_M)
    return segments.line[segment[inside]], polygon[inside], length[inside]


def _of_lines(lines: Geometries) -> _Segments:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = np.flatnonzero(line[1:] == line[:-1])
    start, end = xy[joined], xy[joined + 1]
    return _Segments(start, end, line[joined].astype(np.int64), np.hypot(*(end - start).T))


def _borders(polygons: Geometries) -> tuple[_Segments, IntArray]:
    """Segments of all rings, and the polygon of each."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    borders = _of_lines(rings)
    return borders, polygon[part[borders.line]].astype(np.int64)


def _looked_at(lines: Geometries, borders: shapely.STRtree) -> _Segments:
    """Segments of lines; of a line that is near no border just the first one, which stands for all of them."""
    every = _of_lines(lines)
    near = np.zeros(len(lines), dtype=bool)
    near[borders.query(lines)[0]] = True
    is_near = near[every.line]
    is_first = np.append(True, every.line[1:] != every.line[:-1])[: len(every.line)]
    whole = np.bincount(every.line, every.metres, minlength=len(lines))[every.line]
    use = is_near | is_first
    metres = np.where(is_near, every.metres, whole)
    return _Segments(every.start[use], every.end[use], every.line[use], metres[use])


def _cuts(
    segments: _Segments, shapes: Geometries, borders: _Segments, tree: shapely.STRtree
) -> tuple[IntArray, IntArray, FloatArray]:
    """Positions (segment, border) where they cross, and at which share of the segment."""
    segment, border = tree.query(shapes)
    (ax, ay), (bx, by) = segments.along[segment].T, borders.along[border].T
    dx, dy = (borders.start[border] - segments.start[segment]).T
    across = ax * by - ay * bx
    # Parallel ones make no cut: where they leave each other, the border's neighbour makes one.
    with np.errstate(divide="ignore", invalid="ignore"):
        at, on_border = (dx * by - dy * bx) / across, (dx * ay - dy * ax) / across
    crosses = (at > 0) & (at < 1) & (on_border >= -BEYOND) & (on_border <= 1 + BEYOND)
    return segment[crosses], border[crosses], at[crosses]


def _between(pair: IntArray, key: IntArray, at: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Parts between cuts: of which pair, from and to which share of it.

    ``pair`` is sorted and without doubles, ``key`` holds for each cut one of its values; cuts are sorted by both.
    """
    cut_pair = np.searchsorted(pair, key)
    is_last = np.append(cut_pair[1:] != cut_pair[:-1], True)[: len(at)]
    is_first = np.append(True, cut_pair[1:] != cut_pair[:-1])[: len(at)]
    until_first = np.ones(len(pair))
    until_first[cut_pair[is_first]] = at[is_first]
    until_next = np.where(is_last, 1.0, np.append(at[1:], 1.0)[: len(at)])
    return (
        np.concatenate([np.arange(len(pair)), cut_pair]),
        np.concatenate([np.zeros(len(pair)), at]),
        np.concatenate([until_first, until_next]),
    )
