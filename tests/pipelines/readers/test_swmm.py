"""SWMM models: metres from feet, slopes from offsets, and every node and pipe that cannot be placed said."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely.geometry import LineString

from tests.conftest import realdata
from tests.pipelines.readers.conftest import read
from twin.errors import RecipeError, SourceEncoding, SourceUnreadable, UnknownName

MODEL = """[TITLE]
A street

[OPTIONS]
FLOW_UNITS   {flow}
LINK_OFFSETS {offsets}

[JUNCTIONS]
;;Name  Elev  MaxDepth
J1      100   10   ; the first
J2      90    0
J3      bad   1
"J 4"   80    5

[OUTFALLS]
O1      70    FREE

[STORAGE]
S1      95    12  0  FUNCTIONAL 1000 0 0

[DIVIDERS]
D1      85    C1  OVERFLOW  8

[CONDUITS]
C1      J1  J2  100  0.013  {up}  {down}
C2      J2  O1  0    0.013  0  0
C3      J2  NOWHERE  10 0.013 0 0
C4      J1  J2  long 0.013 0 0

[PUMPS]
P1      S1  J1  CURVE  ON

[XSECTIONS]
C1      CIRCULAR     2  0  0  0  1
C2      RECT_CLOSED  3  4  0  0  2
P1      DUMMY        0

[COORDINATES]
J1      0    0
J2      100  0
J3      1    1
O1      200  0
S1      0    50
D1      nan  5

[VERTICES]
C1      50   10

[Polygons]
A1      0 0
A1      10 0
A1      10 10

[SUBCATCHMENTS]
A1      *  J1  2.5  40  100 0.5 0
A2      *  J1  1    40  100 0.5 0
"""


def model(folder: Path, flow: str = "CMS", offsets: str = "DEPTH", up: str = "0", down: str = "0") -> Path:
    """The model as a file."""
    path = folder / "m.inp"
    path.write_text(MODEL.format(flow=flow, offsets=offsets, up=up, down=down))
    return path


class TestNodes:
    def test_kinds_inverts_and_grounds(self, tmp_path: Path) -> None:
        whole = read(model(tmp_path), sublayer="nodes")
        kinds = dict(zip(whole.values("node_id"), whole.values("kind"), strict=True))
        assert kinds == {
            "J1": "junction",
            "J2": "junction",
            "J3": "junction",
            "J 4": "junction",
            "O1": "outfall",
            "S1": "storage",
            "D1": "junction",
        }
        assert whole.values("invert_m") == [100, 90, None, 80, 70, 95, 85]
        assert whole.values("ground_m") == [110, None, None, 85, None, 107, 93]

    @pytest.mark.parametrize(
        ("flow", "metre"), [("CFS", 0.3048), ("GPM", 0.3048), ("MGD", 0.3048), ("LPS", 1), ("MLD", 1)]
    )
    def test_units_follow_the_flow_units_and_coordinates_do_not(self, tmp_path: Path, flow: str, metre: float) -> None:
        path = model(tmp_path, flow)
        nodes, pipes = read(path, sublayer="nodes"), read(path, sublayer="conduits")
        assert nodes.values("invert_m")[0] == pytest.approx(100 * metre)
        assert pipes.values("length_m")[0] == pytest.approx(100 * metre)
        assert pipes.values("diameter_mm")[0] == pytest.approx(2000 * metre)
        assert nodes.geometry[1].wkt == "POINT (100 0)"

    def test_what_has_no_place_says_why(self, tmp_path: Path) -> None:
        whole = read(model(tmp_path), sublayer="nodes")
        reasons = {whole.columns["node_id"][whole.rows.index(row)]: words for row, words in whole.broken.items()}
        assert set(reasons) == {"J3", "J 4", "D1"}
        assert reasons["J3"].startswith("[JUNCTIONS] line 12 cannot be read: could not convert string to float")
        assert reasons["J 4"] == "node 'J 4' has no line in [COORDINATES]"
        assert reasons["D1"] == "[COORDINATES] line 44 holds no numbers"


class TestLinks:
    def test_a_conduit_runs_over_its_vertices(self, tmp_path: Path) -> None:
        whole = read(model(tmp_path), sublayer="conduits")
        assert whole.geometry[0] == LineString([(0, 0), (50, 10), (100, 0)])
        assert whole.values("shape")[:2] == ["circular", "rect_closed"]
        assert whole.values("barrels")[:2] == [1, 2]
        assert whole.values("roughness_n")[0] == 0.013

    @pytest.mark.parametrize(
        ("offsets", "up", "down", "slope"),
        [
            ("DEPTH", "0", "0", 0.10),
            ("DEPTH", "1", "3", 0.08),
            ("DEPTH", "*", "*", 0.10),
            ("ELEVATION", "99", "91", 0.08),
            ("ELEVATION", "*", "91", 0.09),
        ],
    )
    def test_slopes_heed_offsets(self, tmp_path: Path, offsets: str, up: str, down: str, slope: float) -> None:
        whole = read(model(tmp_path, "CFS", offsets, up, down), sublayer="conduits")
        assert whole.values("slope")[0] == pytest.approx(slope)

    def test_a_pipe_without_length_has_no_slope(self, tmp_path: Path) -> None:
        assert read(model(tmp_path), sublayer="conduits").values("slope")[1] is None

    def test_what_cannot_be_drawn_says_why(self, tmp_path: Path) -> None:
        whole = read(model(tmp_path), sublayer="conduits")
        assert list(whole.broken.values()) == [
            "its end at node 'NOWHERE' has no usable line in [COORDINATES]",
            "[CONDUITS] line 28 cannot be read: could not convert string to float: 'long'",
        ]

    def test_pumps(self, tmp_path: Path) -> None:
        whole = read(model(tmp_path), sublayer="pumps")
        assert whole.columns.to_dict("records") == [{"pipe_id": "P1", "from_node": "S1", "to_node": "J1"}]
        assert whole.geometry[0] == LineString([(0, 50), (0, 0)])


class TestAreas:
    @pytest.mark.parametrize(("flow", "area"), [("CFS", 2.5 * 4046.8564224), ("LPS", 25_000)])
    def test_areas_come_from_acres_or_hectares(self, tmp_path: Path, flow: str, area: float) -> None:
        whole = read(model(tmp_path, flow), sublayer="subcatchments")
        assert whole.values("area_m2")[0] == pytest.approx(area)
        assert whole.geometry[0].area == 50
        assert list(whole.broken.values()) == ["subcatchment 'A2' has 0 corners in [POLYGONS]"]


class TestRefused:
    def test_the_table_must_be_named(self, tmp_path: Path) -> None:
        with pytest.raises(RecipeError, match=r"m.inp: name one of nodes, subcatchments, conduits, pumps"):
            read(model(tmp_path))
        with pytest.raises(UnknownName, match=r"no table 'node'. Did you mean 'nodes'"):
            read(model(tmp_path), sublayer="node")

    def test_unknown_units_are_not_guessed(self, tmp_path: Path) -> None:
        with pytest.raises(
            SourceUnreadable, match=r"\[OPTIONS\] FLOW_UNITS is CMD, which decides feet or metres; use one"
        ):
            read(model(tmp_path, "CMD"), sublayer="nodes")

    def test_what_is_no_model(self, tmp_path: Path) -> None:
        (tmp_path / "x.inp").write_text("hello\n")
        with pytest.raises(SourceUnreadable, match=r"x.inp: holds no section such as \[JUNCTIONS\]"):
            read(tmp_path / "x.inp", sublayer="nodes")

    def test_another_encoding_names_the_line(self, tmp_path: Path) -> None:
        path = model(tmp_path)
        path.write_bytes(path.read_bytes().replace(b"A street", "人民路".encode("gb18030")))
        with pytest.raises(SourceEncoding, match=r"line 2 is not utf-8. .*\"gb18030\".*'人民路'"):
            read(path, sublayer="nodes")
        assert len(read(path, sublayer="nodes", encoding="gb18030").rows) == 7


class TestRealModels:
    @pytest.mark.parametrize(
        ("name", "kinds", "conduits"),
        [
            ("bellinge_small", {"storage": 15, "outfall": 1}, 15),
            ("model_state_plane", {"junction": 31, "storage": 13, "outfall": 1}, 44),
            ("Pump_Control_Model", {"junction": 31, "outfall": 2, "storage": 1}, 32),
        ],
    )
    def test_all_is_read_and_placed(self, name: str, kinds: dict[str, int], conduits: int) -> None:
        path = realdata("swmm_inp") / f"{name}.inp"
        nodes, pipes = read(path, sublayer="nodes"), read(path, sublayer="conduits")
        assert nodes.columns["kind"].value_counts().to_dict() == kinds
        assert pipes.types == ["LineString"] * conduits
        assert nodes.broken == pipes.broken == {}

    def test_lengths_in_metres_agree_with_the_map(self) -> None:
        pipes = read(realdata("swmm_inp") / "bellinge_small.inp", sublayer="conduits")
        for length, shape in zip(pipes.values("length_m"), pipes.geometry, strict=True):
            assert length == pytest.approx(shape.length, rel=0.15)
        feet = read(realdata("swmm_inp") / "model_state_plane.inp", sublayer="conduits")
        ratios = [length / shape.length for length, shape in zip(feet.values("length_m"), feet.geometry, strict=True)]
        assert sorted(ratios)[len(ratios) // 2] == pytest.approx(0.3048, rel=0.02)

    def test_nodes_without_coordinates_are_counted(self) -> None:
        path = realdata("dirty/swmm_bad") / "model-with-infiltration-parse-failure.inp"
        nodes = read(path, sublayer="nodes")
        assert len(nodes.rows) == 6
        assert len(nodes.broken) == 3
        assert len(read(path, sublayer="conduits").broken) == 3

    def test_a_model_without_anything_says_so(self) -> None:
        whole = read(realdata("dirty/swmm_bad") / "model_blank.inp", sublayer="nodes")
        assert whole.rows == []
        assert whole.notes == ["the model has no nodes"]
