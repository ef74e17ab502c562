"""A recipe's sources into PostGIS: each read, cleaned, copied beside its layer, and merged in one transaction."""

from __future__ import annotations

import getpass
import time
from collections import Counter
from collections.abc import Iterator

import pandas as pd
import pyproj
import shapely

from layers.schema import Layer
from pipelines.clean import Clean, Reject, clean
from pipelines.crs import area_of_use
from pipelines.outcome import Loaded, Outcome, Progress, Quiet
from pipelines.preflight import Planned, preflight
from pipelines.privacy import PersonalValues, refused_by_values, without
from pipelines.raster import PlannedRaster, is_lost
from pipelines.recipe import Recipe
from pipelines.shift import FARTHEST_M, shift_of
from twin.database.blocks import ahead
from twin.database.connect import Connection, Row, connect
from twin.database.dirty import mark_load, note_reaches
from twin.database.features import analyze, places_near, sample_places
from twin.database.migrate import migrate
from twin.database.sources import (
    StoredCity,
    begin_load,
    end_load,
    fix_city,
    last_load,
    note_outside,
    only_load,
    overlapping_zones,
    register_source,
)
from twin.database.staging import Arrival, Merged, Staging, quarantine
from twin.database.tables import make_tables
from twin.database.topology import warn
from twin.discover import discover
from twin.log import log
from twin.runs.plan import reaches, value_reaches

ANCHORS, ANCHORED = "building", ("broadband_coverage", "sewer_connection")
"""Points of these layers stand for premises: they lie on buildings, or the datum of one of the two is wrong."""

PLACES_LOOKED_AT = 300


def load(recipe: Recipe, *, only: str | None = None, dry_run: bool = False, progress: Progress | None = None) -> Loaded:
    """Load a recipe.

    Args:
        recipe: as ``read_recipe`` gave it.
        only: id of one layer, to load its sources alone.
        dry_run: read and clean everything, write nothing.
        progress: told how it goes on.

    Raises:
        UsageError, SourceError: the recipe or a file is wrong; nothing was written.
        StoreError: the store holds another city, is busy, or went away: the source in hand is as it was before.
    """
    progress = progress or Quiet()
    planned = preflight(recipe, only)
    if dry_run:
        return Loaded([_rehearsed(each, progress) for each in planned], [])
    prints = ahead(each.fingerprint() for each in planned)
    with connect(autocommit=True, program="twin load") as connection:
        migrate(connection)
        with only_load(connection):
            with connection.transaction():
                fix_city(connection, _city(recipe))
                make_tables(connection, discover("layers", Layer), recipe.city.srid)
                note_reaches(connection, reaches(), value_reaches())
            outcomes = [
                _loaded(connection, recipe, each, file, progress) for each, file in zip(planned, prints, strict=True)
            ]
            _finish(connection, outcomes)
            notes = _zone_notes(connection) if any(o.layer == "zone" for o in outcomes) else []
            notes += _shift_notes(connection, outcomes) + _end_notes(connection, outcomes)
    return Loaded(outcomes, notes)


def _city(recipe: Recipe) -> StoredCity:
    city = recipe.city
    profile = str((recipe.folder / city.profile).resolve()) if city.profile.endswith(".toml") else city.profile
    extent = list(city.extent or area_of_use(pyproj.CRS.from_user_input(city.crs)))
    return StoredCity(city.name, city.srid, city.reference_date, profile, extent)


def _loaded(
    connection: Connection,
    recipe: Recipe,
    planned: Planned | PlannedRaster,
    fingerprint: tuple[str, int],
    progress: Progress,
) -> Outcome:
    outcome = Outcome(planned.layer.id, planned.source.name)
    progress.source(planned)
    file_hash, size = fingerprint
    method = planned.method(recipe.city.srid)
    before = last_load(connection, planned.layer.id, planned.source.name)
    lost = isinstance(planned, PlannedRaster) and is_lost(connection, planned)
    if before and not lost and (before["file_hash"], before["recipe_hash"]) == (file_hash, method):
        return _unchanged(outcome, before)
    started = time.monotonic()
    try:
        with connection.transaction():
            source = register_source(connection, _described(planned))
            load_id = begin_load(connection, source, file_hash, size, method)
            if isinstance(planned, PlannedRaster):
                from pipelines.raster_load import load_raster  # a tenth of a second that most loads need not wait for

                load_raster(connection, planned, outcome, (source, load_id), recipe.city.srid)
            else:
                _merge(connection, recipe, planned, outcome, (source, load_id), progress)
            outcome.seconds = time.monotonic() - started
            end_load(connection, load_id, outcome.counts, outcome.seconds, outcome.notes)
        log("load").info("source loaded", extra={"layer": outcome.layer, "source": outcome.source, **outcome.counts})
    except PersonalValues as found:
        assert isinstance(planned, Planned)
        return _loaded(connection, recipe, planned.refusing(found.refused), fingerprint, progress)
    return outcome


def _described(planned: Planned | PlannedRaster) -> dict[str, object]:
    source = planned.source
    described = source.model_dump(include={"layer", "sublayer", "publisher", "licence", "attribution", "observed_on"})
    return {**described, "name": source.name, "path": source.path}


def _unchanged(outcome: Outcome, before: Row) -> Outcome:
    outcome.skipped = True
    outcome.read, outcome.rejected = int(before["rows_read"]), int(before["rows_rejected"])
    outcome.unchanged = outcome.read - outcome.rejected
    outcome.outside = int(before["rows_outside"])
    return outcome


def _merge(
    connection: Connection,
    recipe: Recipe,
    planned: Planned,
    outcome: Outcome,
    ids: tuple[int, int],
    progress: Progress,
) -> None:
    source, load_id = ids
    layer, srid = planned.layer, recipe.city.srid
    arrival = Arrival(source, load_id, getpass.getuser())
    staging = Staging(connection, layer, srid, arrival, sent=planned.fields, with_keys=planned.brings_keys)
    rejects: list[Reject] = []
    staging.fill(_chunks(planned, outcome, progress, rejects))
    doubles = "key_double", "{key} '{value}' stands already in row {first}", "Give each row a key of its own."
    foreign = "key_foreign", "{key} '{value}' belongs to {owner}", "Use another key, or load the row from one source."
    rejects += [_taken(layer, row, *doubles) for row in staging.settle()]
    rejects += [_taken(layer, row, *foreign) for row in staging.take_foreign()]
    merged = staging.merge([r.key for r in rejects if r.key is not None])
    if merged.new or merged.changed or merged.closed:
        mark_load(connection, layer, load_id)
    quarantine(connection, source, load_id, layer.id, srid, rejects)
    _sum_up(outcome, merged, rejects)


def _chunks(planned: Planned, outcome: Outcome, progress: Progress, rejects: list[Reject]) -> Iterator[Clean]:
    repaired: Counter[str] = Counter()
    outcome.notes += [str(each) for each in planned.refused]
    for raw in ahead(planned.contents.chunks()):
        chunk = without(raw, planned.refused)
        if suspects := refused_by_values(planned.source, chunk):
            raise PersonalValues(suspects)
        outcome.read += len(chunk.rows)
        cleaned = clean(planned.layer, planned.source, chunk, planned.mapping, planned.way)
        repaired += cleaned.repaired
        rejects += cleaned.rejects
        progress.rows(len(chunk.rows))
        yield cleaned
    outcome.notes += planned.contents.notes
    outcome.notes += [f"{count} geometries were mended: {fault}" for fault, count in repaired.most_common()]


def _taken(layer: Layer, row: Row, rule: str, words: str, hint: str) -> Reject:
    reason = words.format(key=layer.key, value=row["key"], first=row.get("first"), owner=row.get("owner"))
    shape = shapely.from_wkb(row["geom"]) if row["geom"] is not None else None
    return Reject(row["source_row"], row["key"], layer.key, rule, reason, hint, row["original"], shape)


def _sum_up(outcome: Outcome, merged: Merged, rejects: list[Reject]) -> None:
    outcome.loaded = merged.new + merged.changed
    outcome.unchanged, outcome.closed, outcome.rejected = merged.unchanged, merged.closed, len(rejects)
    if merged.conflicts:
        outcome.notes.append(
            f"{merged.conflicts} rows that staff corrected are otherwise in the file now; staff's state is kept: "
            "see `twin conflicts`"
        )
    outcome.reasons = Counter(each.rule for each in rejects)


def _rehearsed(planned: Planned | PlannedRaster, progress: Progress) -> Outcome:
    outcome = Outcome(planned.layer.id, planned.source.name)
    progress.source(planned)
    if isinstance(planned, PlannedRaster):
        from pipelines.raster_load import rehearse_raster

        rehearse_raster(planned, outcome)
        return outcome
    rejects: list[Reject] = []
    try:
        keys = [chunk.fields[planned.layer.key] for chunk in _chunks(planned, outcome, progress, rejects)]
    except PersonalValues as found:
        return _rehearsed(planned.refusing(found.refused), progress)
    outcome.reasons = Counter(each.rule for each in rejects)
    if planned.brings_keys:
        doubles = int(pd.concat(keys).duplicated().sum()) if keys else 0
        outcome.reasons.update({"key_double": doubles} if doubles else {})
    outcome.rejected = outcome.reasons.total()
    outcome.loaded = outcome.read - outcome.rejected
    return outcome


def _finish(connection: Connection, outcomes: list[Outcome]) -> None:
    """Count rows that lie in no zone, once all sources are in; afresh for all if the zones themselves changed."""
    zones_changed = any(o.layer == "zone" and not o.skipped for o in outcomes)
    layers = discover("layers", Layer)
    for outcome in outcomes:
        if (outcome.skipped and not zones_changed) or outcome.layer not in layers:
            continue
        analyze(connection, outcome.layer)
        if outcome.layer != "zone" and layers[outcome.layer].has_geometry:
            outcome.outside = note_outside(connection, outcome.layer, outcome.source)


def _shift_notes(connection: Connection, outcomes: list[Outcome]) -> list[str]:
    """Questions about sources of points that lie beside the buildings they speak of."""
    loaded = {o.layer for o in outcomes if not o.skipped}
    if ANCHORS not in loaded and not loaded & set(ANCHORED):
        return []
    layers, found = discover("layers", Layer), []
    for name in ANCHORED:
        places = sample_places(connection, layers[name], PLACES_LOOKED_AT)
        shift = shift_of(places, places_near(connection, layers[ANCHORS], places, FARTHEST_M))
        found += [shift.question(name, ANCHORS)] if shift else []
    return found


def _end_notes(connection: Connection, outcomes: list[Outcome]) -> list[str]:
    """Hold lines against the points that they end on, once both are in; how many do not fit."""
    loaded = {o.layer for o in outcomes if not o.skipped}
    layers = discover("layers", Layer).values()
    return [
        note for each in layers if each.ends and loaded & {each.id, each.ends.points} for note in warn(connection, each)
    ]


def _zone_notes(connection: Connection) -> list[str]:
    pairs = overlapping_zones(connection)
    if not pairs:
        return []
    first = pairs[0]
    total = sum(pair["area_m2"] for pair in pairs)
    return [
        f"{len(pairs)} pairs of zones overlap by {total:,.0f} m² in all, most of it {first['first']} and "
        f"{first['second']}; both keep what lies there, the city counts it once"
    ]
