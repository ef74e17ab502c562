"""OpenStreetMap files: what each of GDAL's tables holds is known, and feeds several layers."""

from __future__ import annotations

import json

from pipelines.guess.sample import Sample

COMMON = """\
publisher = "OpenStreetMap"
licence = "ODbL 1.0"
attribution = "© OpenStreetMap contributors"
# ? observed_on = 2025-01-01
"""

TABLES: dict[str, tuple[str, ...]] = {
    "multipolygons": (
        """\
layer = "building"
where = "building IS NOT NULL"
columns = { building_id = "osm_ref", use = "building", floors = "building:levels" }
""",
        """\
layer = "green_area"
where = "leisure IN ('park', 'garden')"
columns = { green_id = "osm_ref", kind = "leisure", access = "access" }
values.access = { yes = "public", permissive = "public", no = "private", customers = "restricted" }
# ? a park without a tag of access is public by the meaning of leisure=park; without set.access = "public" it is unknown
""",
        """\
layer = "water_body"
where = "\\"natural\\" = 'water'"
columns = { water_id = "osm_ref", kind = "natural" }
""",
    ),
    "lines": (
        """\
layer = "street"
where = "highway IS NOT NULL"
columns = { street_id = "osm_ref", road_class = "highway", width_m = "width", surface = "surface", oneway = "oneway" }
""",
    ),
    "points": (
        """\
layer = "transit_stop"
where = "highway = 'bus_stop'"
columns = { stop_id = "osm_ref" }
set = { mode = "bus" }
""",
    ),
}


def sources(sample: Sample, where: str) -> str:
    """The sources of one table of an OpenStreetMap file; a remark for tables that feed no layer."""
    blocks = TABLES.get(sample.sublayer, ())
    if not blocks:
        return f"# {json.dumps(where)}, table {sample.sublayer}: feeds no layer\n"
    head = f"path = {json.dumps(where, ensure_ascii=False)}\nsublayer = {json.dumps(sample.sublayer)}\n"
    made = []
    for block in blocks:
        layer, rest = block.split("\n", 1)
        made.append(f"[[source]]\n{layer}\n{head}{rest}{COMMON}")
    return "\n".join(made)
