"""Facilities: schools, clinics, culture, sport and what else a neighbourhood needs."""

from __future__ import annotations

from layers.schema import Field, Geometry, Kind, Layer, Style

facility = Layer(
    id="facility",
    title="Facilities",
    title_zh="公共设施",
    doc="Places that serve a neighbourhood: schools, clinics, culture, sport, care, shops and shelters.",
    geometry=Geometry.POINT_OR_MULTI_POLYGON,
    key="facility_id",
    fields={
        "facility_id": Field("Identifies the facility.", required=True, title="Facility", title_zh="设施编号"),
        "kind": Field(
            "What the facility is.",
            required=True,
            choices=(
                "school_primary",
                "school_secondary",
                "clinic",
                "hospital",
                "culture",
                "sport",
                "community",
                "elderly_care",
                "shop",
                "shelter",
            ),
            title="Kind",
            title_zh="类型",
        ),
        "capacity": Field(
            "Places, beds or people that it can serve.", Kind.NUMBER, minimum=0, title="Capacity", title_zh="容量"
        ),
        "floor_area_m2": Field(
            "Gross floor area.", Kind.NUMBER, minimum=0, unit="m²", title="Floor area", title_zh="建筑面积"
        ),
        "area_m2": Field(
            "Area of the site.", Kind.NUMBER, minimum=0, unit="m²", title="Site area", title_zh="用地面积"
        ),
    },
    style=Style(fill="other", line="panel", radius=5, min_zoom=13, order=74, label=("kind",)),
)
