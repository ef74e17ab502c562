-- Tiles that are kept, and cells, are true as long as no change touched their place that they have not seen.
-- A change and the note of its place come in one transaction, so whoever sees the one sees the other: a kept thing is
-- true where every change since has a note, and no note overlaps it. Without a note the change may be anywhere.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_tiler') THEN
        CREATE ROLE twin_tiler NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'twin_tiler', 'MEMBER') THEN
        GRANT twin_tiler TO CURRENT_USER;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_web') THEN
        GRANT twin_tiler TO twin_web;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_sign_in') THEN
        GRANT twin_tiler TO twin_sign_in;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION twin.touch_place(changed text, touched public.box2d) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO twin.tile_touch (layer, place) VALUES (changed, touched)
$$;

-- Without a search path of its own, so that it becomes a part of the statement that calls it.
CREATE OR REPLACE FUNCTION twin.tile_slot(asked text, z integer, x integer, y integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT abs(hashtextextended(asked || '/' || z || '/' || x || '/' || y, 0) % 8192)::integer
$$;

-- The one thing that the web's role may write: a tile into its slot. Notes that are old go: what has not seen them is
-- made anew.
CREATE OR REPLACE FUNCTION twin.keep_tile(
    asked text, z integer, x integer, y integer, made_by text, saw pg_snapshot, counted bigint, made bytea
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'twin_tiler', 'MEMBER') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'only twin_tiler may keep tiles';
    END IF;
    INSERT INTO twin.tile (slot, layer, z, x, y, recipe, seen, changes, body)
    VALUES (twin.tile_slot(asked, z, x, y), asked, z, x, y, made_by, saw, counted, made)
    ON CONFLICT (slot) DO UPDATE SET (layer, z, x, y, recipe, seen, changes, body)
        = (excluded.layer, excluded.z, excluded.x, excluded.y, excluded.recipe, excluded.seen, excluded.changes,
            excluded.body);
    IF (SELECT max(id) - min(id) FROM twin.tile_touch) > 20000 THEN
        DELETE FROM twin.tile_touch WHERE id <= (SELECT max(id) - 10000 FROM twin.tile_touch);
    END IF;
END
$$;

-- Count an area's features anew, on the levels 0, 2 and 4. The area is widened to whole squares of the coarsest level.
CREATE OR REPLACE FUNCTION twin.count_cells(asked text, area public.geometry) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    coarsest CONSTANT integer := 4;
    side CONSTANT float8 := 100;
    step float8 := side * 2 ^ coarsest;
    i0 integer := floor(ST_XMin(area) / step) * 2 ^ coarsest;
    j0 integer := floor(ST_YMin(area) / step) * 2 ^ coarsest;
    i1 integer := floor(ST_XMax(area) / step + 1) * 2 ^ coarsest - 1;
    j1 integer := floor(ST_YMax(area) / step + 1) * 2 ^ coarsest - 1;
    widened geometry := ST_MakeEnvelope(i0 * side, j0 * side, (i1 + 1) * side, (j1 + 1) * side, ST_SRID(area));
BEGIN
    FOR lev IN 0..coarsest BY 2 LOOP
        DELETE FROM twin.tile_cell AS c
        WHERE c.layer = asked AND c.level = lev AND c.j BETWEEN j0 >> lev AND j1 >> lev
            AND c.i BETWEEN i0 >> lev AND i1 >> lev;
    END LOOP;
    DELETE FROM twin.tile_large AS l WHERE l.layer = asked AND l.place && area;
    EXECUTE format($sql$
        INSERT INTO twin.tile_cell
        SELECT $1, 0, s.j, s.i, s.grade, count(*), count(*) FILTER (WHERE s.dim = 0), sum(s.area)
        FROM (
            SELECT floor((ST_YMin(b) + ST_YMax(b)) / 2 / $3)::integer AS j,
                floor((ST_XMin(b) + ST_XMax(b)) / 2 / $3)::integer AS i,
                twin.tile_grade(ST_XMax(b) - ST_XMin(b), ST_YMax(b) - ST_YMin(b)) AS grade, dim, area
            FROM (
                SELECT geom::box3d AS b, ST_Dimension(geom) AS dim, ST_Area(geom) AS area
                FROM layer.%I WHERE geom && $2 OFFSET 0
            ) AS boxes
        ) AS s
        WHERE s.i BETWEEN $4 AND $5 AND s.j BETWEEN $6 AND $7 GROUP BY s.j, s.i, s.grade
    $sql$, asked) USING asked, widened, side, i0, i1, j0, j1;
    FOR lev IN 2..coarsest BY 2 LOOP
        INSERT INTO twin.tile_cell
        SELECT asked, lev, c.j >> 2, c.i >> 2, c.grade, sum(c.n), sum(c.points), sum(c.area)
        FROM twin.tile_cell AS c
        WHERE c.layer = asked AND c.level = lev - 2 AND c.j BETWEEN j0 >> (lev - 2) AND j1 >> (lev - 2)
            AND c.i BETWEEN i0 >> (lev - 2) AND i1 >> (lev - 2)
        GROUP BY c.j >> 2, c.i >> 2, c.grade;
    END LOOP;
    EXECUTE format($sql$
        INSERT INTO twin.tile_large
        SELECT $1, id, greatest(ST_XMax(b) - ST_XMin(b), ST_YMax(b) - ST_YMin(b)), ST_SetSRID(b::geometry, ST_SRID($2))
        FROM (SELECT id, geom::box3d AS b FROM layer.%I WHERE geom && $2 OFFSET 0) AS boxes
        WHERE ST_XMax(b) - ST_XMin(b) >= $3 OR ST_YMax(b) - ST_YMin(b) >= $3
        ON CONFLICT (layer, id) DO UPDATE SET (size_m, place) = (excluded.size_m, excluded.place)
    $sql$, asked) USING asked, ST_Expand(area, 1), side;
END
$$;

CREATE OR REPLACE FUNCTION twin.tile_grade(across float8, up float8) RETURNS smallint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN across < 100 AND up < 100 THEN 0
        ELSE least(5, floor(log(2, greatest(across, up)::numeric / 100)) + 1) END::smallint
$$;

-- Have a layer's cells see all changes: those around a few notes are counted anew, or all. Each statement of the
-- function may see more than the one before; what is written down is what the first one saw.
CREATE OR REPLACE FUNCTION twin.renew_cells(asked text, made_by text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    saw pg_snapshot;
    counted bigint;
    noted bigint;
    touched public.box2d;
    known twin.tile_cells;
    several CONSTANT integer := 200;
BEGIN
    IF NOT pg_has_role(session_user, 'twin_tiler', 'MEMBER') OR to_regclass(format('layer.%I', asked)) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'only twin_tiler may count cells';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('twin.tile_cells'), hashtext(asked));
    SELECT pg_current_snapshot(), coalesce(max(n), 0) INTO saw, counted FROM twin.change_count WHERE layer = asked;
    SELECT * INTO known FROM twin.tile_cells WHERE layer = asked AND recipe = made_by
        AND pg_snapshot_xmax(tile_cells.seen) <= pg_snapshot_xmax(saw);
    SELECT count(*) INTO noted FROM twin.tile_touch
    WHERE layer = asked AND seen_from >= pg_snapshot_xmin(known.seen) AND pg_visible_in_snapshot(seen_from, saw)
        AND NOT pg_visible_in_snapshot(seen_from, known.seen);
    IF known.layer IS NOT NULL AND noted = counted - known.changes AND noted <= several THEN
        FOR touched IN
            SELECT place FROM twin.tile_touch
            WHERE layer = asked AND place IS NOT NULL AND seen_from >= pg_snapshot_xmin(known.seen)
                AND pg_visible_in_snapshot(seen_from, saw) AND NOT pg_visible_in_snapshot(seen_from, known.seen)
        LOOP
            PERFORM twin.count_cells(asked, ST_SetSRID(touched::geometry, (SELECT srid FROM twin.city)));
        END LOOP;
    ELSE
        DELETE FROM twin.tile_cell WHERE layer = asked;
        DELETE FROM twin.tile_large WHERE layer = asked;
        EXECUTE format('SELECT ST_Extent(geom) FROM layer.%I', asked) INTO touched;
        IF touched IS NOT NULL THEN
            PERFORM twin.count_cells(asked, ST_SetSRID(touched::geometry, (SELECT srid FROM twin.city)));
        END IF;
    END IF;
    INSERT INTO twin.tile_cells (layer, recipe, seen, changes) VALUES (asked, made_by, saw, counted)
    ON CONFLICT (layer) DO UPDATE SET (recipe, seen, changes) = (excluded.recipe, excluded.seen, excluded.changes);
END
$$;

REVOKE EXECUTE ON FUNCTION twin.touch_place(text, public.box2d), twin.count_cells(text, public.geometry),
    twin.keep_tile(text, integer, integer, integer, text, pg_snapshot, bigint, bytea), twin.renew_cells(text, text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    twin.keep_tile(text, integer, integer, integer, text, pg_snapshot, bigint, bytea), twin.renew_cells(text, text)
    TO twin_viewer;
GRANT SELECT ON twin.tile, twin.tile_touch, twin.tile_cells, twin.tile_cell, twin.tile_large TO twin_viewer;
