"""The page of raster layers."""

from __future__ import annotations

from layers.schema import Meaning, Raster
from pages._markdown import code, document, facts, table
from pipelines.cells import OVERVIEWS
from twin.discover import discover
from twin.index import Index

INTRODUCTION = """\
What the city's data is, cell by cell. A [recipe](recipe.md) names a GeoTIFF as the `path` of a `[[source]]`, and the
raster as its `layer`. The cells are kept in their own CRS as a cloud-optimised GeoTIFF, in the folder `rasters` of
`TWIN_HOME`, under the hash of the file; the table `twin.raster` says which there are, where they lie, and what they add
up to. A new file takes the place of the former one of the same source, which stays in history. The same cells
again change nothing. Several sources may lie beside each other; where things are counted, they may not overlap.

A cell whose number cannot be true becomes a cell without data, and how many there were is said. A raster counts as one
row: it is rejected where no cell is left, where it lies outside the city's area of use, or where it counts ground
that another one counts. Indices sum cells over zones, each by the share of it that lies in the zone."""

MEANT = {
    Meaning.COUNT: "how many there are in the cell; cells are summed",
    Meaning.VALUE: "a measure that holds all over the cell; cells are averaged",
    Meaning.CLASS: "the code of a class",
}


def page() -> str:
    """One section a raster: what its cells mean, which numbers can be true, which indices read it."""
    found = discover("layers", Raster)
    rows = [(f"[`{each.id}`](#{each.id})", each.title, each.title_zh, each.unit) for each in found.values()]
    sections = [_section(each) for each in found.values()]
    return document("# Raster layers", INTRODUCTION, table(("raster", "title", "中文", "unit"), rows), *sections)


def _section(raster: Raster) -> str:
    readers = [name for name, each in discover("twin.indices", Index).items() if raster.id in each.rasters]
    drawn = "the most common class" if raster.meaning is Meaning.CLASS else "the mean of the cells"
    told = (
        ("number of a cell", MEANT[raster.meaning]),
        ("unit", raster.unit),
        ("numbers that can be true", _bounds(raster)),
        ("in coarser copies, for drawing", f"{drawn} (`{OVERVIEWS[raster.meaning]}`)"),
        ("read by", code(readers)),
        ("colours", code(dict.fromkeys(raster.ramp))),
    )
    classes = table(("code", "class"), [(f"`{number}`", words) for number, words in raster.choices.items()])
    return document(f"## {raster.id}", f"**{raster.title}** ({raster.title_zh}). {raster.doc}", facts(told), classes)


def _bounds(raster: Raster) -> str:
    low = "" if raster.minimum is None else f"{raster.minimum:,.0f} or more"
    high = "" if raster.maximum is None else f"{raster.maximum:,.0f} or less"
    return " and ".join(part for part in (low, high) if part)
