"""CSV: one header line, UTF-8; no places."""

from __future__ import annotations

from pathlib import Path

from twin.exporters.exporter import Exporter, Table


def write_csv(table: Table, path: Path) -> None:
    """Write the rows without their places."""
    table.plain.to_csv(path, index=False, encoding="utf-8")


csv = Exporter("csv", "CSV", (".csv",), write_csv)
