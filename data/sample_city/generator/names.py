"""Invented names: places, parks, streets. None of them is meant to be a real place."""

from __future__ import annotations

import numpy as np

FIRST = (
    "An", "Bai", "Bei", "Cang", "Chun", "Cui", "Deng", "Fu", "Gui", "Hai", "He", "Hua", "Jin", "Jing", "Lan",
    "Lian", "Liu", "Long", "Mei", "Ming", "Ning", "Ping", "Qing", "Rui", "Shan", "Song", "Tao", "Tian", "Wen",
    "Xia", "Xin", "Yan", "Yong", "Yu", "Yun", "Zhu",
)  # fmt: skip
SECOND = (
    "an", "cheng", "feng", "gu", "hai", "he", "hua", "hui", "jing", "lan", "lin", "ling", "men", "ping", "quan",
    "shan", "shui", "tai", "tang", "wan", "xi", "xiang", "xing", "yang", "yi", "yuan", "yue", "zhou",
)  # fmt: skip
ENDINGS = {
    "P": ("Garden", "Court", "Quarter", "Residences"),
    "G": ("Villas", "Gardens", "Hill"),
    "O": ("Fang", "Lane Quarter", "Gate"),
    "I": ("Village", "Wa", "Li"),
    "M": ("Li", "Cun", "Quarter"),
    "B": ("Centre", "Plaza"),
    "D": ("Works", "Industrial Park"),
    "L": ("New Town", "Estate"),
    "V": ("Zhuang", "Cun", "Tun"),
    "F": ("Fields", "Farm"),
    "K": ("Park",),
    "W": ("Wetland",),
}


def place_name(kind: str, rng: np.random.Generator, taken: set[str]) -> str:
    """A name for a zone that no other zone has."""
    while True:
        name = f"{rng.choice(FIRST)}{rng.choice(SECOND)} {rng.choice(ENDINGS[kind])}"
        if name not in taken:
            taken.add(name)
            return name


def park_name(rng: np.random.Generator, ending: str = "Park") -> str:
    """A name for a park or a square."""
    return f"{rng.choice(FIRST)}{rng.choice(SECOND)} {ending}"


def street_name(rng: np.random.Generator) -> str:
    """A name for a small street."""
    return f"{rng.choice(FIRST)}{rng.choice(SECOND)} {rng.choice(['Lane', 'Alley', 'Street'])}"
