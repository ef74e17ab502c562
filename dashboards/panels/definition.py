"""Definitions from docstrings, as paragraphs of a page."""

from __future__ import annotations

import inspect
import re
from typing import Any

from dash import html
from dash.development.base_component import Component

LABELS = re.compile(r"(?=\b(?:Formula|Unit|Denominator|Direction|Counted in n|No data|Quality|Parts|Source): )")
"""Where the docstring of an index begins to speak of another thing."""


def definition(doc: str) -> list[Component]:
    """The paragraphs of a docstring, without its examples; names of parameters as code."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(doc))
    plain = [" ".join(text.split()) for text in paragraphs if not text.lstrip().startswith(">>>")]
    return [_paragraph(piece) for text in plain for piece in LABELS.split(text) if piece.strip()]


def _paragraph(text: str) -> Component:
    label, colon, rest = text.partition(":")
    if colon and LABELS.match(text):
        return html.P([html.Strong(f"{label}: "), *_marked(rest.strip())])
    return html.P(_marked(text))


def _marked(text: str) -> list[Any]:
    pieces = re.split(r"``(.+?)``", text)
    return [html.Code(piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece]
