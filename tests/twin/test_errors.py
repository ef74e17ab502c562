"""The tree drawn at the top of the file is the tree of classes, and a wrong name is told with the nearest."""

from __future__ import annotations

import re

import pytest

from twin import errors
from twin.errors import TwinError, UnknownName


def drawn_tree() -> dict[str, str]:
    """The tree of the module's docstring: each class with the one above it."""
    above: dict[int, str] = {}
    found = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    (?P<bars>[│├└─ ]*)(?P<name>[A-Z]\w+)(?:\s|$)", line)
        if match:
            depth = len(match["bars"]) // 4
            above[depth] = match["name"]
            found[match["name"]] = above[depth - 1] if depth else "Exception"
    return found


def classes() -> dict[str, str]:
    """Each class of the module with its base."""
    own = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    return {each.__name__: each.__base__.__name__ for each in own if each.__base__}


def test_the_drawn_tree_is_that_of_the_classes() -> None:
    assert drawn_tree() == classes()
    assert len(classes()) > 15


def test_all_of_them_can_be_caught_at_once() -> None:
    assert all(issubclass(getattr(errors, name), TwinError) for name in classes())


@pytest.mark.parametrize(
    ("name", "said", "nearest"),
    [
        ("bulding", "there is no layer 'bulding'. Did you mean 'building'?", "building"),
        ("BUILDING", "there is no layer 'BUILDING'. Did you mean 'building'?", "building"),
        ("qqq", "there is no layer 'qqq'. Known: building, zone.", None),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_or_with_all(name: str, said: str, nearest: str | None) -> None:
    error = UnknownName("layer", name, ["zone", "building"])
    assert (str(error), error.nearest) == (said, nearest)


def test_an_unknown_name_says_where_it_stands() -> None:
    assert str(UnknownName("key", "nmae", ["name"], "city.toml: city")).startswith("city.toml: city: there is no key")


def test_an_unknown_name_where_nothing_is_known_says_so() -> None:
    assert str(UnknownName("table", "roads", [])) == "there is no table 'roads'. Known: none."
