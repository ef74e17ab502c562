"""What a GeoParquet file says of itself, held against the standard (1.0, 1.1, and what is known of 2.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyproj

from pipelines.recipe import Source
from twin.errors import SourceUnreadable, UnknownName

VERSIONS = ("0.4", "1.0", "1.1", "2.0")
DEFAULT_CRS = "OGC:CRS84"


@dataclass(frozen=True)
class GeoColumn:
    """The column of geometry that is read, and what the file says of it.

    ``types`` the ``geometry_types`` (none: anything); ``bbox`` xmin, ymin, xmax, ymax in the column's CRS or None;
    ``hidden`` columns that are no attributes: other geometries, and boxes made for speed.
    """

    name: str
    crs: pyproj.CRS | None
    types: frozenset[str]
    bbox: tuple[float, float, float, float] | None
    counterclockwise: bool
    hidden: frozenset[str]


def geo_column(path: Path, schema: pa.Schema, source: Source, notes: list[str]) -> GeoColumn | None:
    """The geometry column that the recipe's ``sublayer`` names, else the primary one; None without ``geo`` metadata.

    Raises:
        SourceUnreadable: a rule of the standard is broken so that the data may be misread; the rule is named.
        UnknownName: ``sublayer`` names no geometry column.
    """
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return None
    said = _json(path, raw)
    _check_version(path, said)
    columns = _columns(path, said, schema)
    name = source.sublayer or said["primary_column"]
    if name not in columns:
        raise UnknownName("geometry column", name, columns, str(path))
    column = columns[name]
    _encoding(path, name, column)
    crs = _crs(path, name, column, source)
    _remarks(name, column, crs, notes)
    covering = (each.get("covering", {}).get("bbox", {}).get("xmin", [""])[0] for each in columns.values())
    hidden = frozenset({*columns, *covering}) - {name}
    turned = column.get("orientation") == "counterclockwise"
    return GeoColumn(name, crs, frozenset(column.get("geometry_types", ())), _bbox(path, name, column), turned, hidden)


def _refused(path: Path, words: str) -> SourceUnreadable:
    return SourceUnreadable(f"{path}: breaks the rules of GeoParquet: {words}. Ask for a corrected file")


def _json(path: Path, raw: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _refused(path, "its 'geo' metadata is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise _refused(path, f"its 'geo' metadata is not JSON ({error})") from error
    if not isinstance(said, dict):
        raise _refused(path, "its 'geo' metadata is no JSON object")
    return said


def _check_version(path: Path, said: Mapping[str, Any]) -> None:
    for key in ("version", "primary_column", "columns"):
        if key not in said:
            raise _refused(path, f"its 'geo' metadata has no '{key}'")
    version = str(said["version"])
    if not version.startswith(VERSIONS):
        raise _refused(path, f"version '{version}' is not known ({', '.join(VERSIONS)})")


def _columns(path: Path, said: Mapping[str, Any], schema: pa.Schema) -> Mapping[str, Any]:
    columns = said["columns"]
    if not isinstance(columns, dict) or not columns:
        raise _refused(path, "'columns' names no geometry column")
    if said["primary_column"] not in columns:
        raise _refused(path, f"the primary column '{said['primary_column']}' is not among {', '.join(columns)}")
    lost = [name for name in columns if name not in schema.names]
    if lost:
        raise _refused(path, f"'columns' names {', '.join(lost)}, which the table does not have")
    return columns


def _encoding(path: Path, name: str, column: Mapping[str, Any]) -> None:
    encoding = column.get("encoding")
    if encoding is None:
        raise _refused(path, f"column '{name}' has no 'encoding'")
    if encoding != "WKB":
        raise SourceUnreadable(f"{path}: column '{name}' is encoded as '{encoding}'; write it with the encoding WKB")


def _crs(path: Path, name: str, column: Mapping[str, Any], source: Source) -> pyproj.CRS | None:
    said = column.get("crs", DEFAULT_CRS)
    if said is None or (source.crs and source.crs_override):
        return None
    if said == DEFAULT_CRS:
        return pyproj.CRS.from_user_input(said)
    try:
        return pyproj.CRS.from_json_dict(said)
    except (pyproj.exceptions.CRSError, TypeError, AttributeError) as error:
        words = (
            f"the 'crs' of column '{name}' is not PROJJSON ({str(error).rpartition('proj_create: ')[2].rstrip(')')})"
        )
        raise SourceUnreadable(f"{_refused(path, words)}, or name crs with crs_override = true") from error


def _bbox(path: Path, name: str, column: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    box = column.get("bbox")
    if box is None:
        return None
    if not isinstance(box, list) or len(box) not in (4, 6) or not all(isinstance(each, int | float) for each in box):
        raise _refused(path, f"the 'bbox' of column '{name}' is not 4 or 6 numbers")
    half = len(box) // 2
    if box[0] > box[half]:
        return None  # across the antimeridian
    return box[0], box[1], box[half], box[half + 1]


def _remarks(name: str, column: Mapping[str, Any], crs: pyproj.CRS | None, notes: list[str]) -> None:
    if column.get("edges", "planar") != "planar":
        notes.append(f"'{name}' has {column['edges']} edges; they are drawn as straight lines in the file's CRS")
    dynamic = crs is not None and crs.datum is not None and crs.datum.type_name.startswith("Dynamic")
    if "epoch" in column and not dynamic:
        called = crs.name if crs is not None else "a CRS that it does not name"
        notes.append(f"an epoch ({column['epoch']}) is given for {called}, which does not move; it is not used")
