"""Statistics: what is reported for a place and a year, not computed."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer

statistic = Layer(
    id="statistic",
    title="Statistics",
    title_zh="统计指标",
    doc=(
        "Values that an office reports for a place and a year. The place is a zone's code, a district or `city`; "
        "a value is never spread over smaller zones."
    ),
    geometry=Geometry.NONE,
    key="statistic_id",
    key_of=("index", "place", "year"),
    fields={
        "statistic_id": Field("Made of index, place and year.", required=True, title="Statistic", title_zh="指标编号"),
        "index": Field(
            "Id of the index that is reported.",
            required=True,
            title="Index",
            title_zh="指标",
            aliases=("indicator", "measure", "variable", "指标"),
        ),
        "place": Field(
            "A zone's code, a district, or `city`.",
            required=True,
            title="Place",
            title_zh="地区",
            aliases=(
                "area",
                "region",
                "district",
                "zone",
                "county",
                "name",
                "place_name",
                "postal_code",
                "postcode",
                "gebiet",
                "geo",
                "county_id",
                "county_name",
                "地区",
                "区域",
            ),
        ),
        "year": Field(
            "Year that the value holds for.",
            Kind.INTEGER,
            required=True,
            minimum=1900,
            maximum=2100,
            title="Year",
            title_zh="年份",
            aliases=("jahr", "period", "年份", "年"),
        ),
        "value": Field(
            "The value, in its unit.",
            Kind.NUMBER,
            required=True,
            title="Value",
            title_zh="数值",
            aliases=("wert", "amount", "share", "rate", "usage", "broadband_usage", "数值", "值"),
        ),
        "unit": Field("Unit of the value.", title="Unit", title_zh="单位", aliases=("einheit", "单位")),
        "publisher": Field("Who reports it.", title="Publisher", title_zh="发布机构", aliases=("发布机构",)),
    },
    aliases=(
        "statistic",
        "statistics",
        "stats",
        "indicator",
        "indicators",
        "data",
        "broadband",
        "population",
        "census",
        "usage",
        "统计",
        "指标",
        "tongji",
    ),
)
