"""The page of settings."""

from __future__ import annotations

from pathlib import Path

from pages._keys import kind_words
from pages._markdown import document, table
from twin.settings import PROJECT, SECRETS, Settings

INTRODUCTION = """\
Every setting is an environment variable, or a line of a file `.env` in the folder that `twin` is called in; the
environment wins. `twin status` prints each with its value and where that came from; secrets are masked."""


def page() -> str:
    """Every setting: variable, what it takes, default, what it says."""
    rows = [
        (f"`TWIN_{name.upper()}`", _takes(name, each.annotation), _default(each.default), each.description or "")
        for name, each in Settings.model_fields.items()
    ]
    return document("# Settings", INTRODUCTION, table(("variable", "takes", "default", "what it says"), rows))


def _takes(name: str, annotation: object) -> str:
    words = "path" if annotation is Path else kind_words(annotation)
    return f"{words} (secret)" if name in SECRETS else words


def _default(value: object) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(PROJECT)}` in the project's folder"
    return f"`{value}`" if value != "" else "none"
