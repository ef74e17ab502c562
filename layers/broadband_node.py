"""Broadband nodes: exchanges, cabinets, splitters and base stations."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

broadband_node = Layer(
    id="broadband_node",
    title="Broadband nodes",
    title_zh="宽带节点",
    doc="Where the broadband network hands over to premises, with ports and reach.",
    geometry=Geometry.POINT,
    key="node_id",
    fields={
        "node_id": Field("Identifies the node.", required=True, title="Node", title_zh="节点编号"),
        "kind": Field(
            "What the node is.",
            required=True,
            choices=("exchange", "cabinet", "splitter", "base_station"),
            title="Kind",
            title_zh="类型",
        ),
        "status": Field(
            "Whether it serves today.",
            choices=("in_service", "planned", "retired"),
            title="Status",
            title_zh="状态",
        ),
        "ports_total": Field("Ports built.", Kind.INTEGER, minimum=0, title="Ports", title_zh="端口总数"),
        "ports_used": Field("Ports in use.", Kind.INTEGER, minimum=0, title="Ports used", title_zh="已用端口"),
        "design_reach_m": Field(
            "Distance along streets that it can serve.",
            Kind.NUMBER,
            minimum=0,
            unit="m",
            title="Reach",
            title_zh="设计覆盖距离",
        ),
    },
    style=Style(fill="accent", line="panel", radius=5, min_zoom=12, order=70, label=("node_id", "kind")),
)
