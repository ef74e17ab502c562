-- commit_unawaited: commits return before they are on the disk; what a crash takes of them can be computed again
SET synchronous_commit = off;

-- lock_runs: one recompute at a time; false where another holds it
SELECT pg_try_advisory_lock(hashtext('twin.run')) AS free;

-- unlock_runs: the next run may begin at once
SELECT pg_advisory_unlock(hashtext('twin.run'));

-- running: the run that is not finished
SELECT * FROM twin.run WHERE status = 'running' ORDER BY id DESC LIMIT 1;

-- resumable: the run that is not finished, over layers as they are or as they stood at a moment
SELECT * FROM twin.run WHERE status = 'running' AND as_of IS NOT DISTINCT FROM %(as_of)s::timestamptz
ORDER BY id DESC LIMIT 1;

-- begin_run: a new run; one that goes on from another has its profile, which need not be sent again. Unfinished ones of
-- other data, profile or code cannot be resumed; those of the past are apart
WITH given_up AS (
    UPDATE twin.run SET status = 'failed', finished_at = now()
    WHERE status = 'running' AND (as_of IS NULL) = (%(as_of)s::timestamptz IS NULL)
)
INSERT INTO twin.run (profile_name, profile, profile_hash, data_version, code_version, status, zones, batches, goals,
    facts, base, as_of)
VALUES (%(profile_name)s, coalesce(%(profile)s::jsonb, (SELECT f.profile FROM twin.run AS f WHERE f.id = %(former)s)),
    %(profile_hash)s, %(data_version)s, %(code_version)s, 'running', %(zones)s, %(batches)s, '{}',
    %(facts)s, %(base)s, %(as_of)s)
RETURNING id;

-- done_batches: batches of a run that were written
SELECT number FROM twin.run_batch WHERE run_id = %(run)s;

-- end_batch: a batch is written, in one transaction with its scores
INSERT INTO twin.run_batch (run_id, number, zones, seconds, stages, notes, worker)
VALUES (%(run)s, %(number)s, %(zones)s, %(seconds)s, %(stages)s, %(notes)s, %(worker)s)
ON CONFLICT DO NOTHING RETURNING number;

-- batch_is_wanted: whether a run goes on and lacks a batch
SELECT status = 'running' AND NOT cancel_asked
    AND NOT EXISTS (SELECT FROM twin.run_batch AS b WHERE b.run_id = r.id AND b.number = %(number)s) AS wanted
FROM twin.run AS r WHERE id = %(run)s;

-- batch_notes: what was noted while computing a run and those that it stands on, by goal; one of them says it of those before
SELECT goal, note
FROM twin.run AS r, jsonb_each(r.goals) AS g (goal, told), jsonb_array_elements_text(told -> 'notes') AS n (note)
WHERE r.id = %(since)s
UNION
SELECT goal, note
FROM twin.run AS r JOIN twin.run_batch AS b ON b.run_id = r.id, jsonb_each(b.notes) AS g (goal, said),
    jsonb_array_elements_text(said) AS n (note)
WHERE r.id BETWEEN %(since)s AND %(run)s AND coalesce(r.base, r.id) = %(base)s AND r.status <> 'failed'
ORDER BY goal, note;

-- ask_to_cancel: an unfinished run shall end
UPDATE twin.run SET cancel_asked = true WHERE id = %(run)s AND status = 'running';

-- is_cancelled: whether somebody asked a run to end
SELECT cancel_asked AS cancelled FROM twin.run WHERE id = %(run)s;

-- give_up_run: an unfinished run that is not resumed
UPDATE twin.run SET status = 'failed', finished_at = now() WHERE id = %(run)s AND status = 'running';

-- run_details: a run with how far it is and how fast
SELECT r.id, r.profile_name, r.status, r.started_at, r.finished_at, r.zones, r.batches, r.cancel_asked, r.stages,
    r.code_version, r.facts, b.done, b.zones_done, b.workers, b.first, b.last,
    CASE WHEN b.last > b.first THEN b.zones_done / extract(epoch FROM b.last - r.started_at) END AS zones_a_second,
    CASE WHEN r.status = 'running' AND b.last > b.first
        THEN (r.batches - b.done) * extract(epoch FROM b.last - r.started_at) / b.done END AS seconds_left
FROM twin.run AS r, LATERAL (
    SELECT count(*) AS done, coalesce(sum(zones), 0) AS zones_done, count(DISTINCT worker) AS workers,
        min(done_at) AS first, max(done_at) AS last
    FROM twin.run_batch WHERE run_id = r.id
) AS b
WHERE r.id = %(run)s;

-- run_batches: batches of a run that were written
SELECT number, zones, seconds, stages, worker, done_at FROM twin.run_batch WHERE run_id = %(run)s ORDER BY number;

-- copy_scores: scores of a batch
COPY twin.score_state (base, run_id, goal, zone, value, attainment, shortfall, class, n, quality, people_affected, reason,
    numerator, denominator, parts) FROM STDIN (FORMAT binary);

-- close_states: what earlier runs of the same base say of zones holds no longer: this one computed them
-- Each row is looked up by itself, which OFFSET 0 makes sure of: the planner knows nothing yet of a base that is new, expects
-- a row or two of it, and would read them all, the larger the city the more.
UPDATE {table} SET until = %(run)s
WHERE ctid = ANY (ARRAY(
    SELECT held.ctid
    FROM unnest(%(goals)s::text[]) AS g (goal) CROSS JOIN unnest(%(zones)s::text[]) AS z (zone) CROSS JOIN LATERAL (
        SELECT s.ctid FROM {table} AS s
        WHERE s.base = %(base)s AND s.goal = g.goal AND s.zone = z.zone AND s.run_id < %(run)s AND s.until IS NULL OFFSET 0
    ) AS held
));

-- close_forms: nor does the messiness of these zones
UPDATE twin.form_state SET until = %(run)s
WHERE ctid = ANY (ARRAY(
    SELECT held.ctid
    FROM unnest(%(zones)s::text[]) AS z (zone) CROSS JOIN LATERAL (
        SELECT s.ctid FROM twin.form_state AS s
        WHERE s.base = %(base)s AND s.zone = z.zone AND s.run_id < %(run)s AND s.until IS NULL OFFSET 0
    ) AS held
));

-- close_gone: zones that are there no longer
UPDATE {table} SET until = %(run)s
WHERE base = %(base)s AND run_id < %(run)s AND until IS NULL
    AND NOT EXISTS (SELECT FROM layer.zone AS z WHERE z.code = zone);

-- publish_run: all batches are written, and scores are shown; flags follow
UPDATE twin.run SET status = 'scored', finished_at = now(), stages = %(stages)s, goals = %(goals)s WHERE id = %(run)s;

-- end_run: all of it is written
UPDATE twin.run SET status = 'done', finished_at = now(), stages = %(stages)s, goals = %(goals)s WHERE id = %(run)s;

-- announce_run: open maps may show the new run; who hears of it finds it after a crash, too, and all that came before it
SELECT pg_notify('twin_run', %(run)s::text), set_config('synchronous_commit', 'on', true);

-- last_run: the newest finished run of layers as they are, or the one of that number
SELECT * FROM twin.run
WHERE status = 'done' AND (id = %(run)s OR %(run)s::int IS NULL AND as_of IS NULL) ORDER BY id DESC LIMIT 1;

-- last_scored: the newest run whose scores are all there
SELECT id, base, zones, profile_hash, data_version, code_version, facts
FROM twin.run WHERE status IN ('scored', 'done') AND as_of IS NULL ORDER BY id DESC LIMIT 1;

-- runs: all runs, newest first
SELECT r.id, r.profile_name, r.status, r.started_at, r.finished_at, r.zones, r.batches, r.as_of,
    (SELECT count(*) FROM twin.run_batch AS b WHERE b.run_id = r.id) AS done
FROM twin.run AS r ORDER BY r.id DESC LIMIT %(limit)s;

-- run_classes: zones of a run by goal and class
SELECT goal, class, count(*) AS zones FROM twin.score WHERE run_id = %(run)s GROUP BY 1, 2 ORDER BY 1, 2;

-- city_values: what the city as a whole reaches, of one goal or of all
SELECT goal, numerator, denominator, n FROM twin.city_part
WHERE run_id = %(run)s AND (%(goal)s::text IS NULL OR goal = %(goal)s) ORDER BY goal;

-- scores: scores of a run, by goal and zone
SELECT s.*, ST_AsBinary(z.geom) AS geom, z.name FROM twin.score AS s LEFT JOIN layer.zone AS z ON z.code = s.zone
WHERE s.run_id = %(run)s AND (%(zone)s::text IS NULL OR s.zone = %(zone)s)
ORDER BY s.goal, s.zone;

-- sources_of_zone: which loads gave the rows of a layer in or near a zone, with how many and one example
SELECT s.path, s.sublayer, s.publisher, s.licence, s.observed_on, l.loaded_at, l.file_hash, count(*) AS rows,
    min(f.source_row) AS first_row, max(f.source_row) AS last_row
FROM layer.zone AS z JOIN {table} AS f ON ST_DWithin(z.geom, f.geom, %(reach)s)
    LEFT JOIN twin.source AS s ON s.id = f.source_id LEFT JOIN twin.load AS l ON l.id = f.load_id
WHERE z.code = %(zone)s
GROUP BY s.path, s.sublayer, s.publisher, s.licence, s.observed_on, l.loaded_at, l.file_hash ORDER BY rows DESC;
