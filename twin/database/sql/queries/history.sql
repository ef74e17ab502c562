-- states_of_key: all states, past and present, of the rows that ever had a key, with how each began and ended
WITH known AS (
    SELECT id FROM {table} WHERE {key} = %(key)s UNION SELECT id FROM {history} WHERE {key} = %(key)s
)
{states}
ORDER BY id, version;

-- states_since: states of a layer that people made since a moment, and those before them
WITH known AS (
    SELECT id FROM {table} WHERE program IS NOT NULL AND edited_at >= %(since)s
    UNION SELECT id FROM {history} WHERE program IS NOT NULL AND edited_at >= %(since)s
    UNION SELECT id FROM {history} WHERE operation = 'delete' AND upper(valid) >= %(since)s
)
{states}
ORDER BY id, version;

-- states: of the rows known, each with the time that it held for
SELECT f.id, f.version, f.edited_at, f.edited_by, f.program, f.load_id, NULL AS ended, NULL::timestamptz AS until,
    NULL AS closed_by, NULL AS closed_with, NULL::integer AS closed_load, {key} AS key, {columns}, {geom} AS geom,
    s.path AS source
FROM known JOIN {table} AS f USING (id) LEFT JOIN twin.source AS s ON s.id = f.source_id
UNION ALL
SELECT f.id, f.version, f.edited_at, f.edited_by, f.program, f.load_id, f.operation, upper(f.valid), f.closed_by,
    f.closed_with, f.closed_load, {key}, {columns}, {geom}, s.path
FROM known JOIN {history} AS f USING (id) LEFT JOIN twin.source AS s ON s.id = f.source_id;

-- layer_rows_at: a layer's rows as they stood at a moment, with where they came from
WITH f AS (
    SELECT id, version, source_id, source_row, {columns}, {place} AS place FROM {table} WHERE edited_at <= %(moment)s
    UNION ALL
    SELECT id, version, source_id, source_row, {columns}, {place} FROM {history} WHERE valid @> %(moment)s::timestamptz
)
SELECT f.*, s.path || CASE s.sublayer WHEN '' THEN '' ELSE '#' || s.sublayer END AS source, ST_AsBinary(f.place) AS geom
FROM f LEFT JOIN twin.source AS s ON s.id = f.source_id ORDER BY f.id;

-- begin_past: room for layers as they stood at a moment
DROP SCHEMA IF EXISTS past CASCADE;
CREATE SCHEMA past;

-- past_layer: a layer as it stood at a moment
CREATE UNLOGGED TABLE {past} AS
SELECT id, source_id, {columns}, {place} AS geom FROM {table} WHERE edited_at <= {moment}
UNION ALL
SELECT id, source_id, {columns}, {place} FROM {history} WHERE valid @> {moment};
CREATE INDEX ON {past} (id);
CREATE INDEX ON {past} USING gist (geom);
ANALYZE {past};

-- end_past: no longer needed
DROP SCHEMA IF EXISTS past CASCADE;
