"""Sewer nodes: manholes, inlets, junctions, storage, pumps, outfalls and treatment plants."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

sewer_node = Layer(
    id="sewer_node",
    title="Sewer nodes",
    title_zh="排水节点",
    doc="Points where sewer pipes meet, begin or end, up to the outfall or the treatment plant.",
    geometry=Geometry.POINT,
    key="node_id",
    fields={
        "node_id": Field("Identifies the node.", required=True, title="Node", title_zh="节点编号"),
        "kind": Field(
            "What the node is.",
            required=True,
            choices=("manhole", "inlet", "junction", "storage", "pump", "outfall", "treatment_plant"),
            title="Kind",
            title_zh="类型",
        ),
        "invert_m": Field(
            "Height of the invert above datum.",
            Kind.NUMBER,
            minimum=-500,
            maximum=9000,
            unit="m",
            title="Invert",
            title_zh="管底标高",
        ),
        "ground_m": Field(
            "Height of the ground above datum.",
            Kind.NUMBER,
            minimum=-500,
            maximum=9000,
            unit="m",
            title="Ground",
            title_zh="地面标高",
        ),
        "capacity_m3d": Field(
            "What the plant or pump can take a day.",
            Kind.NUMBER,
            minimum=0,
            unit="m³/d",
            title="Capacity",
            title_zh="处理能力",
        ),
        "load_m3d": Field(
            "What reaches it a day.", Kind.NUMBER, minimum=0, unit="m³/d", title="Load", title_zh="实际负荷"
        ),
    },
    style=Style(fill="ink-2", line="panel", radius=3, min_zoom=15, order=68, label=("node_id", "kind")),
)
