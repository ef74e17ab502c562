-- table_declarations: layer tables with the digest of the declaration that they were made from
SELECT c.relname AS layer, substring(obj_description(c.oid) FROM '\[([0-9a-f]{16})\]$') AS declaration
FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
WHERE s.nspname = 'layer' AND c.relkind = 'r';

-- create_layer: a layer's table; its ids of source and load are no foreign keys: a load would pay two checks a row
CREATE TABLE {table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    source_id integer,
    load_id integer,
    source_row bigint,
    edited_by text NOT NULL DEFAULT session_user,
    edited_at timestamptz NOT NULL DEFAULT now(),
    program text,
    attributes jsonb,
    {columns}
);
ALTER TABLE {table} ALTER COLUMN {key} SET NOT NULL;
CREATE INDEX ON {table} (edited_at) WHERE program IS NOT NULL;
COMMENT ON COLUMN {table}.program IS 'The program by which somebody made this state by hand; none where a load made it.';

-- make_unique: a key identifies one row of the layer
ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({key});

-- drop_unique: before a layer is filled for the first time
ALTER TABLE {table} DROP CONSTRAINT {name};

-- geometry_column: the place of a row, in the city's CRS
geom geometry({type}, {srid}) NOT NULL;

-- column_text: a text
{name} text;

-- column_integer: a whole number
{name} integer;

-- column_number: a number
{name} double precision;

-- column_boolean: a yes or no
{name} boolean;

-- column_date: a day
{name} date;

-- create_history: former states of a layer's rows, each with the time that it held for
CREATE TABLE {table} (
    valid tstzrange NOT NULL,
    operation text NOT NULL,
    closed_by text NOT NULL,
    closed_load integer,
    closed_with text,
    LIKE {layer}
);
CREATE INDEX ON {table} ({key});
CREATE INDEX ON {table} (id, version);
CREATE INDEX ON {table} (edited_at) WHERE program IS NOT NULL;
CREATE INDEX ON {table} (upper(valid)) WHERE operation = 'delete';

-- index_geometry: find rows by place
CREATE INDEX {name} ON {table} USING gist (geom);

-- drop_geometry_index: before a layer is filled for the first time
DROP INDEX {name};

-- empty_layer: a layer without rows gets a new file, into which rows are written without a log
TRUNCATE {table};

-- watch_layer: note every statement that changes the layer
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION twin.note_change();

-- grant_layer: who may do what to a layer
GRANT SELECT ON {table} TO twin_viewer, twin_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO twin_editor, twin_loader;

-- grant_history: who may do what to a layer's history
GRANT SELECT ON {table} TO twin_editor;
GRANT SELECT, INSERT ON {table} TO twin_loader;

-- drop_told: before its columns change
DROP VIEW IF EXISTS {view};

-- create_told: a layer's states, past and present, for people who read with SQL
CREATE VIEW {view} AS
SELECT id, {key} AS key, version, edited_at AS since, NULL::timestamptz AS until, edited_by AS made_by,
    CASE WHEN program IS NULL THEN 'twin load' ELSE program END AS made_with,
    CASE WHEN program IS NULL THEN load_id END AS load, 'stands' AS then_it, NULL AS ended_by, NULL AS ended_with, {columns}
FROM {table}
UNION ALL
SELECT id, {key}, version, edited_at, upper(valid), edited_by, CASE WHEN program IS NULL THEN 'twin load' ELSE program END,
    CASE WHEN program IS NULL THEN load_id END,
    CASE operation WHEN 'update' THEN 'was changed' WHEN 'delete' THEN 'was deleted' ELSE 'vanished from its file' END,
    closed_by, CASE WHEN closed_load IS NOT NULL THEN 'twin load' ELSE closed_with END, {columns}
FROM {history};
COMMENT ON VIEW {view} IS {comment};
COMMENT ON COLUMN {view}.id IS 'The row, whatever its key is called later.';
COMMENT ON COLUMN {view}.version IS 'Counts the states of a row; that it went is a version too.';
COMMENT ON COLUMN {view}.until IS 'Empty where the state stands.';
COMMENT ON COLUMN {view}.made_by IS 'Who made the state: the name of a user, or of who loaded.';
COMMENT ON COLUMN {view}.made_with IS 'The program, such as QGIS, psql, twin serve (the browser) or twin load.';
COMMENT ON COLUMN {view}.then_it IS 'What became of the state: stands, was changed, was deleted, vanished from its file.';
GRANT SELECT ON {view} TO twin_editor;

-- describe_column: what a field holds
COMMENT ON COLUMN {column} IS {comment};

-- tell_zones: make the views of zones anew, once there is a layer of zones
SELECT twin.tell_zones();

-- describe_table: what the layer is, with the digest of its declaration
COMMENT ON TABLE {table} IS {comment};

-- columns_of: a layer's columns with their types
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'layer' AND table_name = %(layer)s;

-- add_column: a new optional field
ALTER TABLE {table} ADD COLUMN {column};

-- checks_of: names of a layer's constraints that come from its rules
SELECT conname FROM pg_constraint
WHERE conrelid = to_regclass('layer.' || quote_ident(%(layer)s)) AND contype = 'c';

-- drop_check: a rule is no longer as it was
ALTER TABLE {table} DROP CONSTRAINT {name};

-- add_check: a rule as a constraint
ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check});

-- check_required: a value is there
{field} IS NOT NULL;

-- check_required_on: a value is there on rows of these geometry types
{field} IS NOT NULL OR NOT geometrytype(geom) = ANY ({kinds});

-- check_choices: one of a list
{field} = ANY ({choices});

-- check_minimum: not below a bound
{field} >= {bound};

-- check_maximum: not above a bound
{field} <= {bound};
