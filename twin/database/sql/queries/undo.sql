-- who_undoes: in whose name, and whether that is somebody who may undo what others did
SELECT twin.editor() AS editor, pg_has_role(current_user, 'twin_steward', 'MEMBER') AS steward;

-- lock_undone: nobody changes them meanwhile
SELECT id FROM {table} WHERE id IN ({rows}) ORDER BY id FOR UPDATE;

-- find_undone: by row of a layer, which of its versions are to be undone, and what stands on them
WITH known AS (
    {rows}
), made AS (
    SELECT f.id, f.version, f.edited_by AS by, f.edited_at AS at, f.program, f.load_id
    FROM {table} AS f JOIN known USING (id)
    UNION ALL
    SELECT f.id, f.version, f.edited_by, f.edited_at, f.program, f.load_id FROM {history} AS f JOIN known USING (id)
    UNION ALL
    SELECT f.id, f.version + 1, f.closed_by, upper(f.valid), CASE WHEN f.closed_load IS NULL THEN coalesce(f.closed_with, '') END,
        f.closed_load
    FROM {history} AS f JOIN known USING (id) WHERE f.operation <> 'update'
), chosen AS (
    SELECT m.id, min(m.version) AS first, max(m.version) AS last, count(*) AS edits, array_agg(DISTINCT m.by) AS authors,
        bool_or(m.program IS NULL) AS loaded
    FROM made AS m WHERE {which} GROUP BY m.id
)
SELECT c.*, k.key, coalesce(s.later, '[]') AS later
FROM chosen AS c
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('version', m.version, 'by', m.by, 'at', m.at) ORDER BY m.version) AS later
        FROM made AS m WHERE m.id = c.id AND m.version > c.first AND NOT coalesce({which}, false)
    ) AS s ON true
    CROSS JOIN LATERAL (
        SELECT {key} AS key FROM {table} WHERE id = c.id
        UNION ALL (SELECT {key} FROM {history} WHERE id = c.id ORDER BY version DESC LIMIT 1) LIMIT 1
    ) AS k
ORDER BY c.id;

-- rows_of_edit: the row of one edit
SELECT %(id)s::bigint AS id;

-- rows_of_load: all that a load touched
SELECT id FROM {table} WHERE load_id = %(load)s
UNION SELECT id FROM {history} WHERE load_id = %(load)s OR closed_load = %(load)s;

-- rows_of_day: all that somebody touched in a while
SELECT id FROM {table} WHERE program IS NOT NULL AND edited_at >= %(since)s AND edited_by = %(user)s
UNION SELECT id FROM {history} WHERE program IS NOT NULL AND edited_at >= %(since)s AND edited_by = %(user)s
UNION SELECT id FROM {history} WHERE operation = 'delete' AND upper(valid) >= %(since)s AND closed_by = %(user)s;

-- which_edit: the edit that made a version
m.version = %(version)s;

-- which_load: what a load did
m.program IS NULL AND m.load_id = %(load)s;

-- which_day: what somebody did by hand in a while
m.program IS NOT NULL AND m.by = %(user)s AND m.at >= %(since)s AND m.at < %(until)s;

-- create_back: rows that go back, each to the state of a version, or away
CREATE TEMP TABLE back ON COMMIT DROP AS
SELECT b.id, h.version
FROM unnest(%(ids)s::bigint[], %(firsts)s::integer[]) AS b (id, first)
    LEFT JOIN {history} AS h ON h.id = b.id AND h.version = b.first - 1;

-- go_back: rows that are there take the state that they had
UPDATE {table} AS l SET {assignments} FROM back AS b JOIN {history} AS h USING (id, version) WHERE l.id = b.id RETURNING l.id;

-- come_back: rows that went are there again
INSERT INTO {table} (id, {columns}) OVERRIDING SYSTEM VALUE
SELECT h.id, {states} FROM back AS b JOIN {history} AS h USING (id, version)
WHERE NOT EXISTS (SELECT FROM {table} AS l WHERE l.id = b.id) RETURNING id;

-- go_away: rows that were not there before
DELETE FROM {table} AS l USING back AS b WHERE l.id = b.id AND b.version IS NULL RETURNING l.id;

-- drop_back: another row may go back
DROP TABLE back;

-- layer_of_load: what a load loaded
SELECT s.layer FROM twin.load AS l JOIN twin.source AS s ON s.id = l.source_id WHERE l.id = %(load)s;

-- day_bounds: a day of the office's clock
SELECT %(day)s::date::timestamptz AS since, (%(day)s::date + 1)::timestamptz AS until;
