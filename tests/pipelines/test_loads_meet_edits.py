"""What staff corrected outlives the next file, and the load says how much of it the file has otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.load import load
from pipelines.outcome import Outcome
from pipelines.recipe import read_recipe
from tests.pipelines.conftest import SmallCity, building
from twin.database.cluster import Cluster
from twin.database.connect import connect


@pytest.fixture
def corrected(store: Cluster, village: SmallCity) -> SmallCity:  # noqa: ARG001
    """The village, with B0 corrected and B1 taken out by hand."""
    load(read_recipe(village.write()))
    with connect(program="QGIS 3.34") as connection:
        connection.execute("UPDATE layer.building SET floors = 9 WHERE building_id = 'B0'")
        connection.execute("DELETE FROM layer.building WHERE building_id = 'B1'")
    return village


def again(village: SmallCity, floors: tuple[int, int, int]) -> Outcome:
    """Load the buildings with other floors."""
    path = village.folder / "buildings.gpkg"
    path.unlink()
    village.file(path.name, [building(f"B{n}", 20 * n, 20, floors=each) for n, each in enumerate(floors)])
    (outcome,) = load(read_recipe(village.write()), only="building").sources
    return outcome


def test_rows_still_add_up_and_what_staff_did_stays(corrected: SmallCity) -> None:
    done = again(corrected, (2, 2, 5))
    assert (done.read, done.loaded, done.unchanged, done.rejected, done.closed) == (3, 1, 2, 0, 0)
    assert not any("staff" in note for note in done.notes)
    done = again(corrected, (3, 3, 5))
    assert (done.read, done.loaded, done.unchanged, done.rejected, done.closed) == (3, 0, 3, 0, 0)
    assert done.notes == [
        "2 rows that staff corrected are otherwise in the file now; staff's state is kept: see `twin conflicts`"
    ]
    with connect() as connection:
        rows = connection.execute("SELECT building_id, floors FROM layer.building ORDER BY 1").fetchall()
    assert [tuple(row.values()) for row in rows] == [("B0", 9), ("B2", 5)]


def test_sewers_that_hang_in_the_air_are_told_after_the_load(store: Cluster, small_city: SmallCity) -> None:  # noqa: ARG001
    write_sewers(small_city)
    found = load(read_recipe(small_city.write()))
    assert found.notes[-2:] == [
        "1 ends of sewer pipes lie on no sewer_node within 0.5 m",
        "1 sewer pipes rise in the direction of flow",
    ]


def write_sewers(city: SmallCity) -> Path:
    """Two nodes and a pipe that rises, and ends a metre beside the second."""
    city.text("nodes.csv", "node_id,kind,invert_m,x,y\nN1,manhole,3,500000,4310000\nN2,outfall,4,500100,4310000\n")
    city.text("pipes.csv", 'pipe_id,from_node,to_node,wkt\nP1,N1,N2,"LINESTRING (500000 4310000, 500100 4310001)"\n')
    city.source("sewer_node", "nodes.csv", 'x = "x"\ny = "y"\ncrs = "EPSG:4547"')
    city.source("sewer_pipe", "pipes.csv", 'wkt = "wkt"\ncrs = "EPSG:4547"')
    return city.folder
