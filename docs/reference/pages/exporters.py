"""The page of exporters."""

from __future__ import annotations

import inspect
import sys

from pages._markdown import code, document
from twin.discover import discover
from twin.exporters.exporter import Exporter
from twin.runs.tables import SCORE_COLUMNS

INTRODUCTION = f"""\
`twin export WHAT --out FILE` writes the format that the file's ending names; a file of that name is replaced when the
new one is whole. Layers come with their fields, `version`, `source` (the file) and `source_row`. Scores have one row
a zone and goal: {code(SCORE_COLUMNS)}; a zone without data has an empty value. Sentences of attribution that
a recipe asks for go along where the format has a place for them; CSV has none: name them where you publish the file."""


def page() -> str:
    """One section an exporter: its endings, and what becomes of places."""
    sections = [_section(each) for each in discover("twin.exporters", Exporter).values()]
    return document("# Formats that are written", INTRODUCTION, *sections)


def _section(exporter: Exporter) -> str:
    written = inspect.getdoc(exporter.write) or ""
    about = (sys.modules[exporter.write.__module__].__doc__ or "").strip()
    return document(f"## {exporter.id}", f"**{exporter.title}** ({code(exporter.suffixes)}). {about}", written)
