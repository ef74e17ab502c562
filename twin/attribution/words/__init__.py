"""Sentences of evidence: one TOML file a language, all with the same keys; premise models add or replace some."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib.resources import files

LANGUAGES = ("en", "zh")
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


@functools.cache
def sentences(lang: str) -> Mapping[str, str]:
    """The sentences of a language, by key."""
    text = (files("twin.attribution.words") / f"{lang}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def amount(value: float, unit: str, lang: str) -> str:
    """A value with its unit: ``61 %`` in English, ``61%`` in Chinese, ``3.4 m²``; – where it is missing."""
    if value != value:
        return "–"
    if unit == "share":
        return f"{100 * value:.0f}{'' if lang == 'zh' else NARROW_SPACE}%"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:,.2g} {unit}"
