-- What happens to a row that is edited, by whatever door: version, author, and its former state.

CREATE OR REPLACE FUNCTION twin.editor() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('twin.user', true), ''), session_user)
$$;

CREATE OR REPLACE FUNCTION twin.coordinate(metres float8) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT rtrim(rtrim(to_char(round(metres::numeric, 5), 'FM999999999990.00000'), '0'), '.')
$$;

CREATE OR REPLACE FUNCTION twin.stamp_edit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.id := OLD.id;
        NEW.version := OLD.version + 1;
    ELSE
        NEW.version := 1;
    END IF;
    NEW.edited_by := twin.editor();
    NEW.edited_at := clock_timestamp();
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION twin.keep_former() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('INSERT INTO history.%I SELECT tstzrange($1, greatest($1, $2)), $3, $4, NULL, ($5).*', TG_TABLE_NAME)
    USING OLD.edited_at, clock_timestamp(), lower(TG_OP), twin.editor(), OLD;
    RETURN NULL;
END
$$;
