"""Green areas near a zone: open to everyone, closed, or not known."""

from __future__ import annotations

from dashboards.evidence.supply import Asked, Feature, SupplyEvidence
from twin.attribution.premises._walk import STRAIGHT
from twin.database.connect import Connection, Row
from twin.database.evidence import greens_near

USUAL_WALK_M = 300.0


def _read(connection: Connection, asked: Asked) -> list[Feature]:
    walk = float(asked.params.get("walk_m") or USUAL_WALK_M)
    within = float(asked.params.get("straight_m") or STRAIGHT * walk)
    return [_feature(row, asked) for row in greens_near(connection, asked.zone, within)]


def _feature(row: Row, asked: Asked) -> Feature:
    name = row["name"] or row["green_id"]
    if row["access"] in (None, "public"):
        return Feature("green-open" if row["access"] else "green-unknown", row["shape"])
    matters = bool(asked.flag["details"].get("closed_near"))
    return Feature("green-closed", row["shape"], None, name, asked.say("evidence.green_closed"), int(matters))


green_area = SupplyEvidence("green_area", _read)
