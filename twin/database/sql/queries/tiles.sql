-- layer_version: changes whenever a statement changed the layer: older transactions may commit later, so the count is
-- in it; the time tells a store from one that was made anew, whose tiles a browser may still hold
SELECT
    coalesce(max(newest), 0) || '-' || coalesce(max(n), 0)
        + coalesce((extract(epoch FROM max(changed_at)) * 1000000)::bigint, 0) AS version
FROM twin.change_count WHERE layer = %(layer)s;

-- tile_frame: points of a tile's grid in the city's CRS, row by row from the south-west
SELECT ST_X(p) AS x, ST_Y(p) AS y FROM (
    SELECT v, u, ST_Transform(ST_SetSRID(ST_MakePoint(
        ST_XMin(t) + (ST_XMax(t) - ST_XMin(t)) * u, ST_YMin(t) + (ST_YMax(t) - ST_YMin(t)) * v), 3857), %(srid)s) AS p
    FROM ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS t, unnest(%(shares)s::float8[]) AS u, unnest(%(shares)s::float8[]) AS v
) AS grid ORDER BY v, u;

-- tile_state: the city's CRS, the layer's version, and the tile where one is kept that has seen all that touched it
SELECT
    (SELECT srid FROM twin.city) AS srid,
    ({version}) AS version,
    (
        SELECT made.body FROM twin.tile AS made
        WHERE made.slot = twin.tile_slot(%(layer)s, %(z)s, %(x)s, %(y)s)
            AND (made.layer, made.z, made.x, made.y, made.recipe) = (%(layer)s, %(z)s, %(x)s, %(y)s, %(recipe)s)
            AND {untouched}
    ) AS kept;

-- untouched: whether all changes of a layer that something made before has not seen have a note, none of its place
pg_snapshot_xmax(made.seen) <= pg_snapshot_xmax(pg_current_snapshot()) AND (
    SELECT count(*) = coalesce((SELECT n FROM twin.change_count WHERE layer = %(layer)s), 0) - made.changes
        AND NOT coalesce(bool_or({touching}), false)
    FROM twin.tile_touch AS touch
    WHERE touch.layer = %(layer)s AND touch.seen_from >= pg_snapshot_xmin(made.seen)
        AND NOT pg_visible_in_snapshot(touch.seen_from, made.seen)
);

-- touching_tile: whether a change lies in a tile
touch.place::geometry && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s);

-- cells_are_true: whether a layer's cells have seen all changes of the layer
coalesce((
    SELECT {untouched} FROM twin.tile_cells AS made WHERE made.layer = %(layer)s AND made.recipe = %(recipe)s
), false);

-- renew_cells: have a layer's cells see all changes of the layer
SELECT twin.renew_cells(%(layer)s, %(recipe)s);

-- keep_tile: a tile into its slot, for all servers
SELECT twin.keep_tile(
    %(layer)s, %(z)s, %(x)s, %(y)s, %(recipe)s, %(seen)s::pg_snapshot, %(changes)s::bigint, %(body)s::bytea
);

-- make_tile: a tile as MVT with what it has seen, all in one look at the store
WITH frame AS MATERIALIZED (
    SELECT ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s) AS place,
        ST_MakeEnvelope(0, 0, %(extent)s, %(extent)s)::box2d AS square,
        ST_MakeEnvelope(-%(buffer)s, -%(buffer)s, %(extent)s + %(buffer)s, %(extent)s + %(buffer)s) AS room
),
{cells}
shapes AS MATERIALIZED ({parts})
SELECT
    (SELECT ST_AsMVT(shapes, %(layer)s, %(extent)s, 'shape', 'id') FROM shapes WHERE NOT ST_IsEmpty(shape)) AS tile,
    ({version}) AS version,
    pg_current_snapshot()::text AS seen,
    coalesce((SELECT n FROM twin.change_count WHERE layer = %(layer)s), 0) AS changes,
    {true} AS true;

-- tile_column: a field that a tile carries
feature.{name},;

-- tile_no_shade: rows beside cells have no shade
NULL::float4 AS shade,;

-- tile_no_column: a field that cells have not
NULL,;

-- tile_shape: a row's shape in units of the tile; what lies wholly within it and its margin needs no cutting
CASE WHEN feature.down @ frame.room THEN ST_SnapToGrid(feature.down, 1)
ELSE ST_AsMVTGeom({up}, frame.square, %(extent)s, %(buffer)s, true) END;

-- near_up: a geometry in units of the tile, upwards from its south-west corner: over so short a way the projection is a
-- straight one
ST_Affine({geom}, %(a)s, %(b)s, %(d)s, %(e)s, %(right)s, %(up)s);

-- far_up: the same where the projection is bent
ST_Affine(ST_Transform({geom}, 3857), %(a)s, %(b)s, %(d)s, %(e)s, %(right)s, %(up)s);

-- near_down: the same downwards from the north-west corner, as tiles count, and rings the way round that tiles want
ST_Affine(ST_ForcePolygonCW({geom}), %(ca)s, %(cb)s, %(cd)s, %(ce)s, %(cright)s, %(cup)s);

-- far_down: the same where the projection is bent
ST_Affine(ST_ForcePolygonCW(ST_Transform({geom}, 3857)), %(ca)s, %(cb)s, %(cd)s, %(ce)s, %(cright)s, %(cup)s);

-- tile_features: rows as they are
SELECT feature.id, {columns} {shade}
    {shape} AS shape
FROM frame CROSS JOIN LATERAL (
    SELECT feature.*, {down} AS down FROM {table} AS feature WHERE feature.geom && frame.place OFFSET 0
) AS feature;

-- tile_lines: lines of the same fields as one shape, joined, without bends that nobody sees and what is short
SELECT NULL::bigint AS id, {columns} {shade}
    ST_AsMVTGeom(feature.shape, frame.square, %(extent)s, %(buffer)s, true) AS shape
FROM frame CROSS JOIN (
    SELECT {columns} (
        SELECT ST_Simplify(ST_Collect(part.geom), %(bend)s)
        FROM ST_Dump(ST_LineMerge(ST_CollectionExtract(ST_Collect({up}), 2))) AS part
        WHERE ST_Length(part.geom) >= %(shortest)s
    ) AS shape
    FROM {table} AS feature CROSS JOIN frame
    WHERE feature.geom && frame.place {group}
) AS feature;

-- tile_group: lines of the same fields are drawn as one
GROUP BY {names};

-- tile_sieved: rows of a length and larger
SELECT feature.id, {columns} {shade}
    {shape} AS shape
FROM frame CROSS JOIN LATERAL (
    SELECT feature.*, {down} AS down FROM {table} AS feature
    WHERE feature.geom && frame.place AND greatest(
        ST_XMax(feature.geom) - ST_XMin(feature.geom), ST_YMax(feature.geom) - ST_YMin(feature.geom)
    ) >= %(smallest)s
    OFFSET 0
) AS feature;

-- tile_larges: rows that are large, as themselves
SELECT feature.id, {columns} {shade}
    {shape} AS shape
FROM frame CROSS JOIN LATERAL (
    SELECT feature.*, {down} AS down FROM twin.tile_large AS large JOIN {table} AS feature ON feature.id = large.id
    WHERE large.layer = %(layer)s AND large.place && frame.place AND large.size_m >= %(smallest)s
    OFFSET 0
) AS feature;

-- tile_points: points that do not stand in a crowd
SELECT feature.id, {columns} {shade}
    {shape} AS shape
FROM frame CROSS JOIN LATERAL (
    SELECT feature.*, {down} AS down FROM {table} AS feature
    WHERE feature.geom && frame.place AND ST_Dimension(feature.geom) = 0 AND NOT EXISTS (
        SELECT FROM cells AS c
        WHERE c.crowded AND c.i = floor((ST_XMin(feature.geom) + ST_XMax(feature.geom)) / 2 / %(side)s)
            AND c.j = floor((ST_YMin(feature.geom) + ST_YMax(feature.geom)) / 2 / %(side)s)
    )
    OFFSET 0
) AS feature;

-- counted_cells: squares with what is too small for the tile, as they were counted before
cells AS MATERIALIZED (
    SELECT c.j, c.i, sum(c.area) AS area, sum(c.points) AS points, sum(c.points) >= %(crowd)s AS crowded
    FROM generate_series(%(j0)s::integer, %(j1)s::integer) AS line (j) CROSS JOIN LATERAL (
        SELECT * FROM twin.tile_cell AS c
        WHERE c.layer = %(layer)s AND c.level = %(level)s AND c.j = line.j AND c.i BETWEEN %(i0)s AND %(i1)s
            AND c.grade <= %(grade)s
        OFFSET 0
    ) AS c
    GROUP BY c.j, c.i HAVING sum(c.n) > sum(c.points) OR sum(c.points) >= %(crowd)s
),;

-- live_cells: squares with what is too small for the tile, counted now
cells AS MATERIALIZED (
    SELECT s.j, s.i, sum(s.area) AS area, count(*) FILTER (WHERE s.dim = 0) AS points,
        count(*) FILTER (WHERE s.dim = 0) >= %(crowd)s AS crowded
    FROM (
        SELECT floor((ST_XMin(geom) + ST_XMax(geom)) / 2 / %(side)s)::integer AS i,
            floor((ST_YMin(geom) + ST_YMax(geom)) / 2 / %(side)s)::integer AS j,
            ST_Dimension(geom) AS dim, ST_Area(geom) AS area
        FROM {table} AS feature
        WHERE geom && ST_Expand((SELECT place FROM frame), %(side)s)
            AND greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) < %(smallest)s
    ) AS s
    WHERE s.i BETWEEN %(i0)s AND %(i1)s AND s.j BETWEEN %(j0)s AND %(j1)s
    GROUP BY s.j, s.i HAVING count(*) > count(*) FILTER (WHERE s.dim = 0)
        OR count(*) FILTER (WHERE s.dim = 0) >= %(crowd)s
),;

-- no_cells: a tile of rows alone
;

-- tile_shades: cells of about the same density as one shape, those beside each other as one rectangle
SELECT NULL::bigint AS id, {columns} (%(shades)s::float4[])[kind] AS shade,
    ST_SnapToGrid(ST_Affine(ST_Collect({rectangle}), %(ca)s, %(cb)s, %(cd)s, %(ce)s, %(cright)s, %(cup)s), 1) AS shape
FROM (
    SELECT j, kind, min(i) AS west, max(i) + 1 AS east
    FROM (
        SELECT j, i, kind, i - row_number() OVER (PARTITION BY j, kind ORDER BY i) AS run
        FROM (
            SELECT j, i, 1 + width_bucket(
                greatest(area / (%(side)s * %(side)s), points / %(full)s::float8), %(bounds)s::float8[]) AS kind
            FROM cells
        ) AS kinds
    ) AS runs
    GROUP BY j, kind, run
) AS rectangles
GROUP BY kind;

-- near_rectangle: a run of cells in the city's CRS
ST_MakeEnvelope(west * %(side)s, j * %(side)s, east * %(side)s, (j + 1) * %(side)s);

-- far_rectangle: a run of cells in the web's CRS
ST_Transform(ST_MakeEnvelope(west * %(side)s, j * %(side)s, east * %(side)s, (j + 1) * %(side)s, %(srid)s), 3857);
