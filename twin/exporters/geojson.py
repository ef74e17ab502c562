"""GeoJSON by RFC 7946: longitude and latitude of WGS 84."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import pandas as pd

from twin.exporters.exporter import Exporter, Table

Rows = TypeVar("Rows", bound=pd.DataFrame)


def write_geojson(table: Table, path: Path) -> None:
    """Write a feature a row; rows without places get a null geometry, dates are ISO 8601."""
    places = table.places
    if places is None:
        rows = json.loads(_with_days(table.plain).to_json(orient="records"))
        features = [{"type": "Feature", "geometry": None, "properties": row} for row in rows]
        collection = {"type": "FeatureCollection", "features": features}
    else:
        collection = json.loads(_with_days(places.to_crs(4326)).to_json(drop_id=True, na="null"))
        collection.pop("crs", None)
    if table.attributions:
        collection["attribution"] = "; ".join(table.attributions)
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def _with_days(rows: Rows) -> Rows:
    """The rows with dates as text, which is all that JSON has for them."""
    times = rows.select_dtypes(["datetime", "datetimetz"]).columns
    return rows.assign(**{name: rows[name].map(_iso, na_action="ignore").astype(object) for name in times})


def _iso(moment: pd.Timestamp) -> str:
    return moment.date().isoformat() if moment == moment.normalize() else moment.isoformat()


geojson = Exporter("geojson", "GeoJSON", (".geojson", ".json"), write_geojson)
