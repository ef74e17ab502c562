"""What stands beside every figure: the machine, its load, and tables."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.database.cluster import Cluster


def described() -> str:
    """Machine, load and day, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{date.today()}: {os.cpu_count()} cores, {memory:.0f} GB, load {load:.1f}, Python {platform.python_version()}"
    )


def processor_s(cluster: Cluster) -> float:
    """Processor seconds of all that a cluster's server ran so far, backends that ended among it."""
    parent = int((cluster.data / "postmaster.pid").read_text().split()[0])
    pids = [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
    ticks = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile: its parent counts it from now on
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(map(int, fields[11:15] if pid == parent else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def spread(ratios: NDArray[np.float64], form: str = "{:.2f}") -> str:
    """The median of ratios, and their range."""
    low, middle, high = (form.format(each) for each in (ratios.min(), np.median(ratios), ratios.max()))
    return f"{middle} ({low} to {high})"
