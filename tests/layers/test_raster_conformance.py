"""What every raster's declaration must keep, the rasters of third parties included."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layers.schema import Declaration, Layer, Meaning, Raster
from tests.layers.test_conformance import TOKENS, is_chinese, is_sentence
from twin.discover import discover

RASTERS = discover("layers", Raster)

every_raster = pytest.mark.parametrize("raster", RASTERS.values(), ids=RASTERS.keys())


def test_the_first_rasters_are_there_with_unit_and_meaning() -> None:
    said = {name: (each.unit, each.meaning) for name, each in RASTERS.items()}
    assert said == {
        "population": ("people/cell", Meaning.COUNT),
        "land_cover": ("", Meaning.CLASS),
        "elevation": ("m", Meaning.VALUE),
        "pm25": ("µg/m³", Meaning.VALUE),
    }


def test_each_file_of_the_folder_is_features_or_cells() -> None:
    layers = discover("layers", Layer)
    assert layers.keys() & RASTERS.keys() == set()
    assert list(discover("layers", Declaration)) == sorted([*layers, *RASTERS])


def test_titles_are_those_of_no_other_layer_or_raster() -> None:
    every = discover("layers", Declaration).values()
    for titles in ([each.title for each in every], [each.title_zh for each in every]):
        assert len(set(titles)) == len(titles)


@every_raster
def test_it_has_titles_in_both_languages_and_says_what_it_is(raster: Raster) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", raster.id)
    assert raster.title
    assert is_chinese(raster.title_zh)
    assert is_sentence(raster.doc)


@every_raster
def test_classes_have_choices_and_numbers_have_a_unit_and_bounds(raster: Raster) -> None:
    is_class = raster.meaning is Meaning.CLASS
    assert bool(raster.choices) == is_class
    assert bool(raster.unit) != is_class
    assert all(isinstance(code, int) and 0 <= code < 65535 and words for code, words in raster.choices.items())
    bounds = [bound for bound in (raster.minimum, raster.maximum) if bound is not None]
    assert bounds == sorted(bounds)
    assert not (is_class and bounds)
    assert raster.meaning is not Meaning.COUNT or raster.minimum == 0


@every_raster
def test_colours_are_tokens_of_the_screens_one_a_class(raster: Raster) -> None:
    css = Path(TOKENS).read_text(encoding="utf-8")
    assert [ink for ink in raster.ramp if f"--t-{ink}:" not in css] == []
    assert len(raster.ramp) == len(raster.choices) if raster.choices else len(raster.ramp) >= 2
