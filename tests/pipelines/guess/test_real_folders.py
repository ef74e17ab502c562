"""Nine files of ten: real folders, and what a clerk who knows them would have written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipelines.guess import guess_recipe
from tests.conftest import PROJECT, REALDATA
from tests.pipelines.guess.reading import proposed

NEEDED = 0.9


@dataclass(frozen=True)
class Truth:
    """What a table is: layers that are right ("" for none), CRS and encoding that must be named, columns of fields."""

    path: str
    layers: tuple[str, ...]
    sublayer: str = ""
    crs: str = ""
    encoding: str = ""
    columns: dict[str, str] = field(default_factory=dict)

    def misses(self, sources: list[dict[str, Any]]) -> list[str]:
        """What is wrong in a guessed recipe about this table."""
        mine = [s for s in sources if (s["path"], s.get("sublayer", "")) == (self.path, self.sublayer)]
        if not mine:
            return [] if "" in self.layers else [f"fits no layer, is {self.layers}"]
        guess = mine[0]
        wrong = [] if guess["layer"] in self.layers else [f"layer {guess['layer']}, is {self.layers}"]
        for key in ("crs", "encoding"):
            if guess.get(key, "") != getattr(self, key):
                wrong.append(f"{key} '{guess.get(key, '')}', is '{getattr(self, key)}'")
        mapped = guess.get("columns", {})
        wrong += [f"{f} = {mapped.get(f)}, is {c}" for f, c in self.columns.items() if mapped.get(f) != c]
        return wrong


NONE = ("",)
CATCHMENT = ("zone", "")
"""Catchments of a model of rain can be zones, or nothing of a city's."""

MODEL = ("sewer_node",), ("sewer_pipe",)

TRUTHS: dict[str, list[Truth]] = {
    "las_palmas": [
        Truth("school_catchments_excerpt.geojson", ("zone",), columns={"code": "Codigo", "name": "Denominaci"}),
        Truth("municipality_cnig_epsg4326.geojson", ("zone",), columns={"code": "NATCODE", "name": "NAMEUNIT"}),
        Truth("urban_region_ucdb_r2019a.gpkg", ("zone", ""), columns={"code": "ID_HDC_G0"}),
        Truth("gtfs_guaguas_20230222.zip", ("transit_stop",)),
    ],
    "sant_boi_sewer": [
        Truth("sant_boi_sewer.gpkg", ("sewer_node",), "node", columns={"kind": "epa_type", "ground_m": "top_elev"}),
        Truth(
            "sant_boi_sewer.gpkg",
            ("sewer_pipe",),
            "arc",
            columns={"pipe_id": "arc_id", "from_node": "node_1", "to_node": "node_2", "slope": "sys_slope"},
        ),
        Truth("sant_boi_sewer.gpkg", ("sewer_connection",), "connec", columns={"connection_id": "connec_id"}),
        Truth("sant_boi_sewer.gpkg", ("sewer_node",), "gully", columns={"node_id": "gully_id", "kind": "gully_type"}),
        Truth("sant_boi_sewer.gpkg", ("planned_landuse", ""), "plot"),
        Truth("sant_boi_sewer.gpkg", ("street",), "street", columns={"street_id": "streetaxis_id"}),
        Truth("sant_boi_sewer.gpkg", ("zone",), "municipality", columns={"code": "muni_id"}),
        Truth("sant_boi_sewer.gpkg", NONE, "address"),
        Truth("sant_boi_sewer.gpkg", NONE, "link"),
        Truth("sant_boi_sewer.gpkg", CATCHMENT, "subcatchment"),
        Truth("arc_catalogue.csv", NONE),
    ],
    "helsinki": [Truth("helsinki_population_grid_2020.gpkg", ("zone",), columns={"code": "id"})],
    "kathmandu": [
        Truth("kathmandu_extract.geojson", ("building",), columns={"building_id": "osm_id"}),
        Truth("kathmandu_processed.geojson", ("zone",)),
        Truth("kathmandu_split.geojson", ("zone",)),
    ],
    "swmm_inp": [
        Truth("bellinge_small.inp", ("sewer_node",), "nodes", crs="EPSG:32632"),
        Truth("bellinge_small.inp", ("sewer_pipe",), "conduits", crs="EPSG:32632"),
        Truth("bellinge_small.inp", CATCHMENT, "subcatchments", crs="EPSG:32632"),
        Truth("bellinge_small_subcatchments.geojson", CATCHMENT),
        *(
            Truth(f"{name}.inp", layers, table)
            for name in ("model_state_plane", "model_full_features_network_xy", "Pump_Control_Model")
            for layers, table in zip((*MODEL, CATCHMENT), ("nodes", "conduits", "subcatchments"), strict=True)
        ),
        Truth("Pump_Control_Model.inp", ("sewer_pipe", ""), "pumps"),
        Truth("gistoswmm/table_junctions.csv", ("sewer_node",), columns={"node_id": "name", "invert_m": "inv_elev"}),
        Truth("gistoswmm/table_outfalls.csv", ("sewer_node",), columns={"node_id": "Outfall", "invert_m": "Invert"}),
        Truth("gistoswmm/table_conduits.csv", NONE),
        Truth("gistoswmm/table_xsections.csv", NONE),
    ],
    "leipzig_districts": [
        Truth("regions.json", ("zone",), columns={"code": "OT"}),
        Truth("population.csv", ("statistic", "")),
    ],
    "us_broadband_use": [
        *(
            Truth(f"broadband_data_{month}.csv", ("statistic",), columns={"place": "COUNTY ID"})
            for month in ("2019November", "2020October")
        ),
        Truth("broadband_data_zipcode.csv", ("statistic",), columns={"place": "POSTAL CODE"}),
    ],
    "fibre_network": [
        Truth("nodes.geojson", ("broadband_node",), columns={"node_id": "id"}),
        Truth("spans.geojson", NONE),
        Truth("network-package.json", NONE),
    ],
    "china": [
        Truth("shenzhen_districts_wgs84_utf8.geojson", ("zone",), columns={"name": "qh"}),
        Truth("sz_gbk_no_cpg_no_prj.shp", ("zone",), crs="EPSG:4326", encoding="gb18030", columns={"code": "id"}),
        Truth("sz_gbk_cpg_says_utf8.shp", ("zone",), encoding="gb18030", columns={"code": "id"}),
        Truth("sz_cgcs2000_4547_gb18030.shp", ("zone",), columns={"code": "id"}),
        Truth("coordinate_pairs.csv", NONE),
    ],
}

BUILDING = {
    "building_id": "BIANHAO",
    "use": "YONGTU",
    "floors": "LOUCENG",
    "height_m": "GAODU",
    "built_year": "NIANDAI",
    "dwellings": "HUSHU",
    "residents": "RENKOU",
}
PARK = {"green_id": "BIANHAO", "kind": "LEIXING", "access": "KAIFANG", "updated_on": "GENGXIN", "name": "MINGCHENG"}
PIPE = {"pipe_id": "编号", "from_node": "起点", "to_node": "终点", "diameter_mm": "管径", "slope": "坡度"}
WELL = {"node_id": "井编号", "kind": "类型", "invert_m": "管底标高", "capacity_m3d": "处理能力", "load_m3d": "实际负荷"}
CONNECTION = {"connection_id": "编号", "premises": "户数", "connected": "已接入", "recorded_on": "记录日期"}
SAMPLE_CITY = [
    Truth("planning.gpkg", ("zone",), "zones"),
    Truth("planning.gpkg", ("street",), "streets"),
    Truth("buildings.shp", ("building",), crs="EPSG:4547", encoding="gb18030", columns=BUILDING),
    Truth("parks.gpkg", ("green_area",), columns=PARK),
    Truth("water.geojson", ("water_body",)),
    Truth("broadband_survey.csv", ("broadband_coverage",), crs="EPSG:4326"),
    Truth("broadband_nodes.csv", ("broadband_node",), crs="EPSG:4326"),
    Truth("drainage.gpkg", ("sewer_pipe",), "guandao", columns=PIPE),
    Truth("drainage.gpkg", ("sewer_node",), "jing", columns=WELL),
    Truth("house_connections.csv", ("sewer_connection",), crs="EPSG:4547", encoding="gb18030", columns=CONNECTION),
    Truth("bus_stops.csv", ("transit_stop",), crs="EPSG:4326", columns={"name": "stop_name", "mode": "vehicle"}),
    Truth("planted_causes.csv", NONE),
]
OSM = {
    "points": {"transit_stop"},
    "lines": {"street"},
    "multipolygons": {"building", "green_area", "water_body"},
}
METRIC = {
    "las_palmas": "EPSG:32628",
    "sant_boi_sewer": "EPSG:25831",
    "helsinki": "EPSG:32635",
    "kathmandu": "EPSG:32645",
    "swmm_inp": "EPSG:32632",
    "leipzig_districts": "EPSG:25833",
    "china": "EPSG:4547",
    "sample_city": "EPSG:4547",
}


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A guessed recipe for every folder."""
    missing = [name for name in TRUTHS if not (REALDATA / name).is_dir()]
    if missing:
        pytest.skip(f"real data is not beside the project: {', '.join(missing)}")
    sample = tmp_path_factory.mktemp("guess") / "sample_city"
    shutil.copytree(PROJECT / "data" / "sample_city", sample, ignore=shutil.ignore_patterns("city.toml"))
    folders = {name: REALDATA / name for name in TRUTHS} | {"sample_city": sample}
    return {name: guess_recipe(folder).text for name, folder in folders.items()}


def test_nine_files_of_ten_are_guessed_right(recipes: dict[str, str]) -> None:
    truths = [(name, truth) for name, listed in {**TRUTHS, "sample_city": SAMPLE_CITY}.items() for truth in listed]
    sources = {name: proposed(text) for name, text in recipes.items()}
    missed = {
        f"{name}/{truth.path} {truth.sublayer}": wrong
        for name, truth in truths
        if (wrong := truth.misses(sources[name]))
    }
    for name in ("las_palmas", "helsinki"):
        pbf = next(REALDATA.joinpath(name).glob("*.pbf")).name
        missed |= {f"{name}/{pbf} {table}": [str(found)] for table, found in osm_misses(sources[name], pbf).items()}
    count = len(truths) + 2
    said = "\n".join(f"{table}: {'; '.join(wrong)}" for table, wrong in missed.items())
    assert len(missed) <= (1 - NEEDED) * count, f"{count - len(missed)} of {count} right; missed:\n{said}"


def osm_misses(sources: list[dict[str, Any]], pbf: str) -> dict[str, set[str]]:
    """Tables of an OpenStreetMap file that feed other layers than they should."""
    found: dict[str, set[str]] = {}
    for source in sources:
        if source["path"] == pbf:
            found.setdefault(source["sublayer"], set()).add(source["layer"])
    return {table: found.get(table, set()) for table in {*OSM, *found} if found.get(table) != OSM.get(table)}


def test_each_city_gets_a_metric_crs_that_fits_it(recipes: dict[str, str]) -> None:
    for name, crs in METRIC.items():
        assert f'crs = "{crs}"   # ? the metric CRS' in recipes[name], name


def test_what_is_missing_is_asked_for_and_not_loaded(recipes: dict[str, str]) -> None:
    connections = next(s for s in proposed(recipes["sant_boi_sewer"]) if s.get("sublayer") == "connec")
    assert not connections["sure"]
    assert "# ? connected is required and no column fits" in recipes["sant_boi_sewer"]


def test_a_model_without_crs_is_asked_for_one(recipes: dict[str, str]) -> None:
    models = [s for s in proposed(recipes["swmm_inp"]) if s["path"] == "model_state_plane.inp"]
    assert models
    assert not any(s["sure"] for s in models)
    assert '# ? crs = "EPSG:…"' in recipes["swmm_inp"]


def test_degrees_in_china_come_with_the_question_of_their_datum(recipes: dict[str, str]) -> None:
    line = next(line for line in recipes["china"].splitlines() if line.startswith('crs = "EPSG:4326"'))
    assert "GCJ-02 or BD-09" in line


def test_several_sources_of_one_layer_are_asked_about(recipes: dict[str, str]) -> None:
    assert recipes["china"].count("# ? 4 sources feed zone") == 4
    assert "sources feed" not in recipes["sample_city"]


def test_terms_and_dates_are_left_as_questions(recipes: dict[str, str]) -> None:
    for text in recipes.values():
        assert not [s for s in proposed(text) if "observed_on" in s or ("licence" in s and s["licence"] != "ODbL 1.0")]
    assert recipes["sample_city"].count('# ? licence = "…"') == len(SAMPLE_CITY) - 1


def test_a_folder_beside_the_files_changes_nothing(recipes: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(REALDATA / "leipzig_districts", tmp_path / "leipzig_districts")
    (tmp_path / "leipzig_districts" / ".hidden").mkdir()
    (tmp_path / "leipzig_districts" / ".hidden" / "regions.geojson").write_text("{}")
    again = guess_recipe(tmp_path / "leipzig_districts").text
    assert proposed(again) == proposed(recipes["leipzig_districts"])
