-- Views for people who read the twin with psql, QGIS or a spreadsheet: names and words instead of codes and ids.

CREATE OR REPLACE VIEW plain.scores AS
WITH newest AS (SELECT id, profile, finished_at FROM twin.run WHERE status = 'done' AND as_of IS NULL ORDER BY id DESC LIMIT 1)
SELECT s.zone, s.goal, s.value, g.target ->> 'target' AS target, round((s.attainment * 100)::numeric, 1) AS attained_percent,
    (ARRAY['no data', 'missed by far', 'missed widely', 'missed', 'nearly reached', 'reached', 'more than reached'])[
        s.class + 1] AS goal_is,
    s.n AS counted, s.people_affected, s.reason AS why_no_value, r.id AS run, r.finished_at AS computed
FROM newest AS r JOIN twin.score AS s ON s.run_id = r.id
    LEFT JOIN LATERAL jsonb_array_elements(r.profile -> 'goal') AS g (target) ON g.target ->> 'index' = s.goal;
COMMENT ON VIEW plain.scores IS 'Scores of the newest finished run: a row a zone and goal.';
COMMENT ON COLUMN plain.scores.counted IS 'How many features or people the value is of.';

CREATE OR REPLACE VIEW plain.flags AS
WITH newest AS (SELECT id, finished_at FROM twin.run WHERE status = 'done' AND as_of IS NULL ORDER BY id DESC LIMIT 1)
SELECT f.zone, f.goal,
    CASE WHEN f.confidence < 0.7 THEN 'undetermined' ELSE c.words END AS cause,
    c.words AS likeliest_cause, round((f.confidence * 100)::numeric) AS confidence_percent, f.value, f.target, f.shortfall,
    f.people_affected, f.evidence, r.id AS run, r.finished_at AS computed
FROM newest AS r JOIN twin.flag AS f ON f.run_id = r.id
    LEFT JOIN (VALUES ('messy', 'messy development'), ('technology', 'missing technology'), ('data', 'missing data'),
        ('other', 'something else')) AS c (cause, words) USING (cause);
COMMENT ON VIEW plain.flags IS 'Zones that miss a goal in the newest finished run, with the cause and its evidence.';
COMMENT ON COLUMN plain.flags.cause IS 'Undetermined where it is right with a probability under 70 %.';

CREATE OR REPLACE VIEW plain.warnings AS
SELECT layer, key, field, message AS warning, hint AS what_to_do, since FROM twin.warning;
COMMENT ON VIEW plain.warnings IS 'What is odd about rows, yet no reason to refuse them.';

CREATE OR REPLACE VIEW plain.conflicts AS
SELECT c.id AS conflict, c.layer, c.key, s.path AS file, c.file_says, c.since, coalesce(c.decided, 'open') AS kept,
    c.decided_by, c.decided_at
FROM twin.conflict AS c JOIN twin.source AS s ON s.id = c.source_id;
COMMENT ON VIEW plain.conflicts IS 'Rows that staff corrected and a file says otherwise: `twin conflicts` shows both and decides.';

GRANT USAGE ON SCHEMA plain TO twin_viewer, twin_editor, twin_worker;
GRANT SELECT ON plain.scores, plain.flags, plain.warnings TO twin_viewer, twin_editor, twin_worker;
GRANT SELECT ON plain.conflicts TO twin_editor;
