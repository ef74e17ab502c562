"""Tables of layers, made from their declarations and kept in step with them.

A table is made by the first load, which fixes the CRS. Later a new optional field becomes a new column, changed rules
become changed constraints; what would destroy rows is refused in words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql

from layers.schema import Geometry, Kind, Layer, Rule
from twin.database import dirty
from twin.database.connect import Connection
from twin.database.queries import layer_table, query
from twin.database.rules import make_rules
from twin.database.topology import make_ends
from twin.errors import StoreMismatch

COLUMN_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "double precision",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
}
"""PostgreSQL's type of each kind of field, as ``information_schema`` spells it."""

TRIGGERS_VERSION = 5
"""Raise it when the triggers of layers change, so that the tables of stores that are there follow."""

SYSTEM_COLUMNS = (
    "id",
    "version",
    "source_id",
    "load_id",
    "source_row",
    "edited_by",
    "edited_at",
    "program",
    "attributes",
)
"""Columns that every layer has beside its fields and ``geom``."""


def make_tables(connection: Connection, layers: Mapping[str, Layer], srid: int) -> list[str]:
    """Make, or bring up to date, the table of every layer; the ids of those that were changed.

    Raises:
        StoreMismatch: a table cannot follow its declaration without losing rows.
    """
    known = {row["layer"]: row["declaration"] for row in connection.execute(query("table_declarations"))}
    changed = []
    for layer in layers.values():
        digest = declaration_digest(layer, srid)
        if known.get(layer.id) == digest:
            continue
        with connection.transaction():
            connection.execute(query("drop_told", view=_told(layer)))
            if layer.id not in known:
                _create(connection, layer, srid)
            else:
                _add_columns(connection, layer)
            _renew_checks(connection, layer)
            make_rules(connection, layer)
            dirty.watch(connection, layer)
            _tell(connection, layer)
            connection.execute(query("grant_layer", table=layer_table(layer.id)))
            connection.execute(query("grant_history", table=layer_table(layer.id, "history")))
            connection.execute(
                query(
                    "describe_table",
                    table=layer_table(layer.id),
                    comment=sql.Literal(f"{layer.doc} [{digest}]"),
                )
            )
            _describe_fields(connection, layer)
        changed.append(layer.id)
    make_ends(connection, layers, changed)
    if changed:
        connection.execute(query("tell_zones"))
    return changed


def declaration_digest(layer: Layer, srid: int) -> str:
    """Hash of all that decides a table's shape."""
    kinds = {name: each.kind for name, each in layer.fields.items()}
    text = repr((TRIGGERS_VERSION, layer.geometry, layer.key, layer.key_of, layer.ends, kinds, layer.rules(), srid))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _told(layer: Layer) -> sql.Identifier:
    return sql.Identifier("plain", f"{layer.id}_history")


def _tell(connection: Connection, layer: Layer) -> None:
    """Make the view in which people read the layer's history."""
    names = (*layer.fields, "attributes", *(("geom",) if layer.has_geometry else ()))
    statement = query(
        "create_told",
        view=_told(layer),
        table=layer_table(layer.id),
        history=layer_table(layer.id, "history"),
        key=sql.Identifier(layer.key),
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        comment=sql.Literal(f"{layer.title}: every state of every row with who made it, when, and what became of it."),
    )
    connection.execute(statement)


def _describe_fields(connection: Connection, layer: Layer) -> None:
    """Say of each column what it holds: psql shows it with ``\\d+``."""
    for name, each in layer.fields.items():
        words = each.doc if not each.unit else f"{each.doc} In {each.unit}."
        if each.choices:
            words = f"{words} One of: {', '.join(each.choices)}."
        for schema in ("layer", "history"):
            column = sql.Identifier(schema, layer.id, name)
            connection.execute(query("describe_column", column=column, comment=sql.Literal(words)))


def _create(connection: Connection, layer: Layer, srid: int) -> None:
    columns = [_column(name, each.kind) for name, each in layer.fields.items()]
    if layer.has_geometry:
        one_type = "Geometry" if layer.geometry is Geometry.POINT_OR_MULTI_POLYGON else layer.geometry.value
        columns.append(query("geometry_column", type=sql.Identifier(one_type), srid=sql.Literal(srid)))
    table, history = layer_table(layer.id), layer_table(layer.id, "history")
    key = sql.Identifier(layer.key)
    listed = sql.SQL(", ").join(columns)
    connection.execute(query("create_layer", table=table, columns=listed, key=key))
    make_indexes(connection, layer)
    connection.execute(query("create_history", table=history, layer=table, key=key))
    connection.execute(query("watch_layer", table=table))


def make_indexes(connection: Connection, layer: Layer) -> None:
    """Make a layer's key unique and its rows findable by place.

    Raises:
        psycopg.errors.UniqueViolation: two rows have the same key.
    """
    table, key = layer_table(layer.id), sql.Identifier(layer.key)
    connection.execute(query("make_unique", table=table, key=key, name=sql.Identifier(f"{layer.id}_key")))
    if layer.has_geometry:
        connection.execute(query("index_geometry", table=table, name=sql.Identifier(f"{layer.id}_geom")))


def drop_indexes(connection: Connection, layer: Layer) -> None:
    """Drop an empty layer's indexes and give it a new file, before it is filled; it is locked until commit."""
    table = layer_table(layer.id)
    connection.execute(query("empty_layer", table=table))
    connection.execute(query("drop_unique", table=table, name=sql.Identifier(f"{layer.id}_key")))
    if layer.has_geometry:
        connection.execute(query("drop_geometry_index", name=sql.Identifier("layer", f"{layer.id}_geom")))


def _column(name: str, kind: Kind) -> sql.Composable:
    return query(f"column_{kind.value}", name=sql.Identifier(name))


def _add_columns(connection: Connection, layer: Layer) -> None:
    rows = connection.execute(query("columns_of"), {"layer": layer.id})
    present = {row["column_name"]: row["data_type"] for row in rows}
    for name, each in layer.fields.items():
        wanted = COLUMN_TYPES[each.kind]
        if name not in present:
            if each.required:
                raise StoreMismatch(
                    f"layer {layer.id}: the new field '{name}' is required, but rows exist without it; "
                    "declare it optional, fill it, then require it"
                )
            column = _column(name, each.kind)
            for schema in ("layer", "history"):
                connection.execute(query("add_column", table=layer_table(layer.id, schema), column=column))
        elif present[name] != wanted:
            raise StoreMismatch(
                f"layer {layer.id}: field '{name}' is {present[name]} in the store and {wanted} in its declaration; "
                "a change of type could lose values: give the field a new name"
            )


def _renew_checks(connection: Connection, layer: Layer) -> None:
    for row in connection.execute(query("checks_of"), {"layer": layer.id}).fetchall():
        name = sql.Identifier(row["conname"])
        connection.execute(query("drop_check", table=layer_table(layer.id), name=name))
    for rule in layer.rules():
        check = _check(rule)
        if check is None:
            continue
        name = sql.Identifier(f"{layer.id}_{rule.id}")
        try:
            connection.execute(query("add_check", table=layer_table(layer.id), name=name, check=check))
        except psycopg.errors.CheckViolation as error:
            raise StoreMismatch(
                f"layer {layer.id}: rows in the store break the changed rule '{rule.id}' ({rule.hint}); mend them first"
            ) from error


def _check(rule: Rule) -> sql.Composable | None:
    field = sql.Identifier(rule.field)
    if rule.check in ("required", "geometry_missing"):
        return query("check_required", field=field)
    if rule.check == "required_on":
        kinds = sql.Literal([str(kind).upper() for kind in _names(rule.bound)])
        return query("check_required_on", field=field, kinds=kinds)
    if rule.check == "choices":
        return query("check_choices", field=field, choices=sql.Literal(list(_names(rule.bound))))
    if rule.check in ("minimum", "maximum"):
        return query(f"check_{rule.check}", field=field, bound=sql.Literal(rule.bound))
    return None


def _names(bound: object) -> Iterable[str]:
    assert isinstance(bound, tuple)
    return bound
