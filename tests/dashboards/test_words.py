"""Every language has every word."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import dashboards
from dashboards.words import LANGUAGES, words

FOLDER = Path(dashboards.__file__).parent
CALLED = re.compile(r"""(?:say|words\([^)]*\)|figures\.words)\(\s*"([a-z_]+\.[a-z_0-9.]+)\"""")


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_all_languages_have_the_same_keys(lang: str) -> None:
    assert words(lang).table.keys() == words(LANGUAGES[0]).table.keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang: str) -> None:
    assert [key for key, text in words(lang).table.items() if not text.strip()] == []


def test_translations_fill_the_same_holes() -> None:
    english, chinese = words("en"), words("zh")
    differ = [key for key in english.table if not holes(chinese.table[key]) <= holes(english.table[key])]
    assert differ == []


def test_every_key_that_the_code_asks_for_exists() -> None:
    asked = {key for file in FOLDER.rglob("*.py") for key in CALLED.findall(file.read_text(encoding="utf-8"))}
    assert len(asked) > 50
    assert asked <= words("en").table.keys()


def test_one_is_singular() -> None:
    say = words("en")
    assert say("sources.rows", count="1", n=1) == "1 row"
    assert say("sources.rows", count="2", n=2) == "2 rows"


def test_labels_describe_places_and_never_people() -> None:
    spoken = " ".join(words("en").table.values()).lower()
    assert not re.search(r"slum|illegal|\bbad\b|!", spoken)
