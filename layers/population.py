"""Population: people in each cell."""

from __future__ import annotations

from layers.schema import Meaning, Raster

population = Raster(
    id="population",
    title="Population grid",
    title_zh="人口网格",
    doc=(
        "People who live in each cell, as a count and not per square kilometre. It gives the people of zones for which "
        "neither a population nor residents of buildings are known."
    ),
    meaning=Meaning.COUNT,
    unit="people/cell",
    minimum=0,
    maximum=10_000_000,
    ramp=("att-4", "att-3", "att-2", "att-1"),
)
