"""Before anything is written: every file is there, opens, has its columns, and says where it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from layers.schema import Declaration, Layer, Raster
from pipelines.columns import column_of_field
from pipelines.crs import Projection, projection
from pipelines.opening import fingerprint, open_source
from pipelines.privacy import Refused, refuse_mapped, refused_by_name
from pipelines.raster import PlannedRaster, plan_raster
from pipelines.readers.reader import Contents, Reader
from pipelines.recipe import Recipe, Source
from twin import __version__
from twin.discover import discover
from twin.errors import RecipeError, UnknownName
from twin.goals import profile_path


@dataclass(frozen=True)
class Planned:
    """A source that was opened and checked, ready to be read."""

    layer: Layer
    source: Source
    path: Path
    files: tuple[Path, ...]
    reader: Reader
    contents: Contents
    mapping: Mapping[str, str]
    way: Projection | None
    refused: tuple[Refused, ...] = ()

    def refusing(self, refused: Iterable[Refused]) -> Planned:
        """The same source without some more columns.

        Raises:
            RecipeError: one of them feeds a field of the layer.
        """
        for each in refused:
            refuse_mapped(each, self.mapping, self.path)
        return replace(self, refused=(*self.refused, *refused))

    @property
    def brings_keys(self) -> bool:
        """Whether the source has the layer's key; else keys are made from content."""
        return bool(self.layer.key_of) or self.layer.key in self.mapping or self.layer.key in self.source.set

    @property
    def fields(self) -> tuple[str, ...]:
        """The layer's fields that the source fills."""
        made = (self.layer.key,) if self.layer.key_of else ()
        given = {*self.mapping, *self.source.set, *made}
        return tuple(name for name in self.layer.fields if name in given)

    def fingerprint(self) -> tuple[str, int]:
        """Hash and size in bytes of the files, and of all that belongs to them."""
        return fingerprint(self.files)

    def method(self, srid: int) -> str:
        """Hash of all but the file that decides the rows: recipe, layer, CRS, this program's release."""
        text = repr((self.source.digest, self.layer, srid, __version__, self.way and self.way.extent))
        return hashlib.sha256(text.encode()).hexdigest()


def preflight(recipe: Recipe, only: str | None = None) -> list[Planned | PlannedRaster]:
    """Open and check the sources of a recipe (of layer ``only``, if given), zones first.

    Raises:
        SourceError, RecipeError, UnknownName: the first thing that is wrong, with file and mend. Nothing is written.
    """
    layers = discover("layers", Declaration)
    if only is not None and only not in layers:
        raise UnknownName("layer", only, layers)
    profile_path(recipe.city.profile, recipe.folder)
    wanted = [s for s in recipe.source if only in (None, s.layer)]
    wanted.sort(key=lambda source: source.layer != "zone")
    return [_planned(recipe, layers[source.layer], source) for source in wanted]


def _planned(recipe: Recipe, layer: Declaration, source: Source) -> Planned | PlannedRaster:
    opened = open_source(recipe.folder, source)
    if isinstance(layer, Raster):
        return plan_raster(recipe.city, layer, source, opened)
    assert isinstance(layer, Layer)
    path, contents = opened.path, opened.contents
    if contents.band:
        known = ", ".join(discover("layers", Raster))
        raise RecipeError(f"{path}: is a raster, and {layer.id} is a layer of features; layers of cells are: {known}")
    mapping = column_of_field(layer, source, contents.columns, path)
    refused = tuple(refused_by_name(layer, contents.columns))
    for column in refused:
        refuse_mapped(column, mapping, path)
    for name, each in layer.fields.items():
        if each.required and name not in mapping and name not in source.set and name != layer.key:
            hint = f'map it: columns = {{ {name} = "…" }}, or give a constant: set = {{ {name} = "…" }}'
            raise UnknownName("column", name, contents.columns, f"{path}: {layer.id} needs it; {hint}")
    way = projection(path, source, contents.crs, recipe.city) if layer.has_geometry else None
    return Planned(layer, source, path, opened.files, opened.reader, contents, mapping, way, refused)
