"""What a layer of features, a raster, a field, a rule and a style is.

A layer is declared once, in one file of this folder. Its table, its constraints, the check of loaded rows, the
legend, the tiles and its reference page are all made from the declaration; nothing else in the project names a layer.
A raster is declared likewise: its cells are kept as a file, and the store knows where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LISTED_CHOICES = 14
"""How many choices a hint names before it refers to the reference."""


class Geometry(StrEnum):
    """Geometry types of a layer, by their OGC names; ``NONE`` for tables of statistics."""

    POINT = "Point"
    LINE_STRING = "LineString"
    MULTI_LINE_STRING = "MultiLineString"
    MULTI_POLYGON = "MultiPolygon"
    POINT_OR_MULTI_POLYGON = "Point or MultiPolygon"
    NONE = "none"

    @property
    def accepted(self) -> tuple[str, ...]:
        """OGC names of the simple and multi types that a row may hold after single parts became multi."""
        return tuple(self.value.split(" or ")) if self is not Geometry.NONE else ()


class Kind(StrEnum):
    """Types of a field's values."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"

    @property
    def words(self) -> str:
        """What a value of the kind is, as it is said to people."""
        return KIND_WORDS[self]


KIND_WORDS = {
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "yes or no",
    Kind.DATE: "a date such as 2025-03-01",
    Kind.TEXT: "text",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a layer.

    ``choices`` enumerates what a text may be, ``minimum`` and ``maximum`` bound a number (both included). ``unit``
    is a UCUM symbol as people write it (``m``, ``m²``, ``Mbit/s``). ``required_on`` names the geometry type whose rows
    need the field where others do not. ``doc`` is one sentence for the reference, the form and the tooltip;
    ``title_zh`` its Chinese name on screens. ``aliases`` are names under which offices and data models keep it, and
    ``values`` their words for its choices: a first recipe is guessed from them.
    """

    doc: str
    kind: Kind = Kind.TEXT
    required: bool = False
    required_on: str = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    title: str = ""
    title_zh: str = ""
    aliases: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that one row must keep: what is checked, and the words said where it is broken.

    ``check`` is one of ``required``, ``required_on``, ``choices``, ``minimum``, ``maximum`` (about ``field``), or
    ``geometry_missing``, ``geometry_type``, ``geometry_invalid``, ``geometry_extent`` (``field`` is ``geom``).
    ``message`` may hold ``{value}``, filled with the value that broke the rule; ``hint`` says what to do.
    """

    id: str
    field: str
    check: str
    message: str
    hint: str
    bound: float | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of a layer's lines lie on points of the layer ``points``, by whose keys two fields name them.

    An end that is drawn within ``within_m`` of its point is put onto it, and said. ``height`` is the field of the
    points by which lines fall from ``start`` to ``end``; rising is a warning, but not where the field ``pumped[0]`` is
    one of the other words of ``pumped``.
    """

    points: str
    start: str
    end: str
    within_m: float = 0.5
    height: str = ""
    pumped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How a layer is drawn: the colour token of the base map, a line width in pixels, the first zoom it shows at.

    ``fill`` and ``line`` are names of CSS tokens without their ``--t-`` prefix (see ``dashboards/assets/tokens.css``).
    ``order`` sorts layers from bottom (small) to top. ``shown`` layers are switched on when a map is first opened.
    """

    fill: str = ""
    line: str = ""
    width: float = 1.0
    radius: float = 3.0
    min_zoom: int = 0
    order: int = 50
    shown: bool = False
    label: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """What a file of ``layers/`` declares, features or cells: its name and what it is.

    ``id`` is the file's name, the table, the URL. ``doc`` is the first paragraph of the reference page.
    """

    id: str
    title: str
    title_zh: str
    doc: str


@dataclass(frozen=True)
class Layer(Declaration):
    """A feature class: geometry type, key, fields, rules and style. One file in ``layers/``, named like its table.

    ``key`` names the field that identifies a row within the layer; a source without that column gets keys made from
    its content. ``key_of`` names fields that the key is made of, where one field is not enough. ``ends`` says on which
    points the lines of a network hang.
    """

    geometry: Geometry
    key: str
    fields: Mapping[str, Field]
    style: Style = field(default_factory=Style)
    key_of: tuple[str, ...] = ()
    ends: Ends | None = None
    aliases: tuple[str, ...] = ()
    tiles: bool = False

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the layer, in the order in which a row is held against them."""
        found = _geometry_rules(self)
        for name, each in self.fields.items():
            found += _field_rules(name, each)
        return tuple(found)

    @property
    def has_geometry(self) -> bool:
        """Whether rows of this layer have a place on the map."""
        return self.geometry is not Geometry.NONE


class Meaning(StrEnum):
    """What the number of a cell means, which decides how cells are put together."""

    COUNT = "count"
    """How many there are in the cell: cells are summed."""
    VALUE = "value"
    """A measure that holds all over the cell: cells are averaged."""
    CLASS = "class"
    """The code of a class: cells are counted by class."""


@dataclass(frozen=True)
class Raster(Declaration):
    """A layer of cells, kept as a cloud-optimised GeoTIFF under ``TWIN_HOME``. One file in ``layers/``.

    ``unit`` is that of a cell's number. A cell below ``minimum`` or above ``maximum`` (both included), or with a code
    that is none of ``choices`` (code → its words), cannot be true: it becomes a cell without data, and is counted.
    ``ramp`` names CSS tokens without their ``--t-`` prefix, from the least number to the largest, or one a class.
    """

    meaning: Meaning
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[int, str] = field(default_factory=dict)
    ramp: tuple[str, ...] = ()


def kind_rule(name: str, kind: Kind) -> Rule:
    """The rule that a field's values are of its kind; a table's column holds it by its type."""
    words = kind.words
    return Rule(f"{name}_kind", name, "kind", f"{name} is '{{value}}', not {words}", f"Write {words}.")


def _geometry_rules(layer: Layer) -> list[Rule]:
    if not layer.has_geometry:
        return []
    wanted = layer.geometry.value
    return [
        Rule("geometry_missing", "geom", "geometry_missing", "The geometry is empty", f"Draw a {wanted}."),
        Rule(
            "geometry_type",
            "geom",
            "geometry_type",
            f"A {{value}} where {layer.title.lower()} need a {wanted}",
            f"Use a {wanted}, or load the file into another layer.",
            layer.geometry.accepted,
        ),
        Rule(
            "geometry_invalid",
            "geom",
            "geometry_invalid",
            "The geometry is not valid: {value}",
            "Mend the place that is named; a ring must not cross or touch itself.",
        ),
        Rule(
            "geometry_extent",
            "geom",
            "geometry_extent",
            "The geometry lies outside the city's area of use: {value}",
            "Look for swapped axes (longitude and latitude), or name the file's CRS in the recipe.",
        ),
    ]


def _listed(choices: tuple[str, ...]) -> str:
    shown = ", ".join(choices[:LISTED_CHOICES])
    more = len(choices) - LISTED_CHOICES
    return f"{shown} (and {more} more, see the reference)" if more > 0 else shown


def _field_rules(name: str, each: Field) -> list[Rule]:
    found: list[Rule] = []
    if each.required:
        found.append(Rule(f"{name}_required", name, "required", f"{name} is empty", f"Give {name} a value."))
    if each.required_on:
        words = f"{name} is empty on a {each.required_on}"
        found.append(
            Rule(
                f"{name}_required_on",
                name,
                "required_on",
                words,
                f"Give {name} a value.",
                (each.required_on,),
            )
        )
    if each.choices:
        listed = _listed(each.choices)
        found.append(
            Rule(
                f"{name}_choices",
                name,
                "choices",
                f"{name} is '{{value}}'",
                f"Use one of: {listed}; or map the value in the recipe.",
                each.choices,
            )
        )
    unit = f" {each.unit}" if each.unit else ""
    if each.minimum is not None:
        words = f"{name} is {{value}}, less than {each.minimum:g}{unit}"
        hint = f"Use at least {each.minimum:g}{unit}."
        found.append(Rule(f"{name}_minimum", name, "minimum", words, hint, each.minimum))
    if each.maximum is not None:
        words = f"{name} is {{value}}, more than {each.maximum:g}{unit}"
        hint = f"Use at most {each.maximum:g}{unit}."
        found.append(Rule(f"{name}_maximum", name, "maximum", words, hint, each.maximum))
    return found
