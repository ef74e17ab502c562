"""Several files (of a glob, or pages of a service) read as one source, one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.readers.reader import Chunk, Contents, again

Numbering = Callable[[int, NDArray[np.int64]], NDArray[np.int64]]
"""From the position of a part, and the numbers of some of its rows, to numbers in the whole."""


def joined(parts: Sequence[tuple[str, Contents]], number: Numbering, notes: list[str]) -> Contents:
    """Parts as one: columns are those of all, a part that lacks one has it empty; the CRS is the first part's.

    Args:
        parts: the name of each part (put before its notes; may be empty) and its contents.
        number: gives rows their numbers in the whole.
        notes: gets the parts' notes once they were read, each once.
    """
    columns = tuple(dict.fromkeys(name for _, each in parts for name in each.columns))
    counts = [each.count for _, each in parts]
    count = sum(counts) if all(each >= 0 for each in counts) else -1

    def chunks() -> Iterator[Chunk]:
        for at, (name, part) in enumerate(parts):
            for chunk in part.chunks():
                frame = chunk.columns.reindex(columns=list(columns))
                yield dataclasses.replace(chunk, rows=number(at, chunk.rows), columns=frame)
            told = [f"{name}: {note}" if name else note for note in part.notes]
            notes.extend(note for note in told if note not in notes)

    return Contents(parts[0][1].crs, columns, count, again(notes, chunks), notes)
