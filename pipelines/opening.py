"""A recipe's ``path`` opened: one file or folder, several files by a pattern, or the address of a service."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.readers._several import joined
from pipelines.readers.reader import Contents, Reader, reader_for, reader_of_url
from pipelines.readers.service import copy_of
from pipelines.recipe import Source
from twin.errors import RecipeError, SourceMissing, SourceUnreadable

FILE_NUMBERS = 1_000_000_000
"""Of several files, row 17 of the second is row 2,000,000,017: each row has a number of its own."""

LISTED = 30

HASH_BLOCK = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A source that was opened: ``path`` as people name it, and every file that its rows depend on."""

    path: Path
    reader: Reader
    contents: Contents
    files: tuple[Path, ...]


def fingerprint(files: Sequence[Path]) -> tuple[str, int]:
    """Hash and size in bytes of some files together."""
    digest, size = hashlib.sha256(), 0
    for file in files:
        with file.open("rb") as handle:
            while block := handle.read(HASH_BLOCK):
                digest.update(block)
                size += len(block)
    return digest.hexdigest(), size


def open_source(folder: Path, source: Source) -> Opened:
    """Open what ``path`` of a source names, relative to ``folder``.

    Raises:
        SourceError, RecipeError, UnknownName: as the format's reader; SourceMissing where no file fits a pattern.
    """
    if "://" in source.path:
        reader, copy = reader_of_url(source.path), copy_of(source)
        contents = reader.open(copy, source)
        return Opened(Path(source.path), reader, contents, tuple(reader.files(copy)))
    path = (folder / source.path).resolve()
    if path.exists() or not glob.has_magic(source.path):
        reader = reader_for(path)
        contents = reader.open(path, source)
        return Opened(path, reader, contents, tuple(reader.files(path)))
    return _several(path, source, sorted(folder.glob(source.path)))


def _several(path: Path, source: Source, found: Sequence[Path]) -> Opened:
    if not found:
        raise SourceMissing(f"{path}: no file fits this pattern")
    readers = [reader_for(each) for each in found]
    opened = [reader.open(each, source) for reader, each in zip(readers, found, strict=True)]
    _check_alike(found, opened)
    files = tuple(file for reader, each in zip(readers, found, strict=True) for file in reader.files(each))
    if len(found) == 1:
        return Opened(path, readers[0], opened[0], files)
    notes = [_listed(found)]
    parts = [(each.name, contents) for each, contents in zip(found, opened, strict=True)]
    return Opened(path, readers[0], joined(parts, _numbered, notes), files)


def _numbered(at: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows + np.int64((at + 1) * FILE_NUMBERS)


def _check_alike(found: Sequence[Path], opened: Sequence[Contents]) -> None:
    first = opened[0]
    for path, each in zip(found[1:], opened[1:], strict=True):
        differing = set(first.columns) ^ set(each.columns)
        if differing:
            names = ", ".join(sorted(differing))
            raise SourceUnreadable(
                f"{path}: has other columns than {found[0].name} ({names}); give it a source of its own"
            )
        if first.crs != each.crs:
            names = " and ".join(crs.name if crs else "no CRS" for crs in (first.crs, each.crs))
            raise RecipeError(f"{path}: has another CRS than {found[0].name} ({names}); give it a source of its own")


def _listed(found: Sequence[Path]) -> str:
    names = ", ".join(f"{at} {each.name}" for at, each in enumerate(found[:LISTED], 1))
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return f"{len(found)} files: {names}{more}; row 2000000017 is row 17 of file 2"
