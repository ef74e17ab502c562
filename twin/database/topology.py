"""Lines whose ends lie on points: edits put them there, points take them along, what does not fit is a warning."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from psycopg import sql

from layers.schema import Ends, Layer
from twin.database.connect import Connection
from twin.database.queries import layer_table, query


def make_ends(connection: Connection, layers: Mapping[str, Layer], changed: Collection[str]) -> None:
    """Make, or renew, the triggers of layers whose lines end on points, where either table is new or changed."""
    for layer in layers.values():
        if layer.ends is None or layer.ends.points not in layers or not {layer.id, layer.ends.points} & set(changed):
            continue
        parts = _parts(layer, layer.ends, layers[layer.ends.points])
        with connection.transaction():
            for name in ("index_start", "index_end", "create_warn", "create_snap", "create_warned", "create_follow"):
                connection.execute(query(name, **parts))


def warn(connection: Connection, layer: Layer) -> list[str]:
    """Hold all lines of a layer against their points once a load is done; how many warnings there are, in sentences."""
    if layer.ends is None:
        return []
    parts = {"warn": _function(layer, "warn"), "table": layer_table(layer.id)}
    connection.execute(query("drop_gone_warnings", **parts), {"layer": layer.id})
    connection.execute(query("warn_all", **parts))
    row = connection.execute(query("count_warnings"), {"layer": layer.id}).fetchone()
    assert row is not None
    what, within = layer.title.lower(), f"{layer.ends.within_m:g} m"
    notes = [f"{row['ends']:,} ends of {what} lie on no {layer.ends.points} within {within}"] if row["ends"] else []
    return notes + ([f"{row['flow']:,} {what} rise in the direction of flow"] if row["flow"] else [])


def _function(layer: Layer, what: str) -> sql.Identifier:
    return sql.Identifier("layer", f"{layer.id}_{what}")


def _parts(layer: Layer, ends: Ends, points: Layer) -> dict[str, sql.Composable]:
    parts: dict[str, sql.Composable] = {
        "table": layer_table(layer.id),
        "points": layer_table(points.id),
        "layer": sql.Literal(layer.id),
        "point": sql.Literal(points.title.lower().removesuffix("s")),
        "line": sql.Literal(layer.title.lower().removesuffix("s")),
        "key": sql.Identifier(layer.key),
        "points_key": sql.Identifier(points.key),
        "start": sql.Identifier(ends.start),
        "end": sql.Identifier(ends.end),
        "start_field": sql.Literal(ends.start),
        "end_field": sql.Literal(ends.end),
        "within": sql.Literal(ends.within_m),
    }
    parts |= {f"{end}_index": sql.Identifier(f"{layer.id}_{end}") for end in ("start", "end")}
    parts |= {what: _function(layer, what) for what in ("warn", "snap", "warned", "follow")}
    parts["rising"] = _rising(ends, parts) if ends.height else sql.SQL("")
    for field, name, place in ((ends.start, "start", "0"), (ends.end, "end", "ST_NPoints(NEW.geom) - 1")):
        parts[f"snap_{name}"] = query(
            "snap_end",
            field=sql.Identifier(field),
            field_name=sql.Literal(field),
            which=sql.Literal(name),
            place=sql.SQL("ST_StartPoint" if name == "start" else "ST_EndPoint"),
            nth=sql.SQL(place),
            **{part: parts[part] for part in ("points", "points_key", "within", "point")},
        )
    return parts


def _rising(ends: Ends, parts: Mapping[str, sql.Composable]) -> sql.Composable:
    pumped = (
        query("is_pumped", field=sql.Identifier(ends.pumped[0]), words=sql.Literal(list(ends.pumped[1:])))
        if ends.pumped
        else sql.SQL("false")
    )
    names = ("table", "points", "key", "points_key", "start", "end", "line")
    height = sql.Identifier(ends.height)
    return query(
        "rising", height=height, height_name=sql.Literal(ends.height), pumped=pumped, **{n: parts[n] for n in names}
    )
