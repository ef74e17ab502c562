-- What happens to a row that is edited, by whatever door: version, author, and its former state.

-- Anybody can set twin.user; only the web server and the owner of the twin are believed.
CREATE OR REPLACE FUNCTION twin.editor() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN coalesce(current_setting('twin.user', true), '') = '' THEN session_user
        WHEN session_user = 'twin_sign_in' OR EXISTS (
            SELECT FROM pg_namespace WHERE nspname = 'twin' AND pg_get_userbyid(nspowner) = session_user
        ) THEN current_setting('twin.user')
        ELSE session_user END
$$;

CREATE OR REPLACE FUNCTION twin.coordinate(metres float8) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT rtrim(rtrim(to_char(round(metres::numeric, 5), 'FM999999999990.00000'), '0'), '.')
$$;

-- The time of a state is later than that of the one before, whatever the clock says: times of states never overlap.
-- Which file a row comes from is nothing that is edited; a row that comes back is the one that it was. That it went was
-- a version of its own.
CREATE OR REPLACE FUNCTION twin.stamp_edit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    former record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.id := OLD.id;
        NEW.version := OLD.version + 1;
        NEW.source_id := OLD.source_id;
        NEW.load_id := OLD.load_id;
        NEW.source_row := OLD.source_row;
        NEW.edited_at := twin.moment_after(OLD.edited_at);
    ELSE
        EXECUTE format('SELECT version, upper(valid) AS until, source_id, load_id, source_row FROM history.%I
            WHERE id = $1 ORDER BY version DESC LIMIT 1', TG_TABLE_NAME) INTO former USING NEW.id;
        NEW.version := coalesce(former.version + 2, 1);
        NEW.edited_at := twin.moment_after(former.until);
        IF former.version IS NOT NULL OR NOT pg_has_role(current_user, 'twin_loader', 'MEMBER') THEN
            NEW.source_id := former.source_id;
            NEW.load_id := former.load_id;
            NEW.source_row := former.source_row;
        END IF;
    END IF;
    NEW.edited_by := twin.editor();
    NEW.program := coalesce(current_setting('application_name', true), '');
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION twin.moment_after(former timestamptz) RETURNS timestamptz
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT greatest(clock_timestamp(), former + interval '1 microsecond')
$$;

-- Columns are named: a table that came along from an earlier release has them in another order than its history.
CREATE OR REPLACE FUNCTION twin.keep_former() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    until timestamptz;
    columns text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        until := NEW.edited_at;
    ELSE
        until := twin.moment_after(OLD.edited_at);
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('INSERT INTO history.%I (valid, operation, closed_by, closed_with, %s)
        SELECT tstzrange($1, $2), $3, $4, $5, ($6).*', TG_TABLE_NAME, columns)
    USING OLD.edited_at, until, lower(TG_OP), twin.editor(),
        coalesce(current_setting('application_name', true), ''), OLD;
    RETURN NULL;
END
$$;

GRANT SELECT ON twin.warning TO twin_viewer, twin_editor, twin_loader, twin_worker;
GRANT SELECT ON twin.conflict TO twin_editor, twin_loader;
GRANT INSERT, UPDATE, DELETE ON twin.conflict, twin.warning TO twin_loader;
GRANT UPDATE (staff_says, staff_geom, staff_by, staff_at, decided, decided_by, decided_at, version)
    ON twin.conflict TO twin_steward;
