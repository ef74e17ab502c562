-- by_hand: whether a state was made by hand, and not by somebody who chose the file's
l.program IS NOT NULL AND NOT EXISTS (
    SELECT FROM twin.conflict AS c WHERE c.layer = {layer} AND c.row_id = l.id AND c.version = l.version
);

-- find_held: rows whose state is staff's, not the file's: corrected; taken out or renamed, so that the file's key is not
-- there; gone from the file alone
CREATE TEMP TABLE held ON COMMIT DROP AS
WITH absent AS MATERIALIZED (
    SELECT DISTINCT h.id FROM incoming AS i JOIN {history} AS h ON h.{key} = i.{key}
    WHERE h.source_id = %(source)s AND h.program IS NULL
        AND NOT EXISTS (SELECT FROM {table} AS l WHERE l.{key} = i.{key})
), known AS (
    SELECT DISTINCT ON (h.id) h.id, h.{key} AS file_key FROM {history} AS h JOIN absent USING (id)
    WHERE h.program IS NULL ORDER BY h.id, h.version DESC
), last AS (
    SELECT DISTINCT ON (h.id) h.id, h.operation, h.version FROM {history} AS h JOIN absent USING (id)
    ORDER BY h.id, h.version DESC
)
SELECT c.id, c.key, c.key AS file_key FROM changed AS c WHERE c.by_hand
UNION ALL
SELECT k.id, l.{key}, k.file_key FROM known AS k JOIN incoming AS i ON i.{key} = k.file_key JOIN {table} AS l USING (id)
WHERE {by_hand}
UNION ALL
SELECT k.id, k.file_key, k.file_key
FROM known AS k JOIN incoming AS i ON i.{key} = k.file_key JOIN last AS l USING (id)
WHERE l.operation = 'delete' AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = k.id) AND NOT EXISTS (
    SELECT FROM twin.conflict AS c WHERE c.layer = %(layer)s AND c.row_id = l.id AND c.version = l.version
);

-- hold_vanished: rows that staff corrected and the file no longer has
INSERT INTO held SELECT v.id, v.key, NULL FROM vanished AS v WHERE v.by_hand AND NOT EXISTS (SELECT FROM held WHERE id = v.id);

-- release_changed: what staff corrected is not changed by the file
DELETE FROM changed WHERE by_hand;

-- release_vanished: nor closed
DELETE FROM vanished WHERE by_hand;

-- find_clashes: held rows of which the file says what it did not say before
CREATE TEMP TABLE clash ON COMMIT DROP AS
SELECT h.id, h.key, i.source_row, f.says, f.geom
FROM held AS h LEFT JOIN incoming AS i ON i.{key} = h.file_key
    CROSS JOIN LATERAL (
        SELECT CASE WHEN h.file_key IS NOT NULL THEN jsonb_build_object({fields}) END AS says, {geom} AS geom
    ) AS f
    LEFT JOIN LATERAL (
        SELECT b.* FROM {history} AS b WHERE b.id = h.id AND b.program IS NULL ORDER BY b.version DESC LIMIT 1
    ) AS l ON true
WHERE (h.file_key IS NULL OR l.id IS NULL OR ({stored}) IS DISTINCT FROM ({waiting}))
    AND NOT EXISTS (
        SELECT FROM twin.conflict AS c
        WHERE c.layer = %(layer)s AND c.row_id = h.id AND c.decided IS NOT NULL
            AND (c.file_says, c.file_geom) IS NOT DISTINCT FROM (f.says, f.geom)
    );

-- drop_settled: open conflicts of a source in which the file and staff say the same again
DELETE FROM twin.conflict AS c
WHERE c.source_id = %(source)s AND c.layer = %(layer)s AND c.decided IS NULL AND NOT c.key = ANY (%(quarantined)s)
    AND NOT EXISTS (SELECT FROM clash AS k WHERE k.id = c.row_id);

-- note_clashes: conflicts for people to decide, one a row
INSERT INTO twin.conflict (source_id, load_id, source_row, layer, row_id, key, file_says, file_geom)
SELECT %(source)s, %(load)s, source_row, %(layer)s, id, key, says, geom FROM clash
ON CONFLICT (layer, row_id) WHERE decided IS NULL DO UPDATE
SET load_id = excluded.load_id, source_row = excluded.source_row, key = excluded.key, file_says = excluded.file_says,
    file_geom = excluded.file_geom, since = now()
WHERE (twin.conflict.file_says, twin.conflict.file_geom) IS DISTINCT FROM (excluded.file_says, excluded.file_geom);

-- count_clashes: how many are open
SELECT count(*) AS count FROM clash;

-- conflicts: open ones, or all, with what staff says today
SELECT c.id, c.layer, c.key, c.row_id, c.file_says, ST_AsBinary(c.file_geom) AS file_geom, c.since, c.decided, c.decided_by,
    c.decided_at, s.path AS source, c.load_id, c.staff_says AS says, ST_AsBinary(c.staff_geom) AS geom,
    c.staff_by AS edited_by, c.staff_at AS edited_at
FROM twin.conflict AS c JOIN twin.source AS s ON s.id = c.source_id
WHERE (%(all)s OR c.decided IS NULL) AND (%(number)s::bigint IS NULL OR c.id = %(number)s)
    AND (%(layer)s::text IS NULL OR c.layer = %(layer)s)
ORDER BY c.id;

-- staff_says: rows of a layer as they stand
SELECT l.id, l.version, l.edited_by, l.edited_at, jsonb_build_object({fields}) AS says, ST_AsBinary({geom}) AS geom
FROM {table} AS l WHERE l.id = ANY (%(ids)s);

-- lock_conflict: one person decides
SELECT id FROM twin.conflict WHERE id = %(number)s AND decided IS NULL FOR UPDATE;

-- remember_staff: what staff says when it is decided
UPDATE twin.conflict AS c SET (staff_says, staff_geom, staff_by, staff_at) = (
    SELECT jsonb_build_object({fields}), {geom}, l.edited_by, l.edited_at FROM {table} AS l WHERE l.id = c.row_id
) WHERE c.id = %(number)s;

-- take_file: the row takes what the file says
UPDATE {table} AS l SET ({columns}) = (
    SELECT {said} FROM jsonb_populate_record(NULL::{table}, c.file_says) AS f
) FROM twin.conflict AS c WHERE c.id = %(number)s AND l.id = c.row_id RETURNING l.version;

-- take_file_anew: the row that staff took out is there again, as the file says
INSERT INTO {table} (id, {columns}) OVERRIDING SYSTEM VALUE
SELECT c.row_id, {said} FROM twin.conflict AS c, jsonb_populate_record(NULL::{table}, c.file_says) AS f
WHERE c.id = %(number)s RETURNING version;

-- follow_out: the row that the file no longer has goes; its last state is what the conflict remembers
DELETE FROM {table} AS l USING twin.conflict AS c WHERE c.id = %(number)s AND l.id = c.row_id RETURNING l.version;

-- decide_conflict: for good
UPDATE twin.conflict SET decided = %(keep)s, decided_by = twin.editor(), decided_at = now(), version = %(version)s
WHERE id = %(number)s;
