"""Words of the screens: one TOML file a language, all with the same keys."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """The words of one language, by keys such as ``legend.no_data``."""

    lang: str
    table: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key, its braces filled; with ``n=1`` the singular ``key_one`` where there is one.

        Raises:
            KeyError: no such key.
        """
        one = f"{key}_one"
        text = self.table[one if values.get("n") in (1, "1") and one in self.table else key]
        return text.format(**values) if values else text

    def get(self, key: str, otherwise: str) -> str:
        """The text of a key, or another where a third party's name has none."""
        return self.table.get(key, otherwise)

    def title(self, thing: Any) -> str:
        """The title of a layer, field or index in this language."""
        return str((self.lang == "zh" and thing.title_zh) or thing.title)


@functools.cache
def words(lang: str) -> Words:
    """The words of a language; English for one that is not there."""
    known = lang if lang in LANGUAGES else LANGUAGES[0]
    text = (files("dashboards.words") / f"{known}.toml").read_text(encoding="utf-8")
    return Words(known, _flat(tomllib.loads(text)))


def _flat(tree: Mapping[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return flat
