"""Buildings: footprints, and the premises in them."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

building = Layer(
    id="building",
    title="Buildings",
    title_zh="建筑",
    doc="Footprints of buildings. Premises of a building are its dwellings.",
    geometry=Geometry.MULTI_POLYGON,
    key="building_id",
    fields={
        "building_id": Field(
            "Identifies the building in the city.", required=True, title="Building", title_zh="建筑编号"
        ),
        "use": Field("What the building is used for, in the office's own words.", title="Use", title_zh="用途"),
        "floors": Field("Floors above ground.", Kind.INTEGER, minimum=0, maximum=200, title="Floors", title_zh="层数"),
        "height_m": Field(
            "Height above ground.",
            Kind.NUMBER,
            minimum=0,
            maximum=1000,
            unit="m",
            title="Height",
            title_zh="高度",
        ),
        "built_year": Field(
            "Year of completion.",
            Kind.INTEGER,
            minimum=1000,
            maximum=2100,
            title="Built in",
            title_zh="建成年份",
        ),
        "dwellings": Field("Homes in the building.", Kind.INTEGER, minimum=0, title="Dwellings", title_zh="住户数"),
        "residents": Field(
            "People who live in the building, as a count.",
            Kind.NUMBER,
            minimum=0,
            title="Residents",
            title_zh="居民",
        ),
        "firms": Field("Firms in the building, as a count.", Kind.INTEGER, minimum=0, title="Firms", title_zh="企业数"),
        "green_certified": Field(
            "Whether it holds a green building certificate.",
            Kind.BOOLEAN,
            title="Green certified",
            title_zh="绿色认证",
        ),
    },
    style=Style(
        fill="building",
        line="building-line",
        width=0.6,
        min_zoom=12,
        order=40,
        shown=True,
        label=("building_id", "use"),
    ),
)
