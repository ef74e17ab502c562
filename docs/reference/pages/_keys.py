"""Tables of the keys that a TOML file may have, from the models that it is checked with."""

from __future__ import annotations

import datetime
import types
from collections.abc import Collection
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pages._markdown import code, table

PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    datetime.date: "date",
    Any: "any value",
}


def keys_table(model: type[BaseModel], leave_out: Collection[str] = ()) -> str:
    """One row a key: what it takes, what holds where it is not given, what it means."""
    rows = [_row(name, each) for name, each in model.model_fields.items() if name not in leave_out]
    return table(("key", "takes", "default", "what it says"), rows)


def _row(name: str, each: FieldInfo) -> tuple[str, ...]:
    return (f"`{name}`", kind_words(each.annotation), _default(each), each.description or "")


def _default(each: FieldInfo) -> str:
    if each.is_required():
        return "must be given"
    value = each.get_default(call_default_factory=True, validated_data={})
    if value is None or value == "" or (isinstance(value, tuple | dict) and not value):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _many(annotation: Any) -> str:
    return f"{kind_words(annotation)}s"


def kind_words(annotation: Any) -> str:
    """What a key of that type takes, in words."""
    if annotation in PLAIN:
        return PLAIN[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return code(inner)
    if origin in (Union, types.UnionType):
        return " or ".join(kind_words(each) for each in inner if each is not type(None))
    if origin is dict:
        return "table" if inner[1] is Any else f"table of {_many(inner[1])}"
    if origin in (tuple, list):
        # A tuple of one type and an ellipsis is a list of any length, one of several types has as many entries.
        count = f"{len(inner)} " if len(inner) > 1 and Ellipsis not in inner else ""
        return f"list of {count}{_many(inner[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    if hasattr(annotation, "__metadata__") or origin is not None:
        return kind_words(inner[0])
    raise TypeError(f"no words for the type {annotation!r} of a key; add them to PLAIN")
