"""A table of a file as GDAL streams it: arrow batches, curves made straight on demand, warnings heard."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from pipelines.recipe import Source
from twin.errors import SourceUnreadable

GDAL_ERRORS = (DataSourceError, DataLayerError, RuntimeError, OSError, pa.ArrowException)


SHAPEFILE = "ESRI Shapefile"
"""The driver whose text has an encoding; in all others text is UTF-8, or says what it is."""


@dataclass(frozen=True)
class Table:
    """An opened table: the file as people name it, as GDAL does, and what GDAL says of it."""

    path: Path
    gdal: str
    name: str
    driver: str
    source: Source
    promised: int
    notes: list[str]
    curved: bool = False

    @contextlib.contextmanager
    def arrow(self, **options: Any) -> Iterator[tuple[dict[str, Any], Any]]:
        """A stream of arrow batches, in GDAL's order: fid, attributes, geometry."""
        if self.source.encoding and self.driver == SHAPEFILE:
            options["encoding"] = self.source.encoding
        where, name = self.source.where or None, None if self.curved else self.name
        gdal = _straight(self.gdal, self.name) if self.curved else self.gdal
        with contextlib.ExitStack() as stack:
            with heard(self.notes):
                stream = pyogrio.open_arrow(
                    gdal, layer=name, where=where, use_pyarrow=True, return_fids=True, **options
                )
                opened = stack.enter_context(stream)
            yield opened

    def straightened(self) -> Table:
        """The same table, every curve made of short straight lines; that is noted."""
        self.notes.append("curves were made of short straight lines")
        return dataclasses.replace(self, curved=True)

    def batches(self, size: int) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Batches of ``size`` rows, and the position of their geometry (0 where there is none).

        Raises:
            SourceUnreadable: GDAL breaks off.
        """
        try:
            with self.arrow(batch_size=size) as (meta, reader):
                shape = meta["geometry_name"] or "wkb_geometry"
                batches = iter(reader)
                while (batch := self._next(batches)) is not None:
                    names = batch.schema.names
                    yield batch, len(names) - 1 - names[::-1].index(shape) if shape in names else 0
        except GDAL_ERRORS as error:
            raise SourceUnreadable(f"{self.path}: broken off while reading: {error}") from error

    def _next(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        with heard(self.notes):
            return next(batches, None)


@contextlib.contextmanager
def heard(notes: list[str]) -> Iterator[None]:
    """What GDAL warns of becomes notes; that it drops measures is told with their count later."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    for each in said:
        words = f"GDAL warns: {each.message}"
        if not words.startswith("GDAL warns: Measured") and words not in notes:
            notes.append(words)


def _straight(gdal: str, table: str) -> str:
    """The table as GDAL's streamed pipeline gives it: every curve as a line of short pieces."""
    quoted = ['"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in (table, gdal)]
    command = (
        f"gdal vector set-geom-type --linear --input-layer {quoted[0]} {quoted[1]} --output-format=stream curveless"
    )
    return json.dumps({"type": "gdal_streamed_alg", "command_line": command})
