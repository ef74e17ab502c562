-- Messiness of zones, what is known of each premise, and why goals are missed.

CREATE TABLE twin.form (
    run_id integer NOT NULL REFERENCES twin.run ON DELETE CASCADE,
    zone text NOT NULL,
    premises bigint NOT NULL,
    value float8,
    low float8,
    high float8,
    n bigint NOT NULL,
    reason text NOT NULL DEFAULT '',
    metrics jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (run_id, zone)
);
COMMENT ON TABLE twin.form IS 'Messiness of each zone, 0 planned to 1 unplanned: value, interval, buildings, metrics.';

CREATE TABLE twin.premise (
    run_id integer NOT NULL REFERENCES twin.run ON DELETE CASCADE,
    goal text NOT NULL,
    zone text NOT NULL,
    building bigint[] NOT NULL,
    node bigint[] NOT NULL,
    premises float4[] NOT NULL,
    fresh float8[] NOT NULL,
    covered float8[] NOT NULL,
    hindered float4[] NOT NULL,
    reach float8[] NOT NULL,
    network float4[] NOT NULL,
    closed float4[] NOT NULL,
    depth smallint[] NOT NULL,
    usable_m float4[] NOT NULL,
    width_m float4[] NOT NULL,
    PRIMARY KEY (run_id, goal, zone)
);
COMMENT ON TABLE twin.premise IS 'Evidence of the newest run, a zone and goal a row; arrays with one entry a building.';

CREATE TABLE twin.flag (
    run_id integer NOT NULL REFERENCES twin.run ON DELETE CASCADE,
    goal text NOT NULL,
    zone text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('messy', 'technology', 'data', 'other')),
    confidence float8 NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    second_cause text NOT NULL DEFAULT '',
    value float8 NOT NULL,
    target float8 NOT NULL,
    shortfall float8 NOT NULL,
    gain_if_tidy float8,
    gain_if_supplied float8,
    people_affected float8,
    evidence text NOT NULL,
    evidence_zh text NOT NULL,
    parts jsonb NOT NULL,
    details jsonb NOT NULL,
    PRIMARY KEY (run_id, goal, zone)
);
COMMENT ON COLUMN twin.flag.parts IS 'By cause, what of the shortfall it explains; adds up to the shortfall.';
COMMENT ON COLUMN twin.flag.details IS 'The numbers behind the evidence: counts, counterfactuals, what would help.';
