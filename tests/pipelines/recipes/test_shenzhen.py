"""Chinese shapefiles: three hand-overs of the same ten districts come out the same."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from pipelines.load import load
from pipelines.recipe import read_recipe
from tests.conftest import realdata
from tests.pipelines.recipes.conftest import Bring, beside, counts, rows
from twin.database.cluster import Cluster
from twin.errors import SourceEncoding, SourceWithoutCrs

NAMES = {"罗湖区", "福田区", "盐田区", "宝安区", "光明区", "坪山区", "龙华区", "南山区", "大鹏区", "龙岗区"}
HAND_OVERS = {
    "sz_gbk_no_cpg_no_prj.shp": 'crs = "EPSG:4326"\nencoding = "gb18030"',
    "sz_gbk_cpg_says_utf8.shp": 'encoding = "gb18030"',
    "sz_cgcs2000_4547_gb18030.shp": "",
}


def recipe(folder: Path, file: str, keys: str) -> Path:
    """The recipe with another file, and what it says of it."""
    beside("shenzhen", "china", folder)
    head, source = (folder / "city.toml").read_text(encoding="utf-8").split("[[source]]")
    kept = "\n".join(line for line in source.splitlines() if not line.startswith(("path", "crs", "encoding")))
    (folder / "city.toml").write_text(f'{head}[[source]]\npath = "{file}"\n{keys}\n{kept}\n', encoding="utf-8")
    return folder


def test_ten_districts_have_their_names_and_their_place(bring: Bring) -> None:
    assert counts(bring("shenzhen", "china")) == [("zone", 10, 10, 0)]
    found = rows("SELECT code, ST_AsBinary(geom) AS geom FROM layer.zone")
    assert {row["code"] for row in found} == NAMES
    bounds = shapely.total_bounds([shapely.from_wkb(row["geom"]) for row in found])
    assert bounds == pytest.approx([473934, 2478026, 564200, 2529561], abs=1)


@pytest.mark.parametrize(("file", "keys"), HAND_OVERS.items())
def test_each_hand_over_gives_the_same_districts(store: Cluster, tmp_path: Path, file: str, keys: str) -> None:  # noqa: ARG001
    load(read_recipe(recipe(tmp_path, file, keys)))
    found = rows("SELECT code, ST_AsBinary(geom) AS geom FROM layer.zone")
    districts = gpd.read_file(realdata("china") / "shenzhen_districts_wgs84_utf8.geojson").to_crs(4547)
    real = dict(zip(districts["qh"] + "区", districts.geometry, strict=True))
    assert {row["code"] for row in found} == real.keys() == NAMES
    for row in found:
        apart = shapely.symmetric_difference(shapely.from_wkb(row["geom"]), shapely.make_valid(real[row["code"]]))
        assert apart.area < 1e-6 * real[row["code"]].area


@pytest.mark.parametrize(
    ("file", "keys", "error"),
    [
        ("sz_gbk_no_cpg_no_prj.shp", 'encoding = "gb18030"', SourceWithoutCrs),
        ("sz_gbk_cpg_says_utf8.shp", "", SourceEncoding),
        ("sz_gbk_no_cpg_no_prj.shp", 'crs = "EPSG:4326"', SourceEncoding),
    ],
)
def test_what_the_recipe_does_not_say_is_asked_about(
    store: Cluster,  # noqa: ARG001
    tmp_path: Path,
    file: str,
    keys: str,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        load(read_recipe(recipe(tmp_path, file, keys)))
