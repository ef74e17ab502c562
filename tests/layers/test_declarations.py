"""The first layers hold to what other programs rely on: names, what must be there, enumerations."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from layers.schema import Geometry, Kind, Layer
from layers.street import OSM_HIGHWAYS
from twin.discover import discover

TEXT, WHOLE, NUMBER, YES_NO, DAY = Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE
CLASSES = ("I", "II", "III", "IV", "V")


@dataclass
class Contract:
    """A layer as it is relied upon: kinds of the needed and of the optional fields, and what some may hold."""

    geometry: Geometry
    key: str
    needed: dict[str, Kind]
    optional: dict[str, Kind]
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


ZONE_TYPES = ("residential", "commercial", "industrial", "public", "mixed", "park", "rural", "other")
GREEN_KINDS = (
    *("park", "garden", "square", "forest", "shelter_belt", "greenway", "wetland"),
    *("grass", "farmland", "sport", "cemetery", "other"),
)
CONTRACTS = {
    "zone": Contract(
        Geometry.MULTI_POLYGON,
        "code",
        {"code": TEXT},
        {
            **{"population": NUMBER, "name": TEXT, "zone_type": TEXT, "district": TEXT},
            **{"jobs": NUMBER, "income_index": NUMBER},
        },
        {"zone_type": ZONE_TYPES},
    ),
    "building": Contract(
        Geometry.MULTI_POLYGON,
        "building_id",
        {"building_id": TEXT},
        {
            **{"use": TEXT, "floors": WHOLE, "height_m": NUMBER, "built_year": WHOLE, "dwellings": WHOLE},
            **{"residents": NUMBER, "firms": WHOLE, "green_certified": YES_NO},
        },
    ),
    "street": Contract(
        Geometry.MULTI_LINE_STRING,
        "street_id",
        {"street_id": TEXT, "road_class": TEXT},
        {"width_m": NUMBER, "lanes": WHOLE, "oneway": YES_NO, "surface": TEXT, "name": TEXT},
        {"road_class": (*OSM_HIGHWAYS, "arterial", "collector", "local", "alley")},
    ),
    "green_area": Contract(
        Geometry.MULTI_POLYGON,
        "green_id",
        {"green_id": TEXT, "kind": TEXT},
        {"access": TEXT, "updated_on": DAY, "name": TEXT},
        {"kind": GREEN_KINDS, "access": ("public", "restricted", "private")},
    ),
    "water_body": Contract(
        Geometry.MULTI_POLYGON,
        "water_id",
        {"water_id": TEXT, "kind": TEXT},
        {"quality_class": TEXT, "quality_target": TEXT, "sampled_on": DAY},
        {"quality_class": CLASSES, "quality_target": CLASSES},
    ),
    "broadband_coverage": Contract(
        Geometry.POINT_OR_MULTI_POLYGON,
        "coverage_id",
        {"max_down_mbps": NUMBER},
        {
            **{"coverage_id": TEXT, "premises": WHOLE, "technology": TEXT, "max_up_mbps": NUMBER},
            **{"operator": TEXT, "surveyed_on": DAY, "place_id": TEXT},
        },
        {"technology": ("FTTP", "FTTC", "DSL", "cable", "FWA", "4G", "5G", "none")},
    ),
    "broadband_node": Contract(
        Geometry.POINT,
        "node_id",
        {"node_id": TEXT, "kind": TEXT},
        {"status": TEXT, "ports_total": WHOLE, "ports_used": WHOLE, "design_reach_m": NUMBER},
        {
            "kind": ("exchange", "cabinet", "splitter", "base_station"),
            "status": ("in_service", "planned", "retired"),
        },
    ),
}
CONTRACTS |= {
    "planned_landuse": Contract(
        Geometry.MULTI_POLYGON,
        "plan_id",
        {"plan_id": TEXT, "planned_use": TEXT},
        {"plan_year": WHOLE, "max_far": NUMBER, "constraint_note": TEXT},
    ),
    "sewer_pipe": Contract(
        Geometry.LINE_STRING,
        "pipe_id",
        {"pipe_id": TEXT, "from_node": TEXT, "to_node": TEXT},
        {
            **{"kind": TEXT, "diameter_mm": NUMBER, "slope": NUMBER, "roughness_n": NUMBER},
            **{"material": TEXT, "installed": DAY},
        },
        {"kind": ("sanitary", "storm", "combined", "force_main", "reclaimed")},
    ),
    "sewer_node": Contract(
        Geometry.POINT,
        "node_id",
        {"node_id": TEXT, "kind": TEXT},
        {"invert_m": NUMBER, "ground_m": NUMBER, "capacity_m3d": NUMBER, "load_m3d": NUMBER},
        {"kind": ("manhole", "inlet", "junction", "storage", "pump", "outfall", "treatment_plant")},
    ),
    "sewer_connection": Contract(
        Geometry.POINT,
        "connection_id",
        {"connection_id": TEXT, "connected": YES_NO, "premises": WHOLE},
        {"recorded_on": DAY},
    ),
    "transit_stop": Contract(
        Geometry.POINT, "stop_id", {"stop_id": TEXT}, {"mode": TEXT, "headway_min": NUMBER, "name": TEXT}
    ),
    "facility": Contract(
        Geometry.POINT_OR_MULTI_POLYGON,
        "facility_id",
        {"facility_id": TEXT, "kind": TEXT},
        {"capacity": NUMBER, "floor_area_m2": NUMBER, "area_m2": NUMBER},
        {
            "kind": (
                *("school_primary", "school_secondary", "clinic", "hospital", "culture"),
                *("sport", "community", "elderly_care", "shop", "shelter"),
            )
        },
    ),
    "statistic": Contract(
        Geometry.NONE,
        "statistic_id",
        {"statistic_id": TEXT, "index": TEXT, "place": TEXT, "year": WHOLE, "value": NUMBER},
        {"unit": TEXT, "publisher": TEXT},
    ),
}

every_contract = pytest.mark.parametrize(("name", "contract"), CONTRACTS.items(), ids=CONTRACTS.keys())


def declared(name: str) -> Layer:
    return discover("layers", Layer)[name]


@every_contract
def test_geometry_and_key(name: str, contract: Contract) -> None:
    layer = declared(name)
    assert (layer.geometry, layer.key) == (contract.geometry, contract.key)


@every_contract
def test_fields_that_must_be_there_and_fields_that_may(name: str, contract: Contract) -> None:
    fields = declared(name).fields
    assert {field: each.kind for field, each in fields.items() if each.required} == contract.needed
    assert {field: each.kind for field, each in fields.items() if not each.required} == contract.optional


@every_contract
def test_enumerations(name: str, contract: Contract) -> None:
    fields = declared(name).fields
    assert {field: set(each.choices) for field, each in fields.items() if each.choices} == {
        field: set(choices) for field, choices in contract.choices.items()
    }


def test_a_statistic_is_known_by_index_place_and_year() -> None:
    assert declared("statistic").key_of == ("index", "place", "year")


def test_every_layer_has_its_contract_here() -> None:
    assert discover("layers", Layer).keys() == CONTRACTS.keys()


def test_a_point_of_coverage_needs_its_premises_and_an_area_does_not() -> None:
    assert declared("broadband_coverage").fields["premises"].required_on == "Point"


@pytest.mark.parametrize("value", ["residential", "footway", "living_street", "motorway_link", "proposed", "steps"])
def test_values_of_osm_are_classes_of_streets(value: str) -> None:
    assert value in declared("street").fields["road_class"].choices
