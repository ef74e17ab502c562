"""Colours: the style sheet is what the table says, text can be read, and no class rests on hue that many do not see."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dashboards.lenses.cause import cause
from dashboards.lenses.lens import LensClass
from dashboards.tokens import DARK, LIGHT, TOKENS_CSS, css

THEMES = {"light": LIGHT, "dark": DARK}
CAUSES = ("messy", "technology", "data", "other")
SIGHT = {
    "normal": np.eye(3),
    # Viénot, Brettel and Mollon 1999, in linear RGB.
    "deuteranopia": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
    "protanopia": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
}


def linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = matrix @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    cubed = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * cubed[1] - 16, 500 * (cubed[0] - cubed[1]), 200 * (cubed[1] - cubed[2])])


def apart(one: str, other: str, sight: str) -> float:
    seen = [lab(SIGHT[sight] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def test_the_style_sheet_is_what_the_table_writes() -> None:
    assert TOKENS_CSS.read_text(encoding="utf-8") == css()


def test_both_themes_have_the_same_names() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize(
    ("text", "ground", "light", "dark"),
    [
        ("ink", "panel", 16.5, 14.7),
        ("ink-2", "panel", 7.8, 9.4),
        ("ink-3", "panel", 5.5, 6.1),
        ("ink-3", "bg", 5.1, 6.7),
        ("ink-3", "accent-soft", 4.8, 4.6),
        ("accent", "panel", 6.3, 8.2),
        ("accent", "accent-soft", 5.4, 6.2),
        ("on-accent", "accent", 6.3, 7.6),
        ("danger", "panel", 6.5, 7.5),
        ("danger", "danger-soft", 5.7, 6.7),
        ("warn", "panel", 6.5, 10.0),
        ("warn", "warn-soft", 6.0, 8.4),
        ("ok", "panel", 5.9, 9.0),
        ("ok", "ok-soft", 5.1, 7.5),
        ("control", "panel", 3.3, 3.5),
    ],
)
def test_contrast_is_what_was_measured(text: str, ground: str, light: float, dark: float) -> None:
    assert contrast(LIGHT[text], LIGHT[ground]) == pytest.approx(light, abs=0.06)
    assert contrast(DARK[text], DARK[ground]) == pytest.approx(dark, abs=0.06)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("ink", ("panel", "panel-2", "bg", "accent-soft")),
        ("ink-2", ("panel", "panel-2", "bg")),
        ("ink-3", ("panel", "bg", "accent-soft")),
        ("accent", ("panel",)),
    ],
)
def test_text_can_be_read_on_every_ground_that_it_stands_on(theme: str, ink: str, grounds: tuple[str, ...]) -> None:
    for ground in grounds:
        assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize(
    ("theme", "sight", "least"),
    [
        ("light", "normal", 30),
        ("light", "deuteranopia", 30),
        ("light", "protanopia", 21),
        ("dark", "normal", 35),
        ("dark", "deuteranopia", 23),
        ("dark", "protanopia", 27),
    ],
)
def test_causes_are_told_apart(theme: str, sight: str, least: float) -> None:
    pairs = itertools.combinations((THEMES[theme][name] for name in CAUSES), 2)
    # The measured figures are whole numbers.
    assert round(min(apart(*pair, sight) for pair in pairs)) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_neighbouring_classes_of_messiness_are_told_apart(theme: str, sight: str) -> None:
    ramp = [THEMES[theme][f"mess-{number}"] for number in range(1, 6)]
    assert min(apart(*pair, sight) for pair in itertools.pairwise(ramp)) >= 18


@pytest.mark.parametrize("theme", THEMES)
def test_messiness_grows_darker_or_lighter_all_the_way(theme: str) -> None:
    light = [contrast(THEMES[theme][f"mess-{number}"], "#000000") for number in range(1, 6)]
    assert light == sorted(light, reverse=theme == "light")


@pytest.mark.parametrize("theme", THEMES)
def test_messiness_has_a_ramp_of_its_own(theme: str) -> None:
    tokens = THEMES[theme]
    strong = [tokens[f"mess-{number}"] for number in (2, 3, 4)]
    others = [tokens[name] for name in ("accent", *CAUSES, *(f"att-{number}" for number in range(1, 7)))]
    assert min(apart(one, other, "normal") for one in strong for other in others) >= 10


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("each", [each for each in cause.classes if each.glyph], ids=lambda each: each.id)
def test_glyphs_can_be_seen_on_their_colour(theme: str, each: LensClass) -> None:
    assert contrast(THEMES[theme][each.glyph_token], THEMES[theme][each.token]) >= 2.9


@pytest.mark.parametrize("theme", THEMES)
def test_the_chip_of_a_strong_cause_can_be_read(theme: str) -> None:
    assert contrast(THEMES[theme]["accent"], THEMES[theme]["accent-soft"]) >= 4.5


@pytest.mark.parametrize(
    ("theme", "sight", "least"),
    [("light", "normal", 18), ("light", "deuteranopia", 18), ("dark", "normal", 19), ("dark", "deuteranopia", 18)],
)
def test_neighbouring_classes_of_attainment_are_told_apart(theme: str, sight: str, least: float) -> None:
    ramp = [THEMES[theme][f"att-{number}"] for number in range(1, 7)]
    assert round(min(apart(*pair, sight) for pair in itertools.pairwise(ramp))) >= least
