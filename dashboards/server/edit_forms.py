"""Forms as JSON, made from the layers' declarations, so that a new layer's file has its form by itself."""

from __future__ import annotations

import re
from typing import Any

from dashboards.words import Words
from layers.schema import Field, Layer, kind_rule

HAN = re.compile(r"[\u4e00-\u9fff]")


def form_of(layer: Layer, say: Words) -> dict[str, Any]:
    """What the page must know to make a layer's form, hold a row against its rules, and draw its shape."""
    ends = layer.ends
    return {
        "id": layer.id,
        "title": say.title(layer),
        # A key is titled by what it names, in English alone: "Building", but 建筑编号 is the number of one.
        "one": layer.fields[layer.key].title if say.lang == "en" else say.title(layer),
        "geometry": list(layer.geometry.accepted),
        "key": layer.key,
        "made_key": bool(layer.key_of),
        "snaps_to": [layer.id, *([ends.points] if ends else [])] if layer.has_geometry else [],
        "ends": [ends.start, ends.end] if ends else [],
        "color": layer.style.fill or layer.style.line,
        "fields": [_field(name, field, say) for name, field in layer.fields.items()],
        "rules": [
            {"field": rule.field, "check": rule.check, "message": rule.message, "hint": rule.hint, "bound": rule.bound}
            for rule in layer.rules()
            if not rule.check.startswith("geometry")
        ],
    }


def _field(name: str, field: Field, say: Words) -> dict[str, Any]:
    kind = kind_rule(name, field.kind)
    return {
        "name": name,
        "title": say.title(field) or name,
        "doc": field.doc,
        "kind": field.kind.value,
        "kind_rule": {"message": kind.message, "hint": kind.hint},
        "required": field.required,
        "required_on": field.required_on,
        "choices": [[choice, choice_words(field, choice, say)] for choice in field.choices],
        "minimum": field.minimum,
        "maximum": field.maximum,
        "unit": field.unit,
    }


def choice_words(field: Field, choice: str, say: Words) -> str:
    """A choice as people read it; in Chinese an office's own word for it, where the layer knows one."""
    if say.lang == "zh":
        own = next((word for word, meant in field.values.items() if meant == choice and HAN.search(word)), "")
        if own:
            return own
    words = choice.replace("_", " ")
    return words[:1].upper() + words[1:]
