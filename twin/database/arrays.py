"""NumPy arrays to and from PostgreSQL's arrays of numbers, in its binary form and without a Python object a number."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

ARRAYS = {"int2": (1005, 21, 2), "int8": (1016, 20, 8), "float4": (1021, 700, 4), "float8": (1022, 701, 8)}
"""By type: the oid of its array, its own, its bytes."""

HEADER = struct.Struct("!iiIii")
"""Dimensions, whether a value may be null, the elements' oid, their count, the lower bound."""

BY_ELEMENT = {oid: name for name, (_, oid, _) in ARRAYS.items()}
CODES = {"int2": "i2", "int8": "i8", "float4": "f4", "float8": "f8"}


@dataclass(frozen=True)
class Numbers:
    """An array (n,) on its way into a column of ``type``: int2, int8, float4 or float8, each ``[]``."""

    values: NDArray[Any]
    type: str


class _NumbersDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Numbers) -> Buffer:
        """The bytes of the array."""
        _, oid, size = ARRAYS[obj.type]
        if not len(obj.values):
            return struct.pack("!iiI", 0, 0, oid)
        elements = np.empty(len(obj.values), dtype=[("size", ">i4"), ("value", ">" + CODES[obj.type])])
        elements["size"] = size
        elements["value"] = obj.values
        return HEADER.pack(1, 0, oid, len(obj.values), 1) + elements.tobytes()


class _NumbersLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> NDArray[Any]:
        """The array of these bytes; one with nulls, or of more than one dimension, is none of ours."""
        raw = bytes(data)
        dimensions, nulls, oid = struct.unpack_from("!iiI", raw)
        code = CODES[BY_ELEMENT[oid]]
        if dimensions == 0:
            return np.empty(0, dtype=code)
        if dimensions != 1 or nulls:
            raise psycopg.DataError("an array of numbers with nulls or several dimensions was not written by the twin")
        elements = np.frombuffer(raw, dtype=[("size", ">i4"), ("value", ">" + code)], offset=HEADER.size)
        return np.ascontiguousarray(elements["value"].astype(code))


def write_numbers(cursor: psycopg.Cursor[Any]) -> None:
    """Let a cursor write ``Numbers`` into its columns."""
    for array, _, _ in ARRAYS.values():
        # COPY looks its dumpers up by the type of the column.
        cursor.adapters.register_dumper(Numbers, type("NumbersDumper", (_NumbersDumper,), {"oid": array}))


def read_numbers(cursor: psycopg.Cursor[Any]) -> None:
    """Let a binary cursor read arrays of numbers as NumPy arrays."""
    for array, _, _ in ARRAYS.values():
        cursor.adapters.register_loader(array, _NumbersLoader)
