"""What screens read of the store: the city, its newest finished run, scores, zones, and the rows behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import sql

from layers.schema import Layer
from twin.database.connect import Connection, Row
from twin.database.queries import layer_table, query
from twin.database.results import city_values
from twin.goals import Goal, Profile

ZONE_LAYER = "zone"
ZONES = layer_table(ZONE_LAYER)
NEIGHBOUR_GAP_M = 40.0
"""Zones this near are neighbours: blocks are often parted by a street that belongs to none of them."""


@dataclass(frozen=True)
class City:
    """The city of the store. ``srid`` is the EPSG code of its metric CRS."""

    name: str
    srid: int
    reference_date: date | None
    profile: str


@dataclass(frozen=True)
class Run:
    """The newest run whose scores are all there. ``goals`` holds by goal what the engine noted (unit, title, …).

    ``flagged``: its flags are made, too; until then those of the run before are shown. ``is_whole``: all zones were
    computed, so that nothing was held against values of before.
    """

    id: int
    profile: Profile
    goals: Mapping[str, Mapping[str, Any]]
    finished_at: datetime | None
    flagged: bool = True
    is_whole: bool = False

    @property
    def computed(self) -> tuple[Goal, ...]:
        """Goals with scores, in the order of the profile."""
        return tuple(goal for goal in self.profile.goal if goal.index in self.goals)


@dataclass(frozen=True)
class Frame:
    """Where the zones lie, in degrees, and the side of a middling one in metres."""

    zones: int
    west: float
    south: float
    east: float
    north: float
    side: float


def read_city(connection: Connection) -> City | None:
    """The city; none while nothing was ever loaded."""
    row = connection.execute(query("published_city")).fetchone()
    return City(**row) if row else None


def read_run(connection: Connection, run: int | None = None) -> Run | None:
    """The newest run whose scores are all there, or that of a number; none while nothing is scored."""
    row = connection.execute(query("published_run"), {"run": run}).fetchone()
    if row is None:
        return None
    profile = Profile.model_validate(row["profile"])
    return Run(row["id"], profile, row["goals"], row["finished_at"], row["flagged"], row["is_whole"])


def changed_values(connection: Connection, run: int) -> list[Row]:
    """Zone, goal, value before and after of all that a run of some zones found to be other than before."""
    return connection.execute(query("changed_values"), {"run": run}).fetchall()


def read_frame(connection: Connection) -> Frame | None:
    """Where the zones lie; none without zones."""
    row = connection.execute(query("zone_frame", zones=ZONES)).fetchone()
    return Frame(**row) if row and row["zones"] else None


def count_rows(connection: Connection, layers: Mapping[str, Layer]) -> dict[str, int]:
    """Rows of each layer; 0 where a layer has no table yet."""
    present = {row["layer"] for row in connection.execute(query("published_layers"))}
    counts = dict.fromkeys(layers, 0)
    for name in present & set(layers):
        row = connection.execute(query("layer_size", table=layer_table(name))).fetchone()
        counts[name] = int(row["rows"]) if row else 0
    return counts


def class_counts(connection: Connection, run: int, goal: str) -> dict[int, int]:
    """Zones in each class of a goal; 0 is *no data*."""
    rows = connection.execute(query("class_counts"), {"run": run, "goal": goal})
    return {row["class"]: row["zones"] for row in rows}


def city_value(connection: Connection, run: Run, goal: str) -> float | None:
    """The whole city's value of a goal, overlapping zones counted once; none without a denominator."""
    row = city_values(connection, run.id, goal).get(goal)
    if row is None or not row["denominator"]:
        return None
    low, high = run.goals[goal].get("bounds") or (None, None)
    value = float(row["numerator"] / row["denominator"])
    value = value if low is None else max(value, float(low))
    return value if high is None else min(value, float(high))


def zone_scores(connection: Connection, run: int, goal: str) -> list[Row]:
    """Zone, class, value, people affected, reason, population and name of every zone that the goal holds for."""
    return connection.execute(query("zone_scores", zones=ZONES), {"run": run, "goal": goal}).fetchall()


def zone_facts(connection: Connection, zone: str) -> Row | None:
    """A zone's own fields, and where it lies in degrees; none where there is no such zone."""
    return connection.execute(query("zone_facts", zones=ZONES), {"zone": zone}).fetchone()


def zone_score(connection: Connection, run: int, goal: str, zone: str) -> Row | None:
    """A zone's score; none where the goal does not hold for the zone."""
    wanted = {"run": run, "goal": goal, "zone": zone}
    return connection.execute(query("zone_score"), wanted).fetchone()


def zone_neighbours(connection: Connection, zone: str) -> dict[str, str]:
    """The neighbour to the north, east, south and west, where there is one."""
    statement = query("zone_neighbours", zones=ZONES)
    rows = connection.execute(statement, {"zone": zone, "gap": NEIGHBOUR_GAP_M})
    return {("north", "east", "south", "west")[row["quarter"]]: row["code"] for row in rows}


def find_zones(connection: Connection, text: str, limit: int = 8) -> list[Row]:
    """Codes and names of zones that hold a text, upper and lower case alike."""
    return connection.execute(query("find_zones", zones=ZONES), {"text": text, "limit": limit}).fetchall()


def zone_sources(connection: Connection, layer: Layer, zone: str, reach_m: float) -> list[Row]:
    """Sources of a layer's rows within ``reach_m`` of a zone, each with its number of rows."""
    statement = query("zone_sources", table=layer_table(layer.id), zones=ZONES, near=_near(layer))
    return connection.execute(statement, {"zone": zone, "reach": reach_m}).fetchall()


ANY_SOURCE = -1
"""Rows of every source, and those that were drawn by hand."""


def zone_rows(
    connection: Connection, layer: Layer, zone: str, reach_m: float, source: int | None, limit: int | None
) -> list[Row]:
    """Key, file and row number of a layer's rows within ``reach_m`` of a zone.

    ``source`` is the id of one source, None for rows drawn by hand, or ``ANY_SOURCE``.
    """
    names = {"table": layer_table(layer.id), "zones": ZONES, "near": _near(layer)}
    wanted = {"zone": zone, "reach": reach_m, "source": source, "any": source == ANY_SOURCE, "limit": limit}
    statement = query("zone_rows", key=sql.Identifier(layer.key), **names)
    return connection.execute(statement, wanted).fetchall()


def _near(layer: Layer) -> sql.Composable:
    # Of the layer of zones only the zone's own row stands behind its numbers, not its neighbours.
    return query("zone_itself", key=sql.Identifier(layer.key)) if layer.id == ZONE_LAYER else query("near_zone")


def data_version(connection: Connection) -> str:
    """The version of all layers together."""
    row = connection.execute(query("data_version")).fetchone()
    assert row is not None
    return str(row["version"])


SURE_FROM = 0.7
"""From this confidence on a cause is said; under it the zone counts as undetermined."""


def cause_counts(connection: Connection, run: int, goal: str) -> dict[str, int]:
    """Zones of a goal by cause, and by ``unsure``, ``few``, ``met`` and ``none`` (see ``zone_causes``)."""
    wanted = {"run": run, "goal": goal, "sure": SURE_FROM}
    return {row["class"]: row["zones"] for row in connection.execute(query("published_cause_counts"), wanted)}


def zone_causes(connection: Connection, run: int, goal: str) -> list[Row]:
    """Of every zone that the goal holds for: zone, name, value, reason, cause, confidence, second cause and class.

    The class is the cause, ``unsure`` under a confidence of 0.7, ``few`` where the zone falls short and has too few
    premises for a cause to be sought, ``met`` where the target is reached, ``none`` without a value.
    """
    wanted = {"run": run, "goal": goal, "sure": SURE_FROM}
    return connection.execute(query("published_causes", zones=ZONES), wanted).fetchall()


def zone_flag(connection: Connection, run: int, goal: str, zone: str) -> Row | None:
    """Why a zone misses a goal; none where it reaches it, has no value, or too few premises."""
    wanted = {"run": run, "goal": goal, "zone": zone}
    return connection.execute(query("published_flag"), wanted).fetchone()


def is_untold(connection: Connection, run: int, goal: str) -> bool:
    """Whether a goal has flags, all of them made without looking at premises."""
    row = connection.execute(query("published_untold"), {"run": run, "goal": goal}).fetchone()
    return bool(row and row["flags"] and row["flags"] == row["untold"])


def form_counts(connection: Connection, run: int, bounds: Sequence[float]) -> dict[int, int]:
    """Zones by class of messiness: 0 not measured, 1 below the first bound, 2 from it on, and so forth."""
    rows = connection.execute(query("published_form_counts"), {"run": run, "bounds": list(bounds)})
    return {row["class"]: row["zones"] for row in rows}


def zone_forms(connection: Connection, run: int, bounds: Sequence[float]) -> list[Row]:
    """Zone, name, messiness, its interval, buildings, reason and class of every zone."""
    wanted = {"run": run, "bounds": list(bounds)}
    return connection.execute(query("published_forms", zones=ZONES), wanted).fetchall()


def zone_form(connection: Connection, run: int, zone: str) -> Row | None:
    """Messiness of a zone with its metrics; none where the run did not look at the zone."""
    return connection.execute(query("published_form"), {"run": run, "zone": zone}).fetchone()


def zone_places(connection: Connection) -> dict[str, list[float]]:
    """By zone, latitude and longitude of a place inside it, and its width in metres."""
    rows = connection.execute(query("zone_places", zones=ZONES))
    return {row["code"]: [round(row["lat"], 6), round(row["lon"], 6), round(row["width"], 1)] for row in rows}
