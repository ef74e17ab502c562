"""Why a zone has the value that it has: definition, counts, and the rows of files behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.database import causes, results
from twin.database.connect import Connection, Row
from twin.database.rasters import rasters
from twin.discover import discover
from twin.errors import UnknownName
from twin.goals import Goal, Profile
from twin.index import Index

FLAG_FIELDS = (
    "cause",
    "confidence",
    "second_cause",
    "gain_if_tidy",
    "gain_if_supplied",
    "evidence",
    "evidence_zh",
    "parts",
    "details",
)
NOT_SOUGHT = "  cause: none was sought: the zone has fewer than 25 premises, or the run is of an earlier release"
SURE_ENOUGH = 0.7
"""Below this confidence people are told that the cause is undetermined."""


@dataclass(frozen=True)
class ExplainedGoal:
    """One goal of a zone: its score row, its flag if it has one, its target, what is counted, and the rows behind."""

    goal: Goal
    described: dict[str, Any]
    score: Row
    flag: Row | None
    definition: str
    sources: dict[str, list[Row]]

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        kept = ("value", "attainment", "shortfall", "n", "quality", "people_affected", "reason", "parts")
        return {
            "goal": self.goal.index,
            "title": self.described["title"],
            "unit": self.described["unit"],
            "target": self.goal.target,
            "direction": self.goal.direction,
            "verified": self.goal.verified,
            **{name: self.score[name] for name in kept},
            "cause": {name: self.flag[name] for name in FLAG_FIELDS} if self.flag else None,
            "method_version": self.described["method_version"],
            "params": self.described["params"],
            "notes": self.described["notes"],
            "definition": self.definition,
            "sources": self.sources,
        }

    def lines(self) -> list[str]:
        """For people."""
        unit, score = self.described["unit"], self.score
        mark = "" if self.goal.verified else ", unverified target"
        target = f"{_words(self.goal.direction)} {_amount(self.goal.target, unit)}{mark}"
        head = f"{self.described['title']} ({self.goal.index})"
        if score["value"] is None:
            return [head, f"  no data: {score['reason']}", f"  target: {target}", *self._source_lines()]
        lines = [
            head,
            f"  {_amount(score['value'], unit)}; target: {target}; attainment {score['attainment']:.2f}",
            f"  counted: {score['n']:,} {self.described['counted']}; fresh records for {score['quality']:.0%}",
        ]
        if score["shortfall"]:
            people = score["people_affected"]
            affected = f"; about {people:,.0f} people" if people is not None else ""
            lines.append(f"  short by {_amount(score['shortfall'], unit)}{affected}")
        lines += [f"  {name.replace('_', ' ')}: {value:,.4g}" for name, value in score["parts"].items()]
        lines += [f"  note: {note}" for note in self.described["notes"]]
        return [*lines, *self._cause_lines(), *self._source_lines()]

    def _cause_lines(self) -> list[str]:
        if self.flag is None:
            short = bool(self.score["shortfall"])
            return [NOT_SOUGHT] if short else []
        flag, unit = self.flag, self.described["unit"]
        sure = "" if flag["confidence"] >= SURE_ENOUGH else "undetermined, most likely "
        parts = [f"{name} {_amount(part, unit)}" for name, part in flag["parts"].items() if part > 0]
        return [
            f"  cause: {sure}{flag['cause']}, confidence {flag['confidence']:.0%}",
            f"  shortfall by cause: {', '.join(parts)}",
            f"  evidence: {flag['evidence']}",
        ]

    def _source_lines(self) -> list[str]:
        lines = []
        for layer, sources in self.sources.items():
            for each in sources:
                path = each["path"] or "edited by hand"
                table = f"#{each['sublayer']}" if each["sublayer"] else ""
                span = f", rows {each['first_row']} to {each['last_row']} of the file" if each["first_row"] else ""
                publisher = f", {each['publisher']}" if each["publisher"] else ""
                counted = f"{each['rows']:,} {each.get('counted', 'rows')}"
                lines.append(f"  from {layer}: {counted} of {path}{table}{publisher}{span}")
        return lines


@dataclass(frozen=True)
class Explanation:
    """A zone's goals, explained."""

    zone: str
    run: int
    profile: str
    goals: list[ExplainedGoal]

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        goals = [each.as_dict() for each in self.goals]
        return {"zone": self.zone, "run": self.run, "profile": self.profile, "goals": goals}

    def as_text(self) -> str:
        """For people."""
        lines = [f"Zone {self.zone}, run {self.run}, {self.profile}"]
        for each in self.goals:
            lines += ["", *each.lines()]
        return "\n".join(lines)


def explanation(connection: Connection, zone: str, goal: str | None = None, run: int | None = None) -> Explanation:
    """Explain a zone's scores, of one goal or of all.

    Raises:
        StoreNotReady: no run is finished.
        UnknownName: no such zone, or no such goal in the run.
    """
    found = results.run_to_show(connection, run)
    profile = Profile.model_validate(found["profile"])
    rows = results.scores(connection, found["id"], zone)
    if not rows:
        raise UnknownName("zone", zone, {row["zone"] for row in results.scores(connection, found["id"])})
    if goal is not None and goal not in {row["goal"] for row in rows}:
        raise UnknownName("goal", goal, {row["goal"] for row in rows}, f"zone {zone}")
    indices = discover("twin.indices", Index)
    flags = {row["goal"]: row for row in causes.flags(connection, found["id"], zone=zone)}
    explained = []
    for row in rows:
        if goal in (None, row["goal"]):
            index = indices[row["goal"]]
            sources = _rows_of(connection, zone, index) | {name: _cells_of(connection, name) for name in index.rasters}
            described = found["goals"][row["goal"]]
            flag = flags.get(row["goal"])
            explained.append(ExplainedGoal(profile.goal_of(row["goal"]), described, row, flag, index.doc, sources))
    return Explanation(zone, found["id"], profile.name, explained)


def _rows_of(connection: Connection, zone: str, index: Index) -> dict[str, list[Row]]:
    """By layer, the sources of the rows around a zone; those of networks as far as any other that the index reads."""
    far = {layer: index.reaches.get(layer, index.reach_m) for layer in (*index.layers, *index.optional_layers)}
    return {layer: results.sources_of_zone(connection, layer, zone, metres) for layer, metres in far.items()}


def _cells_of(connection: Connection, name: str) -> list[Row]:
    """The sources of a raster, in the form of sources of rows."""
    kept = ("path", "publisher", "licence", "observed_on")
    return [
        {name: entry[name] for name in kept}
        | {"sublayer": "", "rows": entry["cells"], "counted": "cells", "first_row": None, "last_row": None}
        for entry in rasters(connection)
        if entry["layer"] == name
    ]


def _amount(value: float | list[float], unit: str) -> str:
    if isinstance(value, list):
        return f"{_amount(value[0], unit)} to {_amount(value[1], unit)}"
    return f"{value:.1%}" if unit == "share" else f"{value:,.1f} {unit}"


def _words(direction: str) -> str:
    return {"at_least": "at least", "at_most": "at most", "within": "within"}[direction]
