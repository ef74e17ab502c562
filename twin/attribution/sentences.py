"""Evidence in words, made from the numbers: what the value is, what the contrast shows, what would close the gap."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twin.attribution.words import amount, sentences

SHARES = ("in_reach", "missing", "low", "high", "y0", "tidy", "supplied", "both")


@dataclass(frozen=True)
class Said:
    """All that a sentence speaks of: the index by language, the zone's value, the verdict and its numbers.

    ``words`` are those of the premise model, by language; ``node`` is the key of the zone's main supply.
    """

    titles: Mapping[str, str]
    unit: str
    value: float
    target: float
    cause: str
    confidence: float
    second: str = ""
    stale_years: float = 5.0
    numbers: Mapping[str, Any] = field(default_factory=dict)
    node: str = ""
    node_is_full: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def evidence(said: Said, lang: str) -> str:
    """The evidence of a verdict that premises were looked at for, in a language."""
    words = ChainMap(dict(said.words.get(lang, {})), dict(sentences(lang)))
    filled = _filled(said, words, lang)
    few = said.cause == "data" and (said.numbers.get("y0") is None or said.numbers["y0"] < said.target)
    chosen = ["head", *_middle(said, few)]
    if said.cause != "data":
        chosen.append("tidy")
    if said.second:
        chosen.append("second")
    return _joined([words[key].format(**filled) for key in (*chosen, "grade", "confidence")], lang)


def _middle(said: Said, few: bool) -> list[str]:
    if said.cause == "data":
        return ["data_few" if few else "data"]
    geometric = "messy" in said.words.get("en", {})
    if geometric:
        return [said.cause]
    sides = [bool(said.numbers.get(name)) for name in ("open_fresh", "hindered_fresh")]
    contrast = {(True, True): ["contrast"], (True, False): ["open_only"], (False, True): ["hindered_only"]}
    return ["reach", *contrast.get((sides[0], sides[1]), []), said.cause]


def no_evidence(said: Said, lang: str, *, quality: float, layer: str = "", excess: bool = False) -> str:
    """What is said where premises tell nothing: without a model or the layer of supply, or of a value too high."""
    words = sentences(lang)
    filled = _filled(said, words, lang) | {"quality": amount(quality, "share", lang), "layer": layer}
    why = "no_supply" if layer else "no_excess" if excess else "no_model"
    reason = [why, *(["no_model_data"] if said.cause == "data" else [])]
    return _joined([words[key].format(**filled) for key in ("head", *reason, "confidence")], lang)


def _filled(said: Said, words: Mapping[str, str], lang: str) -> dict[str, str]:
    shown = {
        name: amount(float("nan") if each is None else each, "share", lang) if name in SHARES else f"{each or 0:,.0f}"
        for name, each in said.numbers.items()
    }
    named = words["node_named"].format(node=words["node"], key=said.node)
    state = "node_full" if said.node_is_full else "node_spare"
    supply = words[state].format(named=named, **{name: words[name] for name in ("spare", "full")})
    return {
        **shown,
        "title": said.titles[lang],
        "value": amount(said.value, said.unit, lang),
        "target": amount(said.target, said.unit, lang),
        "confidence": amount(said.confidence, "share", lang),
        "stale": f"{said.stale_years:g}",
        "second": words[f"name_{said.second}"] if said.second else "",
        "nodes": words["nodes"],
        "supply": supply if said.node else words["supply_any"],
    }


def _joined(parts: list[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(part for part in parts if part)
