-- With what program each state of a row was made, what files and staff say differently, and what is odd about a row.

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'layer'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE layer.%I ADD COLUMN program text', name);
        EXECUTE format('ALTER TABLE history.%I ADD COLUMN program text, ADD COLUMN closed_with text', name);
        EXECUTE format('CREATE INDEX ON history.%I (id, version)', name);
        EXECUTE format('CREATE INDEX ON layer.%I (edited_at) WHERE program IS NOT NULL', name);
        EXECUTE format('CREATE INDEX ON history.%I (edited_at) WHERE program IS NOT NULL', name);
        EXECUTE format('CREATE INDEX ON history.%I (upper(valid)) WHERE operation = %L', name, 'delete');
        -- A load writes at one moment. What was made at another was made by hand, with a program that nobody noted.
        EXECUTE format('ALTER TABLE layer.%I DISABLE TRIGGER USER', name);
        EXECUTE format('UPDATE layer.%I AS f SET program = '''' WHERE NOT EXISTS (
            SELECT FROM twin.load AS l WHERE l.id = f.load_id AND l.loaded_at = f.edited_at)', name);
        EXECUTE format('ALTER TABLE layer.%I ENABLE TRIGGER USER', name);
        EXECUTE format('UPDATE history.%I AS f SET program = '''' WHERE NOT EXISTS (
            SELECT FROM twin.load AS l WHERE l.id = f.load_id AND l.loaded_at = f.edited_at)', name);
    END LOOP;
END
$$;

CREATE TABLE twin.conflict (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id integer NOT NULL REFERENCES twin.source,
    load_id integer NOT NULL REFERENCES twin.load,
    source_row bigint,
    layer text NOT NULL,
    row_id bigint NOT NULL,
    key text NOT NULL,
    file_says jsonb,
    file_geom geometry,
    staff_says jsonb,
    staff_geom geometry,
    staff_by text,
    staff_at timestamptz,
    since timestamptz NOT NULL DEFAULT now(),
    decided text CHECK (decided IN ('file', 'staff')),
    decided_by text,
    decided_at timestamptz,
    version integer
);
CREATE UNIQUE INDEX ON twin.conflict (layer, row_id) WHERE decided IS NULL;
CREATE INDEX ON twin.conflict (layer, row_id);
COMMENT ON TABLE twin.conflict IS
    'Rows that staff corrected by hand and a file says otherwise since; staff''s state is kept until somebody decides.';
COMMENT ON COLUMN twin.conflict.file_says IS 'The file''s row; none where the row vanished from the file.';
COMMENT ON COLUMN twin.conflict.staff_says IS 'Staff''s row when it was decided; while it is open, the row as it stands.';
COMMENT ON COLUMN twin.conflict.row_id IS 'The row''s id in its layer, also where staff deleted it.';
COMMENT ON COLUMN twin.conflict.version IS 'The version that the file''s state became, where it was chosen: the row follows the file again.';

CREATE TABLE twin.warning (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    row_id bigint NOT NULL,
    key text NOT NULL,
    rule text NOT NULL,
    field text NOT NULL,
    message text NOT NULL,
    hint text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    UNIQUE (layer, row_id, rule)
);
COMMENT ON TABLE twin.warning IS 'What is odd about a row, yet no reason to refuse it.';

CREATE SCHEMA IF NOT EXISTS plain;
COMMENT ON SCHEMA plain IS 'What the twin holds, in words, for people who read it with SQL.';
