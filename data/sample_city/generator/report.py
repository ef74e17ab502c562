"""Say what was planted where: ``planted_causes.csv`` and the README."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from generator.drainage import Drainage
from generator.house_connections import Connection
from generator.records import Row
from generator.stops import Stop
from generator.town import Town, Zone
from generator.trouble import Trouble

BROADBAND_CAUSES = {
    "x": ("messy", "cabinets in reach with free ports; homes behind others or on narrow lanes were passed by"),
    "c": ("technology", "cabinets are full: fewer ports than homes in reach"),
    "r": ("technology", "no cabinet in reach"),
    "s": ("data", "about half of the homes were last surveyed before 2019; those surveyed since are covered"),
    "n": ("data", "about half of the homes were never surveyed; those surveyed are covered"),
    "o": ("other", "supply and street access are good, yet few are connected: an obstacle that no layer shows"),
    "h": ("other", "supply and street access are good; the roll-out is under way, which no layer shows"),
}
GREEN_CAUSES = {
    "w": ("messy", "a park in the middle, but its only gate is to the south and the lanes end blind"),
    "n": ("technology", "no park planned"),
    "c": ("other", "the park is closed to the public"),
}
SEWER_CAUSES = {
    "x": (
        "messy",
        "a pipe in the street and in the wider lanes; homes behind others or on narrow lanes are not connected",
    ),
    "r": ("technology", "no pipe in reach"),
    "e": ("technology", "pipes were laid but never joined to the rest: the trunk ends at an ordinary manhole"),
    "t": ("technology", "the trunk is too small: a pipe of 150 mm for all homes"),
    "s": ("data", "about half of the homes were last looked at before 2018; those looked at since are connected"),
    "n": ("data", "about half of the homes have no record; those with one are connected"),
    "o": ("other", "a pipe in every street, yet few are connected: the fee keeps them, which no layer shows"),
}
TREATMENT_CAUSES = SEWER_CAUSES | {
    "q": ("technology", "all are connected, to pipes that end in the river"),
}
TRANSIT_CAUSES = {
    "w": ("messy", "a minibus stops in the middle, but the lanes end blind before it"),
    "r": ("technology", "no stop near"),
}
TEMPLATE = Path(__file__).with_name("README.template.md")
FLOOR = 25
"""Dwellings below which no cause is sought."""


@dataclass(frozen=True)
class Findings:
    """All that the files hold, to be counted."""

    town: Town
    rows: list[Row]
    net: Drainage
    connections: list[Connection]
    stops: list[Stop]


def planted(town: Town) -> pd.DataFrame:
    """Zone, goal, cause and reason of every shortfall that was planted."""
    homes: dict[str, int] = {}
    for b in town.buildings:
        homes[b.zone] = homes.get(b.zone, 0) + b.dwellings
    rows = []
    for zone in town.zones:
        if homes.get(zone.code, 0) < FLOOR:
            continue
        for goal, letter, causes in (
            ("broadband_gigabit", zone.broadband, BROADBAND_CAUSES),
            ("green_access", zone.green if _counts(zone) else "-", GREEN_CAUSES),
            ("sewer_connection", zone.sewer, SEWER_CAUSES),
            ("sewer_treatment", zone.sewer, TREATMENT_CAUSES),
            ("transit_access", zone.transit, TRANSIT_CAUSES),
        ):
            if letter in causes:
                rows.append((zone.code, goal, *causes[letter]))
    table = pd.DataFrame(rows, columns=["zone", "goal", "cause", "reason"])
    return table.sort_values(["goal", "cause", "zone"], ignore_index=True)


def _counts(zone: Zone) -> bool:
    """Estates and villages lie among fields, so that green is near whoever may enter: no planted cause there."""
    return zone.kind not in "LVF"


def report(findings: Findings, broken: list[Trouble], pair: tuple[str, str], out: Path) -> None:
    """Write ``planted_causes.csv`` and ``README.md`` into ``out``."""
    town = findings.town
    table = planted(town)
    table.to_csv(out / "planted_causes.csv", index=False, lineterminator="\n")
    mended = sum(x.outcome.startswith("mended") for x in broken)
    text = TEMPLATE.read_text(encoding="utf-8")
    words = {
        "zones": f"{len(town.zones):,}",
        "buildings": f"{len(town.buildings):,}",
        "streets": f"{len(town.streets):,}",
        "greens": f"{len(town.greens):,}",
        "waters": f"{len(town.waters):,}",
        "rows": f"{len(findings.rows):,}",
        "pipes": f"{len(findings.net.pipes):,}",
        "wells": f"{len(findings.net.nodes):,}",
        "connections": f"{len(findings.connections):,}",
        "stops": f"{len(findings.stops):,}",
        "nodes": f"{len(town.cabinets):,}",
        "people": f"{sum(z.population for z in town.zones):,}",
        "homes": f"{sum(b.dwellings for b in town.buildings):,}",
        "broken": _broken(broken),
        "broken_count": str(len(broken)),
        "rejected_count": str(len(broken) - mended),
        "mended_count": str(mended),
        "pair": " and ".join(pair),
        "planted": _planted(table, {z.code: z.name for z in town.zones}),
    }
    for key, value in words.items():
        text = text.replace("{{" + key + "}}", value)
    (out / "README.md").write_text(text, encoding="utf-8")


def _broken(broken: list[Trouble]) -> str:
    lines = [f"| {x.file} | {x.row} | {x.what} | {x.outcome} |" for x in broken]
    return "\n".join(["| file | row | what is wrong | what a load does |", "|---|---|---|---|", *lines])


def _planted(table: pd.DataFrame, names: dict[str, str]) -> str:
    lines = ["| goal | cause | what was built | zones |", "|---|---|---|---|"]
    for (goal, cause, reason), part in table.groupby(["goal", "cause", "reason"], sort=True):
        listed = ", ".join(f"{code} {names[code]}" for code in part["zone"])
        lines.append(f"| `{goal}` | {cause} | {reason} | {listed} |")
    return "\n".join(lines)
