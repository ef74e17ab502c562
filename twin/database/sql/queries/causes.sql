-- copy_forms: messiness of the zones of a batch
COPY twin.form_state (base, run_id, zone, premises, value, low, high, n, reason, metrics, looked_m) FROM STDIN (FORMAT binary);

-- copy_premises: what is known of the premises of a batch
COPY twin.premise_state (base, run_id, goal, zone, building, node, premises, fresh, covered, hindered, reach, network, closed,
    depth, usable_m, width_m) FROM STDIN (FORMAT binary);

-- copy_flags: why goals are missed
COPY twin.flag_state (base, run_id, goal, zone, cause, confidence, second_cause, value, target, shortfall, gain_if_tidy,
    gain_if_supplied, people_affected, evidence, evidence_zh, parts, details) FROM STDIN (FORMAT binary);

-- open_flags: why goals are missed, as the runs of a base say until now
SELECT goal, zone, cause, confidence, second_cause, value, target, shortfall, gain_if_tidy, gain_if_supplied,
    people_affected, evidence, evidence_zh, parts, details
FROM twin.flag_state
WHERE base = %(base)s AND until IS NULL AND run_id <= %(run)s AND (%(all)s OR goal = ANY (%(whole)s));

-- open_flags_of: the same of some goals and zones, each looked up by itself, see close_states
SELECT held.*
FROM unnest(%(goals)s::text[], %(zones)s::text[]) AS asked (goal, zone) CROSS JOIN LATERAL (
    SELECT f.goal, f.zone, cause, confidence, second_cause, value, target, shortfall, gain_if_tidy, gain_if_supplied,
        people_affected, evidence, evidence_zh, parts, details
    FROM twin.flag_state AS f
    WHERE f.base = %(base)s AND f.goal = asked.goal AND f.zone = asked.zone AND f.until IS NULL AND f.run_id <= %(run)s
    OFFSET 0
) AS held;

-- close_flags: flags that hold no longer
UPDATE twin.flag_state SET until = %(run)s
WHERE ctid = ANY (ARRAY(
    SELECT held.ctid
    FROM unnest(%(goals)s::text[], %(zones)s::text[]) AS gone (goal, zone) CROSS JOIN LATERAL (
        SELECT f.ctid FROM twin.flag_state AS f
        WHERE f.base = %(base)s AND f.goal = gone.goal AND f.zone = gone.zone AND f.run_id < %(run)s AND f.until IS NULL
        OFFSET 0
    ) AS held
));

-- forget_premises: evidence is kept of the newest run alone
DELETE FROM twin.premise_state WHERE base < %(base)s OR base > %(base)s OR until IS NOT NULL;

-- forget_own_premises: evidence of a run that maps do not show
DELETE FROM twin.premise_state WHERE base = %(base)s;

-- of_these_zones: a plan that the server keeps must look up zones: of a new run it expects a row or two, and reads all
zone = ANY (%(zones)s);

-- of_all_zones: the whole city
true;

-- premises_of_goal: evidence of a goal, by zone
SELECT zone, building, node, premises, fresh, covered, hindered, reach, network, closed, depth, usable_m, width_m
FROM twin.premise WHERE run_id = %(run)s AND goal = %(goal)s AND {zones}
ORDER BY zone COLLATE "C";

-- asking_premises_of_goal: of that evidence, what is asked of supply
SELECT zone, building, node, premises, reach
FROM twin.premise WHERE run_id = %(run)s AND goal = %(goal)s AND {zones}
ORDER BY zone COLLATE "C";

-- scores_of_goal: what each zone's index says of a goal
SELECT zone, s.value, s.shortfall, s.n, s.quality, s.people_affected, s.reason, s.parts, f.premises
FROM twin.score AS s LEFT JOIN twin.form AS f USING (run_id, zone)
WHERE run_id = %(run)s AND goal = %(goal)s AND {zones} ORDER BY zone COLLATE "C";

-- flags: flags of a run, those that touch most people first
SELECT f.*, z.name, ST_AsBinary(z.geom) AS geom
FROM twin.flag AS f LEFT JOIN layer.zone AS z ON z.code = f.zone
WHERE f.run_id = %(run)s AND (%(goal)s::text IS NULL OR f.goal = %(goal)s)
    AND (%(cause)s::text IS NULL OR f.cause = %(cause)s) AND (%(zone)s::text IS NULL OR f.zone = %(zone)s)
ORDER BY f.people_affected DESC NULLS LAST, f.goal, f.zone;

-- has_forms: whether a run measured messiness and sought causes, as runs of the first releases did not
SELECT EXISTS (SELECT FROM twin.form WHERE run_id = %(run)s) AS there;

-- forms: messiness of the zones of a run
SELECT f.*, z.name, ST_AsBinary(z.geom) AS geom
FROM twin.form AS f LEFT JOIN layer.zone AS z ON z.code = f.zone
WHERE f.run_id = %(run)s AND (%(zone)s::text IS NULL OR f.zone = %(zone)s) ORDER BY f.zone;
