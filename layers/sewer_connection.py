"""Sewer connections: where premises are, or are not, connected to the sewer."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

sewer_connection = Layer(
    id="sewer_connection",
    title="Sewer connections",
    title_zh="排水接户",
    doc="Connection points of premises to the sewer, with whether they are connected.",
    geometry=Geometry.POINT,
    key="connection_id",
    fields={
        "connection_id": Field(
            "Identifies the connection.",
            required=True,
            title="Connection",
            title_zh="接户编号",
            aliases=("connec_id", "id", "编号", "bianhao"),
        ),
        "connected": Field(
            "Whether the premises are connected.",
            Kind.BOOLEAN,
            required=True,
            title="Connected",
            title_zh="已接入",
            aliases=("is_connected", "已接入"),
        ),
        "premises": Field(
            "Premises that the point stands for.",
            Kind.INTEGER,
            required=True,
            minimum=0,
            title="Premises",
            title_zh="户数",
            aliases=("households", "units", "户数"),
        ),
        "recorded_on": Field(
            "Date of the record.",
            Kind.DATE,
            title="Recorded",
            title_zh="记录日期",
            aliases=("date", "builtdate", "记录日期"),
        ),
    },
    style=Style(fill="technology", line="panel", radius=2.5, min_zoom=15, order=62, label=("connection_id",)),
    aliases=("connection", "connections", "connec", "lateral", "laterals", "house_connection", "接户", "接户管"),
)
