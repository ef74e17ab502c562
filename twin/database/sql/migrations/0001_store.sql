-- Schemas, and what the twin keeps beside its layers.

CREATE SCHEMA layer;
CREATE SCHEMA history;
CREATE SCHEMA staging;

CREATE TABLE twin.city (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    name text NOT NULL,
    srid integer NOT NULL,
    reference_date date,
    profile text NOT NULL,
    extent float8[],
    made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE twin.city IS 'The one city that this database holds; fixed by the first load.';

CREATE TABLE twin.source (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    name text NOT NULL,
    path text NOT NULL,
    sublayer text NOT NULL DEFAULT '',
    publisher text NOT NULL DEFAULT '',
    licence text NOT NULL DEFAULT '',
    attribution text NOT NULL DEFAULT '',
    observed_on date,
    UNIQUE (layer, name)
);
COMMENT ON COLUMN twin.source.name IS 'What tells sources of a layer apart: path, sublayer, filter, constants.';

CREATE TABLE twin.load (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id integer NOT NULL REFERENCES twin.source,
    file_hash text NOT NULL,
    file_bytes bigint NOT NULL,
    recipe_hash text NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    seconds float8,
    rows_read bigint NOT NULL DEFAULT 0,
    rows_loaded bigint NOT NULL DEFAULT 0,
    rows_unchanged bigint NOT NULL DEFAULT 0,
    rows_rejected bigint NOT NULL DEFAULT 0,
    rows_closed bigint NOT NULL DEFAULT 0,
    rows_outside bigint NOT NULL DEFAULT 0,
    notes jsonb NOT NULL DEFAULT '[]',
    CHECK (rows_read = rows_loaded + rows_unchanged + rows_rejected)
);
CREATE INDEX ON twin.load (source_id, id DESC);

CREATE TABLE twin.reject (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id integer NOT NULL REFERENCES twin.source,
    load_id integer NOT NULL REFERENCES twin.load,
    layer text NOT NULL,
    row_number bigint NOT NULL,
    key text,
    field text NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL,
    hint text NOT NULL,
    original jsonb NOT NULL,
    geom geometry,
    resolved_by integer REFERENCES twin.load
);
CREATE INDEX ON twin.reject (layer) WHERE resolved_by IS NULL;
COMMENT ON COLUMN twin.reject.resolved_by IS 'The later load of the same source, after which this row is no longer in quarantine.';

CREATE TABLE twin.change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    operation text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    program text NOT NULL
);
CREATE INDEX ON twin.change (layer, id);
COMMENT ON TABLE twin.change IS 'One row a statement that changed a layer, by whatever door: the version of its tiles and scores.';

CREATE TABLE twin.run (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile_name text NOT NULL,
    profile jsonb NOT NULL,
    profile_hash text NOT NULL,
    data_version text NOT NULL,
    code_version text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    zones integer NOT NULL,
    batches integer NOT NULL,
    goals jsonb NOT NULL DEFAULT '{}',
    stages jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN twin.run.goals IS 'By goal: unit, parameters, method version, notes.';

CREATE TABLE twin.run_batch (
    run_id integer NOT NULL REFERENCES twin.run ON DELETE CASCADE,
    number integer NOT NULL,
    zones integer NOT NULL,
    seconds float8 NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, number)
);

CREATE TABLE twin.score (
    run_id integer NOT NULL REFERENCES twin.run ON DELETE CASCADE,
    goal text NOT NULL,
    zone text NOT NULL,
    value float8,
    attainment float8,
    shortfall float8,
    class smallint NOT NULL,
    n bigint NOT NULL,
    quality float8 NOT NULL,
    people_affected float8,
    reason text NOT NULL DEFAULT '',
    numerator float8 NOT NULL DEFAULT 0,
    denominator float8 NOT NULL DEFAULT 0,
    parts jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, goal, zone)
);
COMMENT ON COLUMN twin.score.numerator IS 'Of the part of the zone that no earlier zone covers: adds up to the city.';
COMMENT ON COLUMN twin.score.class IS 'Distance to the target: 1 far below to 6 above, 0 no data.';

CREATE VIEW twin.city_part AS
SELECT run_id, 0 AS batch, goal, sum(numerator) AS numerator, sum(denominator) AS denominator, sum(n)::bigint AS n,
    sum(quality * denominator) AS fresh
FROM twin.score WHERE value IS NOT NULL GROUP BY run_id, goal;
COMMENT ON VIEW twin.city_part IS 'The city''s value, from the part of each zone that no earlier zone covers.';
