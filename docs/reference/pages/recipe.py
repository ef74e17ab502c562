"""The page of the recipe."""

from __future__ import annotations

from pages._keys import keys_table
from pages._markdown import document
from pipelines.recipe import City, Recipe, Source

INTRODUCTION = """\
`city.toml` lies beside a city's files and says how they are read. `twin load DIR` follows it; an unknown key, layer,
field or column is refused before anything is written, naming the nearest that exists. Loading the same files again
changes nothing; a changed file changes only the rows that differ."""

EXAMPLE = """\
```toml
[city]
name = "Rivertown"
crs = "EPSG:4547"
profile = "xiongan_2035"

[[source]]
layer = "green_area"
path = "green.gpkg"
sublayer = "green"
columns = { kind = "LEIXING", access = "KAIFANG" }
values = { kind = { "公园" = "park", "防护绿地" = "shelter_belt" } }
publisher = "Parks Department"
observed_on = 2025-03-01
```"""


def page() -> str:
    """Every key of the recipe, with an example."""
    parts = keys_table(Recipe, leave_out=("folder",))
    return document(
        "# The recipe: city.toml",
        INTRODUCTION,
        EXAMPLE,
        "## Tables",
        parts,
        "## Keys of [city]",
        keys_table(City),
        "## Keys of a [[source]]",
        keys_table(Source),
    )
