-- copy_forms: messiness of the zones of a batch
COPY twin.form (run_id, zone, premises, value, low, high, n, reason, metrics) FROM STDIN (FORMAT binary);

-- copy_premises: what is known of the premises of a batch
COPY twin.premise (run_id, goal, zone, building, node, premises, fresh, covered, hindered, reach, network, closed, depth,
    usable_m, width_m) FROM STDIN (FORMAT binary);

-- copy_flags: why goals are missed
COPY twin.flag (run_id, goal, zone, cause, confidence, second_cause, value, target, shortfall, gain_if_tidy,
    gain_if_supplied, people_affected, evidence, evidence_zh, parts, details) FROM STDIN (FORMAT binary);

-- copy_former_forms: messiness of zones that a run does not recompute, from the run before it
INSERT INTO twin.form
SELECT %(run)s, f.zone, f.premises, f.value, f.low, f.high, f.n, f.reason, f.metrics
FROM twin.form AS f JOIN layer.zone AS z ON z.code = f.zone
WHERE f.run_id = %(former)s AND NOT f.zone = ANY (%(zones)s);

-- copy_former_premises: evidence of zones that a run does not recompute, from the run before it
INSERT INTO twin.premise
SELECT %(run)s, p.goal, p.zone, p.building, p.node, p.premises, p.fresh, p.covered, p.hindered, p.reach, p.network,
    p.closed, p.depth, p.usable_m, p.width_m
FROM twin.premise AS p JOIN layer.zone AS z ON z.code = p.zone
WHERE p.run_id = %(former)s AND NOT p.zone = ANY (%(zones)s);

-- forget_flags: flags of a run are made anew, all of them
DELETE FROM twin.flag WHERE run_id = %(run)s;

-- forget_premises: evidence is kept of the newest finished run alone
DELETE FROM twin.premise WHERE run_id <> %(run)s;

-- premises_of_goal: evidence of a goal in the whole city, by zone
SELECT zone, building, node, premises, fresh, covered, hindered, reach, network, closed, depth, usable_m, width_m
FROM twin.premise WHERE run_id = %(run)s AND goal = %(goal)s AND (%(zone)s::text IS NULL OR zone = %(zone)s)
ORDER BY zone COLLATE "C";

-- scores_of_goal: what each zone's index says of a goal
SELECT s.zone, s.value, s.shortfall, s.n, s.quality, s.people_affected, s.reason, s.parts, f.premises
FROM twin.score AS s LEFT JOIN twin.form AS f ON f.run_id = s.run_id AND f.zone = s.zone
WHERE s.run_id = %(run)s AND s.goal = %(goal)s ORDER BY s.zone COLLATE "C";

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
