"""What a method of attribution is: from the premises of a goal in the whole city to a verdict for each zone.

A method sees one goal at a time, with every premise of the city: it may lean on the fit of the city. Another method
takes the place of ``structural`` without change elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from twin.attribution.premise import Lifts, PremiseRows
from twin.batch import FloatArray

CAUSES = ("messy", "technology", "data", "other")
FEWEST_PREMISES = 25
"""Zones with fewer premises get no verdict."""

Names = NDArray[np.object_]


@dataclass(frozen=True)
class Case:
    """A goal in a city: all premises with what would lift them, and what each zone's index says.

    ``value``, ``target`` and ``shortfall`` are arrays (zones,), NaN where the zone has no value. ``confidence`` is
    fixed by models whose sets are geometry.
    """

    rows: PremiseRows
    lifts: Lifts
    value: FloatArray
    target: FloatArray
    shortfall: FloatArray
    confidence: float | None = None


@dataclass(frozen=True)
class Verdicts:
    """Of each zone, arrays (zones,): the most likely cause, how sure, and coverage as it is and as it could be.

    ``y0`` is real coverage, ``tidy`` with ordinary access, ``supplied`` with supply up to the standard, ``both`` with
    both; NaN where no premise has a fresh record. ``fresh`` counts premises with a fresh record, ``premises`` all.
    """

    cause: Names
    confidence: FloatArray
    y0: FloatArray
    tidy: FloatArray
    supplied: FloatArray
    both: FloatArray
    fresh: FloatArray
    premises: FloatArray


class Method(Protocol):
    """A function from a case to verdicts; its name is kept with each flag."""

    __name__: str

    def __call__(self, case: Case) -> Verdicts:
        """Verdicts of all zones of the case."""
