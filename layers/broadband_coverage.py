"""Broadband coverage: what speed can be had where."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

broadband_coverage = Layer(
    id="broadband_coverage",
    title="Broadband coverage",
    title_zh="宽带覆盖",
    doc=(
        "Speeds that premises can have: points with a count of premises, or areas. Rows are parts and add up; only "
        "rows of one place_id replace each other."
    ),
    geometry=Geometry.POINT_OR_MULTI_POLYGON,
    key="coverage_id",
    fields={
        "coverage_id": Field(
            "Identifies the record; made from its content where a file has none.",
            title="Record",
            title_zh="记录编号",
            aliases=("record_id", "记录编号"),
        ),
        "premises": Field(
            "Premises that the point stands for; not used on areas.",
            Kind.INTEGER,
            required_on="Point",
            minimum=0,
            title="Premises",
            title_zh="户数",
            aliases=("homes", "households", "units", "addresses", "户数"),
        ),
        "max_down_mbps": Field(
            "Fastest download on offer; 0 where there is none.",
            Kind.NUMBER,
            required=True,
            minimum=0,
            unit="Mbit/s",
            title="Download",
            title_zh="下行速率",
            aliases=(
                "max_down",
                "down",
                "download",
                "download_mbps",
                "max_download",
                "speed",
                "下行",
                "下行速率",
                "速率",
            ),
        ),
        "technology": Field(
            "Access technology.",
            choices=("FTTP", "FTTC", "DSL", "cable", "FWA", "4G", "5G", "none"),
            title="Technology",
            title_zh="接入技术",
            aliases=("tech", "access_technology", "技术", "接入技术"),
            values={"光纤": "FTTP", "FTTH": "FTTP", "无": "none"},
        ),
        "max_up_mbps": Field(
            "Fastest upload on offer.",
            Kind.NUMBER,
            minimum=0,
            unit="Mbit/s",
            title="Upload",
            title_zh="上行速率",
            aliases=("max_up", "up", "upload", "upload_mbps", "上行"),
        ),
        "operator": Field(
            "Who offers it.", title="Operator", title_zh="运营商", aliases=("provider", "isp", "company", "运营商")
        ),
        "surveyed_on": Field(
            "Date of the survey.",
            Kind.DATE,
            title="Surveyed",
            title_zh="调查日期",
            aliases=("surveyed", "survey_date", "date", "调查日期"),
        ),
        "place_id": Field(
            "The place surveyed, where a place is surveyed more than once.",
            title="Place",
            title_zh="地点编号",
            aliases=("address_id", "location_id", "地点编号"),
        ),
    },
    style=Style(fill="accent", line="accent", radius=2.5, min_zoom=14, order=60, label=("max_down_mbps", "technology")),
    aliases=(
        "broadband",
        "coverage",
        "availability",
        "speed",
        "speeds",
        "internet",
        "survey",
        "gigabit",
        "宽带",
        "覆盖",
        "kuandai",
    ),
)
