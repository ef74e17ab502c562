"""What every layer's declaration must keep, the layers of third parties included."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from layers.schema import Kind, Layer
from twin.database.tables import SYSTEM_COLUMNS
from twin.discover import discover

TOKENS = Path(__file__).resolve().parents[2] / "dashboards" / "assets" / "tokens.css"
LAYERS = discover("layers", Layer)
LONGEST_IDENTIFIER = 63
"""Bytes of a name in PostgreSQL; longer ones are cut without a word."""

every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())


def is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text))


def is_sentence(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z].+\.", text))


@every_layer
def test_the_id_is_the_files_name_and_can_be_a_table(layer: Layer) -> None:
    assert Path(str(importlib.import_module(f"layers.{layer.id}").__file__)).name == f"{layer.id}.py"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", layer.id)


@every_layer
def test_the_key_is_a_text_among_the_fields(layer: Layer) -> None:
    assert layer.fields[layer.key].kind is Kind.TEXT


@every_layer
def test_the_layer_has_titles_in_both_languages_and_says_what_it_is(layer: Layer) -> None:
    assert layer.title
    assert is_chinese(layer.title_zh)
    assert is_sentence(layer.doc)


@every_layer
def test_each_field_has_titles_in_both_languages_and_one_sentence(layer: Layer) -> None:
    for name, each in layer.fields.items():
        assert each.title, name
        assert is_chinese(each.title_zh), name
        assert is_sentence(each.doc), name


@every_layer
def test_fields_can_be_columns_beside_those_of_the_store(layer: Layer) -> None:
    for name in layer.fields:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert name not in (*SYSTEM_COLUMNS, "geom")


@every_layer
def test_choices_belong_to_texts_and_bounds_to_numbers(layer: Layer) -> None:
    for name, each in layer.fields.items():
        assert len(set(each.choices)) == len(each.choices), name
        assert not each.choices or each.kind is Kind.TEXT, name
        bounds = [bound for bound in (each.minimum, each.maximum) if bound is not None]
        assert not bounds or each.kind in (Kind.INTEGER, Kind.NUMBER), name
        assert bounds == sorted(bounds), name


@every_layer
def test_a_field_that_some_rows_need_names_a_geometry_that_the_layer_has(layer: Layer) -> None:
    for name, each in layer.fields.items():
        assert not (each.required and each.required_on), name
        assert not each.required_on or each.required_on in layer.geometry.accepted, name


@every_layer
def test_each_rule_has_a_name_of_its_own_words_and_what_to_do(layer: Layer) -> None:
    rules = layer.rules()
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.message
        assert is_sentence(rule.hint), rule.id
        assert rule.field == "geom" or rule.field in layer.fields
        assert len(f"{layer.id}_{rule.id}".encode()) <= LONGEST_IDENTIFIER


@every_layer
def test_colours_are_tokens_of_the_screens(layer: Layer) -> None:
    css = TOKENS.read_text(encoding="utf-8")
    inks = [ink for ink in (layer.style.fill, layer.style.line) if ink]
    assert inks or not layer.has_geometry
    assert [ink for ink in inks if f"--t-{ink}:" not in css] == []


@every_layer
def test_labels_are_fields(layer: Layer) -> None:
    assert set(layer.style.label) <= layer.fields.keys()


def test_no_two_layers_have_the_same_title() -> None:
    for titles in ([each.title for each in LAYERS.values()], [each.title_zh for each in LAYERS.values()]):
        assert len(set(titles)) == len(titles)
