"""The page of executors: where the batches of a run are computed."""

from __future__ import annotations

import inspect
import sys

from pages._markdown import document, prose, table
from twin.discover import discover
from twin.runs.executor import Executor

INTRODUCTION = """\
`twin score --scheduler NAME`, or `TWIN_SCHEDULER`, says where batches of zones are computed. The result is the same
everywhere. Workers on other machines need the same release of the program and their own `TWIN_DSN`."""


def page() -> str:
    """A table of executors, then what each does."""
    found = discover("twin.runs.executors", Executor).values()
    rows = [(f"`{each.id}`", each.title, ", ".join(f"`{scheme}…`" for scheme in each.schemes)) for each in found]
    sections = [document(f"## {each.id}", prose(_doc(each))) for each in found]
    return document("# Executors", INTRODUCTION, table(("name", "where", "addresses"), rows), *sections)


def _doc(executor: Executor) -> str:
    return inspect.getdoc(sys.modules[executor.execute.__module__]) or ""
