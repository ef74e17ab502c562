"""The rules of a layer, held against the rows of a chunk: good rows go on, broken ones go aside with their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from layers.schema import Geometry, Layer, Rule, kind_rule
from pipelines.columns import typed, values_of_field
from pipelines.crs import Projection
from pipelines.geometry import as_declared, mended, storable
from pipelines.readers.reader import Chunk
from pipelines.recipe import Source
from pipelines.sound import known_wkb, sound_corners
from twin.database.plain import as_json

UNREADABLE = Rule("row_unreadable", "row", "row", "The row cannot be read: {value}", "Mend the row in its file.")
"""The one rule of rows without a place: that they can be read."""

EXACT_WHOLE = 1e15
"""From here on PostgreSQL says a number with an exponent, and so do we."""


@dataclass(frozen=True)
class Reject:
    """A row that broke a rule: where it stands, what it broke, and all that it held."""

    row: int
    key: str | None
    field: str
    rule: str
    reason: str
    hint: str
    original: Mapping[str, Any]
    geometry: Any


@dataclass
class Clean:
    """A chunk after its layer's rules.

    ``rows`` int64 numbers in the file; ``fields`` one column a field of the layer; ``attributes`` what the layer does
    not know, one dict a row or None; ``geometry`` in the city's CRS, None where ``wkb`` alone says it; ``wkb`` of those
    that are still as they were read, or that were never made. ``repaired`` counts mended geometries by fault.
    """

    rows: NDArray[np.int64]
    fields: pd.DataFrame
    attributes: list[dict[str, Any] | None]
    geometry: NDArray[np.object_]
    rejects: list[Reject]
    repaired: Counter[str] = field(default_factory=Counter)
    wkb: pa.Array | None = None


class Verdict:
    """Which rows of a chunk broke which rule first, and the words for it."""

    def __init__(self, size: int) -> None:
        """No row is broken yet."""
        self.broken: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self.said: dict[int, tuple[str, str, str, str]] = {}

    def break_rule(self, where: NDArray[np.bool_], rule: Rule, values: Any) -> None:
        """Rows of ``where`` break ``rule``; ``values`` (by position) fill its message."""
        for position in np.flatnonzero(where & ~self.broken):
            words = rule.message.replace("{value}", str(values[position]))
            self.said[int(position)] = (rule.field, rule.id, words, rule.hint)
        self.broken |= where


def clean(layer: Layer, source: Source, chunk: Chunk, mapping: Mapping[str, str], way: Projection | None) -> Clean:
    """Hold a chunk against its layer.

    Args:
        layer: the declaration with its rules.
        source: the recipe's source, for renamed values and constants.
        chunk: rows as read.
        mapping: which of the file's columns feeds which field.
        way: from the file's CRS to the city's; None for layers without geometry.
    """
    verdict = Verdict(len(chunk.rows))
    fields = _fields(layer, source, chunk, mapping, verdict)
    sound = sound_corners(layer.geometry, chunk, way)
    geometry, repaired = _geometry(layer, chunk, way, sound.where, verdict)
    types = shapely.get_type_id(geometry)
    types[sound.where] = GeometryType.POLYGON
    for rule in layer.rules():
        if not rule.check.startswith("geometry"):
            _hold(rule, fields, types, verdict, layer)
    good = ~verdict.broken
    wkb = known_wkb(chunk, way, sound, geometry, good)
    if (lost := sound.where & verdict.broken).any():
        whole = chunk.parse(lost)[lost]
        geometry[lost] = whole if way is None else way(whole)
    rejects = _rejects(layer, chunk, fields, geometry, verdict)
    kept = fields.loc[good].reset_index(drop=True)
    attributes = _attributes(layer, source, chunk.columns, mapping, good)
    return Clean(chunk.rows[good], kept, attributes, geometry[good], rejects, repaired, wkb)


def _fields(layer: Layer, source: Source, chunk: Chunk, mapping: Mapping[str, str], verdict: Verdict) -> pd.DataFrame:
    size = len(chunk.rows)
    made: dict[str, pd.Series[Any]] = {}
    for name, each in layer.fields.items():
        column = chunk.columns[mapping[name]] if name in mapping else None
        blank = pd.Series(np.full(size, None, dtype=object))
        raw = values_of_field(name, blank if column is None and name in source.set else column, source)
        if raw is None:
            made[name] = blank
            continue
        made[name], wrong = typed(each, raw.reset_index(drop=True))
        if wrong.any():
            verdict.break_rule(wrong, kind_rule(name, each.kind), raw.to_numpy(dtype=object))
    if layer.key_of:
        parts = [made[name].astype(object).map(_short, na_action="ignore") for name in layer.key_of]
        keys = ["/".join(part for part in row if isinstance(part, str)) for row in zip(*parts, strict=True)]
        made[layer.key] = pd.Series(keys, dtype=object)
    return pd.DataFrame(made, index=pd.RangeIndex(size))


def _geometry(
    layer: Layer, chunk: Chunk, way: Projection | None, sound: NDArray[np.bool_], verdict: Verdict
) -> tuple[NDArray[np.object_], Counter[str]]:
    """Geometries in the city's CRS, mended; of rows that are ``sound`` nothing is asked, and none is made."""
    rules = {rule.id: rule for rule in layer.rules()}
    unreadable = np.zeros(len(chunk.rows), dtype=bool)
    unreadable[list(chunk.broken)] = True
    if layer.geometry is Geometry.NONE or way is None:
        verdict.break_rule(unreadable, UNREADABLE, chunk.broken)
        return np.full(len(chunk.rows), None, dtype=object), Counter()
    if sound.all():
        return np.full(len(chunk.rows), None, dtype=object), Counter()
    read = chunk.geometry if chunk.corners is None else chunk.parse(chunk.corners.where & ~sound)
    verdict.break_rule(unreadable, rules["geometry_invalid"], chunk.broken)
    missing = (shapely.is_missing(read) | shapely.is_empty(read)) & ~sound
    verdict.break_rule(missing & ~unreadable, rules["geometry_missing"], read)
    present = read.copy()
    present[missing] = None
    placed = way(present)
    outside = way.outside(placed)
    verdict.break_rule(outside, rules["geometry_extent"], _places(read, outside))
    declared, wrong = as_declared(placed, layer.geometry)
    verdict.break_rule(wrong & ~outside, rules["geometry_type"], _type_names(placed, wrong))
    fixed, faults, beyond = mended(declared, layer.geometry, ~(missing | outside | wrong | sound))
    verdict.break_rule(beyond, rules["geometry_invalid"], faults)
    kept = {position: fault for position, fault in faults.items() if not verdict.broken[position]}
    return fixed, Counter(fault.partition("[")[0].strip() for fault in kept.values())


def _places(geometry: NDArray[np.object_], where: NDArray[np.bool_]) -> dict[int, str]:
    places = {}
    for position in np.flatnonzero(where):
        x, y = shapely.bounds(geometry[position])[:2]
        places[int(position)] = f"x {coordinate(x)}, y {coordinate(y)}"
    return places


def _type_names(geometry: NDArray[np.object_], where: NDArray[np.bool_]) -> dict[int, str]:
    return {int(at): geometry[at].geom_type for at in np.flatnonzero(where)}


def _hold(rule: Rule, fields: pd.DataFrame, types: NDArray[np.int32], verdict: Verdict, layer: Layer) -> None:
    column = fields[rule.field]
    if rule.check == "required":
        if rule.field == layer.key and column.isna().all():
            return  # a source without keys gets them made from its content
        broken = column.isna()
    elif rule.check == "required_on":
        kinds = {GeometryType[str(kind).upper()] for kind in _tuple(rule.bound)}
        broken = column.isna() & np.isin(types, [int(k) for k in kinds])
    elif rule.check == "choices":
        broken = column.notna() & ~column.isin(_tuple(rule.bound))
    else:
        numbers, bound = column.astype(float), _number(rule.bound)
        broken = numbers < bound if rule.check == "minimum" else numbers > bound
    where = broken.to_numpy(dtype=bool)
    verdict.break_rule(where, rule, {int(at): _short(column.iloc[at]) for at in np.flatnonzero(where)})


def _tuple(bound: object) -> tuple[str, ...]:
    assert isinstance(bound, tuple)
    return bound


def _number(bound: object) -> float:
    assert isinstance(bound, int | float)
    return float(bound)


def coordinate(value: float) -> str:
    """A coordinate to five decimals, without trailing zeros."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def _short(value: object) -> str:
    if isinstance(value, float) and abs(value) >= EXACT_WHOLE:
        return np.format_float_scientific(value, trim="-", exp_digits=2)
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _rejects(
    layer: Layer, chunk: Chunk, fields: pd.DataFrame, geometry: NDArray[np.object_], verdict: Verdict
) -> list[Reject]:
    found = []
    for position in np.flatnonzero(verdict.broken):
        at = int(position)
        key = fields[layer.key].iloc[at]
        where, rule, reason, hint = verdict.said[at]
        original = {str(name): value for name, value in chunk.columns.iloc[at].items()}
        shape = geometry[at] if storable(geometry[at]) else None
        row = int(chunk.rows[at])
        found.append(Reject(row, None if pd.isna(key) else str(key), where, rule, reason, hint, original, shape))
    return found


def _attributes(
    layer: Layer, source: Source, columns: pd.DataFrame, mapping: Mapping[str, str], good: NDArray[np.bool_]
) -> list[dict[str, Any] | None]:
    used = set(mapping.values()) | {source.x, source.y, source.wkt}
    rest = [name for name in columns.columns if name not in used]
    constants = {name: value for name, value in source.set.items() if name not in layer.fields}
    count = int(good.sum())
    if not rest and not constants:
        return [None] * count
    found: list[dict[str, Any] | None] = []
    values = [columns[name].to_numpy(dtype=object)[good] for name in rest]
    for row in zip(*values, strict=True) if values else [()] * count:
        each = dict(constants)
        for name, value in zip(rest, row, strict=True):
            known = as_json(value)
            if isinstance(known, dict):
                each |= known
            elif known is not None:
                each[name] = known
        found.append(each or None)
    return found
