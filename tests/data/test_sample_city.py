"""The sample city: the same each time, clean where it should be, broken where its README says."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.testing import assert_geodataframe_equal

from layers.schema import Layer
from tests.data.conftest import broken_rows
from twin.goals import load_profile

DATA = Path(__file__).resolve().parents[2] / "data"
CITY = DATA / "sample_city"
GEOPACKAGES = {
    "planning.gpkg": ("zones", "streets"),
    "parks.gpkg": ("lvdi",),
    "drainage.gpkg": ("guandao", "jing"),
}
TEXTS = (
    "broadband_survey.csv",
    "broadband_nodes.csv",
    "house_connections.csv",
    "bus_stops.csv",
    "planted_causes.csv",
    "README.md",
    "water.geojson",
)
SHAPEFILE = ("buildings.shp", "buildings.shx", "buildings.dbf")


def planted(cause: str, goal: str = "broadband_gigabit") -> list[str]:
    table = pd.read_csv(CITY / "planted_causes.csv")
    return list(table["zone"][(table["cause"] == cause) & (table["goal"] == goal)])


def test_the_generator_makes_the_committed_files_again(tmp_path: Path):
    done = subprocess.run([sys.executable, CITY / "generate.py", tmp_path], check=True, capture_output=True, text=True)
    assert done.stdout + done.stderr == ""
    for name in (*TEXTS, *SHAPEFILE):
        assert (tmp_path / name).read_bytes() == (CITY / name).read_bytes(), name
    for name, tables in GEOPACKAGES.items():
        for table in tables:
            made, kept = (gpd.read_file(folder / name, layer=table) for folder in (tmp_path, CITY))
            assert_geodataframe_equal(made, kept)


def test_it_has_the_size_of_a_city_and_fits_into_git(zones, buildings, streets):
    assert 140 <= len(zones) <= 160
    assert 19_000 <= len(buildings) <= 21_000
    assert len(streets) > 2_000
    assert sum(p.stat().st_size for p in DATA.rglob("*") if p.is_file() and "__pycache__" not in p.parts) <= 9_500_000


def test_the_shapefile_comes_as_offices_send_it():
    assert not (CITY / "buildings.prj").exists()
    assert not (CITY / "buildings.cpg").exists()
    assert "住宅".encode("gbk") in (CITY / "buildings.dbf").read_bytes()


def test_the_recipe_names_columns_fields_and_values_that_exist(recipe):
    for source in recipe["source"]:
        layer: Layer = getattr(importlib.import_module(f"layers.{source['layer']}"), source["layer"])
        table = gpd.read_file(
            CITY / source["path"],
            **{k: source[v] for k, v in (("layer", "sublayer"), ("encoding", "encoding")) if v in source},
        )
        columns = source.get("columns", {})
        assert set(columns) <= set(layer.fields)
        assert set(columns.values()) | {source[k] for k in "xy" if k in source} <= set(table.columns)
        for field, mapping in source.get("values", {}).items():
            known = set(layer.fields[field].choices)
            assert not known or set(mapping.values()) <= known
            unmapped = set(table[columns.get(field, field)].dropna()) - set(mapping)
            assert unmapped <= {"高尔夫球场", "化粪池"}


def test_the_extent_of_the_recipe_holds_all_zones(recipe, zones):
    x0, y0, x1, y1 = recipe["city"]["extent"]
    assert shapely.box(x0, y0, x1, y1).contains(shapely.box(*zones.total_bounds))
    assert recipe["city"]["crs"] == zones.crs.to_string()
    assert load_profile(recipe["city"]["profile"], CITY).year == 2035


def test_zones_tile_the_city_but_for_the_one_pair_that_overlaps(zones):
    shapes = zones.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    pairs = {
        frozenset(zones["code"].iloc[[a, b]]) for a, b, m in zip(left, right, common, strict=True) if a < b and m > 0.01
    }
    named = re.search(r"zones (Z\d+) and (Z\d+) overlap", (CITY / "README.md").read_text(encoding="utf-8"))
    assert named is not None
    assert pairs == {frozenset(named.groups())}
    city = shapely.union_all(shapes, grid_size=0.01)
    holes = [shapely.Polygon(r).area for part in shapely.get_parts(city) for r in part.interiors]
    assert sum(holes) < 50


def test_every_kind_of_broken_row_is_where_the_readme_says(all_buildings):
    text = (CITY / "README.md").read_text(encoding="utf-8")
    rows = broken_rows()
    assert len(rows) == 20
    assert "20 rows are broken on purpose: a load rejects 19 with a reason and mends 1." in text
    by_key = all_buildings.set_index("BIANHAO")
    bow_tie, collapsed, missing, copy, negative, _, swapped = (r[1] for r in broken_rows("buildings.shp"))
    assert shapely.make_valid(by_key.geometry[bow_tie]).geom_type == "MultiPolygon"
    assert shapely.make_valid(by_key.geometry[collapsed]).geom_type == "MultiLineString"
    assert by_key.geometry[missing] is None
    assert all_buildings["BIANHAO"].duplicated(keep=False).sum() == 2
    assert len(by_key.loc[[copy]]) == 2
    assert by_key["LOUCENG"][negative] == all_buildings["LOUCENG"].min() == -3
    assert all_buildings["BIANHAO"].isna().sum() == 1
    assert by_key.geometry[swapped].centroid.x > 4_000_000
    assert (~all_buildings.geometry.dropna().is_valid).sum() == 2


def test_broken_rows_of_the_other_files(zones):
    streets = gpd.read_file(CITY / "planning.gpkg", layer="streets").set_index("street_id")
    assert [(r[0], streets["road_class"][r[1]]) for r in broken_rows("planning")] == [
        ("planning.gpkg, streets", "boulevard")
    ]
    parks = gpd.read_file(CITY / "parks.gpkg").set_index("BIANHAO")
    assert parks.index.is_unique
    unmapped, empty = (parks["LEIXING"][r[1]] for r in broken_rows("parks"))
    assert unmapped == "高尔夫球场" and pd.isna(empty) and parks["LEIXING"].isna().sum() == 1
    survey = pd.read_csv(CITY / "broadband_survey.csv").set_index("place_id")
    swapped, negative, empty = (survey.loc[r[1]] for r in broken_rows("broadband_survey"))
    assert swapped["lat"] > 90 and (survey["lat"] > 90).sum() == 1
    assert negative["premises"] == -2 and (survey["premises"] < 0).sum() == 1
    assert np.isnan(empty["max_down_mbps"]) and survey["max_down_mbps"].isna().sum() == 1
    assert zones["code"].is_unique and streets.index.is_unique


def test_buildings_stand_clear_of_streets_water_parks_and_each_other(buildings, streets, parks):
    shapes = buildings.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    assert tree.query(streets.geometry.to_numpy(), predicate="intersects").size == 0
    water = gpd.read_file(CITY / "water.geojson").to_crs("EPSG:4547").geometry.to_numpy()
    assert tree.query(water, predicate="intersects").size == 0
    sound = parks[parks["LEIXING"].notna() & (parks["LEIXING"] != "高尔夫球场")].geometry.to_numpy()
    assert tree.query(sound, predicate="intersects").size == 0
    left, right = tree.query(shapes, predicate="intersects")
    assert (left != right).sum() == 0


def test_every_sound_building_belongs_to_a_zone_whose_residents_add_up(buildings, zones):
    assert buildings["zone"].notna().all()
    living = buildings.groupby("zone")["RENKOU"].sum().reindex(zones["code"], fill_value=0)
    assert (living.to_numpy() == zones["population"].to_numpy()).all()
    assert 2.4 < buildings["RENKOU"].sum() / buildings["HUSHU"].sum() < 2.8


def test_all_streets_are_one_network(streets):
    edges = shapely.get_parts(shapely.union_all(streets.geometry.to_numpy()))
    ends = np.array([[shapely.get_point(e, 0).coords[0], shapely.get_point(e, -1).coords[0]] for e in edges])
    names = {xy: k for k, xy in enumerate(dict.fromkeys(map(tuple, ends.reshape(-1, 2))))}
    head = list(range(len(names)))

    def root(k: int) -> int:
        while head[k] != k:
            head[k] = head[head[k]]
            k = head[k]
        return k

    for a, b in ends:
        head[root(names[tuple(a)])] = root(names[tuple(b)])
    assert len({root(k) for k in range(len(head))}) == 1


def test_some_streets_cross_without_a_shared_vertex(streets):
    lines = streets.geometry.to_numpy()
    left, right = shapely.STRtree(lines).query(lines, predicate="crosses")
    spots = [shapely.intersection(lines[a], lines[b]) for a, b in zip(left, right, strict=True) if a < b]
    vertices = {tuple(c) for c in shapely.get_coordinates(lines)}
    bare = sum((p.x, p.y) not in vertices for p in spots if p.geom_type == "Point")
    assert 20 < bare < len(spots)


def test_the_old_town_is_irregular_but_every_building_stands_on_a_street(zones, to_usable_street):
    old = zones["code"][zones["district"] == "Old Town"]
    there = to_usable_street[to_usable_street["zone"].isin(old)]
    assert len(there) > 2_500
    assert (there["depth"] == 0).mean() > 0.995
    assert there["metres"].max() < 30
    corners = shapely.get_num_coordinates(zones.geometry[zones["code"].isin(old)].to_numpy())
    assert corners.min() > 40


def test_informal_zones_are_mostly_behind_other_buildings(zones, to_usable_street):
    text = pd.read_csv(CITY / "planted_causes.csv")
    walled = set(text["zone"][(text["goal"] == "green_access") & (text["cause"] == "messy")])
    deep = (to_usable_street["depth"] >= 1).groupby(to_usable_street["zone"]).mean()
    assert len(walled) >= 7
    assert (deep[sorted(walled)] > 0.5).all()
    planned = set(zones["code"][zones["district"] != "Outer Rivertown"]) - set(planted("messy"))
    assert deep.reindex(sorted(planned), fill_value=0).median() < 0.02


def test_every_cause_is_planted_for_all_goals_that_can_have_it():
    assert {c: len(planted(c)) >= 5 for c in ("messy", "technology", "data", "other")} == dict.fromkeys(
        ("messy", "technology", "data", "other"), True
    )
    assert all(len(planted(c, "green_access")) >= 5 for c in ("messy", "technology", "other"))
    for goal in ("sewer_connection", "sewer_treatment"):
        assert all(len(planted(c, goal)) >= 5 for c in ("messy", "technology", "data"))
        assert len(planted("other", goal)) >= 3
    assert all(len(planted(c, "transit_access")) >= 5 for c in ("messy", "technology"))


def test_data_zones_hold_old_or_missing_records_and_are_covered_where_surveyed(buildings):
    survey = pd.read_csv(CITY / "broadband_survey.csv")
    newest = (
        survey.sort_values("surveyed_on")
        .groupby("place_id")[["max_down_mbps", "surveyed_on"]]
        .agg({"max_down_mbps": "max", "surveyed_on": "last"})
    )
    homes = buildings[buildings["HUSHU"] > 0].join(newest, on="BIANHAO")
    homes["fresh"] = homes["surveyed_on"].fillna("") >= "2020-06-30"
    for zone in planted("data"):
        part = homes[homes["zone"] == zone]
        assert 0.3 < 1 - part["fresh"].mean() < 0.7
        assert (part.loc[part["fresh"], "max_down_mbps"] >= 1000).all()


def test_broadband_is_reached_by_some_zones_and_missed_by_others_by_every_distance(buildings):
    survey = pd.read_csv(CITY / "broadband_survey.csv")
    best = survey.sort_values("surveyed_on").drop_duplicates(["place_id", "operator"], keep="last")
    gigabit = best.groupby("place_id")["max_down_mbps"].max() >= 1000
    covered = buildings["BIANHAO"].map(gigabit).fillna(False).astype(bool) * buildings["HUSHU"]
    total = buildings.groupby("zone")["HUSHU"].sum()
    value = (covered.groupby(buildings["zone"]).sum() / total)[total >= 25]
    assert 0.25 < (value >= 0.9).mean() < 0.45
    counts = np.histogram(value, [0, 0.6, 0.8, 0.9, 1.0001])[0]
    assert (counts >= 5).all()
    assert (total < 25).sum() >= 5
