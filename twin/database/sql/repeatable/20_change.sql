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

-- How many statements changed a layer, whether their rows are still there or folded: the same before and after.
CREATE OR REPLACE VIEW twin.change_count AS
SELECT layer, max(newest) AS newest, sum(n)::bigint AS n, max(changed_at) AS changed_at
FROM (
    SELECT layer, max(id) AS newest, count(*) AS n, max(changed_at) AS changed_at FROM twin.change GROUP BY layer
    UNION ALL
    SELECT layer, newest, n, changed_at FROM twin.change_folded
) AS parts
GROUP BY layer;
COMMENT ON VIEW twin.change_count IS 'A row a layer: what its version is made of.';

GRANT SELECT ON twin.change_folded, twin.change_count TO twin_viewer, twin_editor, twin_loader, twin_worker;
