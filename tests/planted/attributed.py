"""A planted city taken through the twin: its messiness, and causes by the structural method and two obvious ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.planted.city import Planted
from tests.planted.labels import TARGETS
from tests.planted.naive import above_median, bivariate_lisa
from tests.whole_city import WholeCity
from twin.goals import Goal, Profile
from twin.messiness.measure import Messiness, messiness

GOALS = tuple(Goal(index=name, target=target, direction="at_least") for name, target in TARGETS.items())
PROFILE = Profile(name="Planted", year=2035, goal=GOALS)


@dataclass(frozen=True)
class Attributed:
    """A planted city with its messiness and, by method (structural, median, lisa), its flags."""

    planted: Planted
    whole: WholeCity
    form: Messiness
    flags: Mapping[str, pd.DataFrame]


def attributed(planted: Planted) -> Attributed:
    """The city through the twin, and by the two obvious methods from the same messiness."""
    whole = WholeCity(planted.layers, PROFILE, planted.reference_date)
    form = messiness(whole.batch)
    # Zones that are not measured are taken to be usual ones: neither method has another way to judge them.
    measured = pd.Series(form.value, index=whole.codes)
    measured = measured.fillna(measured.median())
    zones = planted.layers["zone"].geometry
    flags = {
        "structural": whole.flags(),
        "median": above_median(measured, planted.recorded),
        "lisa": bivariate_lisa(measured, planted.recorded, zones, np.random.default_rng(0)),
    }
    return Attributed(planted, whole, form, flags)
