"""The page of layers."""

from __future__ import annotations

from collections.abc import Iterable

from layers.schema import Ends, Field, Layer, Style
from pages._markdown import code, document, table
from twin.database.tables import SYSTEM_COLUMNS
from twin.discover import discover

SYSTEM = {
    "id": "Number of the row in this store.",
    "version": "Grows by one with each change of the row.",
    "source_id": "The source that the row was loaded from; empty if it was drawn here.",
    "load_id": "The load that wrote the row last.",
    "source_row": "Where the row stands in its file: its fid, feature number or line.",
    "edited_by": "Who wrote the row last.",
    "edited_at": "When that was.",
    "program": "The program by which somebody wrote it by hand; empty where a load did.",
    "attributes": "Columns of the file that the layer does not know, as JSON.",
}
"""What the columns are that the store adds to every layer."""

INTRODUCTION = """\
What the city's data is. Each layer is a table of PostGIS, `layer.<name>`, with its former states in `history.<name>`.
A file feeds a layer by a `[[source]]` of the [recipe](recipe.md). A row that breaks a rule of its layer is not loaded:
it waits in quarantine with the words given here; see `twin rejects`. The table itself keeps the rules about fields,
so QGIS and psql meet the same limits.

On the way in, single parts become multi where a layer asks for it, Z and M are dropped, whole decimals become whole
numbers, and 0/1 or yes/no become yes or no. A geometry that is not valid is mended where that can be done, and it is
said."""


def page() -> str:
    """One section a layer: what it holds, its fields, its rules, how it is drawn."""
    found = discover("layers", Layer)
    every = table(("column", "what it is"), [(f"`{name}`", SYSTEM[name]) for name in SYSTEM_COLUMNS])
    beside = "## Columns of every layer\n\nThe store adds these to each table; no file needs them."
    sections = [_section(layer) for layer in found.values()]
    return document("# Layers", INTRODUCTION, _contents(found.values()), *sections, beside, every)


def _contents(layers: Iterable[Layer]) -> str:
    rows = [(f"[`{each.id}`](#{each.id})", each.title, each.title_zh, each.geometry.value) for each in layers]
    return table(("layer", "title", "中文", "geometry"), rows)


def _section(layer: Layer) -> str:
    facts = f"Geometry: {layer.geometry.value}. Key: `{layer.key}`."
    drawn = _drawn(layer.style) if layer.has_geometry else ""
    return document(
        f"## {layer.id}",
        f"**{layer.title}** ({layer.title_zh}). {layer.doc}",
        facts
        if layer.fields[layer.key].required
        else f"{facts} Where a file has no key, one is made from the content.",
        table(
            ("field", "title", "中文", "kind", "unit", "must be there", "values", "what it is"),
            [_field(name, each) for name, each in layer.fields.items()],
        ),
        "A row is rejected with these words:",
        table(
            ("rule", "words", "what to do"),
            [(f"`{rule.id}`", rule.message.replace("{value}", "…"), rule.hint) for rule in layer.rules()],
        ),
        _ends(layer.ends) if layer.ends else "",
        drawn,
    )


def _ends(ends: Ends) -> str:
    rising = f" So is a line that rises by `{ends.height}`, unless it is pumped." if ends.height else ""
    return (
        f"An end that is drawn within {ends.within_m:g} m of its `{ends.points}` is put onto it, and follows it when "
        f"that is moved or named anew; `{ends.start}` and `{ends.end}` name it. An end that lies on none is a warning, "
        f"no reason to reject the row.{rising}"
    )


def _field(name: str, each: Field) -> tuple[str, ...]:
    needed = "yes" if each.required else f"on a {each.required_on}" if each.required_on else ""
    return (f"`{name}`", each.title, each.title_zh, each.kind.value, each.unit, needed, _values(each), each.doc)


def _values(each: Field) -> str:
    if each.choices:
        return code(each.choices)
    if each.minimum is not None and each.maximum is not None:
        return f"{each.minimum:g} to {each.maximum:g}"
    if each.minimum is not None:
        return f"{each.minimum:g} or more"
    return f"{each.maximum:g} or less" if each.maximum is not None else ""


def _drawn(style: Style) -> str:
    inks = [f"{what} in the colour `{ink}`" for what, ink in (("filled", style.fill), ("lines", style.line)) if ink]
    said = [", ".join(inks), f"from zoom {style.min_zoom} on", f"in order {style.order} from the bottom"]
    shown = "switched on" if style.shown else "switched off"
    labels = f" Its label names {code(style.label)}." if style.label else ""
    return f"On the map: {', '.join(part for part in said if part)}; {shown} when the map is first opened.{labels}"
