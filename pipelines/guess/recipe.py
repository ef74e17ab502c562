"""The recipe that is written: sources that are sure as they are, questions as comments beside what they are about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from layers.schema import Layer
from pipelines.guess import openstreetmap
from pipelines.guess.match import SURE, Match, match
from pipelines.guess.place import metric_crs, missing_crs
from pipelines.guess.sample import Sample, files_of, samples_of
from pipelines.privacy import refused_by_name, said_by_values
from twin.discover import discover
from twin.errors import SourceMissing

POSSIBLE = 1.5
HEAD = """\
# A first recipe, guessed from the files in this folder. Lines with a question mark want an answer.
# Every key is explained in docs/reference/recipe.md; then run: twin load {folder} --dry-run
"""


@dataclass(frozen=True)
class Guessed:
    """A guessed recipe as text, with how many sources stand in it and how many questions."""

    text: str
    sure: int
    unsure: int


def guess_recipe(folder: Path) -> Guessed:
    """Guess the recipe of a folder.

    Raises:
        SourceMissing: no file in it can be read.
    """
    looked = [(path, item) for path in files_of(folder) for item in samples_of(path)]
    samples = [item for _, item in looked if isinstance(item, Sample)]
    if not samples:
        raise SourceMissing(f"{folder}: no file here can be read")
    metric = metric_crs(samples)
    blocks = [_block(path, item, folder, samples, metric) for path, item in looked]
    name = json.dumps(folder.resolve().name, ensure_ascii=False)
    city = f'[city]\nname = {name}   # ? the city\'s name\ncrs = "{metric}"   # ? the metric CRS of the twin\n'
    text = "\n".join((HEAD.format(folder=folder), city, *blocks))
    return Guessed(text, sum(b.count("\n[[source]]") + b.startswith("[[source]]") for b in blocks), text.count("# ?"))


def best_match(sample: Sample) -> Match | None:
    """The layer that a table fits best; None where it fits none even as a possibility."""
    layers = discover("layers", Layer)
    fits = [found for layer in layers.values() if (found := match(sample, layer)) is not None]
    best = max(fits, key=lambda found: found.score, default=None)
    return best if best is not None and best.score >= POSSIBLE else None


def _block(path: Path, item: Sample | str, folder: Path, samples: list[Sample], metric: str) -> str:
    where = path.relative_to(folder)
    if isinstance(item, str):
        return f"# ? {where}: {item.splitlines()[0]}\n"
    if item.reader.id == "osm":
        return openstreetmap.sources(item, str(where))
    found = best_match(item)
    table = f", table {item.sublayer}" if item.sublayer else ""
    if found is None:
        return f"# ? {where}{table}: fits no layer; columns: {', '.join(map(str, item.columns.columns))}\n"
    lines = _lines(item, found, str(where), samples, metric)
    return "\n".join(lines if found.score >= SURE else [f"# {line}" for line in lines]) + "\n"


def _lines(sample: Sample, found: Match, where: str, samples: list[Sample], metric: str) -> list[str]:
    sure = "" if found.is_sure else f"   # ? fits by {found.score:.1f} points only"
    lines = ["[[source]]", f'layer = "{found.layer.id}"{sure}', f"path = {_quoted(where)}"]
    if sample.sublayer:
        lines.append(f"sublayer = {_quoted(sample.sublayer)}")
    if sample.crs is None and sample.kinds:
        crs = missing_crs(sample, samples, metric)
        lines.append(f'crs = "{crs}"   # ? nothing in the file says so' if crs else '# ? crs = "EPSG:…"')
    if sample.encoding:
        lines.append(f'encoding = "{sample.encoding}"   # ? read so, the text makes sense')
    if sample.x:
        lines += [f"x = {_quoted(sample.x)}", f"y = {_quoted(sample.y)}"]
    lines += _mapping(sample, found)
    lines += ['# ? publisher = "…"', '# ? licence = "…"', "# ? observed_on = 2025-01-01"]
    return lines


def _mapping(sample: Sample, found: Match) -> list[str]:
    renamed = {f: column for f, column in found.columns.items() if column.lower() != f}
    pairs = ", ".join(f"{f} = {_quoted(column)}" for f, column in renamed.items())
    lines = [f"columns = {{ {pairs} }}"] if pairs else []
    for f, values in found.values.items():
        inside = ", ".join(f"{_quoted(value)} = {_quoted(choice)}" for value, choice in values.items())
        lines.append(f"values.{f} = {{ {inside} }}")
    for f in found.missing:
        lines.append(f'# ? {f} is required and no column fits: columns.{f} = "…" or set.{f} = "…"')
    used = set(found.columns.values())
    refused = {each.column for each in refused_by_name(found.layer, map(str, sample.columns.columns))}
    for column in map(str, sample.columns.columns):
        if column in refused or said_by_values(sample.columns[column]):
            lines.append(f"# column {_quoted(column)} is about persons and will not be stored")
        elif column not in used:
            lines.append(f"# column {_quoted(column)} is kept among the attributes")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
