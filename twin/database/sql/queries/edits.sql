-- edit_row: a row as a form shows it, with its place in degrees, to a tenth of a millimetre
SELECT f.*, {geometry} AS place, s.path || CASE s.sublayer WHEN '' THEN '' ELSE '#' || s.sublayer END AS source,
    s.publisher
FROM {table} AS f LEFT JOIN twin.source AS s ON s.id = f.source_id
WHERE {by} = %(wanted)s;

-- place_in_degrees: as GeoJSON
ST_AsGeoJSON(ST_Transform(f.geom, 4326), 9, 0)::json;

-- no_place: of a layer without geometry
NULL::json;

-- place_on_earth: a place in the city's CRS as longitude and latitude
SELECT ST_X(p.geom) AS longitude, ST_Y(p.geom) AS latitude
FROM twin.city AS c, ST_Transform(ST_Point(%(x)s, %(y)s, c.srid), 4326) AS p (geom);

-- lock_rows: rows that are about to be changed, in an order that cannot deadlock with another save
SELECT id, version FROM {table} WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE;

-- drawn_place: a drawn geometry in the city's CRS, the row's own, and others that it touches
WITH drawn AS MATERIALIZED (
    SELECT ST_Transform(ST_GeomFromWKB(%(wkb)s, 4326), srid) AS geom, srid FROM twin.city
)
SELECT ST_AsBinary(d.geom) AS geom, d.srid,
    (SELECT ST_AsBinary(f.geom) FROM {table} AS f WHERE f.id = %(id)s) AS own,
    ARRAY (
        SELECT ST_AsBinary(f.geom) FROM {table} AS f
        WHERE ST_DWithin(f.geom, d.geom, %(within)s) AND f.id IS DISTINCT FROM %(id)s ORDER BY f.id LIMIT %(most)s
    ) AS beside
FROM drawn AS d;

-- edit_insert: a new row
INSERT INTO {table} ({columns}) VALUES ({values}) RETURNING id, version, {key} AS key;

-- edit_update: the changed fields of a row
UPDATE {table} SET {assignments} WHERE id = %(row_id)s RETURNING id, version, {key} AS key;

-- edit_nothing: a save in which nothing was changed is no edit
SELECT id, version, {key} AS key FROM {table} WHERE id = %(row_id)s;

-- edit_delete: a row goes, which is a version of its own; its state stays in history
DELETE FROM {table} WHERE id = %(row_id)s RETURNING id, version + 1 AS version, {key} AS key;
