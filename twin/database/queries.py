"""Named SQL: every statement lives in a ``.sql`` file beside this module and is fetched by its name.

A file of ``sql/queries`` holds statements, each under a line ``-- name: what it does``. Identifiers that depend on a
layer stand in braces and are filled by ``psycopg.sql`` (quoted), values are always parameters.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import LiteralString

from psycopg import sql

SQL = files("twin.database") / "sql"

_HEADING = re.compile(r"^-- (?P<name>[a-z0-9_]+): .+$", re.MULTILINE)


@functools.cache
def _statements() -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for file in sorted((SQL / "queries").iterdir(), key=lambda f: f.name):
        text = file.read_text(encoding="utf-8")
        heads = list(_HEADING.finditer(text))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            name = head["name"]
            if name in found:
                raise KeyError(f"{file.name}: a second statement is named {name}")
            body = text[head.end() : following.start() if following else len(text)]
            found[name] = literal(body.strip().rstrip(";"))
    return found


def literal(text: str) -> LiteralString:
    """Text of a file of this package, which is all that LiteralString promises."""
    return text


def query(name: str, /, **identifiers: sql.Composable) -> sql.Composed | sql.SQL:
    """The statement of that name, with its identifiers filled in.

    Raises:
        KeyError: there is no statement of that name.
    """
    statement = sql.SQL(_statements()[name])
    return statement.format(**identifiers) if identifiers else statement


def query_text(name: str) -> LiteralString:
    """The bare text of a statement, for engines that psycopg does not speak to."""
    return _statements()[name]


def layer_table(layer: str, schema: str = "layer") -> sql.Identifier:
    """The quoted name of a layer's table, in ``layer``, ``history`` or ``staging``."""
    return sql.Identifier(schema, layer)
