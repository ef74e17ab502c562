"""Text that reads, but as nonsense: Chinese that was taken for Latin-1 is asked about, European words are not."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from pipelines.encoding import decoded, suggestion
from tests.conftest import realdata
from tests.pipelines.readers.conftest import read
from twin.errors import SourceEncoding

CHINESE = ["罗湖区", "人民公园", "深圳市福田区", "东"]
TAIWANESE = ["臺北市", "國語", "中正紀念堂"]
EUROPEAN = [
    ["café", "São Paulo", "Müßig", "naïve"],
    ["CRÉÉE", "ÎLE", "ÉCOLE"],
    ["ÉÉ"],
    ["Öß"],
    ["10 m²", "½", "20 °C", "Nº 5", "1ª"],
    ["«Âge d'or»", "¿Qué?", "¡Áñ!"],
    ["čeština", "Łódź"],
    ["Reykjavík", "Þórður", "ÞÓRÐUR", "Æðey"],
]


def texts(values: list[str | None], said: str = "") -> list[str | None]:
    """A column as the readers give it on."""
    batch = pa.record_batch([pa.array(values, pa.string())], names=["name"])
    column = decoded(batch, np.arange(11, 11 + len(values)), Path("f.shp"), said)["name"]
    return [None if value is None or value != value else value for value in column]


def taken_for_latin(text: str, encoding: str) -> str:
    """How a program that takes everything for Latin-1 reads a text."""
    return text.encode(encoding).decode("latin-1")


@pytest.mark.parametrize(("words", "encoding"), [(CHINESE, "gb18030"), (TAIWANESE, "big5")])
def test_it_is_asked_about_with_row_column_encoding_and_sample(words: list[str], encoding: str) -> None:
    broken = [None, "plain", *(taken_for_latin(word, encoding) for word in words)]
    with pytest.raises(
        SourceEncoding, match=rf"f.shp: row 13, column 'name': .* encoding = \"{encoding}\" .* '{words[0]}'"
    ):
        texts(broken)


@pytest.mark.parametrize(("words", "encoding"), [(CHINESE, "gb18030"), (TAIWANESE, "big5")])
def test_with_the_encoding_named_it_is_read_again(words: list[str], encoding: str) -> None:
    assert texts([None, *(taken_for_latin(word, encoding) for word in words)], encoding) == [None, *words]


@pytest.mark.parametrize("words", EUROPEAN)
def test_european_words_are_left_alone(words: list[str]) -> None:
    assert texts(list(words)) == words


@pytest.mark.parametrize("words", [CHINESE, TAIWANESE, ["№5", "Ünal 公园"]])
def test_right_chinese_is_left_alone_also_where_an_encoding_is_named(words: list[str]) -> None:
    assert texts(list(words)) == texts(list(words), "gb18030") == words


def test_utf8_as_encoding_says_that_it_is_right() -> None:
    odd = [taken_for_latin(word, "gb18030") for word in CHINESE]
    assert texts(odd, "utf-8") == odd


@given(st.lists(st.text(st.characters(min_codepoint=0xC0, max_codepoint=0xFF) | st.sampled_from("abcdeno rst"))))
def test_a_letter_with_accent_between_plain_letters_is_never_asked_about(words: list[str]) -> None:
    spaced = ["e".join(word) for word in words]
    assert texts(list(spaced)) == spaced


@pytest.mark.parametrize(
    ("raw", "encoding", "sample"),
    [
        ("简体国语".encode("gbk"), "gb18030", "简体国语"),
        ("中".encode("gbk"), "gb18030", "中"),
        ("繁體國語".encode("big5"), "big5", "繁體國語"),
        ("Bärenstraße".encode("latin-1"), "cp1252", "Bärenstraße"),
    ],
)
def test_raw_bytes_get_the_encoding_that_fits(raw: bytes, encoding: str, sample: str) -> None:
    assert (
        suggestion([None, b"plain", raw])
        == f"Add encoding = \"{encoding}\" to the source if it should read '{sample}'."
    )


def test_a_shapefile_that_calls_itself_latin(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"name": CHINESE}, geometry=[Point(1, 2)] * len(CHINESE), crs="EPSG:4326")
    points.to_file(tmp_path / "p.shp", encoding="gb18030")
    (tmp_path / "p.cpg").write_text("ISO-8859-1")
    with pytest.raises(SourceEncoding, match=r"p.shp: row 1, column 'name': 'ÂÞºþÇø' looks like .* '罗湖区'"):
        read(tmp_path / "p.shp")
    assert read(tmp_path / "p.shp", encoding="gb18030").values("name") == CHINESE


def test_a_geopackage_that_was_spoilt_before_is_mended_by_the_encoding(tmp_path: Path) -> None:
    spoilt = [taken_for_latin(word, "gb18030") for word in CHINESE]
    points = gpd.GeoDataFrame({"name": spoilt}, geometry=[Point(1, 2)] * len(CHINESE), crs="EPSG:4326")
    points.to_file(tmp_path / "p.gpkg")
    with pytest.raises(SourceEncoding, match=r"or encoding = \"utf-8\" if it is right"):
        read(tmp_path / "p.gpkg")
    assert read(tmp_path / "p.gpkg", encoding="gb18030").values("name") == CHINESE
    assert read(tmp_path / "p.gpkg", encoding="utf-8").values("name") == spoilt


def test_a_real_shapefile_under_a_false_name_of_encoding(tmp_path: Path) -> None:
    for file in realdata("china").glob("sz_gbk_no_cpg_no_prj.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "sz_gbk_no_cpg_no_prj.cpg").write_text("ISO-8859-1")
    with pytest.raises(SourceEncoding, match=r"'ÂÞºþÇø' looks like .*\"gb18030\".*'罗湖区'"):
        read(tmp_path / "sz_gbk_no_cpg_no_prj.shp")
