"""A layer's rules for edits: the declaration compiled to a trigger that says the declaration's words.

Loads check the same rules in vectorised Python (``pipelines.clean``) and write as ``twin_loader``, for whom the trigger
does not fire. The constraints of ``twin.database.tables`` hold for both.
"""

from __future__ import annotations

from psycopg import sql

from layers.schema import Layer, Rule
from twin.database.connect import Connection
from twin.database.queries import layer_table, query

VALUES = {
    "geometry_missing": "no_value",
    "geometry_type": "value_of_type",
    "geometry_invalid": "value_of_fault",
    "geometry_extent": "value_of_place",
}
"""By check of a geometry rule: the statement that gives the value which its message names."""


def make_rules(connection: Connection, layer: Layer) -> None:
    """Make, or renew, the triggers that hold edits of a layer against its rules and keep their former states."""
    function = sql.Identifier("layer", f"{layer.id}_rules")
    blocks = sql.SQL("\n").join(_block(layer, rule) for rule in layer.rules())
    connection.execute(query("create_rules", function=function, key=_key(layer), blocks=blocks))
    connection.execute(query("watch_edits", table=layer_table(layer.id), function=function))


def _key(layer: Layer) -> sql.Composable:
    if not layer.key_of:
        return sql.SQL("")
    parts = sql.SQL(", ").join(sql.SQL("NEW.{}").format(sql.Identifier(name)) for name in layer.key_of)
    return sql.SQL("{};").format(query("make_key", key=sql.Identifier(layer.key), parts=parts))


def _block(layer: Layer, rule: Rule) -> sql.Composable:
    field = sql.Identifier(rule.field)
    value = query(VALUES[rule.check]) if rule.check in VALUES else query("value_of_field", field=field)
    block = query(
        "break_rule",
        broken=_broken(rule, field),
        message=sql.Literal(rule.message),
        value=value,
        hint=sql.Literal(rule.hint),
        table=sql.Literal(layer.id),
        column=sql.Literal(rule.field),
        constraint=sql.Literal(f"{layer.id}_{rule.id}"),
    )
    return sql.SQL("{};").format(block)


def _broken(rule: Rule, field: sql.Identifier) -> sql.Composable:
    name = f"broken_{rule.check}"
    if rule.check in ("minimum", "maximum"):
        return query(name, field=field, bound=sql.Literal(rule.bound))
    if rule.check == "choices":
        assert isinstance(rule.bound, tuple)
        return query(name, field=field, choices=sql.Literal(list(rule.bound)))
    if rule.check in ("required_on", "geometry_type"):
        assert isinstance(rule.bound, tuple)
        return query(name, field=field, kinds=sql.Literal([kind.upper() for kind in rule.bound]))
    return query(name, field=field)
