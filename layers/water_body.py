"""Water bodies: rivers, lakes and ponds as areas."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

water_body = Layer(
    id="water_body",
    title="Water bodies",
    title_zh="水体",
    doc="Rivers, lakes, ponds and canals as areas, with their quality class where it is sampled.",
    geometry=Geometry.MULTI_POLYGON,
    key="water_id",
    fields={
        "water_id": Field(
            "Identifies the water body.",
            required=True,
            title="Water body",
            title_zh="水体编号",
            aliases=("id", "osm_ref", "osm_id", "gid", "fid", "编号", "bianhao"),
        ),
        "kind": Field(
            "River, lake, pond, canal …, in the office's words.",
            required=True,
            title="Kind",
            title_zh="类型",
            aliases=("type", "natural", "waterway", "class", "water", "类型", "leixing"),
        ),
        "quality_class": Field(
            "Class of surface water by GB 3838-2002.",
            choices=("I", "II", "III", "IV", "V"),
            title="Quality class",
            title_zh="水质类别",
            aliases=("quality", "class", "水质", "水质类别"),
            values={"Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV", "Ⅴ": "V"},
        ),
        "quality_target": Field(
            "Class that the water body is to reach, by GB 3838-2002.",
            choices=("I", "II", "III", "IV", "V"),
            title="Target class",
            title_zh="目标水质",
            aliases=("target", "目标水质"),
        ),
        "sampled_on": Field(
            "Date of the last sample.",
            Kind.DATE,
            title="Sampled",
            title_zh="采样日期",
            aliases=("sampled", "date", "采样日期"),
        ),
    },
    style=Style(fill="water", order=10, min_zoom=8, shown=True, label=("kind",)),
    aliases=(
        "water",
        "waterbody",
        "water_body",
        "lake",
        "lakes",
        "river",
        "rivers",
        "pond",
        "hydro",
        "hydrography",
        "shui",
        "shuiti",
        "heliu",
        "水体",
        "水系",
        "河流",
        "湖泊",
    ),
)
