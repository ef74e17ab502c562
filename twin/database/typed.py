"""Values of a form as a layer's columns hold them, refused in the words of loads where they are of another kind."""

from __future__ import annotations

import datetime
import math
from typing import Any

from layers.schema import Kind, Layer, kind_rule
from twin.errors import EditRefused, UnknownName

LARGEST_INTEGER = 2**31 - 1


def typed_value(layer: Layer, name: str, value: Any) -> Any:
    """A JSON value as the column of a field takes it; an empty text is a missing value.

    Raises:
        EditRefused: the value is of another kind than the field's, or the layer has no such field.
    """
    if name not in layer.fields:
        raise EditRefused(str(UnknownName("field", name, layer.fields, f"layer {layer.id}")), field=name)
    kind = layer.fields[name].kind
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return _READ[kind](value)
    except (ValueError, OverflowError) as error:
        rule = kind_rule(name, kind)
        said = str(value).replace("\x00", "").encode(errors="replace").decode()
        raise EditRefused(rule.message.replace("{value}", said), rule.hint, name) from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    # UnicodeError, for half a surrogate pair, is a ValueError.
    value.encode()
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not math.isfinite(float(value)):
        raise ValueError
    return float(value)


def _integer(value: Any) -> int:
    number = _number(value)
    if not number.is_integer() or abs(number) > LARGEST_INTEGER:
        raise ValueError
    return int(number)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _day(value: Any) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str):
        raise ValueError
    return datetime.date.fromisoformat(value[:10])


_READ = {Kind.TEXT: _text, Kind.INTEGER: _integer, Kind.NUMBER: _number, Kind.BOOLEAN: _truth, Kind.DATE: _day}
