"""Sewer pipes: from node to node, in the direction of flow."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

sewer_pipe = Layer(
    id="sewer_pipe",
    title="Sewer pipes",
    title_zh="排水管道",
    doc="Pipes of the sewer network, each from one node to another; their ends lie on these nodes.",
    geometry=Geometry.LINE_STRING,
    key="pipe_id",
    fields={
        "pipe_id": Field("Identifies the pipe.", required=True, title="Pipe", title_zh="管道编号"),
        "from_node": Field("Key of the node where the flow enters.", required=True, title="From", title_zh="起点"),
        "to_node": Field("Key of the node where the flow leaves.", required=True, title="To", title_zh="终点"),
        "kind": Field(
            "What the pipe carries.",
            choices=("sanitary", "storm", "combined", "force_main", "reclaimed"),
            title="Kind",
            title_zh="类型",
        ),
        "diameter_mm": Field(
            "Inner diameter, or height where it is not round.",
            Kind.NUMBER,
            minimum=10,
            maximum=20000,
            unit="mm",
            title="Diameter",
            title_zh="管径",
        ),
        "slope": Field(
            "Fall by length; negative where it rises.",
            Kind.NUMBER,
            minimum=-1,
            maximum=1,
            title="Slope",
            title_zh="坡度",
        ),
        "roughness_n": Field(
            "Manning's roughness.",
            Kind.NUMBER,
            minimum=0.001,
            maximum=1,
            unit="s/m^(1/3)",
            title="Roughness",
            title_zh="糙率",
        ),
        "material": Field("Material, in the office's own words.", title="Material", title_zh="材质"),
        "installed": Field("Date of installation.", Kind.DATE, title="Installed", title_zh="敷设日期"),
    },
    style=Style(line="technology", width=1.6, min_zoom=13, order=66, label=("pipe_id", "kind")),
)
