"""The page of errors."""

from __future__ import annotations

import inspect
import textwrap

from pages._markdown import document, table
from twin import errors
from twin.cli import FAILED, WRONG_USE

INTRODUCTION = """\
Every error that the program raises on purpose is of one of these classes. Its message says what is wrong, where, and
what to do."""


def page() -> str:
    """The tree of errors, and what each of them means."""
    tree = textwrap.dedent((errors.__doc__ or "").partition("::\n")[2]).strip()
    rows = [(f"`{name}`", (inspect.getdoc(each) or ""), str(_status(each))) for name, each in classes().items()]
    return document(
        "# Errors", INTRODUCTION, f"```\n{tree}\n```", table(("error", "what it means", "exit status"), rows)
    )


def classes() -> dict[str, type[errors.TwinError]]:
    """Every class of the tree, in the order of the file."""
    found = vars(errors).items()
    return {name: each for name, each in found if isinstance(each, type) and issubclass(each, errors.TwinError)}


def _status(each: type[errors.TwinError]) -> int:
    return WRONG_USE if issubclass(each, errors.UsageError) else FAILED
