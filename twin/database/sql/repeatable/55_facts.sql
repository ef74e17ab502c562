-- What is said of a source or of the city, and not of any row, is behind scores too: the age of records that have no
-- date of their own, the day that counts as today, the goals.

CREATE OR REPLACE FUNCTION twin.note_source() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO twin.change (layer, operation, changed_by, program)
    VALUES (NEW.layer, 'update', twin.editor(), current_setting('application_name', true));
    PERFORM twin.mark_layer(NEW.layer);
    IF to_regclass('layer.zone') IS NOT NULL THEN
        INSERT INTO twin.dirty (zone, layer) SELECT code, NEW.layer FROM layer.zone;
    END IF;
    PERFORM pg_notify('twin_change', NEW.layer);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_source AFTER UPDATE OF observed_on ON twin.source
FOR EACH ROW WHEN (OLD.observed_on IS DISTINCT FROM NEW.observed_on) EXECUTE FUNCTION twin.note_source();

CREATE OR REPLACE FUNCTION twin.note_city() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM twin.mark_layer('zone');
    PERFORM pg_notify('twin_change', 'zone');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER note_city AFTER UPDATE OF reference_date, profile ON twin.city
FOR EACH ROW WHEN ((OLD.reference_date, OLD.profile) IS DISTINCT FROM (NEW.reference_date, NEW.profile))
EXECUTE FUNCTION twin.note_city();
