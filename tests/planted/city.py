"""A city whose causes are known because they were planted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from tests.planted import layering, morphology_quarters, morphology_valleys, records, terrain, writing
from tests.planted.cabinets import cabinets_of
from tests.planted.greenery import green_outcome, opened
from tests.planted.labels import TARGETS, truth_of, worlds_of
from tests.planted.mechanism import LINE_ACCESS, LINE_SUPPLY, PIPE_ACCESS, PIPE_SUPPLY, Ease, detoured, felt, outcome
from tests.planted.parameters import STYLES, Parameters, parameters_of
from tests.planted.sewers import sewers_of
from tests.planted.shapes import Form
from tests.planted.traits import UTILITIES, traits_of
from tests.planted.ways import access_of
from twin.batch import Features, FloatArray

CRS = "EPSG:32633"
TODAY = np.datetime64("2025-06-30")


@dataclass(frozen=True)
class Planted:
    """``layers`` as the twin holds them, and what is true of them.

    ``truth``: zone, goal, cause, real_y0, tidy, supplied, both, target, for each recorded shortfall. Of all zones:
    ``worlds``: zone, goal, premises, real_y0, tidy, supplied, both; ``recorded``: zone, goal, value, shortfall;
    ``traits``: hidden traits. ``far_from_street``: share of a zone's buildings more than 45 m from a street that a
    van can use.
    """

    style: str
    layers: dict[str, Features]
    crs: str
    reference_date: str
    truth: pd.DataFrame
    worlds: pd.DataFrame
    recorded: pd.DataFrame
    traits: pd.DataFrame
    far_from_street: pd.Series[float]

    def write(self, folder: Path) -> Path:
        """GPKG files, a profile and a recipe that ``twin load`` takes; the path of the recipe."""
        return writing.write(self.layers, self.crs, self.reference_date, folder)


def planted_city(style: str, seed: int, *, zones: int = 400, null: bool = False, **parameters: float) -> Planted:
    """A city of a style by a seed; the same seed gives the same city.

    Args:
        style: ``quarters`` or ``valleys``.
        seed: draws the parameters within the style's ranges, and all else.
        zones: how many; each has some 68 buildings.
        null: access has no effect on broadband and sewer; all correlations stay.
        parameters: fields of ``Parameters`` to hold fixed.

    Raises:
        ValueError: no such style or parameter.
    """
    random = np.random.default_rng([STYLES.index(style) if style in STYLES else 9, seed])
    p = parameters_of(style, random, parameters)
    form, traits = _formed(style, zones, p, random)
    houses = layering.inhabited(form.houses, random)
    access = access_of(houses, form.streets)
    zone, premises = houses["zone"].to_numpy(), houses["dwellings"].to_numpy(np.float64)
    lines = cabinets_of(houses, form.streets, traits, p, random)
    sewers = sewers_of(houses, form.streets, traits, p, random)
    greens = opened(form.greens, traits, p, TODAY, random)
    ease = Ease.of(access, houses["place"].to_numpy())
    supply = {"broadband_gigabit": LINE_SUPPLY[style](lines), "sewer_connection": PIPE_SUPPLY[style](sewers)}
    ways = {
        "broadband_gigabit": detoured(LINE_ACCESS[style](ease), lines.detour_m),
        "sewer_connection": PIPE_ACCESS[style](ease),
    }
    outcomes, kept, values = {}, {}, {}
    for utility in UTILITIES:
        level = traits[f"{utility}_level"].to_numpy(np.float64)[zone]
        hindered = felt(ways[utility], traits, utility, zone, p.effect, null)
        outcomes[utility] = outcome(level, supply[utility], hindered, random.random(len(houses)))
        gap, hidden = records.gap_of(traits, utility, zone), (access["depth"] > 0).to_numpy()
        kept[utility] = records.recorded(outcomes[utility].real, gap, hidden, p, TODAY, random)
        values[utility] = records.value_of(kept[utility], zone, premises, zones)
    outcomes["green_access"], walks = green_outcome(houses["shape"].to_numpy(), form.streets, greens)
    everyone = np.bincount(zone, premises, minlength=zones)
    values["green_access"] = np.bincount(zone, premises * walks, minlength=zones) / np.maximum(everyone, 1)
    codes = traits["code"].to_numpy()
    worlds = worlds_of(codes, zone, premises, outcomes)
    layers = layering.layers_of(form, houses, traits, lines, sewers, greens, kept, p, random)
    far = pd.Series((access["gap_m"] > 45).to_numpy(float)).groupby(zone).mean()
    return Planted(
        style=style,
        layers=layers,
        crs=CRS,
        reference_date=str(TODAY),
        truth=truth_of(worlds, values),
        worlds=worlds,
        recorded=_recorded(codes, values),
        traits=traits,
        far_from_street=pd.Series(far.reindex(range(zones), fill_value=0.0).to_numpy(), index=codes),
    )


def _formed(style: str, zones: int, p: Parameters, random: np.random.Generator) -> tuple[Form, pd.DataFrame]:
    """Streets and houses, and the traits of the zones by which they were built."""
    if style == "quarters":
        plan = morphology_quarters.plan(zones, random)
        traits = traits_of(shapely.get_coordinates(shapely.centroid(plan.zones)), p, random)
        form = morphology_quarters.build(plan, traits, p, random)
    else:
        cells = terrain.cells(zones, random)
        traits = traits_of(cells.centre, p, random)
        form = morphology_valleys.build(cells, traits, p, random)
    traits.insert(0, "code", [f"{style[0].upper()}{n:03d}" for n in range(zones)])
    return form, traits


def _recorded(codes: object, values: dict[str, FloatArray]) -> pd.DataFrame:
    tables = []
    for goal, target in TARGETS.items():
        value = values[goal]
        tables.append(
            pd.DataFrame({"zone": codes, "goal": goal, "value": value, "shortfall": (target - value).clip(0)})
        )
    return pd.concat(tables, ignore_index=True)
