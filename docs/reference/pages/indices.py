"""The page of indices."""

from __future__ import annotations

from pages._markdown import code, document, facts, prose, table
from twin.discover import discover
from twin.index import Index

INTRODUCTION = """\
An index is one number for each zone, computed from layers. A zone has a value; or *no data*, with the reason; or the
goal does not apply to it. Every value has its count, the denominator that it is a share of, and its quality: the share
of the denominator with a fresh record. Goals of a [profile](profiles.md) set the target of an index and may set its
parameters."""


def page() -> str:
    """One section an index: definition, unit, what it reads, its parameters."""
    found = discover("twin.indices", Index)
    rows = [(f"[`{each.id}`](#{each.id})", each.title, each.title_zh, unit_words(each)) for each in found.values()]
    sections = [_section(each) for each in found.values()]
    return document("# Indices", INTRODUCTION, table(("index", "title", "中文", "unit"), rows), *sections)


def unit_words(index: Index) -> str:
    """The unit, as people say it."""
    return "share, shown in percent" if index.unit == "share" else index.unit


def _reach(index: Index) -> str:
    read = (*index.layers, *index.optional_layers)
    whole = [
        f"of `{layer}` all of the city, by networks or numbers of nodes" for layer in read if layer not in index.reaches
    ]
    farther = {layer: f"{metres:g} m around a zone" for layer, metres in index.reaches.items() if metres}
    if len({*farther.values()}) == 1 and len(farther) == len(index.reaches):
        return "; ".join((next(iter(farther.values())), *whole))
    return "; ".join(("the zone itself", *(f"of `{layer}` {words}" for layer, words in farther.items()), *whole))


def _section(index: Index) -> str:
    told = (
        ("unit", unit_words(index)),
        ("counts", index.counted),
        ("layers that it needs", code(index.layers)),
        ("layers that it reads where present", code(index.optional_layers)),
        ("rasters that it reads where present", code(index.rasters)),
        ("networks", code(index.networks)),
        ("reach", _reach(index)),
        ("version of the method", str(index.method_version)),
    )
    named = [(f"`{name}`", f"`{default!r}`") for name, default in index.params.items()]
    return document(
        f"## {index.id}",
        f"**{index.title}** ({index.title_zh})",
        facts(told),
        prose(index.doc),
        table(("parameter", "default"), named),
    )
