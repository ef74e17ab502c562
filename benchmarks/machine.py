"""What stands beside every figure: the machine, its load, and tables."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import date


def described() -> str:
    """Machine, load and day, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{date.today()}: {os.cpu_count()} cores, {memory:.0f} GB, load {load:.1f}, Python {platform.python_version()}"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
