"""The recipe that is written: sources that are sure as they are, questions as comments beside what they are about."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.schema import Layer, Raster
from pipelines.guess import openstreetmap
from pipelines.guess.match import Match, match, personal
from pipelines.guess.place import metric_crs, missing_crs, remark_on_datum
from pipelines.guess.sample import Sample, files_of, samples_of
from twin.discover import discover
from twin.errors import SourceMissing

POSSIBLE = 2.5
LISTED = 12
HEAD = """\
# A first recipe, guessed from the files in this folder. Lines with a question mark want an answer.
# Every key is explained in docs/reference/recipe.md; then try: twin load {folder} --dry-run
"""
TERMS = ('# ? publisher = "…"', '# ? licence = "…"', "# ? observed_on = 2025-01-01")


@dataclass(frozen=True)
class Guessed:
    """A guessed recipe as text, with how many sources stand in it and how many questions."""

    text: str
    sure: int
    unsure: int


@dataclass(frozen=True)
class _Block:
    """One table's part of the recipe; ``layer`` is empty where it feeds none, or several."""

    text: str
    layer: str = ""


def guess_recipe(folder: Path) -> Guessed:
    """Guess the recipe of a folder.

    Raises:
        SourceMissing: no file in it can be read.
    """
    looked = [(path, item) for path in files_of(folder) for item in samples_of(path)]
    samples = [item for _, item in looked if isinstance(item, Sample)]
    if not samples:
        raise SourceMissing(f"{folder}: no file here can be read as a table; put the city's files into it")
    metric = metric_crs(samples)
    blocks = [_block(path, path.relative_to(folder), item, samples, metric) for path, item in looked]
    name = _quoted(folder.resolve().name)
    city = f'[city]\nname = {name}   # ? the city\'s name\ncrs = "{metric}"   # ? the metric CRS of the twin\n'
    text = "\n".join((HEAD.format(folder=_shown(str(folder))), city, *_asked(blocks)))
    return Guessed(text, sum(line == "[[source]]" for line in text.splitlines()), text.count("# ?"))


def best_match(sample: Sample) -> Match | None:
    """The layer that a table fits best; None where it fits none even as a possibility."""
    layers = discover("layers", Layer)
    fits = [found for layer in layers.values() if (found := match(sample, layer)) is not None]
    best = max(fits, key=lambda found: found.score, default=None)
    return best if best is not None and best.score >= POSSIBLE else None


def _asked(blocks: Sequence[_Block]) -> list[str]:
    """The blocks' texts; where several feed one layer, with the question whether they repeat each other."""
    feeding = Counter(block.layer for block in blocks if block.layer)
    asked = "# ? {} sources feed {}: keep those that do not repeat each other\n"
    return [
        (asked.format(feeding[block.layer], block.layer) if feeding[block.layer] > 1 else "") + block.text
        for block in blocks
    ]


def _block(path: Path, where: Path, item: Sample | str, samples: list[Sample], metric: str) -> _Block:
    if isinstance(item, str):
        said = item.removeprefix(f"{path}: ").replace(f"{path.parent}{os.sep}", "").splitlines()[0]
        return _Block(f"# ? {_shown(str(where))}: {_shown(said)}\n")
    table = _shown(f"{where}, table {item.sublayer}" if item.sublayer else str(where))
    if item.reader.id == "osm":
        return _Block(openstreetmap.sources(item, where.as_posix()))
    if item.is_raster:
        return _Block(_raster(item, where))
    found = best_match(item)
    if found is None:
        return _Block(f"# ? {table}: fits no layer; columns: {_few(list(map(str, item.columns.columns)))}\n")
    crs = "" if item.crs is not None or not item.kinds else missing_crs(item, samples, metric)
    placed = item.crs is not None or not item.kinds or bool(crs)
    lines = [*_lines(item, found, where.as_posix()), *_place(item, crs), *_mapping(item, found), *TERMS]
    # A load stops at a column about persons that is called like a field.
    stops = any(name.lower() in found.layer.fields for name in personal(item, found.layer))
    if found.is_sure and placed and not stops:
        return _Block("\n".join(lines) + "\n", found.layer.id)
    return _Block("\n".join(line if line.startswith("# ") else f"# {line}" for line in lines) + "\n")


def _raster(sample: Sample, where: Path) -> str:
    rasters, words = discover("layers", Raster), where.as_posix().lower()
    named = next((each for each in rasters if each in words or each.replace("_", "") in words), "…")
    lines = [f"# ? {_shown(str(where))} holds cells; layers of cells are: {', '.join(rasters)}"]
    lines += ["# [[source]]", f'# layer = "{named}"', f"# path = {_quoted(where.as_posix())}"]
    return "\n".join([*lines, *([f"# sublayer = {_quoted(sample.sublayer)}"] if sample.sublayer else [])]) + "\n"


def _lines(sample: Sample, found: Match, where: str) -> list[str]:
    sure = (
        ""
        if found.is_sure
        else "   # ? not sure: "
        + (f"{', '.join(found.missing)} not found" if found.missing else "little speaks for it")
    )
    lines = ["[[source]]", f'layer = "{found.layer.id}"{sure}', f"path = {_quoted(where)}"]
    if sample.sublayer:
        lines.append(f"sublayer = {_quoted(sample.sublayer)}")
    return lines


def _place(sample: Sample, crs: str) -> list[str]:
    lines = []
    if sample.crs is None and sample.kinds:
        told = f'crs = "{crs}"   # ? nothing in the file says so{remark_on_datum(sample, crs)}'
        lines.append(told if crs else '# ? crs = "EPSG:…"')
    if sample.encoding:
        lines.append(f'encoding = "{sample.encoding}"   # ? read so, the text makes sense')
    if sample.x:
        lines += [f"x = {_quoted(sample.x)}", f"y = {_quoted(sample.y)}"]
    return lines


def _mapping(sample: Sample, found: Match) -> list[str]:
    names = list(map(str, sample.columns.columns))
    refused = personal(sample, found.layer)
    pairs = ", ".join(
        f"{field} = {_quoted(column)}" for field, column in found.columns.items() if column.lower() != field
    )
    lines = [f"columns = {{ {pairs} }}"] if pairs else []
    for field, values in found.values.items():
        inside = ", ".join(f"{_quoted(value)} = {_quoted(choice)}" for value, choice in values.items())
        lines.append(f"values.{field} = {{ {inside} }}")
    for field, value in found.constants.items():
        lines.append(f"set.{field} = {json.dumps(value, ensure_ascii=False)}   # ? taken from the name of the table")
    for field, unknown in found.unknown.items():
        lines.append(f"# ? values.{field}: none of its choices: {_few(unknown)}")
    for field in found.missing:
        lines.append(f'# ? {field} is required and no column fits: columns.{field} = "…" or set.{field} = "…"')
    for name in names:
        if name in refused:
            lines.append(f"# column {_quoted(name)} is about persons: it is not stored")
    kept = [name for name in names if name not in refused and name not in found.columns.values()]
    return [*lines, f"# kept among the attributes: {_few(kept)}"] if kept else lines


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(_shown(name) for name in names[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown


def _shown(text: str) -> str:
    # A comment ends with the line, and TOML allows no other control character in it.
    return "".join(each if each.isprintable() else " " for each in text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
