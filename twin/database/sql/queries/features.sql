-- analyze_table: the planner must know the new rows
ANALYZE {table};

-- layer_size: rows of a layer
SELECT count(*) AS rows FROM {table};

-- layer_filled: 1 of a layer that has rows, else 0
SELECT {layer} AS layer, (EXISTS (SELECT FROM {table}))::int AS rows;

-- layer_versions: the state of each layer's content, by the statements that changed it
SELECT layer, newest || '-' || n AS version FROM twin.change_count ORDER BY layer;

-- zone_order: zones along PostGIS's Hilbert curve, so that neighbours come together
SELECT id, code FROM {zones} WHERE %(all)s OR code = ANY (%(codes)s) ORDER BY ST_Centroid(geom), code;

-- zones_by_id: zones of a batch
SELECT f.id, {columns}, f.attributes, s.observed_on, ST_AsBinary(f.geom) AS geom
FROM {zones} AS f LEFT JOIN twin.source AS s ON s.id = f.source_id
WHERE f.id = ANY (%(ids)s) ORDER BY f.code;

-- plan_once: from now on a statement is planned once and for all values
SET plan_cache_mode = force_generic_plan;

-- plan_each: again for each value, where that seems worth it
RESET plan_cache_mode;

-- features_near: rows of a layer whose box comes near any zone of a batch
-- By their place in the table, which one statement may rely on: found by id they cost twice as much, and a plain join has
-- the whole layer read once a batch, the larger the city the more, since the planner thinks that many more rows lie near.
WITH box AS MATERIALIZED (
    SELECT ST_Expand(geom::box2d::geometry, %(reach)s) AS near FROM {zones} WHERE id = ANY (%(ids)s)
)
SELECT f.id, {columns}, f.attributes, s.observed_on, ST_AsBinary(f.geom) AS geom
FROM {table} AS f LEFT JOIN twin.source AS s ON s.id = f.source_id
WHERE f.ctid = ANY (ARRAY(SELECT c.ctid FROM box JOIN {table} AS c ON c.geom && box.near))
ORDER BY f.{key} COLLATE "C";

-- all_features: every row of a layer
SELECT f.id, {columns}, f.attributes, s.observed_on, ST_AsBinary(f.geom) AS geom
FROM {table} AS f LEFT JOIN twin.source AS s ON s.id = f.source_id
ORDER BY f.{key} COLLATE "C";

-- unsorted_features: every row of a layer, as they come
SELECT f.id, {columns}, f.attributes, s.observed_on, ST_AsBinary(f.geom) AS geom
FROM {table} AS f LEFT JOIN twin.source AS s ON s.id = f.source_id;

-- dwellings_known: whether any building has a count of dwellings
SELECT EXISTS (SELECT FROM {table} WHERE dwellings IS NOT NULL) AS known;


-- layer_rows: a layer's rows as they are now, with where they came from
SELECT f.*, s.path || CASE s.sublayer WHEN '' THEN '' ELSE '#' || s.sublayer END AS source, {geometry} AS geom
FROM {table} AS f LEFT JOIN twin.source AS s ON s.id = f.source_id ORDER BY f.id;

-- sample_places: some points of a layer, spread over its rows
SELECT ST_X(geom) AS x, ST_Y(geom) AS y
FROM (
    SELECT geom FROM {table} WHERE geometrytype(geom) = 'POINT' ORDER BY hashint8(id) LIMIT %(count)s
) AS chosen;

-- places_near: centres of the rows of a layer near any of some places
WITH around AS MATERIALIZED (
    SELECT ST_Expand(ST_Point(x, y, c.srid), %(metres)s) AS box
    FROM unnest(%(x)s::float8[], %(y)s::float8[]) AS p (x, y), twin.city AS c
)
SELECT ST_X(ST_Centroid(f.geom)) AS x, ST_Y(ST_Centroid(f.geom)) AS y FROM {table} AS f
WHERE f.id IN (SELECT n.id FROM around JOIN {table} AS n ON n.geom && around.box);
