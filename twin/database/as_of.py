"""Layers as they stood at a moment, from their present and former states."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from psycopg import sql

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query


def layer_rows_at(connection: Connection, layer: Layer, moment: datetime.datetime) -> list[Row]:
    """A layer's rows as they stood: fields, ``version``, ``source``, ``source_row``, ``geom`` as WKB.

    Args:
        connection: of a role that may read history.
        layer: whose rows.
        moment: without a time zone it is of the store's clock. A state holds from the moment that it was made.
    """
    statement = query(
        "layer_rows_at",
        table=layer_table(layer.id),
        history=layer_table(layer.id, "history"),
        columns=sql.SQL(", ").join(map(sql.Identifier, (*layer.fields, "attributes"))),
        place=sql.SQL("geom" if layer.has_geometry else "NULL::geometry"),
    )
    return connection.execute(statement, {"moment": moment}).fetchall()


PAST = "past"
"""The schema that holds layers as they stood, while a run over them lasts."""


@contextmanager
def past_layers(connection: Connection, layers: Iterable[Layer], moment: datetime.datetime) -> Iterator[None]:
    """Layers as they stood at a moment, as tables of the schema ``past``, while in the block.

    ``connection`` commits by itself: other connections must see the tables.
    """
    connection.execute(query("begin_past"))
    for layer in layers:
        statement = query(
            "past_layer",
            past=layer_table(layer.id, PAST),
            table=layer_table(layer.id),
            history=layer_table(layer.id, "history"),
            columns=sql.SQL(", ").join(map(sql.Identifier, (*layer.fields, "attributes"))),
            place=sql.SQL("geom" if layer.has_geometry else "NULL::geometry"),
            moment=sql.SQL("{}::timestamptz").format(sql.Literal(moment)),
        )
        connection.execute(statement)
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute(query("end_past"))
