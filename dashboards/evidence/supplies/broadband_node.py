"""Cabinets and other nodes: how many of their ports are in use."""

from __future__ import annotations

import math

import numpy as np

from dashboards.evidence.supply import Asked, Feature, SupplyEvidence
from dashboards.figures import Figures
from twin.attribution.premises.broadband_gigabit import FULL
from twin.database.connect import Connection, Row
from twin.database.evidence import broadband_nodes

NEAR_M = 60.0


def _read(connection: Connection, asked: Asked) -> list[Feature]:
    nodes, reach = np.asarray(asked.premises["node"]), np.asarray(asked.premises["reach"])
    used = np.unique(nodes[(nodes >= 0) & (reach <= 1)])
    rows = broadband_nodes(connection, asked.zone, [int(each) for each in used], NEAR_M)
    return [_feature(row, row["node_id"] == asked.flag["details"].get("node"), asked) for row in rows]


def _feature(row: Row, is_main: bool, asked: Asked) -> Feature:
    total, used = row["ports_total"], row["ports_used"]
    if not total or used is None or math.isnan(used):
        label = asked.say("evidence.ports_unknown")
        return Feature("node-unknown", row["shape"], None, row["node_id"], label, 1 if is_main else 0)
    figures = Figures(asked.say)
    full = used >= FULL * total
    key = "evidence.ports_full" if full else "evidence.ports_free"
    label = asked.say(key, used=figures.count(used), total=figures.count(total))
    rank = 2 * is_main + (3 if full else 0)
    level = min(used / total, 1.0)
    return Feature("node-full" if full else "node-free", row["shape"], round(level, 3), row["node_id"], label, rank)


broadband_node = SupplyEvidence("broadband_node", _read)
