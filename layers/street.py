"""Streets: centre lines that people and vehicles move on."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

OSM_HIGHWAYS = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "pedestrian",
    "track",
    "bus_guideway",
    "escape",
    "raceway",
    "road",
    "busway",
    "footway",
    "bridleway",
    "steps",
    "corridor",
    "path",
    "via_ferrata",
    "cycleway",
    "construction",
    "proposed",
    "rest_area",
    "services",
    "platform",
    "elevator",
    "ladder",
    "emergency_bay",
    "crossing",
)
"""Documented values of OSM's ``highway`` for ways (wiki page Key:highway)."""

street = Layer(
    id="street",
    title="Streets",
    title_zh="道路",
    doc="Centre lines of streets, lanes and paths. Which of them a service vehicle can use is a matter of the profile.",
    geometry=Geometry.MULTI_LINE_STRING,
    key="street_id",
    fields={
        "street_id": Field("Identifies the street section.", required=True, title="Street", title_zh="道路编号"),
        "road_class": Field(
            "A documented OSM highway value, or arterial, collector, local, alley.",
            required=True,
            choices=(*OSM_HIGHWAYS, "arterial", "collector", "local", "alley"),
            title="Class",
            title_zh="等级",
        ),
        "width_m": Field(
            "Width of the carriageway.",
            Kind.NUMBER,
            minimum=0,
            maximum=200,
            unit="m",
            title="Width",
            title_zh="宽度",
        ),
        "lanes": Field("Traffic lanes.", Kind.INTEGER, minimum=0, maximum=30, title="Lanes", title_zh="车道数"),
        "oneway": Field("Whether vehicles may go one way only.", Kind.BOOLEAN, title="One way", title_zh="单行"),
        "surface": Field("Surface, as an OSM value or in the office's words.", title="Surface", title_zh="路面"),
        "name": Field("Street name.", title="Name", title_zh="路名"),
    },
    style=Style(line="road", width=1.5, min_zoom=11, order=50, shown=True, label=("name", "road_class")),
)
