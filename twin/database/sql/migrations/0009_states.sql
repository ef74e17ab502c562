-- A run keeps what it computed, and shares with the runs before it what it did not: one recompute of a zone writes the
-- rows of that zone. The runs from one recompute of all zones to the next stand on the first of them, their base.

DROP VIEW twin.city_part;
ALTER TABLE twin.score RENAME TO score_state;
ALTER TABLE twin.form RENAME TO form_state;
ALTER TABLE twin.premise RENAME TO premise_state;
ALTER TABLE twin.flag RENAME TO flag_state;

ALTER TABLE twin.run ADD COLUMN base integer REFERENCES twin.run ON DELETE CASCADE;
COMMENT ON COLUMN twin.run.base IS 'The run of all zones that this one stands on; none where it computed all zones itself.';

ALTER TABLE twin.run DROP CONSTRAINT run_status_check;
ALTER TABLE twin.run ADD CHECK (status IN ('running', 'scored', 'done', 'failed'));
COMMENT ON COLUMN twin.run.status IS 'scored: its scores are shown, its flags are still being made.';

ALTER TABLE twin.score_state ADD COLUMN base integer, ADD COLUMN until integer;
ALTER TABLE twin.form_state ADD COLUMN base integer, ADD COLUMN until integer, ADD COLUMN looked_m jsonb NOT NULL DEFAULT '{}';
ALTER TABLE twin.premise_state ADD COLUMN base integer, ADD COLUMN until integer;
ALTER TABLE twin.flag_state ADD COLUMN base integer, ADD COLUMN until integer;
UPDATE twin.score_state SET base = run_id;
UPDATE twin.form_state SET base = run_id;
UPDATE twin.premise_state SET base = run_id;
UPDATE twin.flag_state SET base = run_id;
ALTER TABLE twin.score_state DROP CONSTRAINT score_pkey, ADD PRIMARY KEY (base, goal, zone, run_id);
ALTER TABLE twin.form_state DROP CONSTRAINT form_pkey, ADD PRIMARY KEY (base, zone, run_id);
ALTER TABLE twin.premise_state DROP CONSTRAINT premise_pkey, ADD PRIMARY KEY (base, goal, zone, run_id);
ALTER TABLE twin.flag_state DROP CONSTRAINT flag_pkey, ADD PRIMARY KEY (base, goal, zone, run_id);
COMMENT ON COLUMN twin.score_state.run_id IS 'The run that computed the row; it holds from this one on.';
COMMENT ON COLUMN twin.score_state.until IS 'The first run of the same base for which the row no longer holds.';
COMMENT ON COLUMN twin.form_state.looked_m IS 'By kind of network or supply, how far the zone''s buildings looked for it.';

CREATE VIEW twin.score AS
SELECT r.id AS run_id, s.goal, s.zone, s.value, s.attainment, s.shortfall, s.class, s.n, s.quality, s.people_affected,
    s.reason, s.numerator, s.denominator, s.parts
FROM twin.run AS r
    JOIN twin.score_state AS s ON s.base = coalesce(r.base, r.id) AND s.run_id <= r.id AND (s.until IS NULL OR s.until > r.id);
COMMENT ON VIEW twin.score IS 'Scores of each run, those that it took over included.';

CREATE VIEW twin.form AS
SELECT r.id AS run_id, s.zone, s.premises, s.value, s.low, s.high, s.n, s.reason, s.metrics, s.looked_m
FROM twin.run AS r
    JOIN twin.form_state AS s ON s.base = coalesce(r.base, r.id) AND s.run_id <= r.id AND (s.until IS NULL OR s.until > r.id);
COMMENT ON VIEW twin.form IS 'Messiness of each zone by run, 0 planned to 1 unplanned: value, interval, buildings, metrics.';

CREATE VIEW twin.premise AS
SELECT r.id AS run_id, s.goal, s.zone, s.building, s.node, s.premises, s.fresh, s.covered, s.hindered, s.reach, s.network,
    s.closed, s.depth, s.usable_m, s.width_m
FROM twin.run AS r
    JOIN twin.premise_state AS s ON s.base = coalesce(r.base, r.id) AND s.run_id <= r.id AND (s.until IS NULL OR s.until > r.id);
COMMENT ON VIEW twin.premise IS 'Evidence of the newest run, a zone and goal a row; arrays with one entry a building.';

CREATE VIEW twin.flag AS
SELECT r.id AS run_id, s.goal, s.zone, s.cause, s.confidence, s.second_cause, s.value, s.target, s.shortfall,
    s.gain_if_tidy, s.gain_if_supplied, s.people_affected, s.evidence, s.evidence_zh, s.parts, s.details
FROM twin.run AS r
    JOIN twin.flag_state AS s ON s.base = coalesce(r.base, r.id) AND s.run_id <= r.id AND (s.until IS NULL OR s.until > r.id);
COMMENT ON VIEW twin.flag IS 'Why zones miss goals, by run.';

CREATE VIEW twin.city_part AS
SELECT run_id, 0 AS batch, goal, sum(numerator) AS numerator, sum(denominator) AS denominator, sum(n)::bigint AS n,
    sum(quality * denominator) AS fresh
FROM twin.score WHERE value IS NOT NULL GROUP BY run_id, goal;
COMMENT ON VIEW twin.city_part IS 'The city''s value, from the part of each zone that no earlier zone covers.';

-- What zones see of a network or of what supplies them, by square of the city: equal digests, equal sight.
CREATE TABLE twin.seen (
    name text NOT NULL,
    kind text NOT NULL,
    digest text NOT NULL,
    cell_m float8 NOT NULL,
    x integer[] NOT NULL,
    y integer[] NOT NULL,
    cell bigint[] NOT NULL,
    PRIMARY KEY (name, kind)
);
COMMENT ON TABLE twin.seen IS 'As the newest run saw it: by network, numbers of its nodes, or supply; for dirty zones.';
COMMENT ON COLUMN twin.seen.kind IS 'How it is looked for; zones keep by kind how far they looked.';
