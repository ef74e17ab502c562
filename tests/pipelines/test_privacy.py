"""Nothing about persons is stored, whatever a column is called and whatever it holds."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.schema import Layer
from pipelines.load import load
from pipelines.outcome import Outcome
from pipelines.privacy import (
    CHECK_DIGITS,
    THRESHOLD,
    WEIGHTS,
    looks_personal,
    refused_by_name,
    said_by_name,
    said_by_values,
)
from pipelines.recipe import read_recipe
from tests.conftest import PROJECT, REALDATA
from tests.pipelines.conftest import SmallCity, building
from twin.database.cluster import Cluster
from twin.database.connect import connect
from twin.discover import discover
from twin.errors import RecipeError

LAYERS = discover("layers", Layer)


def identity(seed: int) -> str:
    """A made-up identity number with a right check digit."""
    dice = random.Random(seed)
    body = f"{dice.choice([110101, 310104, 440305])}{dice.randint(1950, 2010)}{dice.randint(1, 12):02d}"
    body += f"{dice.randint(1, 28):02d}{dice.randint(0, 999):03d}"
    return body + CHECK_DIGITS[sum(int(d) * int(w) for d, w in zip(body, WEIGHTS, strict=True)) % 11]


PERSONAL_NAMES = re.findall(
    r"\S+",
    """
    owner_name OwnerName OWNER first_name LastName surname full_name contact_person tenant
    phone PHONE_NO telephone tel mobile MobilePhone contact:phone fax email E-Mail id_number
    IDCard national_id ssn passport_no date_of_birth DOB birthday 姓名 户主姓名 业主 联系人
    联系电话 手机号码 身份证号 身份证号码 电子邮箱 出生日期 产权人 XINGMING HUZHU YEZHU
    DIANHUA SHOUJI SFZH LXDH SHENFENZHENG YOUXIANG
    """,
)
HARMLESS_NAMES = re.findall(
    r"\S+",
    """
    name zone_name street_name MINGCHENG 名称 道路名称 小区名称 operator use YONGTU
    building_id telecom cellular_coverage_note mailbox_count id osm_id parcel_id code height_m
    station hotel residents population 人口 户数 addr:street addr:housenumber phonetic
    personnel_count owned_by_city
    """,
)


@pytest.mark.parametrize("name", PERSONAL_NAMES)
def test_a_name_that_speaks_of_persons_is_heard(name: str) -> None:
    assert said_by_name(name)


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_a_name_that_does_not_is_left_alone(name: str) -> None:
    assert said_by_name(name) is None


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("13812345678", "telephone numbers"),
        ("+86 138 1234 5678", "telephone numbers"),
        ("010-62781234", "telephone numbers"),
        ("(0755) 8321 1234", "telephone numbers"),
        ("+34 928 123 456", "telephone numbers"),
        ("(212) 555-0123", "telephone numbers"),
        ("li.wei@example.cn", "e-mail addresses"),
        (identity(1), "identity numbers"),
        ("11010119900307777X", None),
        ("123-45-6789", "identity numbers"),
        ("110101900307777", "identity numbers"),
        ("2025-03-01", None),
        ("114.123456", None),
        ("10912345678", None),
        ("way/251380117", None),
        ("100-200", None),
    ],
)
def test_values_are_told_apart(value: str, holds: str | None) -> None:
    assert looks_personal(value) == holds


@given(st.integers(0, 10**6))
def test_a_wrong_check_digit_is_no_identity_number(seed: int) -> None:
    number = identity(seed)
    assert looks_personal(number) == "identity numbers"
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert looks_personal(wrong) != "identity numbers"


@pytest.mark.parametrize(("share", "refused"), [(0.19, False), (0.2, True), (1.0, True)])
def test_a_fifth_of_the_values_is_enough(share: float, refused: bool) -> None:
    count = int(share * 100)
    values = [identity(n) for n in range(count)] + [f"note {n}" for n in range(100 - count)]
    assert bool(said_by_values(pd.Series(values))) is refused
    assert THRESHOLD == 0.2


def test_numbers_of_a_spreadsheet_are_seen_through() -> None:
    assert said_by_values(pd.Series([13812345678.0, 13912345678.0, None])) == "telephone numbers"
    assert said_by_values(pd.Series([13812345678, 13912345678])) == "telephone numbers"


def everything_stored(city: SmallCity, more: str = "") -> tuple[Outcome, str]:
    """The outcome of the buildings, and the text of all that the store holds of them."""
    city.source("building", "people.gpkg", more)
    outcome = load(read_recipe(city.write())).sources[-1]
    with connect() as connection:
        tables = connection.execute("SELECT t::text FROM layer.building t UNION ALL SELECT r::text FROM twin.reject r")
        loads = connection.execute("SELECT l::text FROM twin.load l")
        text = "\n".join(str(row) for row in [*tables.fetchall(), *loads.fetchall()])
    return outcome, text


@pytest.mark.parametrize("name", [*PERSONAL_NAMES[::3], "备注", "remark", "field_7", "BZ", "x1"])
@pytest.mark.parametrize("kind", ["identity", "phone", "mail"])
def test_nothing_of_an_adversarial_column_is_stored(store: Cluster, village: SmallCity, name: str, kind: str) -> None:  # noqa: ARG001
    make = {
        "identity": identity,
        "phone": lambda n: f"138{n:04d}5678",
        "mail": lambda n: f"person{n}@example.com",
    }[kind]
    values = [make(n) for n in range(20)]
    rows: list[dict[str, Any]] = [building(f"P{n}", n, 40) for n in range(20)]
    rows[3]["floors"] = -1  # a rejected row keeps its original values, but not these
    for row, value in zip(rows, values, strict=True):
        row[name.replace(":", "_").replace(" ", "_")] = value
    village.file("people.gpkg", rows)
    outcome, text = everything_stored(village)
    assert (outcome.loaded, outcome.rejected) == (19, 1)
    assert not [value for value in values if value in text]
    assert any("was refused" in note and "Nothing of it is stored" in note for note in outcome.notes)


def test_a_personal_column_must_not_feed_a_field(store: Cluster, village: SmallCity) -> None:  # noqa: ARG001
    rows = [building(f"P{n}", n, 40) | {"户主姓名": "王伟", "c7": identity(n)} for n in range(5)]
    village.file("people.gpkg", rows)
    for column, holds in (("户主姓名", "names of persons"), ("c7", "identity numbers")):
        village.sources.clear()
        with pytest.raises(RecipeError, match=f"'{column}' feeds the field 'use', but holds {holds}"):
            everything_stored(village, f'columns = {{ use = "{column}" }}')


def test_fields_of_the_layer_are_exempt_by_name() -> None:
    for layer in LAYERS.values():
        assert refused_by_name(layer, layer.fields) == []


def clean_columns() -> list[tuple[str, str, pd.Series[Any]]]:
    """Every column of the clean sets: file, name, values."""
    found = []
    folders = [PROJECT / "data" / "sample_city", *(REALDATA / n for n in ("leipzig_districts", "us_broadband_use"))]
    folders += [
        REALDATA / n for n in ("helsinki", "kathmandu", "sant_boi_sewer", "las_palmas", "china", "fibre_network")
    ]
    for file in sorted(f for folder in folders if folder.exists() for f in folder.iterdir()):
        found += [(file.name, name, values) for name, values in _columns(file)]
    return found


def _columns(file: Path) -> list[tuple[str, pd.Series[Any]]]:
    if file.suffix == ".csv":
        frames = [pd.read_csv(file, dtype=str, encoding_errors="replace")]
    elif file.suffix in (".gpkg", ".geojson", ".shp") and "gbk" not in file.name:
        options = {"encoding": "gb18030"} if file.name == "buildings.shp" else {}
        names = [name for name, _ in pyogrio.list_layers(file)]
        frames = [pyogrio.read_dataframe(file, layer=name, read_geometry=False, **options) for name in names]
    else:
        frames = []
    return [(str(name), frame[name]) for frame in frames for name in frame.columns]


def test_at_most_two_in_a_hundred_clean_columns_are_refused() -> None:
    columns = clean_columns()
    assert len(columns) > 40
    refused = [(file, name) for file, name, values in columns if said_by_name(name) or said_by_values(values)]
    assert len(refused) <= 0.02 * len(columns), refused
