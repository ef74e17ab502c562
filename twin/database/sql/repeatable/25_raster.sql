-- A raster that comes or goes is a change of its layer, like a statement that changes rows.

CREATE OR REPLACE FUNCTION twin.note_raster() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO twin.change (layer, operation, changed_by, program)
    VALUES (
        NEW.layer,
        lower(TG_OP),
        twin.editor(),
        current_setting('application_name', true)
    );
    INSERT INTO twin.dirty (zone, layer) VALUES ('', NEW.layer);
    PERFORM pg_notify('twin_change', NEW.layer);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_change AFTER INSERT OR UPDATE ON twin.raster
FOR EACH ROW EXECUTE FUNCTION twin.note_raster();
