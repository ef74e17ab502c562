-- Every statement that changes a layer leaves one row in twin.change and wakes whoever listens.

CREATE OR REPLACE FUNCTION twin.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO twin.change (layer, operation, changed_by, program)
    VALUES (
        TG_TABLE_NAME,
        lower(TG_OP),
        twin.editor(),
        current_setting('application_name', true)
    );
    PERFORM pg_notify('twin_change', TG_TABLE_NAME);
    RETURN NULL;
END
$$;
