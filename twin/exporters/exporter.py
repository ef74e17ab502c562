"""What an exporter is: it writes one table, with or without places, into a file of its format."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataSourceError

from twin.discover import discover
from twin.errors import ExportError, UnknownName


@dataclass(frozen=True)
class Table:
    """What is exported: ``name`` of the table, ``rows``; a GeoDataFrame where they have places (in the city's CRS).

    ``attributions`` are sentences that must go with the data.
    """

    name: str
    rows: pd.DataFrame
    attributions: tuple[str, ...] = ()

    @property
    def places(self) -> gpd.GeoDataFrame | None:
        """The rows with their places; None where they have none."""
        return self.rows if isinstance(self.rows, gpd.GeoDataFrame) else None

    @property
    def plain(self) -> pd.DataFrame:
        """The rows without their places."""
        places = self.places
        return self.rows if places is None else pd.DataFrame(places.drop(columns=places.geometry.name))


@dataclass(frozen=True)
class Exporter:
    """A format: the endings of its files, and how a table is written."""

    id: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Table, Path], None]


def export(table: Table, path: Path) -> None:
    """Write a table in the format that the file's ending names; a file of that name is replaced at the end.

    Raises:
        UnknownName: no exporter writes that ending.
        ExportError: the file cannot be written there.
    """
    exporters = discover("twin.exporters", Exporter)
    fitting = [e for e in exporters.values() if path.name.lower().endswith(e.suffixes)]
    if not fitting:
        known = [suffix for e in exporters.values() for suffix in e.suffixes]
        raise UnknownName("exporter for files that end in", path.suffix or path.name, known, str(path))
    half = path.with_name(f".{path.stem}.half{path.suffix}")
    try:
        half.unlink(missing_ok=True)
        fitting[0].write(table, half)
        half.replace(path)
    except (OSError, DataSourceError) as error:
        raise ExportError(f"{path} cannot be written: {error}. Name a folder that is there and has room") from error
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
