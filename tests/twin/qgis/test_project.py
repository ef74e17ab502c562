"""What stands in a project, read as XML; whether QGIS takes it is seen in ``tests/acceptance/test_qgis.py``."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.schema import Field, Geometry, Kind, Layer, Style
from tests.conftest import PROJECT
from twin.discover import discover
from twin.errors import ExportError
from twin.qgis.contents import project_of
from twin.qgis.palette import COLOURS, rgba
from twin.qgis.project import Project
from twin.qgis.reference import Reference
from twin.qgis.source import Source, equal
from twin.qgis.symbols import scale_of

LAYERS = discover("layers", Layer)
HERE = Reference(4547, (520_000.0, 4_310_000.0, 522_500.0, 4_312_500.0))
GOALS = {"green_access": "Green within a walk", "broadband_gigabit": "Gigabit & more"}
BENCH = Layer(
    id="bench",
    title="Benches",
    title_zh="长椅",
    doc="Where one can sit.",
    geometry=Geometry.POINT,
    key="bench_id",
    fields={
        "bench_id": Field("Identifies the bench.", required=True),
        "seats": Field("Seats.", Kind.INTEGER, minimum=1, maximum=12, unit="people"),
        "wood": Field("What it is made of.", choices=("oak", "don't know")),
        "is_shaded": Field("Whether it is in the shade.", Kind.BOOLEAN),
        "height_m": Field("Height.", Kind.NUMBER, minimum=0.2, unit="m"),
    },
    style=Style(fill="a token of somebody else", radius=4, min_zoom=15),
)


def project(*, for_editors: bool = True, layers: dict[str, Layer] = LAYERS) -> Project:
    return project_of("Rivertown", layers, GOALS, HERE, for_editors=for_editors)


def map_layers(found: Project) -> dict[str, Element]:
    return {each.findtext("id") or "": each for each in found.element().iter("maplayer")}


def widgets(layer: Element) -> dict[str, str]:
    return {each.get("name", ""): each.find("editWidget").get("type") for each in layer.iter("field") if len(each)}  # type: ignore[union-attr,misc]


def test_every_field_of_every_layer_has_a_widget_and_a_name() -> None:
    found = map_layers(project())
    for layer in LAYERS.values():
        ids = [
            id
            for id in found
            if id == f"twin_rows_{layer.id}" or re.fullmatch(f"twin_rows_{layer.id}_(points|areas)", id)
        ]
        assert len(ids) == max(1, len(layer.geometry.accepted)), layer.id
        for id in ids:
            names = {each.get("field"): each.get("name") for each in found[id].iter("alias")}
            assert set(layer.fields) < set(widgets(found[id]))
            assert all(names[name] for name in layer.fields)


def test_a_layer_of_somebody_elses_is_one_file_and_stands_in_the_project() -> None:
    found = map_layers(project(layers={"bench": BENCH}))["twin_rows_bench"]
    assert {name: widgets(found)[name] for name in BENCH.fields} == {
        "bench_id": "TextEdit",
        "seats": "Range",
        "wood": "ValueMap",
        "is_shaded": "ValueMap",
        "height_m": "TextEdit",
    }
    said = {
        each.get("field"): (each.get("exp"), each.get("desc")) for each in found.iter("constraint") if each.get("exp")
    }
    assert said["height_m"] == ('("height_m" IS NULL OR "height_m" >= 0.2)', "Use at least 0.2 m. Height.")
    assert said["bench_id"] == ('"bench_id" IS NOT NULL', "Give bench_id a value. Identifies the bench.")
    assert "wood" not in said
    assert found.get("minScale") == f"{scale_of(15):.0f}"
    options = {each.get("name"): each.get("value") for each in found.iter("Option")}
    assert options["size"] == "8"
    assert options["don't know"] == "don't know"


def test_viewers_get_nothing_to_edit_and_no_history() -> None:
    found = project(for_editors=False)
    layers = map_layers(found)
    assert {each.get("readOnly") for each in layers.values()} == {"1"}
    assert not any("history" in id for id in layers)
    assert "History" not in found.groups
    assert list(found.element().iter("relation")) == []
    assert list(found.element().iter("attributeEditorRelation")) == []


def test_a_city_without_scores_has_its_layers() -> None:
    found = project_of("Rivertown", LAYERS, {}, HERE, for_editors=True)
    assert list(found.groups) == ["Layers", "History"]


def test_layers_are_drawn_in_the_order_of_their_styles_and_above_the_scores() -> None:
    tree = [each.get("id") or "" for each in project().element().iter("layer-tree-layer")]
    assert tree.index("twin_rows_zone") < tree.index("twin_rows_building") < tree.index("twin_rows_green_area")
    assert tree.index("twin_rows_water_body") < tree.index("twin_score_green_access")


def test_ids_are_long_enough_for_qgis_to_keep_them_and_are_all_different() -> None:
    ids = [each.id for group in project().groups.values() for each in group]
    assert min(map(len, ids)) > 10
    assert len(set(ids)) == len(ids)


def test_colours_are_those_of_the_map() -> None:
    css = (PROJECT / "dashboards" / "assets" / "tokens.css").read_text(encoding="utf-8").partition("[data-mantine")[0]
    tokens = dict(re.findall(r"--t-([\w-]+): ([^;]+);", css))
    assert {name: tokens[name] for name in COLOURS} == COLOURS
    named = {token for layer in LAYERS.values() for token in (layer.style.fill, layer.style.line) if token}
    assert named <= set(COLOURS)
    assert (rgba("green"), rgba("zone-line")) == ("213,229,207,255", "255,255,255,230")


def test_the_file_is_a_zip_with_the_project_in_it(tmp_path: Path) -> None:
    path = tmp_path / "town.qgz"
    project().write(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["town.qgs"]
        root = fromstring(archive.read("town.qgs"))
    assert (root.tag, root.findtext("title")) == ("qgis", "Rivertown")
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:4547"
    with pytest.raises(ExportError, match="cannot be written"):
        project().write(tmp_path / "nowhere" / "town.qgz")


def test_a_source_names_service_key_and_table_alone() -> None:
    uri = Source("layer", "green_area", ("id",), "MultiPolygon", 4547).uri()
    assert uri == (
        "service='twin' key='id' estimatedmetadata=true srid=4547 type=MultiPolygon "
        'checkPrimaryKeyUnicity=\'0\' table="layer"."green_area" (geom)'
    )
    table = Source("plain", "zone_history", ("id", "version")).uri()
    assert table.endswith('table="plain"."zone_history"')
    assert 'key=\'"id","version"\'' in table


@given(st.text(max_size=20))
def test_whatever_a_goal_is_called_its_condition_is_one_text(name: str) -> None:
    condition = equal("goal", name)
    assert condition.startswith('"goal" = \'')
    assert condition[10:-1].replace("''", "").count("'") == 0
    assert condition[10:-1].replace("''", "'") == name
