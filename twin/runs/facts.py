"""What holds for the whole city, read from the store."""

from __future__ import annotations

import json

import numpy as np

from layers.schema import Layer
from twin.batch import CityFacts
from twin.database.connect import Connection
from twin.database.features import dwellings_known, filled_layers
from twin.database.sources import StoredCity
from twin.discover import discover
from twin.goals import Profile


def city_facts(connection: Connection, city: StoredCity, profile: Profile, schema: str) -> CityFacts:
    """The facts of the city whose layers are in a schema; ages count from its reference date, or from today."""
    today = np.datetime64(city.reference_date) if city.reference_date else np.datetime64("today")
    return CityFacts(
        rows=filled_layers(connection, discover("layers", Layer), schema),
        dwellings_known=dwellings_known(connection, schema),
        reference_date=today,
        stale_after_years=profile.stale_after_years,
        street_classes=profile.street_classes,
    )


def described_facts(facts: CityFacts) -> str:
    """Facts of the whole city that batches look at, as text: equal texts, equal facts."""
    return json.dumps(
        {
            "filled": sorted(layer for layer, rows in facts.rows.items() if rows),
            "dwellings_known": facts.dwellings_known,
            "reference_date": str(facts.reference_date),
        }
    )
