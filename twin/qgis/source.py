"""Where QGIS finds rows: a table of the service, by key; no host, no name and no password stand in a project."""

from __future__ import annotations

from dataclasses import dataclass

SERVICE = "twin"
"""The section of ``pg_service.conf`` that each person keeps with their own name in it."""


@dataclass(frozen=True)
class Source:
    """A table or view of the store: ``shape`` is QGIS's type of its geometry, empty where it has none.

    ``key`` names the columns that together identify a row. ``where`` keeps some rows only; a quote in a value of it is
    doubled by ``equal``.
    """

    schema: str
    table: str
    key: tuple[str, ...]
    shape: str = ""
    srid: int = 0
    where: str = ""

    def uri(self, service: str = SERVICE) -> str:
        """The source as QGIS's provider ``postgres`` reads it."""
        key = ",".join(self.key) if len(self.key) == 1 else ",".join(f'"{each}"' for each in self.key)
        parts = [f"service={_quoted(service)}", f"key={_quoted(key)}", "estimatedmetadata=true"]
        parts += [f"srid={self.srid}", f"type={self.shape}"] if self.shape else []
        parts += ["checkPrimaryKeyUnicity='0'", f'table="{self.schema}"."{self.table}"']
        parts += ["(geom)"] if self.shape else []
        return " ".join([*parts, f"sql={self.where}"] if self.where else parts)


def equal(field: str, value: str) -> str:
    """The condition that a field holds a text."""
    doubled = value.replace("'", "''")
    return f"\"{field}\" = '{doubled}'"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
