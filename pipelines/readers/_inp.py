"""A SWMM input file: its sections line by line, each line read by ``swmm-api``, its lengths in metres."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.encoding import suggestion
from twin.errors import SourceEncoding, SourceUnreadable

FOOT, ACRE, HECTARE = 0.3048, 4046.8564224, 10_000.0
US_FLOW, METRIC_FLOW = ("CFS", "GPM", "MGD"), ("CMS", "LPS", "MLD")
DEFAULT_FLOW = "CFS"
"""What SWMM takes where a file names no flow unit."""

UNREADABLE = (TypeError, ValueError, IndexError, KeyError, NotImplementedError)
"""What the library raises on a line that it cannot read."""

Line = tuple[int, list[str]]
"""Number of a line of the file, and its words."""


@dataclass(frozen=True)
class Item:
    """A line of a section as the library read it, or the reason why it could not."""

    line: int
    name: str
    content: Any
    reason: str = ""


@dataclass(frozen=True)
class Inp:
    """The sections of a file, by upper-case name. ``metre`` is the length of the file's unit, ``area`` in m²."""

    path: Path
    sections: dict[str, list[Line]]
    metre: float
    area: float
    offsets_are_elevations: bool

    def items(self, section: str, kind: Any) -> Iterator[Item]:
        """The lines of a section as objects of one of the library's classes."""
        for line, words in self.sections.get(section, ()):
            try:
                yield Item(line, words[0], kind.from_inp_line(*["nan" if word == "*" else word for word in words]))
            except UNREADABLE as error:
                said = str(error).partition(" | ")[0].replace("__init__() ", "")
                yield Item(line, words[0], None, f"[{section}] line {line} cannot be read: {said}")


def read_inp(path: Path, encoding: str) -> Inp:
    """Read a file; UTF-8 where the recipe names no encoding.

    Raises:
        SourceEncoding: the text is in another encoding.
        SourceUnreadable: it is no SWMM input, or its flow unit (which decides feet or metres) is unknown.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        name = encoding or "utf-8"
        raise SourceEncoding(f"{path}: line {line} is not {name}. {suggestion(list(raw.splitlines()))}") from None
    sections = _sections(text)
    if not sections:
        raise SourceUnreadable(f"{path}: holds no section such as [JUNCTIONS]; it is no SWMM input file")
    options = {words[0].upper(): words[1].upper() for _, words in sections.get("OPTIONS", ()) if len(words) > 1}
    flow = options.get("FLOW_UNITS", DEFAULT_FLOW)
    if flow not in US_FLOW + METRIC_FLOW:
        known = ", ".join(US_FLOW + METRIC_FLOW)
        raise SourceUnreadable(
            f"{path}: [OPTIONS] FLOW_UNITS is {flow}, which decides feet or metres; use one of {known}"
        )
    us = flow in US_FLOW
    elevations = options.get("LINK_OFFSETS", "DEPTH") == "ELEVATION"
    return Inp(path, sections, FOOT if us else 1.0, ACRE if us else HECTARE, elevations)


def _sections(text: str) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.partition(";")[0].strip()
        if plain.startswith("["):
            lines = found.setdefault(plain.strip("[] \t").upper(), [])
        elif plain:
            lines.append((number, _words(plain)))
    return found


def _words(line: str) -> list[str]:
    if '"' not in line:
        return line.split()
    try:
        return [word.strip('"') for word in shlex.split(line, posix=False)]
    except ValueError:  # a quote that stays open is a letter like others
        return line.split()
