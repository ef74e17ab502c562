"""What a reader is: it opens a source and gives its rows in chunks, whatever is broken in some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from numpy.typing import NDArray

from pipelines.corners import Corners
from pipelines.recipe import Source
from twin.discover import discover
from twin.errors import SourceMissing, SourceUnreadable, UnknownName

CHUNK_ROWS = 50_000


@dataclass
class Chunk:
    """Some rows of a source, in the file's own columns and CRS.

    ``rows`` int64, the number by which people find a row (a feature's fid, the line of a CSV); ``columns`` the
    attributes; ``parsed`` shapely objects or None; ``broken`` says, by position, why a geometry could not be read.
    ``wkb`` is what the geometries were read from, for formats that hold WKB: what nothing changes is stored as it came;
    rows of its ``corners`` are not parsed.
    """

    rows: NDArray[np.int64]
    columns: pd.DataFrame
    parsed: NDArray[np.object_]
    broken: Mapping[int, str] = field(default_factory=dict)
    wkb: pa.Array | None = None
    corners: Corners | None = None

    @cached_property
    def geometry(self) -> NDArray[np.object_]:
        """Shapely objects of all rows, None where there is none."""
        return self.parsed if self.corners is None else self.parse(self.corners.where)

    def parse(self, where: NDArray[np.bool_]) -> NDArray[np.object_]:
        """The objects, those of the rows of ``where`` read from their WKB."""
        if self.wkb is None or not where.any():
            return self.parsed
        made = self.parsed.copy()
        with np.errstate(invalid="ignore"):  # coordinates that are no numbers: the rules have a word for them
            made[where] = shapely.from_wkb(np.array(self.wkb.filter(pa.array(where)).to_pylist(), dtype=object))
        return made


def again(notes: list[str], chunks: Callable[[], Iterator[Chunk]]) -> Callable[[], Iterator[Chunk]]:
    """``chunks`` that may be asked for more than once: what an earlier read added to ``notes`` is taken back."""
    kept = len(notes)

    def read() -> Iterator[Chunk]:
        del notes[kept:]
        yield from chunks()

    return read


@dataclass(frozen=True)
class Contents:
    """A source as it was opened: what it holds, and a way to read it from the start.

    ``crs`` None where the file does not say; ``count`` rows where the format tells, else -1; ``columns`` names as in
    the file; ``notes`` sentences for the person who loads it, complete once all chunks were read. ``band`` says which
    band of a raster file it is, counted from 1; 0 where there are rows.
    """

    crs: pyproj.CRS | None
    columns: tuple[str, ...]
    count: int
    chunks: Callable[[], Iterator[Chunk]]
    notes: Sequence[str] = ()
    band: int = 0


@dataclass(frozen=True)
class Reader:
    """A format: the endings of its files, and how to open one.

    ``open`` takes the file and the recipe's source; it raises a ``SourceError`` or ``UnknownName`` that names the file
    before any row is read. ``sidecars`` are endings of files that belong to the main one. ``sniff`` tells by its
    content whether a file is of this format: asked where several readers share an ending. ``schemes`` are those of the
    addresses that it reads instead of files; ``open`` then gets the folder that keeps the answers. ``tables`` lists the
    names that ``sublayer`` may have, for formats whose files may hold several tables; it raises as ``open`` does.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    open: Callable[[Path, Source], Contents]
    doc: str
    sidecars: tuple[str, ...] = ()
    sniff: Callable[[Path], bool] | None = None
    schemes: tuple[str, ...] = ()
    tables: Callable[[Path], Sequence[str]] | None = None

    def files(self, path: Path) -> list[Path]:
        """The file and all that belong to it, in a fixed order; of a folder, all that it holds."""
        if path.is_dir():
            return sorted(each for each in path.rglob("*") if each.is_file())
        return [path, *(each for ending in self.sidecars if (each := beside(path, ending)) is not None)]


def beside(path: Path, ending: str) -> Path | None:
    """The file of the same name with another ending, in small or capital letters; None where there is none."""
    both = (path.with_suffix(ending), path.with_suffix(ending.upper()))
    return next((each for each in both if each.is_file() and each != path), None)


def reader_for(path: Path) -> Reader:
    """The reader of a file or folder, by its ending, and by its content where several readers share that.

    Raises:
        SourceMissing: there is no such file; the nearest name in its folder is given.
        SourceUnreadable: its content is of no format that has this ending.
        UnknownName: no reader takes that ending.
    """
    if not path.exists():
        if path.parent.is_dir():
            there = [p.name for p in path.parent.iterdir() if p.is_file()]
            raise SourceMissing(str(UnknownName("file", path.name, there, str(path.parent))))
        raise SourceMissing(f"{path.parent}: there is no such folder")
    readers = discover("pipelines.readers", Reader)
    ending = _ending(path, {s for r in readers.values() for s in r.suffixes})
    sharing = [r for r in readers.values() if ending in r.suffixes]
    if len(sharing) == 1:
        return sharing[0]
    found = next((r for r in sharing if r.sniff is not None and r.sniff(path)), None)
    if found is None:
        titles = "; ".join(r.title for r in sharing)
        raise SourceUnreadable(f"{path}: holds nothing that a reader of {ending} knows ({titles})")
    return found


def reader_of_url(url: str) -> Reader:
    """The reader of an address, by its scheme.

    Raises:
        UnknownName: no reader takes that scheme.
    """
    readers = discover("pipelines.readers", Reader)
    scheme = url.partition("://")[0].lower()
    found = next((each for each in readers.values() if scheme in each.schemes), None)
    if found is None:
        known = {each for reader in readers.values() for each in reader.schemes}
        raise UnknownName("reader for addresses that begin with", f"{scheme}://", known, url)
    return found


def _ending(path: Path, known: set[str]) -> str:
    name = path.name.lower()
    fitting = [ending for ending in known if name.endswith(ending)]
    if not fitting and path.is_dir() and any(path.glob("*.shp")):
        fitting = [".shp"]
    if not fitting:
        raise UnknownName("reader for files that end in", path.suffix or path.name, known, str(path))
    return max(fitting, key=len)
