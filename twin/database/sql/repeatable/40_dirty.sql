-- An edit marks the zones whose inputs it touches: by the old and the new place, grown by the reach of its layer.
-- A mark that waits already is no reason to leave one out: a run may take it up before this edit can be seen.
-- A statement that touches no row marks nothing; one that touches millions is joined as it stands, not gathered first.

CREATE OR REPLACE FUNCTION twin.mark_layer(changed text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO twin.dirty (zone, layer) VALUES ('', changed)
$$;

CREATE OR REPLACE FUNCTION twin.reach_of(changed text) RETURNS float8
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT metres FROM twin.reach WHERE layer = changed), 0)
$$;

CREATE OR REPLACE FUNCTION twin.value_reach_of(changed text) RETURNS float8
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT coalesce(value_metres, metres) FROM twin.reach WHERE layer = changed), 0)
$$;

CREATE OR REPLACE FUNCTION twin.mark_touched() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    metres float8 := twin.reach_of(TG_TABLE_NAME);
    value_metres float8 := twin.value_reach_of(TG_TABLE_NAME);
BEGIN
    PERFORM twin.touch_place(TG_TABLE_NAME, (SELECT ST_Extent(geom) FROM touched));
    IF NOT EXISTS (SELECT FROM touched) THEN
        RETURN NULL;
    END IF;
    PERFORM twin.mark_layer(TG_TABLE_NAME);
    IF to_regclass('layer.zone') IS NOT NULL THEN
        INSERT INTO twin.dirty (zone, layer, of_value)
        SELECT z.code, TG_TABLE_NAME, bool_or(value_metres = metres OR ST_DWithin(z.geom, r.geom, value_metres))
        FROM touched AS r JOIN layer.zone AS z ON ST_DWithin(z.geom, r.geom, metres)
        GROUP BY z.code;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION twin.mark_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    metres float8 := twin.reach_of(TG_TABLE_NAME);
    value_metres float8 := twin.value_reach_of(TG_TABLE_NAME);
BEGIN
    PERFORM twin.touch_place(TG_TABLE_NAME, (
        SELECT ST_Extent(r.geom) FROM (SELECT geom FROM old_rows UNION ALL SELECT geom FROM new_rows) AS r
    ));
    IF NOT EXISTS (SELECT FROM new_rows) THEN
        RETURN NULL;
    END IF;
    PERFORM twin.mark_layer(TG_TABLE_NAME);
    IF to_regclass('layer.zone') IS NOT NULL THEN
        INSERT INTO twin.dirty (zone, layer, of_value)
        SELECT z.code, TG_TABLE_NAME, bool_or(value_metres = metres OR ST_DWithin(z.geom, r.geom, value_metres))
        FROM (SELECT geom FROM old_rows UNION ALL SELECT geom FROM new_rows) AS r
            JOIN layer.zone AS z ON ST_DWithin(z.geom, r.geom, metres)
        GROUP BY z.code;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION twin.mark_table() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM twin.mark_layer(TG_TABLE_NAME);
    RETURN NULL;
END
$$;

DROP FUNCTION IF EXISTS twin.mark_places(text, public.geometry[]);
REVOKE EXECUTE ON FUNCTION twin.mark_layer(text) FROM PUBLIC;
GRANT SELECT ON twin.reach, twin.dirty TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT INSERT ON twin.dirty TO twin_loader;
GRANT UPDATE, DELETE ON twin.dirty TO twin_worker;
