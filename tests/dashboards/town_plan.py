"""What the made-up town is: its goals, its sources, and what was put into the store."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.goals import Goal, Profile

PEOPLE = 812

PROFILE = Profile(
    name="Town 2035",
    year=2035,
    goal=(
        Goal(index="broadband_gigabit", target=0.9, direction="at_least", source="outline, annex", number="9b"),
        Goal(index="green_access", target=0.8, direction="at_least", source="standard, 4.2", verified=True),
        Goal(index="population_density", target=10_000, direction="at_most"),
        Goal(index="never_computed", target=1, direction="at_least"),
    ),
)

NOTED = {
    "broadband_gigabit": {
        "title": "Gigabit broadband",
        "title_zh": "千兆宽带覆盖率",
        "unit": "share",
        "counted": "premises",
        "params": {"min_down_mbps": 1000.0},
        "bounds": [0, 1],
    },
    "green_access": {
        "title": "Public green within a walk",
        "title_zh": "公园服务半径覆盖率",
        "unit": "share",
        "counted": "premises",
        "params": {"walk_m": 300.0, "entrance_m": 22.0, "straight_m": None},
        "bounds": [0, 1],
        "notes": ["Green areas whose access is not known are not counted as public"],
    },
    "population_density": {
        "title": "Population density",
        "title_zh": "规划建设区人口密度",
        "unit": "people/km²",
        "counted": "people",
        "params": {},
        "bounds": [0, None],
    },
}

SOURCES = {
    "zone": ("zones.gpkg", "Planning office", "CC BY 4.0", ""),
    "building": ("buildings.shp", "Survey office", "internal", ""),
    "street": ("streets.gpkg", "OpenStreetMap", "ODbL 1.0", "© OpenStreetMap contributors"),
    "green_area": ("parks.gpkg", "Parks office", "CC BY 4.0", ""),
    "broadband_coverage": ("survey.csv", "Telecom regulator", "", ""),
    "broadband_node": ("nodes.csv", "Operator", "internal", ""),
}


@dataclass
class Town:
    """What was put into the store: values by goal and zone (NaN is no data), the rows of each layer."""

    codes: list[str] = field(default_factory=list)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    classes: dict[str, np.ndarray] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    run: int = 0

    def counts(self, goal: str) -> dict[int, int]:
        """Zones in each class."""
        return {int(c): int(n) for c, n in zip(*np.unique(self.classes[goal], return_counts=True), strict=True)}

    def zone_of_class(self, goal: str, number: int) -> str:
        """The first zone of a class."""
        return self.codes[int(np.flatnonzero(self.classes[goal] == number)[0])]
