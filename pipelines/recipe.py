"""The recipe: ``city.toml`` beside the files, read and checked before anything is opened."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pyproj
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from layers.schema import Declaration, Layer, Meaning, Raster
from twin.discover import discover
from twin.errors import RecipeError, UnknownName


class City(BaseModel):
    """What the recipe says of the city."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1, description="Name of the city. One store holds one city.")
    crs: str = Field(description="Metric CRS of the twin, such as EPSG:4547. Every file is brought into it.")
    reference_date: datetime.date | None = Field(
        default=None, description="Day that counts as today for the age of records; the day of the run where not given."
    )
    profile: str = Field(
        default="xiongan_2035",
        description="Goals: a name in data/profiles/, or the path of a TOML file beside this one.",
    )
    extent: tuple[float, float, float, float] | None = Field(
        default=None,
        description="xmin, ymin, xmax, ymax in the metric CRS; default its area of use. Rows outside are rejected.",
    )

    @field_validator("crs")
    @classmethod
    def _metric(cls, value: str) -> str:
        crs = pyproj.CRS.from_user_input(value)
        if crs.to_epsg() is None:
            raise ValueError(f"{value} has no EPSG code; name one, such as EPSG:4547")
        if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
            raise ValueError(f"{value} ({crs.name}) is not in metres; name a projected CRS in metres")
        return value

    @property
    def srid(self) -> int:
        """EPSG code of the metric CRS."""
        code = pyproj.CRS.from_user_input(self.crs).to_epsg()
        assert code is not None
        return code


class Source(BaseModel):
    """One file, or table of a file, that feeds a layer."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    layer: str = Field(description="Id of the layer that the rows go into.")
    path: str = Field(description="The file, relative to the recipe.")
    sublayer: str = Field(default="", description="Table of a GeoPackage, layer of a GML, GDAL's table of an OSM file.")
    crs: str = Field(default="", description="CRS of the coordinates, where the file does not say.")
    crs_override: bool = Field(default=False, description="Believe `crs` even where the file says otherwise.")
    encoding: str = Field(default="", description="Encoding of the text, such as gb18030, where it is not UTF-8.")
    where: str = Field(default="", description="Filter of rows in OGR SQL, such as status = 'built'.")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Field = the file's column. A column with the field's own name needs none."
    )
    values: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="By field: the file's value = the layer's. What is not listed stays as it is."
    )
    set: dict[str, Any] = Field(default_factory=dict, description="Constants: field = its value in every row.")
    x: str = Field(default="", description="Column of a table with the easting or longitude; goes with `y`.")
    y: str = Field(default="", description="Column of a table with the northing or latitude; goes with `x`.")
    wkt: str = Field(default="", description="Column of a table with the geometry as WKT, instead of `x` and `y`.")
    publisher: str = Field(default="", description="Who publishes the file.")
    licence: str = Field(default="", description="Terms of use, best as an SPDX id.")
    attribution: str = Field(default="", description="Sentence that is shown on maps and goes with exports.")
    observed_on: datetime.date | None = Field(
        default=None, description="Day that the rows describe, for rows without a date of their own."
    )

    @model_validator(mode="after")
    def _x_with_y(self) -> Source:
        if bool(self.x) != bool(self.y):
            raise ValueError("x and y go together; give both columns")
        if self.x and self.wkt:
            raise ValueError("give x and y, or wkt, not both")
        return self

    @property
    def name(self) -> str:
        """What tells this source apart from the others of its layer."""
        constants = json.dumps(self.set, sort_keys=True, ensure_ascii=False, default=str) if self.set else ""
        return "".join(
            (
                self.path,
                f"#{self.sublayer}" if self.sublayer else "",
                f"?{self.where}" if self.where else "",
                f"&{constants}" if constants else "",
            )
        )

    @property
    def digest(self) -> str:
        """Hash of all that decides which rows the source gives."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


class Recipe(BaseModel):
    """A city and its sources; paths are relative to ``folder``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    city: City = Field(description="The city as a whole.")
    source: tuple[Source, ...] = Field(min_length=1, description="The files, one [[source]] each, in any order.")
    folder: Path = Path()

    @property
    def file(self) -> Path:
        """The recipe's own file."""
        return self.folder / "city.toml"


def read_recipe(path: Path) -> Recipe:
    """Read ``city.toml`` (or a folder that holds it).

    Raises:
        RecipeError: no such file, not TOML, or a key or value that does not fit; names the place and the mend.
        UnknownName: a key, a layer or a field that does not exist; the nearest is named.
    """
    file = path / "city.toml" if path.is_dir() else path
    if not file.is_file():
        raise RecipeError(f"{file}: there is no recipe; write one, or start with `twin sources guess {path}`")
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{file}: not TOML: {error}") from error
    try:
        recipe = Recipe.model_validate({**raw, "folder": file.parent})
    except ValidationError as error:
        raise _explained(file, error) from None
    for number, source in enumerate(recipe.source, 1):
        _check_names(f"{file}: source {number}", source)
    _refuse_twins(file, recipe)
    return recipe


def _explained(file: Path, error: ValidationError) -> RecipeError | UnknownName:
    first = error.errors()[0]
    place = [str(part + 1) if isinstance(part, int) else part for part in first["loc"]]
    where = f"{file}: {' '.join(place[:-1])}".rstrip(": ")
    if first["type"] == "extra_forbidden":
        models: dict[str, type[BaseModel]] = {"city": City, "source": Source}
        model = models.get(place[0], Recipe) if len(place) > 1 else Recipe
        return UnknownName("key", place[-1], set(model.model_fields) - {"folder"}, where)
    said = first["msg"].removeprefix("Value error, ")
    return RecipeError(f"{file}: {' '.join(place)}: {said}")


def _check_names(where: str, source: Source) -> None:
    layers = discover("layers", Declaration)
    if source.layer not in layers:
        raise UnknownName("layer", source.layer, layers, where)
    layer = layers[source.layer]
    fields = layer.fields if isinstance(layer, Layer) else {layer.id}
    if isinstance(layer, Raster):
        _refuse_columns(where, layer, source)
    for mapping in ("columns", "values"):
        for name in getattr(source, mapping):
            if name not in fields:
                raise UnknownName(f"field of {source.layer}", name, fields, f"{where}, {mapping}")


def _refuse_columns(where: str, layer: Raster, source: Source) -> None:
    about_rows = ("encoding", "where", "columns", "set", "x", "y", "wkt")
    given = [name for name in about_rows if getattr(source, name)]
    if source.values and layer.meaning is not Meaning.CLASS:
        given.append("values")
    if given:
        raise RecipeError(f"{where}: {layer.id} has cells, no rows and columns; drop {', '.join(given)}")


def _refuse_twins(file: Path, recipe: Recipe) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, source in enumerate(recipe.source, 1):
        first = seen.setdefault((source.layer, source.name), number)
        if first != number:
            raise RecipeError(f"{file}: sources {first} and {number} are the same ({source.name}); keep one")
