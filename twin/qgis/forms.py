"""Forms from declarations: a widget a field, its name with its unit, what must be there, what nobody writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from layers.schema import Field, Kind, Layer
from twin.qgis.options import Value, options, text_element

NOT_NULL, EXPRESSION, HARD = 1, 4, "1"
"""QGIS's kinds of constraints, and the strength that keeps a form from being saved."""

NO_VALUE = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
"""What QGIS's list of values calls nothing."""

WHOLE_NUMBERS = (-2_000_000_000, 2_000_000_000)
"""Bounds of a whole number that declares none; the widget keeps the one below the least for nothing."""

KEPT = {
    "id": "Row",
    "version": "Version",
    "edited_by": "Edited by",
    "edited_at": "Edited at",
    "program": "Edited with",
    "source_id": "Source",
    "load_id": "Load",
    "source_row": "Row of its source",
    "attributes": "Further columns of its source",
}
"""Columns that the store itself writes: shown in a form, and not to be typed into."""


def title_of(name: str, field: Field) -> str:
    """A field's name for people, with its unit."""
    title = field.title or name.replace("_", " ").capitalize()
    return f"{title} ({field.unit})" if field.unit else title


def add_form(parent: Element, layer: Layer, shape: str, relation: str = "") -> None:
    """Put all that makes a layer's form into its element.

    Args:
        parent: the ``maplayer``.
        layer: its declaration.
        shape: the OGC name of the geometry type of the rows that the form is for.
        relation: id of the relation to the rows' former states; none if empty.
    """
    _widgets(parent, {name: _widget(each) for name, each in layer.fields.items()} | dict.fromkeys(KEPT, _PLAIN))
    _aliases(parent, {name: title_of(name, each) for name, each in layer.fields.items()} | KEPT)
    _constraints(parent, layer, shape)
    text_element(parent, "editorlayout", "tablayout")
    form = SubElement(parent, "attributeEditorForm")
    _tab(form, layer.title, tuple(layer.fields))
    _tab(form, "Record", tuple(KEPT))
    if relation:
        tab = _tab(form, "History", ())
        SubElement(
            tab,
            "attributeEditorRelation",
            name=relation,
            relation=relation,
            label="",
            showLabel="0",
            relationWidgetTypeId="relation_editor",
        )
    # The key of such a layer is made from other fields, by the store.
    made = (layer.key,) if layer.key_of else ()
    _read_only(parent, (*KEPT, *made))


def add_reading(parent: Element, titles: Mapping[str, str]) -> None:
    """Names of fields, for rows that are only read."""
    _aliases(parent, titles)
    _read_only(parent, tuple(titles))


_PLAIN: tuple[str, dict[str, Value]] = ("TextEdit", {"IsMultiline": False})


def _widget(field: Field) -> tuple[str, dict[str, Value]]:
    if field.choices:
        listed: list[Value] = [{each: each} for each in field.choices]
        return "ValueMap", {"map": listed if field.required else [{"–": NO_VALUE}, *listed]}
    if field.kind is Kind.BOOLEAN:
        if not field.required:
            # A check box would save what nobody knows as a no.
            return "ValueMap", {"map": [{"–": NO_VALUE}, {"yes": "true"}, {"no": "false"}]}
        return "CheckBox", {"CheckedState": "", "UncheckedState": "", "TextDisplayMethod": 1}
    if field.kind is Kind.DATE:
        day = "yyyy-MM-dd"
        return "DateTime", {
            "allow_null": not field.required,
            "calendar_popup": True,
            "display_format": day,
            "field_format": day,
            "field_iso_format": False,
        }
    if field.kind is Kind.INTEGER and (field.minimum is not None or field.maximum is not None):
        return "Range", _range(field)
    # QGIS's box for numbers with decimals rounds what it shows, and saves that with the rest of the form: such numbers
    # are texts that must be numbers, and their bounds are constraints.
    return _PLAIN


def _range(field: Field) -> dict[str, Value]:
    least, most = WHOLE_NUMBERS
    minimum = least if field.minimum is None else int(field.minimum)
    maximum = most if field.maximum is None else int(field.maximum)
    return {
        "AllowNull": not field.required,
        "Max": maximum,
        "Min": minimum,
        "Precision": 0,
        "Step": 1,
        "Style": "SpinBox",
        "Suffix": f" {field.unit}" if field.unit else "",
    }


def _widgets(parent: Element, widgets: Mapping[str, tuple[str, dict[str, Value]]]) -> None:
    found = SubElement(parent, "fieldConfiguration")
    for name, (kind, config) in widgets.items():
        field = SubElement(found, "field", name=name, configurationFlags="None")
        SubElement(SubElement(field, "editWidget", type=kind), "config").append(options(config))


def _aliases(parent: Element, titles: Mapping[str, str]) -> None:
    found = SubElement(parent, "aliases")
    for name, title in titles.items():
        SubElement(found, "alias", field=name, name=title)


def _constraints(parent: Element, layer: Layer, shape: str) -> None:
    found, said = SubElement(parent, "constraints"), SubElement(parent, "constraintExpressions")
    for name, each in layer.fields.items():
        if name == layer.key and layer.key_of:
            continue
        is_needed = each.required or each.required_on == shape or name == layer.key
        conditions = _conditions(name, each, is_needed)
        if not conditions:
            continue
        kinds = EXPRESSION | (NOT_NULL if is_needed else 0)
        hard = {"notnull_strength": HARD if is_needed else "0", "exp_strength": HARD, "unique_strength": "0"}
        SubElement(found, "constraint", {"field": name, "constraints": str(kinds), **hard})
        words = " ".join([*conditions.values(), each.doc])
        SubElement(said, "constraint", field=name, exp=" AND ".join(conditions), desc=words)


def _conditions(name: str, field: Field, is_needed: bool) -> dict[str, str]:
    """What must hold of a field, as expressions of QGIS, each with the words that are said where it does not."""
    unit = f" {field.unit}" if field.unit else ""
    found = {f'"{name}" IS NOT NULL': f"Give {name} a value."} if is_needed else {}
    for bound, sign, words in ((field.minimum, ">=", "at least"), (field.maximum, "<=", "at most")):
        if bound is not None:
            found[f'("{name}" IS NULL OR "{name}" {sign} {bound:.15g})'] = f"Use {words} {bound:g}{unit}."
    return found


def _tab(form: Element, title: str, names: Sequence[str]) -> Element:
    found = SubElement(
        form, "attributeEditorContainer", name=title, columnCount="1", groupBox="0", showLabel="1",
        visibilityExpressionEnabled="0", visibilityExpression="",
    )  # fmt: skip
    for name in names:
        SubElement(found, "attributeEditorField", name=name, showLabel="1")
    return found


def _read_only(parent: Element, names: Sequence[str]) -> None:
    found = SubElement(parent, "editable")
    for name in names:
        SubElement(found, "field", name=name, editable="0")
