"""Evidence in words, in both languages: its numbers, and what is left out where it is empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.attribution.sentences import Said, evidence
from twin.attribution.words import LANGUAGES, sentences

NUMBERS = {
    "premises": 377.0,
    "fresh": 377.0,
    "missing": 0.0,
    "low": 0.61,
    "high": 0.61,
    "in_reach": 0.97,
    "open_fresh": 151.0,
    "open_covered": 142.0,
    "hindered_fresh": 226.0,
    "hindered_covered": 88.0,
    "near_uncovered": 0.0,
    "closed_near": 0.0,
    "none_near": 0.0,
    "capacity": 1.0,
    "y0": 0.61,
    "tidy": 0.93,
    "supplied": 0.62,
    "both": 0.95,
}
SAID = Said(
    titles={"en": "Gigabit broadband", "zh": "千兆宽带覆盖率"},
    unit="share",
    value=0.61,
    target=0.9,
    cause="messy",
    confidence=0.94,
    numbers=NUMBERS,
    node="F0123",
)


def plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_messy_zone_is_told_by_both_sides_of_the_contrast_and_both_counterfactuals() -> None:
    said = plain(evidence(SAID, "en"))
    assert said.startswith("Gigabit broadband: 61 % of 90 %. 97 % of premises lie in reach of node F0123 with room.")
    assert "142 of 151 covered" in said and "88 of 226" in said
    assert "With ordinary access about 93 %; with more nodes about 62 %." in said
    assert said.endswith("the effect is assumed; a contrast within zones, not an experiment. Confidence 94 %.")


def test_chinese_has_its_own_order_and_no_gap_before_the_percent() -> None:
    said = evidence(SAID, "zh")
    assert said.startswith("千兆宽带覆盖率：61%，目标90%。97%的户在节点F0123（容量有余）的覆盖范围内。")
    assert "151户中142户已覆盖" in said and "226户中88户已覆盖" in said
    assert said.endswith("置信度94%。")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_side_without_premises_is_not_counted(lang: str) -> None:
    only_open = evidence(replace(SAID, numbers={**NUMBERS, "hindered_fresh": 0.0, "hindered_covered": 0.0}), lang)
    only_hindered = evidence(replace(SAID, numbers={**NUMBERS, "open_fresh": 0.0, "open_covered": 0.0}), lang)
    neither = evidence(replace(SAID, numbers={**NUMBERS, "open_fresh": 0.0, "hindered_fresh": 0.0}), lang)
    assert "151" in only_open and "226" not in only_open and "0 of 0" not in only_open
    assert "226" in only_hindered and "151" not in only_hindered
    assert "151" not in neither and "226" not in neither


def test_records_are_told_by_what_is_missing_and_the_range() -> None:
    numbers = {**NUMBERS, "missing": 0.43, "fresh": 215.0, "y0": 0.93, "low": 0.51, "high": 0.97}
    said = plain(evidence(replace(SAID, cause="data", numbers=numbers, second="technology"), "en"))
    assert "43 % of premises have no record from the last 5 years" in said
    assert "coverage is 93 %; range if none or all of them are covered: 51 % to 97 %" in said
    assert "Second cause: technology." in said
    few = plain(evidence(replace(SAID, cause="data", numbers={**numbers, "y0": None, "fresh": 3.0}), "en"))
    assert "Only 3 of 377 premises have a record" in few


def test_both_languages_have_the_same_sentences() -> None:
    assert set(sentences("en")) == set(sentences("zh"))
