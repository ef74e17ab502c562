"""GeoJSON by RFC 7946: longitude and latitude of WGS 84."""

from __future__ import annotations

import json
from pathlib import Path

from twin.exporters.exporter import Exporter, Table


def write_geojson(table: Table, path: Path) -> None:
    """Write a feature a row; rows without places get a null geometry."""
    places = table.places
    if places is None:
        rows = json.loads(table.plain.to_json(orient="records", date_format="iso"))
        features = [{"type": "Feature", "geometry": None, "properties": row} for row in rows]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return
    collection = json.loads(places.to_crs(4326).to_json(drop_id=True, na="null"))
    collection.pop("crs", None)
    if table.attributions:
        collection["attribution"] = "; ".join(table.attributions)
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


geojson = Exporter("geojson", "GeoJSON", (".geojson", ".json"), write_geojson)
