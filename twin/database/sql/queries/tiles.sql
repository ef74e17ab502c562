-- layer_version: changes whenever a statement changed the layer: older transactions may commit later, so the count is
-- in it; the time tells a store from one that was made anew, whose tiles a browser may still hold
SELECT
    coalesce(max(id), 0) || '-' || count(*) + coalesce((extract(epoch FROM max(changed_at)) * 1000000)::bigint, 0)
        AS version
FROM twin.change WHERE layer = %(layer)s;

-- layer_tile: a layer's rows in one tile as MVT, without rows smaller than a length and with each n-th point only
WITH frame AS MATERIALIZED (
    SELECT
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile,
        ST_Transform(
            ST_Segmentize(
                ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s),
                40075016.7 / 2 ^ %(z)s / 8
            ),
            %(srid)s
        ) AS place
),
shapes AS (
    SELECT
        feature.id,
        {columns}
        ST_AsMVTGeom(ST_Transform(feature.geom, 3857), frame.tile, %(extent)s, %(buffer)s, true) AS shape
    FROM {table} AS feature CROSS JOIN frame
    WHERE feature.geom && frame.place
        AND (
            CASE WHEN ST_Dimension(feature.geom) = 0 THEN feature.id %% %(every)s = 0
            ELSE greatest(
                ST_XMax(feature.geom) - ST_XMin(feature.geom), ST_YMax(feature.geom) - ST_YMin(feature.geom)
            ) >= %(smallest)s END
        )
)
SELECT ST_AsMVT(shapes, %(layer)s, %(extent)s, 'shape', 'id') AS tile
FROM shapes WHERE shape IS NOT NULL;

-- tile_column: a field that a tile carries, cut to what a screen needs
feature.{name},;
