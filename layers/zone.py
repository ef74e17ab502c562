"""Zones: the units of reporting."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

zone = Layer(
    id="zone",
    title="Zones",
    title_zh="分区",
    doc="The polygons that every index is reported for: blocks, districts, catchments or cells of a grid.",
    geometry=Geometry.MULTI_POLYGON,
    key="code",
    fields={
        "code": Field("The zone's code, unique in the city.", required=True, title="Code", title_zh="编码"),
        "population": Field(
            "Residents, as registered or estimated.",
            Kind.NUMBER,
            minimum=0,
            unit="people",
            title="Residents",
            title_zh="居民",
        ),
        "name": Field("The zone's name, where it has one.", title="Name", title_zh="名称"),
        "zone_type": Field(
            "What the zone is mainly for; goals may hold for some types only.",
            choices=("residential", "commercial", "industrial", "public", "mixed", "park", "rural", "other"),
            title="Type",
            title_zh="类型",
        ),
        "district": Field("The district that the zone is part of.", title="District", title_zh="行政区"),
        "jobs": Field("Jobs in the zone.", Kind.NUMBER, minimum=0, title="Jobs", title_zh="就业岗位"),
        "income_index": Field(
            "Income relative to the city, 1 = its mean; context for planners, never part of a score.",
            Kind.NUMBER,
            minimum=0,
            title="Income index",
            title_zh="收入指数",
        ),
    },
    style=Style(line="zone-line", width=0.8, order=90, label=("code", "name")),
)
