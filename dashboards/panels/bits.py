"""The smallest parts: icons, buttons with an act, chips, lines of a block."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component


def icon(name: str) -> Component:
    """An icon, a mask in the colour of its text; silent to screen readers."""
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))


def aria(**names: str) -> dict[str, Any]:
    """Attributes for screen readers: ``aria(label="Close")``."""
    return {f"aria-{name}": value for name, value in names.items()}


def data(**names: str) -> dict[str, Any]:
    """Attributes that the page's scripts read: ``data(done="Copied")``."""
    return {f"data-{name}": value for name, value in names.items()}


def act(name: str, value: str = "", **more: Any) -> dict[str, Any]:
    """Attributes of an element that does something when clicked (``assets/acts.js``)."""
    return {"data-do": name, "data-with": value, **more}


def icon_button(name: str, label: str, acts: dict[str, Any], class_name: str = "") -> Component:
    """A square button with an icon, and a name for screen readers and the mouse."""
    return html.Button(
        icon(name),
        type="button",
        title=label,
        className=f"icon-button {class_name}".strip(),
        **aria(label=label),
        **acts,
    )


def chip(text: str | list[Any], kind: str = "", **more: Any) -> Component:
    """A chip; with an act it is a button."""
    shape = html.Button if "data-do" in more else html.Span
    return shape(text, className=f"chip chip-{kind}" if kind else "chip", **more)


def block(*children: Any, name: str = "", class_name: str = "") -> Component:
    """A block of a panel, parted from the next by a line."""
    more = data(block=name) if name else {}
    return html.Section(list(children), className=f"block {class_name}".strip(), **more)


def command(text: str) -> Component:
    """A command to type, as it must be typed."""
    return html.Code(text, className="command")
