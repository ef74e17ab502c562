"""Transit stops: where people board buses, trams, metros and trains."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

transit_stop = Layer(
    id="transit_stop",
    title="Transit stops",
    title_zh="公交站点",
    doc="Stops of public transport, with the mode and how often it runs.",
    geometry=Geometry.POINT,
    key="stop_id",
    fields={
        "stop_id": Field(
            "Identifies the stop.",
            required=True,
            title="Stop",
            title_zh="站点编号",
            aliases=("id", "osm_ref", "code", "编号", "站点编号"),
        ),
        "mode": Field(
            "Bus, tram, metro, rail, ferry …, in the operator's words.",
            title="Mode",
            title_zh="方式",
            aliases=("route_type", "type", "vehicle", "方式"),
        ),
        "headway_min": Field(
            "Time between departures at the morning peak.",
            Kind.NUMBER,
            minimum=0,
            maximum=1440,
            unit="min",
            title="Headway",
            title_zh="发车间隔",
            aliases=("headway", "frequency", "发车间隔"),
        ),
        "name": Field("Name of the stop.", title="Name", title_zh="站名", aliases=("stop_name", "站名", "名称")),
    },
    style=Style(fill="accent", line="panel", radius=4, min_zoom=13, order=72, label=("name", "mode")),
    aliases=("stop", "stops", "station", "stations", "transit", "bus", "gtfs", "platform", "站点", "公交", "zhandian"),
)
