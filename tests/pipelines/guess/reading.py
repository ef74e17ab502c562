"""A guessed recipe as a clerk reads it: sources that stand, and those that are only proposed in comments."""

from __future__ import annotations

import tomllib
from typing import Any


def proposed(text: str) -> list[dict[str, Any]]:
    """All sources of a recipe, those in comments too; ``sure`` says which stand."""
    return [
        {**source, "sure": not block.count("# [[source]]")}
        for block in text.split("\n\n")
        for source in tomllib.loads(_uncommented(block)).get("source", [])
    ]


def _uncommented(block: str) -> str:
    if "# [[source]]" not in block:
        return block
    marks = ("# ?", '# column "', "# kept")
    return "\n".join(line if line.startswith(marks) else line.removeprefix("# ") for line in block.splitlines())
