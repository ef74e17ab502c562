"""The one rule that finds layers, indices, readers, exporters: a file in a folder, one public object in it.

``discover(package, kind)`` imports each module of a package and takes its one object of that kind. The file's name is
the object's id. Packages of third parties join by an entry point of the group ``twin.<package>``, whose name is the id.
A file that breaks the rule stops the start, naming the file and the line.

A folder may hold several kinds of one family, as ``layers`` holds features and rasters: then each file has one object
of the family, whose base class finds all of them.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar, cast

from twin.errors import DiscoveryError

T = TypeVar("T")


def discover(package: str, kind: type[T]) -> Mapping[str, T]:
    """Everything of ``kind`` in ``package``, by id, sorted by id.

    Args:
        package: importable name of the folder, such as ``layers`` or ``twin.indices``.
        kind: class of the objects looked for; it has an attribute ``id``.

    Raises:
        DiscoveryError: a module without, or with more than one, object of that kind or its family; an id that is not
            the file's name; the same id twice.
    """
    folder = importlib.import_module(package)
    family = _found(package, cast(Any, _family_of(kind)), tuple(folder.__path__))
    return MappingProxyType({name: each for name, each in family.items() if isinstance(each, kind)})


def _family_of(kind: type[Any]) -> type[Any]:
    """The topmost base of a kind that is declared beside it."""
    return next(each for each in reversed(kind.__mro__) if each.__module__ == kind.__module__)


@functools.cache
def _found(package: str, kind: Any, path: tuple[str, ...]) -> Mapping[str, Any]:
    """Everything of a family."""
    found: dict[str, Any] = {}
    names = sorted(info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_"))
    for name in names:
        full = f"{package}.{name}"
        if full == kind.__module__:
            continue
        found[name] = _only_object(importlib.import_module(full), name, kind)
    for point in entry_points(group=f"twin.{package}"):
        if point.name in found:
            taken_by = _origin(package, point.name)
            raise DiscoveryError(f"{point.value}: the id '{point.name}' is taken by {taken_by}; choose another name")
        each = point.load()
        if not isinstance(each, kind):
            raise DiscoveryError(f"{point.value}: is a {type(each).__name__}, not a {kind.__name__}")
        found[point.name] = each
    return MappingProxyType(dict(sorted(found.items())))


def _only_object(module: ModuleType, name: str, kind: type[Any]) -> Any:
    file = module.__file__ or module.__name__
    own = {
        variable: value
        for variable, value in vars(module).items()
        if isinstance(value, kind) and not variable.startswith("_")
    }
    if len(own) != 1:
        listed = ", ".join(sorted(own)) or "none"
        raise DiscoveryError(f"{file}:1: needs exactly one public {kind.__name__}, has {len(own)} ({listed})")
    ((variable, each),) = own.items()
    if getattr(each, "id", None) != name:
        line = _line_of(module, variable)
        raise DiscoveryError(f"{file}:{line}: the id is '{each.id}', but the file is named '{name}'; make them equal")
    return each


def _line_of(module: ModuleType, variable: str) -> int:
    lines = inspect.getsource(module).splitlines()
    starts = (f"{variable} =", f"{variable}:", f"def {variable}(", f"class {variable}")
    return next((number for number, line in enumerate(lines, 1) if line.startswith(starts)), 1)


def _origin(package: str, name: str) -> str:
    module = sys.modules.get(f"{package}.{name}")
    return (module.__file__ if module else None) or f"{package}.{name}"
