"""Green areas: parks and all other planted or natural land."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

green_area = Layer(
    id="green_area",
    title="Green areas",
    title_zh="绿地",
    doc="Parks, gardens, forests, farmland and all other green land, with who may enter.",
    geometry=Geometry.MULTI_POLYGON,
    key="green_id",
    fields={
        "green_id": Field("Identifies the green area.", required=True, title="Green area", title_zh="绿地编号"),
        "kind": Field(
            "What the green area is.",
            required=True,
            choices=(
                "park",
                "garden",
                "square",
                "forest",
                "shelter_belt",
                "greenway",
                "wetland",
                "grass",
                "farmland",
                "sport",
                "cemetery",
                "other",
            ),
            title="Kind",
            title_zh="类型",
        ),
        "access": Field(
            "Who may enter. Unknown access is never counted as public.",
            choices=("public", "restricted", "private"),
            title="Access",
            title_zh="开放程度",
        ),
        "updated_on": Field("Date of the record.", Kind.DATE, title="Updated", title_zh="更新日期"),
        "name": Field("Name of the green area.", title="Name", title_zh="名称"),
    },
    style=Style(fill="green", order=20, min_zoom=9, shown=False, label=("name", "kind")),
)
