-- nearest_row: the row nearest to a place in degrees within some metres; of several that hold it the smallest
WITH here AS MATERIALIZED (
    SELECT ST_Transform(ST_SetSRID(ST_Point(%(longitude)s, %(latitude)s), 4326), srid) AS geom FROM twin.city
)
SELECT f.id, ST_Distance(f.geom, here.geom) AS metres
FROM here JOIN {table} AS f ON ST_DWithin(f.geom, here.geom, %(within)s)
ORDER BY metres, ST_Area(f.geom), f.id LIMIT 1;

-- rows_beside: rows nearest to a place in degrees, with their places in degrees
WITH here AS MATERIALIZED (
    SELECT ST_Transform(ST_SetSRID(ST_Point(%(longitude)s, %(latitude)s), 4326), srid) AS geom FROM twin.city
), near AS MATERIALIZED (
    SELECT f.id, f.geom FROM here JOIN {table} AS f ON ST_DWithin(f.geom, here.geom, %(within)s)
    ORDER BY f.geom <-> here.geom, f.id LIMIT %(most)s
)
SELECT id, ST_AsGeoJSON(ST_Transform(geom, 4326), 9, 0)::json AS place FROM near ORDER BY id;

-- rows_placed: where rows of a layer lie, in degrees, for outlines
SELECT id, ST_AsGeoJSON(ST_Transform(geom, 4326), 7, 0)::json AS place FROM {table} WHERE id = ANY (%(ids)s);
