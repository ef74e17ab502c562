"""The page of readers."""

from __future__ import annotations

from pages._markdown import code, document, facts, prose
from pipelines.readers.reader import Reader
from twin.discover import discover

INTRODUCTION = """\
The ending of a file decides which reader opens it; of two that fit, the one with the longer ending."""


def page() -> str:
    """One section a reader: its endings, what belongs to a file, what the recipe may say."""
    sections = [_section(each) for each in discover("pipelines.readers", Reader).values()]
    return document("# Formats that are read", INTRODUCTION, *sections)


def _section(reader: Reader) -> str:
    told = (("endings", code(reader.suffixes)), ("files that belong to it", code(reader.sidecars)))
    return document(
        f"## {reader.id}",
        f"**{reader.title}**. {reader.doc}",
        facts(told),
        prose((reader.open.__doc__ or "").split("\n\n")[0]),
    )
