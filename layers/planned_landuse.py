"""Planned land use: what the plan says may be built where."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

planned_landuse = Layer(
    id="planned_landuse",
    title="Planned land use",
    title_zh="规划用地",
    doc="Areas of a land-use plan, in the plan's own words, with what limits building there.",
    geometry=Geometry.MULTI_POLYGON,
    key="plan_id",
    fields={
        "plan_id": Field(
            "Identifies the area within the plan.",
            required=True,
            title="Plan area",
            title_zh="规划地块",
            aliases=("plot_id", "parcel_id", "id", "gid", "fid", "编号", "地块编号", "bianhao"),
        ),
        "planned_use": Field(
            "The use that the plan gives, in its own words.",
            required=True,
            title="Planned use",
            title_zh="规划用途",
            aliases=("use", "landuse", "zoning", "category", "用地性质", "规划用途", "yongdi"),
        ),
        "plan_year": Field(
            "Year of the plan.",
            Kind.INTEGER,
            minimum=1900,
            maximum=2100,
            title="Plan of",
            title_zh="规划年份",
            aliases=("year", "规划年份"),
        ),
        "max_far": Field(
            "Highest floor area ratio allowed.",
            Kind.NUMBER,
            minimum=0,
            maximum=50,
            title="Floor area ratio",
            title_zh="容积率上限",
            aliases=("far", "floor_area_ratio", "容积率", "rongjilv"),
        ),
        "constraint_note": Field(
            "What else limits building, such as heritage or flood protection.",
            title="Constraint",
            title_zh="限制说明",
            aliases=("note", "remark", "备注"),
        ),
    },
    style=Style(line="ink-3", width=1, order=15, min_zoom=11, label=("planned_use",)),
    aliases=(
        "plan",
        "planned",
        "landuse",
        "land_use",
        "zoning",
        "masterplan",
        "plot",
        "plots",
        "parcel",
        "parcels",
        "guihua",
        "yongdi",
        "规划",
        "用地",
    ),
)
