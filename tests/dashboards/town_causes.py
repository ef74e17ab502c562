"""Causes, messiness and premises of the made-up town: one zone after the other has another cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.dashboards.town_plan import PROFILE, Town
from twin.database.causes import FlagRow, FormRow, PremiseRow, write_flags, write_forms, write_premises
from twin.database.connect import Connection

TOLD = ("broadband_gigabit", "green_access")
UNTOLD = "population_density"
METRICS = {"block_depth": 0.31, "narrow_street": 0.62, "far_from_street": 0.12, "dead_ends": 0.25, "spacing": 0.4}


@dataclass(frozen=True)
class Planted:
    """The cause of every sixth zone: its confidence, and how the shortfall is parted."""

    cause: str
    confidence: float
    second: str
    messy: float
    technology: float
    data: float


PLANTED: tuple[Planted | None, ...] = (
    Planted("messy", 0.94, "technology", 0.66, 0.33, 0.01),
    Planted("technology", 0.92, "", 0.04, 0.95, 0.01),
    Planted("data", 0.8, "", 0.0, 0.0, 1.0),
    Planted("other", 0.75, "messy", 0.2, 0.1, 0.0),
    Planted("messy", 0.6, "technology", 0.5, 0.4, 0.0),
    None,
)
"""The last has too few premises for a cause to be sought."""


def planted(town: Town, zone: str) -> Planted | None:
    """What was put into the store for a zone that falls short."""
    return PLANTED[town.codes.index(zone) % len(PLANTED)]


def class_of_cause(town: Town, goal: str, zone: str) -> str:
    """The class that the lens of causes must show."""
    value = town.values[goal][town.codes.index(zone)]
    if np.isnan(value):
        return "none"
    if value >= PROFILE.goal_of(goal).bounds[0]:
        return "met"
    seen = planted(town, zone)
    return "few" if seen is None else seen.cause if seen.confidence >= 0.7 else "unsure"


def zone_of_cause(town: Town, goal: str, name: str) -> str:
    """The first zone of a class."""
    return next(code for code in town.codes if class_of_cause(town, goal, code) == name)


def messiness_of(position: int) -> float | None:
    """Messiness of a zone; every ninth is not measured."""
    return None if position % 9 == 8 else round(position % 10 / 10 + 0.02, 2)


def explain_zones(connection: Connection, town: Town) -> None:
    """Write forms, premises and flags."""
    write_forms(connection, town.run, town.run, [_form(code, at) for at, code in enumerate(town.codes)])
    ids = [row["id"] for row in connection.execute("SELECT id FROM layer.building ORDER BY id")]
    nodes = [row["id"] for row in connection.execute("SELECT id FROM layer.broadband_node ORDER BY id")]
    each = len(ids) // len(town.codes)
    rows = [
        _premises(goal, code, ids[at * each : (at + 1) * each], nodes[at // 2])
        for goal in TOLD
        for at, code in enumerate(town.codes)
    ]
    write_premises(connection, town.run, town.run, rows)
    told = [_flag(town, goal, code) for goal in TOLD for code in town.codes]
    write_flags(connection, town.run, town.run, [flag for flag in [*told, *_untold(town)] if flag is not None])


def _form(code: str, at: int) -> FormRow:
    value = messiness_of(at)
    if value is None:
        return FormRow(code, 40, None, None, None, 12, "Fewer than 30 buildings", {}, {})
    return FormRow(code, 1253, value, max(value - 0.05, 0), min(value + 0.06, 1), 172, "", METRICS, {})


def _premises(goal: str, code: str, ids: list[int], node: int) -> PremiseRow:
    count = len(ids)
    behind = np.arange(count) < count // 3
    far = np.arange(count) == count - 1
    columns = {
        "building": np.array(ids),
        "node": np.full(count, node),
        "premises": np.full(count, 10.0),
        "fresh": np.full(count, 9.0),
        "covered": np.where(behind | far, 1.0, 9.0),
        "hindered": np.where(behind, 1.0, 0.0),
        "reach": np.where(far, 1.4, 0.5),
        "network": np.full(count, 0.6),
        "closed": np.where(far, 1.2, 0.5),
        "depth": np.where(behind, 2, 0),
        "usable_m": np.full(count, 12.0),
        "width_m": np.full(count, 7.0),
    }
    return PremiseRow(goal, code, columns)


def _flag(town: Town, goal: str, code: str) -> FlagRow | None:
    target, seen = PROFILE.goal_of(goal).bounds[0], planted(town, code)
    value = town.values[goal][town.codes.index(code)]
    if seen is None or np.isnan(value) or value >= target:
        return None
    gap = target - value
    parts = {"messy": seen.messy * gap, "technology": seen.technology * gap, "data": seen.data * gap}
    tidy, supplied = value + parts["messy"], value + parts["technology"]
    y0 = float(target + 0.02 if seen.cause == "data" else value)
    details = {
        "y0": y0,
        "tidy": max(tidy, y0),
        "supplied": max(supplied, y0),
        "both": max(min(value + parts["messy"] + parts["technology"], 1.0), y0),
        "premises": 1253.0,
        "fresh": 1100.0,
        "missing": 0.12,
        "in_reach": 0.96,
        "open_fresh": 101.0,
        "open_covered": 33.0,
        "hindered_fresh": 71.0,
        "hindered_covered": 6.0,
        "near_uncovered": 200.0,
        "closed_near": 40.0,
        "none_near": 90.0,
        "capacity": 0.7,
        "node": "N0",
        "node_full": True,
        "fixes": {"widen": 0.02, "passage": parts["messy"], "capacity": parts["technology"]},
        "method": "structural",
    }
    return FlagRow(
        goal,
        code,
        seen.cause,
        seen.confidence,
        seen.second,
        float(value),
        target,
        float(gap),
        parts["messy"],
        parts["technology"],
        500.0,
        f"Evidence of {code} in full.",
        f"{code} 的完整依据。",
        {**parts, "other": gap - sum(parts.values())},
        details,
    )


def _untold(town: Town) -> list[FlagRow]:
    target = PROFILE.goal_of(UNTOLD).bounds[1]
    return [
        FlagRow(
            UNTOLD,
            code,
            "other",
            0.3,
            "",
            float(value),
            target,
            float((value - target) / target),
            None,
            None,
            None,
            "This index is measured for zones, not for premises.",
            "此指标按分区测量。",
            {"messy": 0.0, "technology": 0.0, "data": 0.0, "other": float((value - target) / target)},
            {"method": "none"},
        )
        for code, value in zip(town.codes, town.values[UNTOLD], strict=True)
        if value > target
    ]
