"""A cause in words: how sure it is, and which premise model told it."""

from __future__ import annotations

from twin.attribution.premise import PremiseModel
from twin.database.published import SURE_FROM
from twin.discover import discover

STRONG_FROM = 0.9
UNTOLD = "none"
"""The method of flags for which no premise was looked at."""


def sureness(confidence: float) -> str:
    """``strong`` from 0.9, ``likely`` from 0.7, else ``unsure``."""
    if confidence >= STRONG_FROM:
        return "strong"
    return "likely" if confidence >= SURE_FROM else "unsure"


def premise_model_of(goal: str) -> PremiseModel | None:
    """The premise model of a goal's index; none where it is measured for zones alone."""
    return discover("twin.attribution.premises", PremiseModel).get(goal)


def walked_to(model: PremiseModel) -> bool:
    """Whether people walk to the supply (green, stops), and it is not brought to the premises (cables, pipes)."""
    return model.confidence is not None
