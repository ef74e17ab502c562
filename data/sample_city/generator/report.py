"""Say what was planted where: ``planted_causes.csv`` and the README."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from generator.records import Row
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
TEMPLATE = Path(__file__).with_name("README.template.md")
FLOOR = 25
"""Dwellings below which no cause is sought."""


def planted(town: Town) -> pd.DataFrame:
    """Zone, goal, cause and reason of every shortfall that was planted."""
    homes: dict[str, int] = {}
    for b in town.buildings:
        homes[b.zone] = homes.get(b.zone, 0) + b.dwellings
    rows = []
    for zone in town.zones:
        if homes.get(zone.code, 0) < FLOOR:
            continue
        if zone.broadband in BROADBAND_CAUSES:
            rows.append((zone.code, "broadband_gigabit", *BROADBAND_CAUSES[zone.broadband]))
        if zone.green in GREEN_CAUSES and _counts(zone):
            rows.append((zone.code, "green_access", *GREEN_CAUSES[zone.green]))
    table = pd.DataFrame(rows, columns=["zone", "goal", "cause", "reason"])
    return table.sort_values(["goal", "cause", "zone"], ignore_index=True)


def _counts(zone: Zone) -> bool:
    """Estates and villages lie among fields, so that green is near whoever may enter: no planted cause there."""
    return zone.kind not in "LVF"


def report(town: Town, rows: list[Row], broken: list[Trouble], pair: tuple[str, str], out: Path) -> None:
    """Write ``planted_causes.csv`` and ``README.md`` into ``out``."""
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
        "rows": f"{len(rows):,}",
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
