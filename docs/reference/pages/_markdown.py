"""Markdown, as the pages need it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def document(*parts: str) -> str:
    """A page from its parts, a blank line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns in which no row has anything are left out. Empty without rows."""
    cells = [[_cell(each) for each in row] for row in rows]
    if not cells:
        return ""
    used = [at for at in range(len(headings)) if any(row[at] for row in cells)]
    lines = [_line([headings[at] for at in used]), _line(["---"] * len(used))]
    lines += [_line([row[at] for at in used]) for row in cells]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def facts(told: Iterable[tuple[str, str]]) -> str:
    """A list of facts by name; those that have no words are left out."""
    return "\n".join(f"- {name}: {words}" for name, words in told if words)


def code(names: Iterable[str]) -> str:
    """Names in code type, parted by commas."""
    return ", ".join(f"`{name}`" for name in names)


def prose(docstring: str) -> str:
    """A docstring as Markdown: its literals in one backtick, its examples in a block of Python."""
    paragraphs = re.sub(r"``([^`]+)``", r"`\1`", docstring).split("\n\n")
    return "\n\n".join(f"```pycon\n{each}\n```" if each.lstrip().startswith(">>>") else each for each in paragraphs)
