"""Reads vector tiles (the second version of the format), by its specification alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from shapely import MultiPolygon, Polygon

MOVE, CLOSE = 1, 7


@dataclass
class Feature:
    """One feature: id (0 where it has none), properties, parts as lists of points in units of the tile."""

    id: int = 0
    properties: dict[str, Any] = field(default_factory=dict)
    parts: list[list[tuple[int, int]]] = field(default_factory=list)

    @property
    def area(self) -> MultiPolygon:
        """Its rings as polygons without holes."""
        return MultiPolygon([Polygon(part) for part in self.parts if len(part) > 2])


def features(tile: bytes) -> list[Feature]:
    """Features of all layers of a tile."""
    found = []
    for number, layer in fields(tile):
        if number != 3:
            continue
        content = list(fields(layer))
        keys = [value.decode() for name, value in content if name == 3]
        values = [_value(value) for name, value in content if name == 4]
        found += [_feature(value, keys, values) for name, value in content if name == 2]
    return found


def content(tile: bytes) -> list[str]:
    """What is in a tile, in whatever order it was read."""
    return sorted(repr((each.id, sorted(each.properties.items()), sorted(each.parts))) for each in features(tile))


def fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Number and content of the fields of a protobuf message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            content, at = _varint(message, at)
            yield tag >> 3, content
            continue
        size, at = {1: (8, at), 5: (4, at)}.get(tag & 7) or _varint(message, at)
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _value(message: bytes) -> Any:
    ((number, content),) = list(fields(message))
    if number == 1:
        return content.decode()
    return struct.unpack("<f" if number == 2 else "<d", content)[0] if number in (2, 3) else content


def _numbers(packed: bytes) -> list[int]:
    found, at = [], 0
    while at < len(packed):
        value, at = _varint(packed, at)
        found.append(value)
    return found


def _feature(message: bytes, keys: list[str], values: list[Any]) -> Feature:
    made = Feature()
    for number, content in fields(message):
        if number == 1:
            made.id = content
        elif number == 2:
            tags = _numbers(content)
            made.properties = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
        elif number == 4:
            made.parts = _parts(_numbers(content))
    return made


def _parts(commands: list[int]) -> list[list[tuple[int, int]]]:
    parts: list[list[tuple[int, int]]] = []
    x = y = at = 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == CLOSE:
            continue
        for _ in range(count):
            x += (commands[at] >> 1) ^ -(commands[at] & 1)
            y += (commands[at + 1] >> 1) ^ -(commands[at + 1] & 1)
            at += 2
            if command == MOVE:
                parts.append([])
            parts[-1].append((x, y))
    return parts
