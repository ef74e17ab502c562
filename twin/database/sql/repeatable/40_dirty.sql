-- An edit marks the zones whose inputs it touches: by the old and the new place, grown by the reach of its layer.
-- A mark that waits already is no reason to leave one out: a run may take it up before this edit can be seen.

CREATE OR REPLACE FUNCTION twin.mark_layer(changed text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO twin.dirty (zone, layer) VALUES ('', changed)
$$;

CREATE OR REPLACE FUNCTION twin.mark_places(changed text, places public.geometry[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    metres float8 := coalesce((SELECT r.metres FROM twin.reach AS r WHERE r.layer = changed), 0);
BEGIN
    PERFORM twin.mark_layer(changed);
    IF to_regclass('layer.zone') IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO twin.dirty (zone, layer)
    SELECT DISTINCT z.code, changed
    FROM unnest(places) AS p (place) JOIN layer.zone AS z ON ST_DWithin(z.geom, p.place, metres);
END
$$;

CREATE OR REPLACE FUNCTION twin.mark_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM twin.mark_places(TG_TABLE_NAME, ARRAY(SELECT geom FROM new_rows));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION twin.mark_deleted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM twin.mark_places(TG_TABLE_NAME, ARRAY(SELECT geom FROM old_rows));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION twin.mark_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM twin.mark_places(
        TG_TABLE_NAME, ARRAY(SELECT geom FROM old_rows UNION ALL SELECT geom FROM new_rows)
    );
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

REVOKE EXECUTE ON FUNCTION twin.mark_layer(text), twin.mark_places(text, public.geometry[]) FROM PUBLIC;
GRANT SELECT ON twin.reach, twin.dirty TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT INSERT ON twin.dirty TO twin_loader;
GRANT UPDATE, DELETE ON twin.dirty TO twin_worker;
