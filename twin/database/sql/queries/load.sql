-- lock_loads: one load at a time; false where another holds it
SELECT pg_try_advisory_lock(hashtext('twin.load')) AS free;

-- unlock_loads: the next load may begin at once
SELECT pg_advisory_unlock(hashtext('twin.load'));

-- who_loads: the process that holds the lock of loads
SELECT a.pid, a.application_name, a.backend_start
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = hashtext('twin.load')::bit(32)::bigint::oid
LIMIT 1;

-- become_loader: rows are written as the role whose checks were made vectorised
SET LOCAL ROLE twin_loader;

-- commit_lazily: a bulk load that is lost in a crash can be loaded again
SET LOCAL synchronous_commit = off;

-- city: the city that this store holds
SELECT name, srid, reference_date, profile, extent FROM twin.city;

-- fix_city: the first load decides which city this store holds
INSERT INTO twin.city (name, srid, reference_date, profile, extent)
VALUES (%(name)s, %(srid)s, %(reference_date)s, %(profile)s, %(extent)s);

-- renew_city: what a recipe may change later
UPDATE twin.city SET reference_date = %(reference_date)s, profile = %(profile)s, extent = %(extent)s
WHERE (reference_date, profile, extent) IS DISTINCT FROM (%(reference_date)s, %(profile)s, %(extent)s);

-- register_source: a source, new or as it is described today
INSERT INTO twin.source (layer, name, path, sublayer, publisher, licence, attribution, observed_on)
VALUES (%(layer)s, %(name)s, %(path)s, %(sublayer)s, %(publisher)s, %(licence)s, %(attribution)s, %(observed_on)s)
ON CONFLICT (layer, name) DO UPDATE SET publisher = excluded.publisher, licence = excluded.licence,
    attribution = excluded.attribution, observed_on = excluded.observed_on
RETURNING id;

-- last_load: what was last loaded from a source
SELECT l.* FROM twin.load AS l JOIN twin.source AS s ON s.id = l.source_id
WHERE s.layer = %(layer)s AND s.name = %(name)s ORDER BY l.id DESC LIMIT 1;

-- begin_load: a new load of a source
INSERT INTO twin.load (source_id, file_hash, file_bytes, recipe_hash)
VALUES (%(source)s, %(file_hash)s, %(file_bytes)s, %(recipe_hash)s) RETURNING id;

-- end_load: what became of the rows
UPDATE twin.load SET seconds = %(seconds)s, rows_read = %(read)s, rows_loaded = %(loaded)s,
    rows_unchanged = %(unchanged)s, rows_rejected = %(rejected)s, rows_closed = %(closed)s, notes = %(notes)s
WHERE id = %(load)s;

-- create_incoming: where a source's good rows wait, in the shape of their layer
CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT source_row, {columns} FROM {table} WITH NO DATA;

-- copy_rows: rows of a source, to where they wait, or straight into an empty layer
COPY {waiting} ({columns}) FROM STDIN (FORMAT binary);

-- arrive: while an empty layer is filled, what is the same in all rows comes from defaults; it is locked until commit,
-- so nobody can pass the row triggers, which the loader's rows would not meet and which keep COPY from writing many at once
ALTER TABLE {table} ALTER source_id SET DEFAULT {source}, ALTER load_id SET DEFAULT {load},
    ALTER edited_by SET DEFAULT {by}, ALTER id SET CACHE 1000, DISABLE TRIGGER a_rules, DISABLE TRIGGER b_stamp;

-- arrived: the defaults and triggers of edits again
ALTER TABLE {table} ALTER source_id DROP DEFAULT, ALTER load_id DROP DEFAULT, ALTER edited_by SET DEFAULT session_user,
    ALTER id SET CACHE 1, ENABLE TRIGGER a_rules, ENABLE TRIGGER b_stamp;

-- become_owner: what only the owner may do, such as making an index
RESET ROLE;

-- analyze_incoming: the planner must know how many rows wait
ANALYZE incoming;

-- lacks_keys: whether rows wait that brought no key
SELECT EXISTS (SELECT FROM incoming WHERE {key} IS NULL) AS lacking;

-- make_keys: keys from the content of rows whose source has none; equal rows get an ordinal
UPDATE incoming AS i SET {key} = made.key
FROM (
    SELECT ctid, %(prefix)s || left(digest, 16) || CASE WHEN nth > 1 THEN '-' || nth ELSE '' END AS key
    FROM (
        SELECT ctid, digest, row_number() OVER (PARTITION BY digest ORDER BY source_row) AS nth
        FROM (SELECT ctid, source_row, md5(ROW({content})::text) AS digest FROM incoming) AS hashed
    ) AS numbered
) AS made
WHERE i.ctid = made.ctid;

-- take_doubles: rows whose key stands in an earlier row of the same source
DELETE FROM {waiting} AS i USING (
    SELECT {key} AS key, min(source_row) AS first FROM {waiting} GROUP BY 1 HAVING count(*) > 1
) AS d
WHERE i.{key} = d.key AND i.source_row > d.first
RETURNING i.source_row, d.key, d.first, jsonb_build_object({fields}) AS original, {geometry} AS geom;

-- take_foreign: rows whose key belongs to another source
DELETE FROM {waiting} AS i USING {table} AS l LEFT JOIN twin.source AS s ON s.id = l.source_id
WHERE l.{key} = i.{key} AND l.source_id IS DISTINCT FROM %(source)s
RETURNING i.source_row, i.{key} AS key, coalesce(s.name, 'an edit') AS owner, jsonb_build_object({fields}) AS original,
    {geometry} AS geom;

-- is_empty: whether a layer has no row, and never had one that staff may have taken out
SELECT NOT EXISTS (SELECT FROM {table}) AND NOT EXISTS (SELECT FROM {history}) AS empty;

-- hold_empty: a layer that is about to be filled for the first time is nobody else's meanwhile
LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;

-- hold_layer: edits of the layer wait until the load is done; who reads does not
LOCK TABLE {table} IN EXCLUSIVE MODE;

-- moment: when all edits that a merge sees were made
SELECT clock_timestamp() AS moment;

-- find_changed: rows of the source whose content differs from what waits; those corrected by hand are not the file's,
-- unless somebody decided for the file since
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT l.id, l.{key} AS key, {by_hand} AS by_hand FROM {table} AS l JOIN incoming AS i ON i.{key} = l.{key}
WHERE l.source_id = %(source)s AND ({stored}) IS DISTINCT FROM ({waiting});

-- find_vanished: rows of the source that it no longer has; one that is broken now stays as it was
CREATE TEMP TABLE vanished ON COMMIT DROP AS
SELECT l.id, l.{key} AS key, {by_hand} AS by_hand FROM {table} AS l
WHERE l.source_id = %(source)s AND NOT l.{key} = ANY (%(quarantined)s)
    AND NOT EXISTS (SELECT FROM incoming AS i WHERE i.{key} = l.{key});

-- keep_former: former states go into history before they are changed or closed
INSERT INTO {history} (valid, operation, closed_by, closed_load, closed_with, {columns})
SELECT tstzrange(l.edited_at, greatest(%(moment)s, l.edited_at + interval '1 microsecond')),
    CASE WHEN v.id IS NULL THEN 'update' ELSE 'vanish' END, %(by)s, %(load)s, current_setting('application_name'), {states}
FROM {table} AS l LEFT JOIN vanished AS v USING (id)
WHERE l.id IN (SELECT id FROM changed) OR v.id IS NOT NULL;

-- update_changed: rows that differ take the content that waits
UPDATE {table} AS l
SET {assignments}, version = l.version + 1, load_id = %(load)s, source_row = i.source_row, edited_by = %(by)s,
    edited_at = greatest(%(moment)s, l.edited_at + interval '1 microsecond'), program = NULL
FROM incoming AS i JOIN changed AS c ON c.key = i.{key}
WHERE l.id = c.id;

-- close_vanished: rows that vanished from their source live on in history
DELETE FROM {table} WHERE id IN (SELECT id FROM vanished);

-- insert_new: rows whose key is not there yet, but for those that staff took out or renamed
INSERT INTO {table} (source_id, load_id, source_row, edited_by, edited_at, {columns})
SELECT %(source)s, %(load)s, source_row, %(by)s, %(moment)s, {columns} FROM incoming AS i
WHERE NOT EXISTS (SELECT FROM {table} AS l WHERE l.{key} = i.{key})
    AND NOT EXISTS (SELECT FROM held AS h WHERE h.file_key = i.{key})
ORDER BY {order};

-- resolve_rejects: a new load of the source says anew what is broken
UPDATE twin.reject SET resolved_by = %(load)s WHERE source_id = %(source)s AND resolved_by IS NULL;

-- copy_rejects: rows for quarantine
COPY twin.reject (source_id, load_id, layer, row_number, key, field, rule, reason, hint, original, geom)
FROM STDIN (FORMAT binary);

-- overlapping_zones: pairs of zones that share more than a sliver
SELECT a.code AS first, b.code AS second, ST_Area(ST_Intersection(a.geom, b.geom)) AS area_m2
FROM layer.zone AS a JOIN layer.zone AS b ON a.geom && b.geom AND a.code < b.code
WHERE ST_Area(ST_Intersection(a.geom, b.geom)) > 1 ORDER BY 3 DESC;

-- rejects: rows in quarantine
SELECT r.layer, s.path, s.sublayer, r.row_number, r.key, r.field, r.rule, r.reason, r.hint, r.original,
    ST_AsBinary(r.geom) AS geom, l.loaded_at
FROM twin.reject AS r JOIN twin.source AS s ON s.id = r.source_id JOIN twin.load AS l ON l.id = r.load_id
WHERE r.resolved_by IS NULL AND (%(layer)s::text IS NULL OR r.layer = %(layer)s)
ORDER BY r.layer, s.path, s.sublayer, r.row_number, r.id;

-- count_incoming: rows that wait
SELECT count(*) AS count FROM incoming;

-- note_outside: rows of a source that lie in no zone, written into its last load
UPDATE twin.load SET rows_outside = (
    SELECT count(*) FROM {table} AS f
    WHERE f.source_id = s.id AND (
        NOT EXISTS (SELECT FROM layer.zone)
        OR NOT EXISTS (SELECT FROM layer.zone AS z WHERE ST_Intersects(z.geom, ST_PointOnSurface(f.geom)))
    )
)
FROM twin.source AS s
WHERE s.layer = %(layer)s AND s.name = %(name)s
    AND twin.load.id = (SELECT max(id) FROM twin.load AS l WHERE l.source_id = s.id)
RETURNING rows_outside;

-- attributions: sentences that must go with what is shown of a layer, or of all
SELECT DISTINCT attribution FROM twin.source
WHERE attribution <> '' AND (%(layer)s::text IS NULL OR layer = %(layer)s) ORDER BY 1;

-- sources_state: every source with its last load and what of it is in quarantine
SELECT s.id, s.layer, s.path, s.sublayer, s.publisher, s.licence, s.attribution, s.observed_on, l.loaded_at, l.file_hash,
    l.rows_read, l.rows_outside, l.notes,
    (SELECT count(*) FROM twin.reject AS r WHERE r.source_id = s.id AND r.resolved_by IS NULL) AS rejected
FROM twin.source AS s JOIN LATERAL (
    SELECT * FROM twin.load AS l WHERE l.source_id = s.id ORDER BY l.id DESC LIMIT 1
) AS l ON true
ORDER BY s.layer, s.path, s.sublayer, s.id;

-- rows_by_source: rows of a layer that each source owns
SELECT source_id, count(*) AS rows FROM {table} GROUP BY source_id;
