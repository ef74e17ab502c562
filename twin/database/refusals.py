"""What PostgreSQL says against an edit, as the words for who edits."""

from __future__ import annotations

import re

import psycopg

from layers.schema import Layer
from twin.database.connect import Connection
from twin.database.queries import query
from twin.errors import EditRefused

REFUSALS = (
    psycopg.errors.CheckViolation,
    psycopg.errors.UniqueViolation,
    psycopg.errors.NotNullViolation,
    psycopg.errors.DataError,
)
"""Errors that are about the row, not about the store."""

NUMBER = r"-?[0-9.]+(?:e[-+]?[0-9]+)?"
FAULT = re.compile(rf"\[({NUMBER}) ({NUMBER})\]|x ({NUMBER}), y ({NUMBER})")
"""How a rule about geometry names a place in the city's CRS."""


def refusal(connection: Connection, layer: Layer, error: psycopg.Error, key: object, index: int) -> EditRefused:
    """The refusal of the change at ``index``, in the rule's own words; the savepoint was rolled back before."""
    said = error.diag
    message, hint, field = said.message_primary or str(error), said.message_hint or "", said.column_name or ""
    if isinstance(error, psycopg.errors.UniqueViolation):
        message, hint = f"{layer.key} '{key}' stands already in another row", "Give each row a key of its own."
        field = layer.key
    elif isinstance(error, psycopg.errors.NotNullViolation):
        message, hint = f"{field} is empty", f"Give {field} a value."
    elif field not in layer.fields and field != "geom":
        field = ""
    return EditRefused(message, hint, field, _place(connection, message) if field == "geom" else None, index)


def _place(connection: Connection, message: str) -> tuple[float, float] | None:
    found = FAULT.search(message)
    if found is None:
        return None
    x, y = (float(each) for each in found.groups() if each is not None)
    try:
        with connection.transaction():
            row = connection.execute(query("place_on_earth"), {"x": x, "y": y}).fetchone()
    except psycopg.errors.InternalError_:
        # A place from which there is no way back to degrees, such as swapped axes.
        return None
    return (row["longitude"], row["latitude"]) if row else None
