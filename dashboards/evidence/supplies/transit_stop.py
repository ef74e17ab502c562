"""Stops near a zone: served often enough, or too rarely."""

from __future__ import annotations

from dashboards.evidence.supply import Asked, Feature, SupplyEvidence
from twin.attribution.premises._walk import STRAIGHT
from twin.database.connect import Connection, Row
from twin.database.evidence import stops_near

USUAL_WALK_M = 300.0


def _read(connection: Connection, asked: Asked) -> list[Feature]:
    walk = float(asked.params.get("walk_m") or USUAL_WALK_M)
    return [_feature(row, asked) for row in stops_near(connection, asked.zone, STRAIGHT * walk)]


def _feature(row: Row, asked: Asked) -> Feature:
    longest, headway = asked.params.get("max_headway_min"), row["headway_min"]
    name = row["name"] or row["stop_id"]
    if longest is not None and headway is not None and headway > longest:
        label = asked.say("evidence.stop_rare", minutes=f"{headway:g}")
        return Feature("stop-rare", row["shape"], None, name, label, 1)
    return Feature("stop", row["shape"])


transit_stop = SupplyEvidence("transit_stop", _read)
